#pragma once

#include <cstddef>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/milestone.hpp"
#include "trialmill/survival/proportion.hpp"
#include "trialmill/survival/rmst.hpp"

/// Tests against a margin instead of no difference.
///
/// Of hazard ratios the margin is the ratio that is just too high: above 1 for non-inferiority, 1
/// for superiority, below 1 for superiority by a margin. Of differences (experimental - reference,
/// more being better) it is the loss that is just too much: above 0 for non-inferiority, 0 for
/// superiority, below 0 for superiority by a margin. Z is positive when the experimental group is
/// on the good side of the margin, and non-inferior at the one-sided level alpha when p <= alpha.
namespace trialmill::survival {

struct NonInferiority {
  FitStatus status = FitStatus::ok;
  double margin = 0;
  double z = 0;            ///< 0 unless ok
  double p_one_sided = 1;  ///< P(a standard normal variable >= z)
};

/// Wald's test of a coefficient against log(margin): (log(margin) - coefficient) / standard error.
/// The status is that of the fit, monotone_likelihood only where the term itself is infinite, and
/// singular only where it was dropped.
/// @param margin above 0
NonInferiority non_inferiority(const CoxFit& fit, std::size_t column, double margin);

/// (difference + margin) / standard error, in the unit of time.
NonInferiority non_inferiority(const RestrictedMeanComparison& comparison, double margin);

/// (difference + margin) / standard error, of survival probabilities. no_information where no
/// standard error exists.
NonInferiority non_inferiority(const MilestoneComparison& comparison, double margin);

/// The score test of Farrington and Manning (1990): (difference + margin) / standard error, the
/// variance at the most likely proportions that differ by -margin exactly. At margin 0 the score
/// test of `compare_proportions`. A success counts as good.
/// @param margin in (-1, 1)
NonInferiority non_inferiority(const TwoByTwo& table, double margin);

}  // namespace trialmill::survival
