#include "trialmill/survival/firth_cox.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cox_at_fit.hpp"
#include "cox_likelihood.hpp"
#include "cox_objective.hpp"
#include "information_factor.hpp"

namespace trialmill::survival {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

void reset(const SortedTimes& sorted, std::size_t p, FirthFit& fit) {
  fit.status = FitStatus::ok;
  fit.n = sorted.size();
  fit.events = static_cast<std::size_t>(std::count(sorted.event.begin(), sorted.event.end(), 1));
  fit.iterations = 0;
  fit.degrees_of_freedom = 0;
  fit.coefficient.assign(p, undefined);
  fit.standard_error.assign(p, undefined);
  fit.covariance.assign(p * p, 0.0);
  fit.aliased.assign(p, 1);
  fit.log_likelihood_null = fit.log_likelihood = 0;
  fit.likelihood_ratio_test = 0;
}

/// Marks the columns to drop by the information at coefficients 0.
/// @return whether any column is left
bool find_columns(std::size_t p, CoxWorkspace& workspace, FirthFit& fit) {
  if (!holds_information(p, workspace)) return false;
  evaluate_likelihood(Ties::efron, workspace.beta, workspace);
  InformationFactor factor{workspace.information, workspace.factor, fit.aliased};
  factor.find_dependent_columns(smallest_information(fit.events, workspace));
  fit.degrees_of_freedom = static_cast<int>(std::count(fit.aliased.begin(), fit.aliased.end(), 0));
  return fit.degrees_of_freedom > 0;
}

}  // namespace

void fit_firth(const SortedTimes& sorted, const Covariates& covariates, const CoxOptions& options,
               FirthWorkspace& workspace, FirthFit& fit) {
  const std::size_t p = covariates.columns.size();
  CoxWorkspace& cox = workspace.cox;
  reset(sorted, p, fit);
  if (fit.events == 0) {
    fit.status = FitStatus::no_events;
    return;
  }
  prepare(sorted, covariates, cox);
  if (p > 0 && !find_columns(p, cox, fit)) {
    fit.status = FitStatus::no_information;
    fit.aliased.assign(p, 1);
    return;
  }
  const CoxObjective objective(options.ties, fit.aliased, workspace);
  fit.log_likelihood_null = objective(cox.beta);
  workspace.dropped.assign(fit.aliased.begin(), fit.aliased.end());
  const CoxObjective::Maximum best =
      objective.maximise(workspace.dropped, options.tolerance, 10 * options.max_iterations);
  fit.iterations = best.iterations;
  fit.log_likelihood = best.value;
  fit.likelihood_ratio_test = 2 * (fit.log_likelihood - fit.log_likelihood_null);
  if (!best.converged) fit.status = FitStatus::not_converged;
  if (best.converged && fit.degrees_of_freedom < static_cast<int>(p))
    fit.status = FitStatus::singular;
  InformationFactor factor{cox.information, cox.factor, fit.aliased};
  if (factor.update()) factor.invert(fit.covariance);
  for (std::size_t j = 0; j < p; ++j) {
    if (fit.aliased[j]) continue;
    fit.coefficient[j] = cox.beta[j] * cox.unit[j];
    for (std::size_t k = 0; k < p; ++k)
      fit.covariance[j * p + k] *= cox.unit[j] * cox.unit[k];
    fit.standard_error[j] = std::sqrt(fit.covariance[j * p + j]);
  }
}

}  // namespace trialmill::survival
