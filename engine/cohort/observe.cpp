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
  const double exact = when.value * static_cast<double>(sample_size);
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

double time_of_event(const Trial& trial, std::size_t endpoint, std::size_t events,
                     LookWorkspace& workspace) {
  if (events == 0 || events > trial.size()) return never;
  const EndpointColumns& columns = trial.endpoints[endpoint];
  workspace.calendar_event.resize(trial.size());
  find_calendar_times(columns.origin_months.data(), columns.known_months.data(),
                      columns.dropout_months.data(), trial.size(), workspace.calendar_event.data());
  return nth_smallest(workspace.calendar_event, events, workspace);
}

double time_when(const AnalysisTime& when, const Trial& trial, LookWorkspace& workspace) {
  using enum AnalysisTime::Condition;
  switch (when.condition) {
    case events:
    case event_fraction:
      return time_of_event(trial, when.endpoint, required_events(when, trial.size()), workspace);
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
// arrival.
double end_of_follow_up(const Trial& trial) {
  double last = trial.enrolment_months.back();
  for (const EndpointColumns& endpoint : trial.endpoints)
    for (std::size_t i = 0; i < trial.size(); ++i) {
      const double end = endpoint.origin_months[i] +
                         std::min(endpoint.known_months[i], endpoint.dropout_months[i]);
      if (end < never) last = std::max(last, end);
    }
  return last;
}

// What the cut sees of one patient.
struct Seen {
  double time;
  bool event, dropout;
};

[[gnu::always_inline]] inline Seen observe_patient(double origin, double event, double known,
                                                   double dropout, double cut) {
  const bool seen = (known <= dropout) & (origin + known <= cut);
  const bool lost = !seen & (dropout < known) & (origin + dropout <= cut);
  const double followed = lost ? dropout : cut - origin;
  return {seen ? event : followed, seen, lost};
}

struct Counts {
  std::size_t events = 0, dropouts = 0;
};

TRIALMILL_CLONES Counts observe_in_order(const double* origin, const double* event,
                                         const double* known, const double* dropout, double cut,
                                         std::size_t n, double* time, std::uint8_t* event_seen) {
  Counts counts;
  for (std::size_t i = 0; i < n; ++i) {
    const Seen seen = observe_patient(origin[i], event[i], known[i], dropout[i], cut);
    time[i] = seen.time;
    event_seen[i] = seen.event;
    counts.events += seen.event;
    counts.dropouts += seen.dropout;
  }
  return counts;
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

Cut find_cut(const AnalysisTime& when, std::span<const EndpointColumns> endpoints,
             std::span<const double> enrolment_months, LookWorkspace& workspace) {
  assert(!enrolment_months.empty());
  const Trial trial{endpoints, enrolment_months};
  const double condition_met = time_when(when, trial, workspace);
  if (condition_met < never) return {condition_met, true};
  return {std::max(end_of_follow_up(trial), latest_condition(when, trial, workspace)), false};
}

void observe(const EndpointColumns& endpoint, std::size_t sample_size, double cut_months,
             std::span<const std::span<const double>> recorded, LookData& look) {
  assert(sample_size > 0 && sample_size <= endpoint.event_months.size());
  look.rows = look.events = look.dropouts = 0;
  look.in_order = endpoint.everybody && recorded.empty();
  look.patient.clear();
  look.time.resize(sample_size);
  look.event.resize(sample_size);
  if (look.in_order) {
    // Patients come in order of arrival, so those seen are the first ones.
    const auto begin = endpoint.origin_months.begin();
    const auto seen = static_cast<std::size_t>(
        std::upper_bound(begin, begin + static_cast<std::ptrdiff_t>(sample_size), cut_months) -
        begin);
    const Counts counts = observe_in_order(
        endpoint.origin_months.data(), endpoint.event_months.data(), endpoint.known_months.data(),
        endpoint.dropout_months.data(), cut_months, seen, look.time.data(), look.event.data());
    look.rows = seen;
    look.events = counts.events;
    look.dropouts = counts.dropouts;
  } else {
    for (std::size_t i = 0; i < sample_size; ++i) {
      if (!(endpoint.origin_months[i] <= cut_months) || !all_recorded(recorded, i)) continue;
      const Seen seen =
          observe_patient(endpoint.origin_months[i], endpoint.event_months[i],
                          endpoint.known_months[i], endpoint.dropout_months[i], cut_months);
      look.patient.push_back(static_cast<std::uint32_t>(i));
      look.time[look.rows] = seen.time;
      look.event[look.rows] = seen.event;
      ++look.rows;
      look.events += seen.event;
      look.dropouts += seen.dropout;
    }
  }
  look.time.resize(look.rows);
  look.event.resize(look.rows);
}

}  // namespace trialmill::cohort
