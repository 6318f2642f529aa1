#pragma once

#include <cstdint>
#include <vector>

#include "trialmill/cohort/cohort.hpp"

namespace trialmill::cohort {

/// When the data are cut for analysis, in calendar time from the first day of enrolment.
struct AnalysisTime {
  enum class Condition {
    events,             ///< when `value` events have happened
    event_fraction,     ///< when events reach `value` x sample size, rounded up
    calendar_months,    ///< `value` months after enrolment opened
    minimum_follow_up,  ///< `value` months after the last patient was enrolled
    first_of,           ///< the earliest of `of`
    last_of,            ///< the latest of `of`
  };
  Condition condition = Condition::events;
  double value = 0;
  std::vector<AnalysisTime> of;
};

/// The events an event-driven condition waits for at this sample size; 0 when it has none. Of
/// several event conditions, the largest.
std::size_t target_events(const AnalysisTime& when, std::size_t sample_size);

/// What a look at calendar time `calendar_months` sees: the patients enrolled by then.
struct LookData {
  double calendar_months = 0;
  bool reached = true;  ///< false: the condition could never be met, and follow-up ended with the
                        ///< last event or dropout
  std::size_t enrolled = 0;
  std::size_t events = 0;
  std::size_t dropouts = 0;
  std::vector<double> time;         ///< `enrolled` times to event or censoring, months
  std::vector<std::uint8_t> event;  ///< 1 event, 0 censored
};

/// Scratch space, reused from replicate to replicate.
struct LookWorkspace {
  std::vector<double> calendar_event;
};

/// Cuts the first `sample_size` patients of a cohort. An event counts when enrolment + event time
/// <= the cut, so a cut at the d-th event holds exactly d events whatever the rounding.
void observe(const Cohort& cohort, std::size_t sample_size, const AnalysisTime& when,
             LookWorkspace& workspace, LookData& look);

}  // namespace trialmill::cohort
