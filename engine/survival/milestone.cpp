#include "trialmill/survival/milestone.hpp"

#include <cassert>
#include <cmath>
#include <limits>

#include "trialmill/math/elementary.hpp"
#include "trialmill/survival/p_value.hpp"

namespace trialmill::survival {
namespace {

/// log(-log S) and its standard error; NaN where S is 0 or 1.
struct LogLog {
  double value = std::numeric_limits<double>::quiet_NaN();
  double std_error = std::numeric_limits<double>::quiet_NaN();
};

LogLog log_log(double survival, double std_error) {
  if (!(survival > 0 && survival < 1)) return {};
  const double log_survival = math::log(survival);
  return {math::log(-log_survival), std_error / std::abs(survival * log_survival)};
}

// Greenwood's variance of a curve that has reached 0 is 0, as of one that is 1: what its last
// factor (n - d) / n leaves of the sum vanishes with n - d. The curve itself says NaN there, as R's
// does.
double greenwood_error(const CurvePoint& point) {
  return point.survival > 0 ? point.std_error : 0;
}

FitStatus comparability(const KaplanMeier& a, const KaplanMeier& b, double time) {
  if (a.n == 0 || b.n == 0) return FitStatus::one_group_empty;
  if (!covers(a, time) || !covers(b, time)) return FitStatus::follow_up_too_short;
  if (a.events + b.events == 0) return FitStatus::no_events;
  return FitStatus::ok;
}

}  // namespace

MilestoneComparison compare_milestone(const KaplanMeier& reference, const KaplanMeier& experimental,
                                      double time, double level) {
  assert(level > 0 && level < 1);
  MilestoneComparison result;
  const CurvePoint x = survival_at(reference, time);
  const CurvePoint y = survival_at(experimental, time);
  result.time = time;
  result.reference = x.survival;
  result.reference_std_error = greenwood_error(x);
  result.experimental = y.survival;
  result.experimental_std_error = greenwood_error(y);
  result.difference = y.survival - x.survival;
  result.std_error = std::sqrt(result.reference_std_error * result.reference_std_error +
                               result.experimental_std_error * result.experimental_std_error);
  const double z = math::normal_quantile(0.5 + 0.5 * level);
  result.lower = result.difference - z * result.std_error;
  result.upper = result.difference + z * result.std_error;

  const LogLog a = log_log(x.survival, x.std_error);
  const LogLog b = log_log(y.survival, y.std_error);
  result.log_log_difference = a.value - b.value;
  result.log_log_std_error = std::sqrt(a.std_error * a.std_error + b.std_error * b.std_error);

  const FitStatus known = comparability(reference, experimental, time);
  const auto status = [known](double std_error) {
    return known == FitStatus::ok && !(std_error > 0) ? FitStatus::no_information : known;
  };
  result.status = status(result.std_error);
  if (result.status == FitStatus::ok) {
    result.z = result.difference / result.std_error;
    result.p_two_sided = two_sided_p(result.z);
  }
  result.log_log_status = status(result.log_log_std_error);
  if (result.log_log_status == FitStatus::ok) {
    result.log_log_z = result.log_log_difference / result.log_log_std_error;
    result.log_log_p_two_sided = two_sided_p(result.log_log_z);
  }
  return result;
}

}  // namespace trialmill::survival
