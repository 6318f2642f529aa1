#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trialmill::simulation {

/// Rejections of the same replicates at several sample sizes, which are the first patients of the
/// same cohorts.
struct SizedRejections {
  std::vector<std::size_t> sizes;  ///< increasing
  std::uint64_t replicates = 0;
  /// Sizes x sizes: replicates that reject at both; on the diagonal those that reject.
  std::vector<std::uint64_t> both;

  std::uint64_t at(std::size_t i, std::size_t j) const { return both[i * sizes.size() + j]; }
};

/// probit(power) = intercept + slope x root of the sample size, with the covariance of the
/// estimates.
struct PowerCurve {
  double intercept = 0, slope = 0;
  double variance_of_intercept = 0, covariance = 0, variance_of_slope = 0;
};

/// Probit regression by generalised estimating equations with independence as working correlation
/// (Liang and Zeger 1986): sizes of one replicate are correlated, which the sandwich variance
/// counts. A normal statistic whose mean grows with the root of the size has the intercept
/// -critical_z; that is the mean of a normal prior with variance 1, which holds the slope where the
/// sizes lie too close together to tell it, and hardly moves the curve between them.
PowerCurve fit_power_curve(std::span<const SizedRejections> batches, double critical_z);

/// Where a curve meets a power, and Fieller's (1954) interval.
struct SizeForPower {
  double size = 0;   ///< infinite when the curve does not rise
  double lower = 0;  ///< 0 and infinite when the slope may be 0
  double upper = 0;
};

SizeForPower size_for_power(const PowerCurve& curve, double power, double confidence);

}  // namespace trialmill::simulation
