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

// Calendar times of the events that will be seen; infinite for patients who never have one.
void calendar_event_times(const Cohort& cohort, std::size_t sample_size,
                          std::vector<double>& calendar) {
  calendar.resize(sample_size);
  for (std::size_t i = 0; i < sample_size; ++i)
    calendar[i] = cohort.event_months[i] <= cohort.dropout_months[i]
                      ? cohort.enrolment_months[i] + cohort.event_months[i]
                      : never;
}

double time_of_event(const Cohort& cohort, std::size_t sample_size, std::size_t events,
                     LookWorkspace& workspace) {
  if (events == 0 || events > sample_size) return never;
  calendar_event_times(cohort, sample_size, workspace.calendar_event);
  const auto nth = workspace.calendar_event.begin() + static_cast<std::ptrdiff_t>(events - 1);
  std::nth_element(workspace.calendar_event.begin(), nth, workspace.calendar_event.end());
  return *nth;
}

double time_when(const AnalysisTime& when, const Cohort& cohort, std::size_t sample_size,
                 LookWorkspace& workspace) {
  using enum AnalysisTime::Condition;
  switch (when.condition) {
    case events:
    case event_fraction:
      return time_of_event(cohort, sample_size, required_events(when, sample_size), workspace);
    case calendar_months:
      return when.value;
    case minimum_follow_up:
      return cohort.enrolment_months[sample_size - 1] + when.value;
    case first_of:
    case last_of:
      break;
  }
  double time = time_when(when.of.front(), cohort, sample_size, workspace);
  for (std::size_t k = 1; k < when.of.size(); ++k) {
    const double other = time_when(when.of[k], cohort, sample_size, workspace);
    time = when.condition == first_of ? std::min(time, other) : std::max(time, other);
  }
  return time;
}

// The latest time that any condition names, of those that come true.
double latest_condition(const AnalysisTime& when, const Cohort& cohort, std::size_t sample_size,
                        LookWorkspace& workspace) {
  double latest = 0;
  if (when.of.empty()) {
    const double time = time_when(when, cohort, sample_size, workspace);
    return time < never ? time : 0;
  }
  for (const AnalysisTime& one : when.of)
    latest = std::max(latest, latest_condition(one, cohort, sample_size, workspace));
  return latest;
}

// When nothing more can be learnt: the last finite event or dropout, and not before the last
// arrival.
double end_of_follow_up(const Cohort& cohort, std::size_t sample_size) {
  double last = cohort.enrolment_months[sample_size - 1];
  for (std::size_t i = 0; i < sample_size; ++i) {
    const double end =
        cohort.enrolment_months[i] + std::min(cohort.event_months[i], cohort.dropout_months[i]);
    if (end < never) last = std::max(last, end);
  }
  return last;
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

void observe(const Cohort& cohort, std::size_t sample_size, const AnalysisTime& when,
             LookWorkspace& workspace, LookData& look) {
  assert(sample_size > 0 && sample_size <= cohort.size);
  const double condition_met = time_when(when, cohort, sample_size, workspace);
  look.reached = condition_met < never;
  const double cut = look.reached
                         ? condition_met
                         : std::max(end_of_follow_up(cohort, sample_size),
                                    latest_condition(when, cohort, sample_size, workspace));
  look.calendar_months = cut;
  const auto enrolled_end = std::upper_bound(
      cohort.enrolment_months.begin(),
      cohort.enrolment_months.begin() + static_cast<std::ptrdiff_t>(sample_size), cut);
  look.enrolled = static_cast<std::size_t>(enrolled_end - cohort.enrolment_months.begin());
  look.time.resize(look.enrolled);
  look.event.resize(look.enrolled);
  look.events = 0;
  look.dropouts = 0;
  for (std::size_t i = 0; i < look.enrolled; ++i) {
    const double arrival = cohort.enrolment_months[i];
    const double event = cohort.event_months[i];
    const double dropout = cohort.dropout_months[i];
    const double followed = cut - arrival;
    const bool seen = event <= dropout && arrival + event <= cut;
    const bool lost = !seen && dropout < event && arrival + dropout <= cut;
    look.time[i] = seen ? event : lost ? dropout : followed;
    look.event[i] = seen;
    look.events += seen;
    look.dropouts += lost;
  }
}

}  // namespace trialmill::cohort
