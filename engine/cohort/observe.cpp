#include "trialmill/cohort/observe.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "cohort/order_statistic.hpp"
#include "trialmill/math/clones.hpp"

namespace trialmill::cohort {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

std::size_t required_events(const AnalysisTime& when, std::size_t sample_size) {
  if (when.condition == AnalysisTime::Condition::events)
    return static_cast<std::size_t>(when.value);
  // The product can exceed a whole number by rounding alone (0.7 x 10); that must not ask for one
  // event more.
  const double exact = when.value * when.share * static_cast<double>(sample_size);
  return static_cast<std::size_t>(std::ceil(exact - 1e-9 * exact));
}

// One trial: its endpoints and when its patients came.
struct Trial {
  std::span<const EndpointColumns> endpoints;
  std::span<const double> enrolment_months;

  std::size_t size() const { return enrolment_months.size(); }
};

// Calendar times of the events that will be seen; infinite for patients who never have one.
TRIALMILL_CLONES void find_calendar_times(const double* origin, const double* known,
                                          const double* dropout, std::size_t n, double* calendar) {
  for (std::size_t i = 0; i < n; ++i) {
    const double time = origin[i] + known[i];
    calendar[i] = known[i] <= dropout[i] ? time : never;
  }
}

bool is_among(std::span<const std::int32_t> arms, std::int32_t arm) {
  return std::ranges::find(arms, arm) != arms.end();
}

double time_of_event(const Trial& trial, const AnalysisTime& when, LookWorkspace& workspace) {
  const std::size_t events = required_events(when, trial.size());
  if (events == 0 || events > trial.size()) return never;
  const EndpointColumns& columns = trial.endpoints[when.endpoint];
  workspace.calendar_event.resize(trial.size());
  find_calendar_times(columns.origin_months.data(), columns.known_months.data(),
                      columns.dropout_months.data(), trial.size(), workspace.calendar_event.data());
  for (std::size_t i = 0; !when.arms.empty() && i < trial.size(); ++i)
    if (!is_among(when.arms, columns.arm[i])) workspace.calendar_event[i] = never;
  return nth_smallest(workspace.calendar_event, events, workspace);
}

double time_when(const AnalysisTime& when, const Trial& trial, LookWorkspace& workspace) {
  using enum AnalysisTime::Condition;
  switch (when.condition) {
    case events:
    case event_fraction:
      return time_of_event(trial, when, workspace);
    case calendar_months:
      return when.value;
    case minimum_follow_up:
      return trial.enrolment_months.back() + when.value;
    case first_of:
    case last_of:
      break;
  }
  double time = time_when(when.of.front(), trial, workspace);
  for (std::size_t k = 1; k < when.of.size(); ++k) {
    const double other = time_when(when.of[k], trial, workspace);
    time = when.condition == first_of ? std::min(time, other) : std::max(time, other);
  }
  return time;
}

// The latest time that any condition names, of those that come true.
double latest_condition(const AnalysisTime& when, const Trial& trial, LookWorkspace& workspace) {
  double latest = 0;
  if (when.of.empty()) {
    const double time = time_when(when, trial, workspace);
    return time < never ? time : 0;
  }
  for (const AnalysisTime& one : when.of)
    latest = std::max(latest, latest_condition(one, trial, workspace));
  return latest;
}

// When nothing more can be learnt: the last finite event or dropout, and not before the last
// patient to arrive is analysed.
double end_of_follow_up(const Trial& trial) {
  double last = trial.enrolment_months.back();
  for (const EndpointColumns& endpoint : trial.endpoints) {
    last = std::max(last, trial.enrolment_months.back() + endpoint.analysed_from_months);
    for (std::size_t i = 0; i < trial.size(); ++i) {
      const double end = endpoint.origin_months[i] +
                         std::min(endpoint.known_months[i], endpoint.dropout_months[i]);
      if (end < never) last = std::max(last, end);
    }
  }
  return last;
}

// The columns of an endpoint, of n patients.
struct Columns {
  const double *origin, *event, *known, *dropout;
};

// What a cut sees. The columns do not overlap.
TRIALMILL_CLONES void observe_columns(const double* __restrict origin,
                                      const double* __restrict event,
                                      const double* __restrict known,
                                      const double* __restrict dropout, double cut, std::size_t n,
                                      double* __restrict time, std::uint8_t* __restrict event_seen,
                                      std::uint64_t* __restrict events,
                                      std::uint64_t* __restrict dropouts) {
  std::uint64_t seen_events = 0, seen_dropouts = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double known_at = origin[i] + known[i], lost_at = origin[i] + dropout[i];
    const bool seen = (known[i] <= dropout[i]) & (known_at <= cut);
    const bool lost = (known[i] > dropout[i]) & (lost_at <= cut);
    const double followed = lost ? dropout[i] : cut - origin[i];
    time[i] = seen ? event[i] : followed;
    event_seen[i] = seen ? 1 : 0;
    seen_events += seen ? 1 : 0;
    seen_dropouts += lost ? 1 : 0;
  }
  *events = seen_events;
  *dropouts = seen_dropouts;
}

