#pragma once

#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/kaplan_meier.hpp"

namespace trialmill::survival {

/// Restricted mean survival time: the mean time without the event up to a horizon, the area under
/// the Kaplan-Meier curve.
struct RestrictedMean {
  FitStatus status = FitStatus::ok;  ///< follow_up_too_short: the numbers hold the curve flat
  double horizon = 0;
  double estimate = 0;   ///< in the unit of time
  double std_error = 0;  ///< root of the plain Greenwood sum, without the m / (m - 1) factor
};

/// Area under the curve from 0 to `horizon` > 0; agrees with survRM2 and `summary(fit, rmean =)`.
RestrictedMean restricted_mean(const KaplanMeier& curve, double horizon);

/// Two groups compared by restricted mean survival time, experimental against reference
/// (Uno et al. 2014; survRM2's `rmst2`). Intervals of ratios are symmetric on the log scale.
struct RestrictedMeanComparison {
  FitStatus status = FitStatus::ok;  ///< no_information: no standard error, so no z
  RestrictedMean reference;
  RestrictedMean experimental;
  double difference = 0;  ///< experimental - reference, in the unit of time
  double std_error = 0;
  double lower = 0;
  double upper = 0;
  double z = 0;  ///< difference / std_error: positive when experimental does better; 0 unless ok
  double p_two_sided = 1;
  double ratio = 0;  ///< experimental / reference
  double ratio_lower = 0;
  double ratio_upper = 0;
  double log_ratio_std_error = 0;
  double ratio_of_time_lost = 0;  ///< of horizon - mean; NaN, as its limits, when a group lost none
  double ratio_of_time_lost_lower = 0;
  double ratio_of_time_lost_upper = 0;
};

/// @param horizon time up to which both curves should be known
/// @param level of the two-sided intervals
RestrictedMeanComparison compare_restricted_means(const KaplanMeier& reference,
                                                  const KaplanMeier& experimental, double horizon,
                                                  double level = 0.95);

}  // namespace trialmill::survival
