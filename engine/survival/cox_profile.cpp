#include "trialmill/survival/cox_profile.hpp"

#include <cassert>
#include <limits>

#include "cox_at_fit.hpp"
#include "cox_objective.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

/// The intervals of a fit of either kind, from an objective at its data.
template <class Fit>
std::vector<ProfileInterval> intervals(const Fit& fit, double level,
                                       const CoxObjective& objective) {
  assert(level > 0 && level < 1);
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double>& unit = objective.workspace().unit;
  const std::size_t p = unit.size();
  const bool estimated =
      fit.status != FitStatus::no_events && fit.status != FitStatus::no_information;
  std::vector<double> estimate(p, 0.0);
  for (std::size_t j = 0; j < p; ++j)
    if (!fit.aliased[j]) estimate[j] = fit.coefficient[j] / unit[j];
  const double z = math::normal_quantile(0.5 + 0.5 * level);
  std::vector<ProfileInterval> result(p);
  for (std::size_t j = 0; j < p; ++j) {
    if (fit.aliased[j]) {
      result[j] = {estimated ? FitStatus::singular : fit.status, undefined, undefined};
      continue;
    }
    if (fit.status == FitStatus::not_converged) {
      result[j] = {fit.status, undefined, undefined};
      continue;
    }
    result[j] = search_profile(
        objective, {j, estimate, fit.standard_error[j] / unit[j], fit.log_likelihood, 0.5 * z * z});
    result[j].lower *= unit[j];
    result[j].upper *= unit[j];
  }
  return result;
}

}  // namespace

std::vector<ProfileInterval> profile_intervals(const SortedTimes& sorted,
                                               const Covariates& covariates,
                                               const CoxOptions& options, const CoxFit& fit,
                                               double level, CoxWorkspace& workspace) {
  prepare(sorted, covariates, workspace);
  return intervals(fit, level, CoxObjective(options.ties, fit.aliased, workspace));
}

std::vector<ProfileInterval> profile_intervals(const SortedTimes& sorted,
                                               const Covariates& covariates,
                                               const CoxOptions& options, const FirthFit& fit,
                                               double level, FirthWorkspace& workspace) {
  prepare(sorted, covariates, workspace.cox);
  return intervals(fit, level, CoxObjective(options.ties, fit.aliased, workspace));
}

}  // namespace trialmill::survival
