#pragma once

#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/kaplan_meier.hpp"

namespace trialmill::survival {

/// Two Kaplan-Meier curves compared at one time, experimental against reference, with Greenwood's
/// variance (Klein, Logan, Harhoff and Andersen 2007; simtrial's `milestone`). Where a curve is 0
/// or 1 that variance is 0, without censoring that of a binomial proportion; the difference is
/// tested by the other curve's. On the scale of log(-log S) such a curve is infinite and there is
/// no test.
struct MilestoneComparison {
  FitStatus status = FitStatus::ok;  ///< no_information: both curves are 0 or 1, so no test
  double time = 0;
  double reference = 0;  ///< survival probabilities
  double reference_std_error = 0;
  double experimental = 0;
  double experimental_std_error = 0;
  double difference = 0;  ///< experimental - reference
  double std_error = 0;   ///< 0 where both curves are 0 or 1, and the limits are the difference
  double lower = 0;
  double upper = 0;
  double z = 0;  ///< difference / std_error: positive when experimental does better; 0 unless ok
  double p_two_sided = 1;

  FitStatus log_log_status = FitStatus::ok;  ///< no_information where a curve is 0 or 1
  double log_log_difference = 0;  ///< log(-log S) of reference less that of experimental; or NaN
  double log_log_std_error = 0;   ///< by the delta method; or NaN
  double log_log_z = 0;           ///< positive when experimental does better; 0 unless ok
  double log_log_p_two_sided = 1;
};

/// @param time at which both curves should be known; beyond follow-up the curves are held flat and
/// both statuses are follow_up_too_short
/// @param level of the two-sided interval of the difference
MilestoneComparison compare_milestone(const KaplanMeier& reference, const KaplanMeier& experimental,
                                      double time, double level = 0.95);

}  // namespace trialmill::survival
