#include "trialmill/survival/rmst.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "trialmill/math/elementary.hpp"
#include "trialmill/survival/p_value.hpp"

namespace trialmill::survival {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Ratio {
  double estimate = nan;
  double lower = nan;
  double upper = nan;
  double log_std_error = nan;
};

/// The ratio of two independent positive estimates, by the delta method on the log scale.
Ratio ratio_of(double numerator, double numerator_std_error, double denominator,
               double denominator_std_error, double z) {
  if (!(numerator > 0 && denominator > 0)) return {};
  const double above = numerator_std_error / numerator;
  const double below = denominator_std_error / denominator;
  const double std_error = std::sqrt(above * above + below * below);
  const double log_ratio = math::log(numerator / denominator);
  return {numerator / denominator, math::exp(log_ratio - z * std_error),
          math::exp(log_ratio + z * std_error), std_error};
}

FitStatus comparability(const KaplanMeier& a, const KaplanMeier& b, double horizon) {
  if (a.n == 0 || b.n == 0) return FitStatus::one_group_empty;
  if (!covers(a, horizon) || !covers(b, horizon)) return FitStatus::follow_up_too_short;
  if (a.events + b.events == 0) return FitStatus::no_events;
  return FitStatus::ok;
}

}  // namespace

RestrictedMean restricted_mean(const KaplanMeier& curve, double horizon) {
  assert(horizon > 0);
  RestrictedMean mean;
  mean.horizon = horizon;
  if (curve.n == 0) {
    mean.status = FitStatus::one_group_empty;
  } else if (!covers(curve, horizon)) {
    mean.status = FitStatus::follow_up_too_short;
  }
  const auto end = std::upper_bound(curve.time.begin(), curve.time.end(), horizon);
  double area = 0;  // from the current row's time to the horizon
  double variance = 0;
  double next_time = horizon;
  for (auto k = static_cast<std::size_t>(end - curve.time.begin()); k-- > 0;) {
    area += (next_time - curve.time[k]) * curve.survival[k];
    next_time = curve.time[k];
    const double d = curve.n_event[k];
    const double n = curve.n_risk[k];
    if (n > d) variance += area * area * d / (n * (n - d));
  }
  mean.estimate = area + next_time;
  mean.std_error = std::sqrt(variance);
  return mean;
}

RestrictedMeanComparison compare_restricted_means(const KaplanMeier& reference,
                                                  const KaplanMeier& experimental, double horizon,
                                                  double level) {
  assert(level > 0 && level < 1);
  RestrictedMeanComparison result;
  result.reference = restricted_mean(reference, horizon);
  result.experimental = restricted_mean(experimental, horizon);
  const RestrictedMean& x = result.reference;
  const RestrictedMean& y = result.experimental;
  const double z = math::normal_quantile(0.5 + 0.5 * level);
  result.difference = y.estimate - x.estimate;
  result.std_error = std::sqrt(x.std_error * x.std_error + y.std_error * y.std_error);
  result.lower = result.difference - z * result.std_error;
  result.upper = result.difference + z * result.std_error;

  const Ratio ratio = ratio_of(y.estimate, y.std_error, x.estimate, x.std_error, z);
  result.ratio = ratio.estimate;
  result.ratio_lower = ratio.lower;
  result.ratio_upper = ratio.upper;
  result.log_ratio_std_error = ratio.log_std_error;
  const Ratio lost =
      ratio_of(horizon - y.estimate, y.std_error, horizon - x.estimate, x.std_error, z);
  result.ratio_of_time_lost = lost.estimate;
  result.ratio_of_time_lost_lower = lost.lower;
  result.ratio_of_time_lost_upper = lost.upper;

  result.status = comparability(reference, experimental, horizon);
  if (result.status == FitStatus::ok && !(result.std_error > 0)) {
    result.status = FitStatus::no_information;
  }
  if (result.status == FitStatus::ok) {
    result.z = result.difference / result.std_error;
    result.p_two_sided = two_sided_p(result.z);
  }
  return result;
}

}  // namespace trialmill::survival
