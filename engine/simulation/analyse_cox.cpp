#include <algorithm>
#include <cmath>

#include "simulation/analyse.hpp"
#include "trialmill/survival/non_inferiority.hpp"

namespace trialmill::simulation {
namespace {

using result::not_a_number;
using survival::FitStatus;

// Whether the likelihood is known at its maximum, or in its limit.
bool has_likelihood(FitStatus status) {
  return status == FitStatus::ok || status == FitStatus::singular ||
         status == FitStatus::monotone_likelihood;
}

// The root of a chi-square of treatment, positive when the experimental arm does better. NaN when
// treatment was dropped from the fit; where its likelihood is monotone the coefficient is infinite
// and the test valid.
double signed_root(double chi_square, double coefficient) {
  if (std::isnan(coefficient) || std::isnan(chi_square)) return not_a_number;
  return std::copysign(std::sqrt(std::max(chi_square, 0.0)), -coefficient);
}

// The chi-square of treatment in the fit in the workspace, given the other columns; NaN where the
// fit without treatment has no maximum.
double chi_square(const AnalysisPlan& plan, Workspace& workspace) {
  const bool score = plan.statistic == scenario::Analysis::CoxStatistic::score;
  if (plan.covariates.empty())
    return score ? workspace.fit.score_test : workspace.fit.likelihood_ratio_test;
  TestWorkspace& tests = workspace.tests;
  const auto& columns = workspace.covariates.columns;
  tests.others.columns.assign(columns.begin() + 1, columns.end());
  survival::fit_cox(workspace.sorted[plan.view], tests.others, plan.cox, workspace.cox,
                    tests.without_treatment);
  if (tests.without_treatment.status == FitStatus::not_converged) return not_a_number;
  if (score)
    return survival::score_test(workspace.sorted[plan.view], workspace.covariates, 0, plan.cox.ties,
                                tests.without_treatment, tests.score);
  return 2 * (workspace.fit.log_likelihood - tests.without_treatment.log_likelihood);
}

double robust_standard_error(const AnalysisPlan& plan, const cohort::LookData& look,
                             std::span<const std::int32_t> arm, Workspace& workspace) {
  if (plan.treatment_only()) fill_cox_columns(plan, look, arm, workspace);
  survival::robust_standard_errors(workspace.sorted[plan.view], workspace.covariates, plan.cox.ties,
                                   workspace.fit, workspace.tests.robust,
                                   workspace.tests.robust_standard_error);
  return workspace.tests.robust_standard_error.front();
}

}  // namespace

void test_treatment_otherwise(const AnalysisPlan& plan, const cohort::LookData& look,
                              std::span<const std::int32_t> arm, Workspace& workspace,
                              result::AnalysisOutcome& outcome) {
  const survival::CoxFit& fit = workspace.fit;
  if (plan.statistic != scenario::Analysis::CoxStatistic::wald) {
    const double coefficient = fit.coefficient.front();
    outcome.z = has_likelihood(fit.status) && !std::isnan(coefficient)
                    ? signed_root(chi_square(plan, workspace), coefficient)
                    : not_a_number;
  } else if (plan.margin) {
    const survival::NonInferiority test = survival::non_inferiority(fit, 0, *plan.margin);
    outcome.z = test.status == FitStatus::ok ? test.z : not_a_number;
  } else if (!std::isnan(outcome.z)) {
    outcome.standard_error = robust_standard_error(plan, look, arm, workspace);
    outcome.z = -outcome.log_hazard_ratio / outcome.standard_error;
    if (!std::isfinite(outcome.z))
      outcome.z = outcome.log_hazard_ratio = outcome.standard_error = not_a_number;
  }
}

result::AnalysisOutcome firth_outcome(const AnalysisPlan& plan, const cohort::LookData& look,
                                      std::span<const std::int32_t> arm, Workspace& workspace) {
  fill_cox_columns(plan, look, arm, workspace);
  const survival::FirthFit& fit = workspace.tests.penalised;
  survival::fit_firth(workspace.sorted[plan.view], workspace.covariates, plan.cox,
                      workspace.tests.firth, workspace.tests.penalised);
  result::AnalysisOutcome outcome;
  outcome.status = fit.status;
  outcome.z = not_a_number;
  if (fit.status == FitStatus::ok || fit.status == FitStatus::singular) {
    outcome.log_hazard_ratio = fit.coefficient.front();
    outcome.standard_error = fit.standard_error.front();
    outcome.z = plan.statistic == scenario::Analysis::CoxStatistic::wald
                    ? -outcome.log_hazard_ratio / outcome.standard_error
                    : signed_root(fit.likelihood_ratio_test, outcome.log_hazard_ratio);
  }
  outcome.rejected = rejects(plan, outcome.z);
  return outcome;
}

}  // namespace trialmill::simulation
