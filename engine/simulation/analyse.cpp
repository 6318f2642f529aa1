#include "simulation/analyse.hpp"

#include <cmath>
#include <limits>

#include "trialmill/survival/non_inferiority.hpp"

namespace trialmill::simulation {
namespace {

using result::not_a_number;

bool by_wald_of_the_model(const AnalysisPlan& plan) {
  return plan.statistic == scenario::Analysis::CoxStatistic::wald &&
         plan.standard_error == scenario::Analysis::CoxStandardError::model &&
         plan.penalty == scenario::Analysis::CoxPenalty::none && !plan.margin;
}

}  // namespace

bool rejects(const AnalysisPlan& plan, double z) {
  // Comparisons with NaN are false.
  return (plan.sided == 1 ? z : std::abs(z)) > plan.critical_z;
}

void fill_cox_columns(const AnalysisPlan& plan, const cohort::LookData& look,
                      std::span<const std::int32_t> arm, Workspace& workspace) {
  const cohort::Cohort& cohort = workspace.cohort;
  const std::size_t columns = 1 + plan.covariates.size();
  if (workspace.cox_columns.size() < columns) workspace.cox_columns.resize(columns);
  workspace.covariates.columns.resize(columns);
  workspace.cox_columns[0].assign(arm.begin(), arm.end());
  workspace.covariates.columns[0] = workspace.cox_columns[0];
  for (std::size_t c = 1; c < columns; ++c) {
    const CoxColumn& column = plan.covariates[c - 1];
    const auto value = cohort.recorded_covariate(column.covariate);
    if (column.level < 0 && look.in_order) {
      workspace.covariates.columns[c] = value.first(look.rows);
      continue;
    }
    std::vector<double>& rows = workspace.cox_columns[c];
    rows.resize(look.rows);
    for (std::size_t row = 0; row < look.rows; ++row) {
      const double x = value[look.in_order ? row : look.patient[row]];
      rows[row] = column.level < 0 ? x : x == column.level ? 1.0 : 0.0;
    }
    workspace.covariates.columns[c] = rows;
  }
}

result::AnalysisOutcome log_rank_outcome(const AnalysisPlan& plan, Workspace& workspace) {
  result::AnalysisOutcome outcome;
  const survival::WeightedLogRank test =
      survival::weighted_log_rank(workspace.risk[plan.view], plan.weight, workspace.log_rank);
  outcome.status = test.status;
  const bool defined = test.status == survival::FitStatus::ok;
  outcome.z = defined ? test.z : not_a_number;
  if (defined && plan.weight != survival::LogRankWeight{}) outcome.information = test.variance;
  outcome.rejected = rejects(plan, outcome.z);
  return outcome;
}

result::AnalysisOutcome several_arms_outcome(const AnalysisPlan& plan, Workspace& workspace) {
  survival::LogRank& test = workspace.tests.several_arms;
  survival::log_rank(workspace.risk[plan.view], {}, workspace.log_rank, test);
  result::AnalysisOutcome outcome;
  outcome.status = test.status;
  outcome.z = not_a_number;
  if (test.status != survival::FitStatus::ok) return outcome;
  outcome.z = std::sqrt(test.chi_square);
  outcome.p_value = test.p_value;
  outcome.rejected = outcome.p_value <= plan.alpha;
  return outcome;
}

result::AnalysisOutcome cox_outcome(const AnalysisPlan& plan, const cohort::LookData& look,
                                    std::span<const std::int32_t> arm, Workspace& workspace) {
  if (plan.penalty == scenario::Analysis::CoxPenalty::firth)
    return firth_outcome(plan, look, arm, workspace);
  if (plan.treatment_only()) {
    survival::fit_cox(workspace.risk[plan.view], plan.cox, workspace.cox, workspace.fit);
  } else {
    fill_cox_columns(plan, look, arm, workspace);
    survival::fit_cox(workspace.sorted[plan.view], workspace.covariates, plan.cox, workspace.cox,
                      workspace.fit);
  }
  result::AnalysisOutcome outcome;
  outcome.status = workspace.fit.status;
  // A rare covariate may be inestimable while treatment is not; the Wald test needs treatment
  // alone.
  outcome.log_hazard_ratio = workspace.fit.coefficient[0];
  outcome.standard_error = workspace.fit.standard_error[0];
  outcome.z = -outcome.log_hazard_ratio / outcome.standard_error;
  if (outcome.status == survival::FitStatus::not_converged || !std::isfinite(outcome.z))
    outcome.z = outcome.log_hazard_ratio = outcome.standard_error = not_a_number;
  if (!by_wald_of_the_model(plan)) test_treatment_otherwise(plan, look, arm, workspace, outcome);
  outcome.rejected = rejects(plan, outcome.z);
  return outcome;
}

result::AnalysisOutcome proportion_outcome(const AnalysisPlan& plan,
                                           std::span<const survival::TwoByTwo> tables) {
  using enum scenario::Analysis::Test;
  const survival::TwoByTwo whole = survival::pooled(tables);
  const double level = 1 - 2 * plan.alpha / plan.sided;
  const survival::ProportionComparison compared = survival::compare_proportions(whole, level);
  result::AnalysisOutcome outcome;
  outcome.proportion = {compared.control, compared.experimental, compared.difference,
                        compared.lower, compared.upper};
  outcome.status = compared.status;
  outcome.z = compared.z;
  if (plan.test == mantel_haenszel) {
    const survival::MantelHaenszel test = survival::mantel_haenszel(tables, level);
    outcome.status = test.status;
    outcome.z = test.z;
    outcome.proportion.difference = test.difference;
    outcome.proportion.lower = test.lower;
    outcome.proportion.upper = test.upper;
  }
  if (plan.margin) {
    const survival::NonInferiority test = survival::non_inferiority(whole, *plan.margin);
    outcome.status = test.status;
    outcome.z = test.z;
  }
  if (outcome.status != survival::FitStatus::ok) outcome.z = not_a_number;
  outcome.rejected = rejects(plan, outcome.z);
  if (plan.test == fisher) {
    // The exact test has a p-value and no Z; the score's tells the direction.
    const survival::FisherExact test = survival::fisher_exact(whole);
    if (plan.hypothesis && test.status == survival::FitStatus::ok) outcome.p_value = test.p_more;
    outcome.rejected = test.status == survival::FitStatus::ok &&
                       (plan.sided == 1 ? test.p_more : test.p_two_sided) <= plan.alpha;
  }
  return outcome;
}

}  // namespace trialmill::simulation