void observe_rows(const Columns& columns, double cut, LookData& look) {
  look.time.resize(look.rows);
  look.event.resize(look.rows);
  std::uint64_t events = 0, dropouts = 0;
  observe_columns(columns.origin, columns.event, columns.known, columns.dropout, cut, look.rows,
                  look.time.data(), look.event.data(), &events, &dropouts);
  look.events = events;
  look.dropouts = dropouts;
}

// The columns of some patients, in the look's scratch space.
Columns gather(const EndpointColumns& endpoint, LookData& look) {
  look.columns.resize(4 * look.rows);
  double* to = look.columns.data();
  const auto copy = [&](std::span<const double> from) {
    double* const begin = to;
    for (const std::uint32_t patient : look.patient)
      *to++ = from[patient];
    return begin;
  };
  const double* const origin = copy(endpoint.origin_months);
  const double* const event = copy(endpoint.event_months);
  const double* const known = copy(endpoint.known_months);
  return {origin, event, known, copy(endpoint.dropout_months)};
}

bool all_recorded(std::span<const std::span<const double>> recorded, std::size_t i) {
  return std::ranges::none_of(recorded, [i](const auto& column) { return std::isnan(column[i]); });
}

}  // namespace

std::size_t target_events(const AnalysisTime& when, std::size_t sample_size) {
  using enum AnalysisTime::Condition;
  if (when.condition == events || when.condition == event_fraction)
    return required_events(when, sample_size);
  std::size_t target = 0;
  for (const AnalysisTime& one : when.of)
    target = std::max(target, target_events(one, sample_size));
  return target;
}

std::size_t target_events(const AnalysisTime& when, std::size_t sample_size, std::size_t endpoint,
                          std::span<const std::int32_t> arms) {
  if (when.of.empty()) {
    const bool counted = when.endpoint == endpoint && std::ranges::equal(when.arms, arms);
    return counted ? target_events(when, sample_size) : 0;
  }
  std::size_t target = 0;
  for (const AnalysisTime& one : when.of)
    target = std::max(target, target_events(one, sample_size, endpoint, arms));
  return target;
}

Cut find_cut(const AnalysisTime& when, std::span<const EndpointColumns> endpoints,
             std::span<const double> enrolment_months, LookWorkspace& workspace) {
  assert(!enrolment_months.empty());
  const Trial trial{endpoints, enrolment_months};
  const double condition_met = time_when(when, trial, workspace);
  if (condition_met < never) return {condition_met, true};
  return {std::max(end_of_follow_up(trial), latest_condition(when, trial, workspace)), false};
}

void find_look_cuts(std::span<const AnalysisTime> interim, const AnalysisTime& final_look,
                    std::span<const EndpointColumns> endpoints,
                    std::span<const double> enrolment_months, LookWorkspace& workspace,
                    std::vector<Cut>& cuts) {
  const Trial trial{endpoints, enrolment_months};
  const Cut end = find_cut(final_look, endpoints, enrolment_months, workspace);
  cuts.resize(interim.size() + 1);
  cuts.back() = end;
  double due = 0;
  for (std::size_t k = 0; k < interim.size(); ++k) {
    const double time = std::max(due, time_when(interim[k], trial, workspace));
    cuts[k] = {time, time < end.calendar_months};
    if (cuts[k].reached) due = time;
  }
}

void observe(const EndpointColumns& endpoint, std::size_t sample_size, double cut_months,
             std::span<const std::span<const double>> recorded, LookData& look,
             std::span<const std::int32_t> arms) {
  assert(sample_size > 0 && sample_size <= endpoint.event_months.size());
  look.in_order = endpoint.everybody && recorded.empty() && arms.empty();
  look.patient.clear();
  if (look.in_order) {
    // Patients come in order of arrival, so those seen are the first ones.
    const auto begin = endpoint.origin_months.begin();
    look.rows = static_cast<std::size_t>(
        std::upper_bound(begin, begin + static_cast<std::ptrdiff_t>(sample_size), cut_months) -
        begin);
    observe_rows({endpoint.origin_months.data(), endpoint.event_months.data(),
                  endpoint.known_months.data(), endpoint.dropout_months.data()},
                 cut_months, look);
    return;
  }
  for (std::size_t i = 0; i < sample_size; ++i)
    if (endpoint.analyses(i, cut_months) && all_recorded(recorded, i) &&
        (arms.empty() || is_among(arms, endpoint.arm[i])))
      look.patient.push_back(static_cast<std::uint32_t>(i));
  look.rows = look.patient.size();
  observe_rows(gather(endpoint, look), cut_months, look);
}

}  // namespace trialmill::cohort
