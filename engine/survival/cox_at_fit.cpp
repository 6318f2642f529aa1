#include "cox_at_fit.hpp"

#include "cox_distinct.hpp"
#include "cox_rows.hpp"

namespace trialmill::survival {

bool has_finite_coefficients(const CoxFit& fit) {
  return fit.status == FitStatus::ok || fit.status == FitStatus::singular ||
         fit.status == FitStatus::not_converged;
}

std::vector<double> scaled_coefficients(const CoxFit& fit, std::span<const double> unit) {
  std::vector<double> beta(unit.size(), 0.0);
  for (std::size_t j = 0; j < beta.size(); ++j)
    if (!fit.aliased[j]) beta[j] = fit.coefficient[j] / unit[j];
  return beta;
}

void make_room(std::size_t p, CoxWorkspace& workspace) {
  workspace.score.resize(p);
  workspace.information.resize(p * p);
  workspace.factor.resize(p * p);
  workspace.beta.assign(p, 0.0);
  workspace.step.resize(p);
  workspace.trial.resize(p);
}

void prepare(const SortedTimes& sorted, const Covariates& covariates, CoxWorkspace& workspace) {
  const std::size_t n = sorted.size(), p = covariates.columns.size();
  find_risk_sets(sorted, workspace.risk_sets);
  workspace.distinct = is_distinct(workspace.risk_sets, p);
  if (workspace.distinct) find_event_before(workspace.risk_sets, n, workspace);
  standardise(sorted, covariates, workspace);
  workspace.linear.resize(n);
  workspace.risk.resize(n);
  make_room(p, workspace);
}

double smallest_information(std::size_t events, const CoxWorkspace& workspace) {
  return 1e-13 * static_cast<double>(events) * workspace.largest * workspace.largest;
}

}  // namespace trialmill::survival
