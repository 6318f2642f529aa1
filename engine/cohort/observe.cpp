#include "trialmill/cohort/observe.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

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
void calendar_event_times(const EndpointColumns& endpoint, std::size_t sample_size,
                          std::vector<double>& calendar) {
  calendar.resize(sample_size);
  for (std::size_t i = 0; i < sample_size; ++i)
    calendar[i] = endpoint.known_months[i] <= endpoint.dropout_months[i]
                      ? endpoint.origin_months[i] + endpoint.known_months[i]
                      : never;
}

double time_of_event(const Trial& trial, std::size_t endpoint, std::size_t events,
                     LookWorkspace& workspace) {
  if (events == 0 || events > trial.size()) return never;
  calendar_event_times(trial.endpoints[endpoint], trial.size(), workspace.calendar_event);
  const auto nth = workspace.calendar_event.begin() + static_cast<std::ptrdiff_t>(events - 1);
  std::nth_element(workspace.calendar_event.begin(), nth, workspace.calendar_event.end());
  return *nth;
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

// Appends what the cut sees of patient i.
void observe_patient(const EndpointColumns& endpoint, std::size_t i, double cut, LookData& look) {
  const double origin = endpoint.origin_months[i];
  const double event = endpoint.event_months[i];
  const double dropout = endpoint.dropout_months[i];
  const double followed = cut - origin;
  const double known = endpoint.known_months[i];
  const bool seen = known <= dropout && origin + known <= cut;
  const bool lost = !seen && dropout < known && origin + dropout <= cut;
  look.time[look.rows] = seen ? event : lost ? dropout : followed;
  look.event[look.rows] = seen;
  ++look.rows;
  look.events += seen;
  look.dropouts += lost;
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
    for (std::size_t i = 0; i < seen; ++i)
      observe_patient(endpoint, i, cut_months, look);
  } else {
    for (std::size_t i = 0; i < sample_size; ++i) {
      if (!(endpoint.origin_months[i] <= cut_months) || !all_recorded(recorded, i)) continue;
      look.patient.push_back(static_cast<std::uint32_t>(i));
      observe_patient(endpoint, i, cut_months, look);
    }
  }
  look.time.resize(look.rows);
  look.event.resize(look.rows);
}

}  // namespace trialmill::cohort
