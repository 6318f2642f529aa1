#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "trialmill/survival/fit_status.hpp"

/// What trials and simulations conclude: one replicate, a block of them, the whole run.
namespace trialmill::result {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Two proportions of one replicate; NaN when undefined.
struct ProportionOutcome {
  double control = not_a_number;
  double experimental = not_a_number;
  double difference = not_a_number;  ///< experimental - control
  double lower = not_a_number;       ///< of its interval at the analysis's level
  double upper = not_a_number;
};

/// Difference of restricted means (months) or survival probabilities, or net benefit; experimental
/// less control, NaN when undefined.
struct DifferenceOutcome {
  double estimate = not_a_number;
  double standard_error = not_a_number;
};

/// One look of an analysis in one replicate.
struct LookOutcome {
  double due_months = not_a_number;  ///< calendar time at which it falls due, whether or not the
                                     ///< analysis has stopped before; NaN when it never does
  /// Did the analysis come this far? Nothing below exists otherwise.
  bool held = false;
  bool rejected = false;
  bool futile = false;       ///< stopped here for futility
  std::size_t patients = 0;  ///< analysed
  std::size_t events = 0;
  std::size_t enrolled = 0;
  double information = 0;  ///< as a fraction of the planned maximum
  /// Of the test itself, which correlates its looks; 0 where the test is undefined, NaN where
  /// that is `information`, or where looks correlate by the covariances of several scores.
  double own_information = not_a_number;
  double correlation = not_a_number;  ///< of Z with that of the last look held before, under the
                                      ///< null hypothesis; NaN where either is undefined, or the
                                      ///< largest of several
  double z = 0;                       ///< NaN when undefined, which neither rejects nor is futile
  double efficacy_z = 0, futility_z = 0;  ///< infinite where there is no bound
};

/// One analysis of one replicate, at the look where it stopped. An undefined test is no rejection.
struct AnalysisOutcome {
  survival::FitStatus status = survival::FitStatus::ok;
  double z = 0;  ///< positive when the experimental arm does better; of more than two arms the root
                 ///< of chi-square; NaN when undefined
  bool rejected = false;
  double analysis_months = 0;  ///< calendar time of the cut from the opening of enrolment
  std::size_t patients = 0;    ///< analysed
  std::size_t events = 0;      ///< seen in them; successes of a yes-or-no endpoint
  std::size_t dropouts = 0;    ///< lost among them before an event was known
  std::size_t enrolled = 0;    ///< of the arms compared by the cut, whether analysed or not
  /// Cox analyses only; NaN otherwise and when undefined.
  double log_hazard_ratio = not_a_number;
  double standard_error = not_a_number;
  ProportionOutcome proportion;  ///< of a yes-or-no endpoint
  /// Of a test that rejects by it: MaxCombo, of several arms, and Fisher's as a hypothesis.
  double p_value = not_a_number;
  DifferenceOutcome difference;  ///< of restricted means, milestones and win ratios
  /// Of a weighted log-rank test, its score's variance; of restricted means and milestones, one
  /// over the variance of what they compare. NaN of other tests and when undefined.
  double information = not_a_number;
  int look = 1;  ///< at which it stopped, from 1
};

/// Steps of the pathway that are counted, by arm.
enum class PathwayStep : std::uint8_t {
  progression,
  death_before_surgery,
  withdrawal,
  toxicity,
  response,
  surgery,
  r0,
  r1,
  r2,
  unresectable,
  death_within_90_days,  ///< of surgery
  switching,             ///< of treatment after recurrence; counted where some arm does
};
constexpr std::size_t pathway_step_count = 12;
std::string_view name(PathwayStep step);

/// How many patients of an arm took each step, whatever was seen by the time of the analysis.
struct PathwayCounts {
  std::uint64_t patients = 0;
  std::array<std::uint64_t, pathway_step_count> took{};
  bool may_switch = false;  ///< treatment can be switched in some arm

  bool counts(PathwayStep step) const { return step != PathwayStep::switching || may_switch; }
  void merge(const PathwayCounts& other);
};

/// One replicate at one design point.
struct Outcome {
  double analysis_months = 0;  ///< calendar time of the last analysis
  double last_patient_in_months = 0;
  std::size_t enrolled = 0;  ///< by the time of the last analysis, as all that follows
  std::size_t events = 0;    ///< of the endpoint that the first analysis of a time to event has
  std::size_t dropouts = 0;
  bool events_reached = true;  ///< false: follow-up ended before the condition was met
  std::vector<AnalysisOutcome> analyses;
  /// By analysis and look; empty for analyses that are made once, or if all are.
  std::vector<std::vector<LookOutcome>> looks;
  std::vector<PathwayCounts> pathway;  ///< by arm; empty without a course
  /// How far the arms of the patients enrolled are from the allocation: the largest difference
  /// between an arm's patients and those expected. Of all patients, then within every level asked
  /// for; empty when nobody asked.
  std::vector<double> imbalance;
};

}  // namespace trialmill::result
