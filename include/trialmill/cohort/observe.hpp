#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/cohort/endpoint.hpp"

namespace trialmill::cohort {

/// When the data are cut for analysis, in calendar time from the first day of enrolment.
struct AnalysisTime {
  enum class Condition {
    events,             ///< when `value` events have happened
    event_fraction,     ///< when events reach `value` x `share` x sample size, rounded up
    calendar_months,    ///< `value` months after enrolment opened
    minimum_follow_up,  ///< `value` months after the last patient was enrolled
    first_of,           ///< the earliest of `of`
    last_of,            ///< the latest of `of`
  };
  Condition condition = Condition::events;
  double value = 0;
  std::vector<AnalysisTime> of;
  std::size_t endpoint = 0;  ///< whose events are counted: an index in the trial's endpoints
  std::vector<std::int32_t> arms = {};  ///< whose events are counted, increasing; empty: all
  double share = 1;                     ///< of the patients, who are allotted to `arms`
  bool operator==(const AnalysisTime&) const = default;
};

/// The events an event-driven condition waits for at this sample size; 0 when it has none. Of
/// several event conditions, the largest.
std::size_t target_events(const AnalysisTime& when, std::size_t sample_size);

/// The same, of the conditions that count the events of one endpoint in just these arms.
/// @param arms increasing; empty: all
std::size_t target_events(const AnalysisTime& when, std::size_t sample_size, std::size_t endpoint,
                          std::span<const std::int32_t> arms = {});

/// When a trial's data are cut, in calendar time.
struct Cut {
  double calendar_months = 0;
  bool reached = true;  ///< false: the condition could never be met, and follow-up ended with the
                        ///< last event or dropout
};

/// Scratch space, reused from replicate to replicate.
struct LookWorkspace {
  std::vector<double> calendar_event, candidate;
  std::vector<std::int32_t> interval;
};

/// When the condition comes true in a trial of the first `enrolment_months.size()` patients.
/// @param endpoints of the trial, columns of at least as many patients
/// @param enrolment_months calendar times of arrival, increasing, not empty
Cut find_cut(const AnalysisTime& when, std::span<const EndpointColumns> endpoints,
             std::span<const double> enrolment_months, LookWorkspace& workspace);

/// When the looks of a trial fall due: the interim ones in their order, then the final one.
///
/// An interim look is due when its condition comes true, and not before the look in front of it.
/// One whose condition does not come true before the final look is due is not held, and `reached`
/// is false. The final look is due as `find_cut` has it.
/// @param cuts one per interim look and one for the final look; overwritten
void find_look_cuts(std::span<const AnalysisTime> interim, const AnalysisTime& final_look,
                    std::span<const EndpointColumns> endpoints,
                    std::span<const double> enrolment_months, LookWorkspace& workspace,
                    std::vector<Cut>& cuts);

/// What a cut sees of one endpoint: one row per patient who is analysed then, that is whose clock
/// has started (and, of an endpoint with an analysis set, who belongs to it).
struct LookData {
  std::size_t rows = 0;
  std::size_t events = 0;
  std::size_t dropouts = 0;
  bool in_order = true;             ///< row k is patient k, and `patient` is empty
  std::vector<double> time;         ///< to event or censoring, months
  std::vector<std::uint8_t> event;  ///< 1 event, 0 censored
  std::vector<std::uint32_t> patient;
  std::vector<double> columns;  ///< scratch space of observe
};

/// Cuts the first `sample_size` patients. An event counts when origin + the time it is known <= the
/// cut, so a cut at the d-th event holds exactly d events whatever the rounding.
/// @param recorded columns of covariates that must not be missing (NaN) in a patient analysed
/// @param arms whose patients are analysed; empty: all
void observe(const EndpointColumns& endpoint, std::size_t sample_size, double cut_months,
             std::span<const std::span<const double>> recorded, LookData& look,
             std::span<const std::int32_t> arms = {});

}  // namespace trialmill::cohort
