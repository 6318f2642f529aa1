#include "trialmill/simulation/replicate.hpp"

#include <cmath>
#include <limits>

namespace trialmill::simulation {
namespace {

void sort_views(const Design& design, Workspace& workspace) {
  const cohort::LookData& look = workspace.look;
  workspace.sorted.resize(design.views.size());
  workspace.risk.resize(design.views.size());
  for (std::size_t v = 0; v < design.views.size(); ++v) {
    const SortedView& view = design.views[v];
    survival::Observations seen;
    seen.time = look.time;
    seen.event = look.event;
    seen.group = std::span(workspace.cohort.arm).first(look.enrolled);
    seen.groups = static_cast<std::int32_t>(design.model.arms());
    if (!view.strata.covariates.empty()) {
      workspace.stratum.resize(look.enrolled);
      cohort::assign_strata(view.strata, workspace.cohort, workspace.stratum);
      seen.stratum = workspace.stratum;
      seen.strata = static_cast<std::int32_t>(view.strata.count());
    }
    survival::sort_times(seen, workspace.sorted[v]);
    if (view.needs_risk_table) survival::tabulate_risk(workspace.sorted[v], workspace.risk[v]);
  }
}

// Column 0 is treatment; the others as the plan says.
void fill_cox_columns(const AnalysisPlan& plan, Workspace& workspace) {
  const std::size_t n = workspace.look.enrolled;
  const cohort::Cohort& cohort = workspace.cohort;
  const std::size_t columns = 1 + plan.covariates.size();
  if (workspace.cox_columns.size() < columns) workspace.cox_columns.resize(columns);
  workspace.covariates.columns.resize(columns);
  workspace.cox_columns[0].resize(n);
  for (std::size_t i = 0; i < n; ++i)
    workspace.cox_columns[0][i] = cohort.arm[i];
  workspace.covariates.columns[0] = workspace.cox_columns[0];
  for (std::size_t c = 1; c < columns; ++c) {
    const CoxColumn& column = plan.covariates[c - 1];
    const auto value = cohort.covariate(column.covariate).first(n);
    if (column.level < 0) {
      workspace.covariates.columns[c] = value;
      continue;
    }
    std::vector<double>& indicator = workspace.cox_columns[c];
    indicator.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      indicator[i] = value[i] == column.level ? 1.0 : 0.0;
    workspace.covariates.columns[c] = indicator;
  }
}

result::AnalysisOutcome log_rank_outcome(const AnalysisPlan& plan, Workspace& workspace) {
  result::AnalysisOutcome outcome;
  const survival::WeightedLogRank test =
      survival::weighted_log_rank(workspace.risk[plan.view], plan.weight, workspace.log_rank);
  outcome.status = test.status;
  outcome.z =
      test.status == survival::FitStatus::ok ? test.z : std::numeric_limits<double>::quiet_NaN();
  return outcome;
}

result::AnalysisOutcome cox_outcome(const AnalysisPlan& plan, Workspace& workspace) {
  fill_cox_columns(plan, workspace);
  survival::fit_cox(workspace.sorted[plan.view], workspace.covariates, plan.cox, workspace.cox,
                    workspace.fit);
  result::AnalysisOutcome outcome;
  outcome.status = workspace.fit.status;
  // A rare covariate may be inestimable while treatment is not; the Wald test needs treatment
  // alone.
  outcome.log_hazard_ratio = workspace.fit.coefficient[0];
  outcome.standard_error = workspace.fit.standard_error[0];
  outcome.z = -outcome.log_hazard_ratio / outcome.standard_error;
  if (outcome.status == survival::FitStatus::not_converged || !std::isfinite(outcome.z)) {
    outcome.z = std::numeric_limits<double>::quiet_NaN();
    outcome.log_hazard_ratio = outcome.standard_error = outcome.z;
  }
  return outcome;
}

}  // namespace

void analyse_cohort(const Design& design, std::size_t sample_size, Workspace& workspace,
                    result::Outcome& outcome) {
  cohort::observe(workspace.cohort, sample_size, design.analysis_time, workspace.looking,
                  workspace.look);
  sort_views(design, workspace);
  const cohort::LookData& look = workspace.look;
  outcome.analysis_months = look.calendar_months;
  outcome.last_patient_in_months =
      look.enrolled == 0 ? 0.0 : workspace.cohort.enrolment_months[look.enrolled - 1];
  outcome.enrolled = look.enrolled;
  outcome.events = look.events;
  outcome.dropouts = look.dropouts;
  outcome.events_reached = look.reached;
  outcome.analyses.resize(design.analyses.size());
  for (std::size_t a = 0; a < design.analyses.size(); ++a) {
    const AnalysisPlan& plan = design.analyses[a];
    const bool cox = plan.test == scenario::Analysis::Test::cox;
    result::AnalysisOutcome& analysis = outcome.analyses[a];
    analysis = cox ? cox_outcome(plan, workspace) : log_rank_outcome(plan, workspace);
    // A test that is undefined rejects nothing: comparisons with NaN are false.
    const double evidence_against_null = plan.sided == 1 ? analysis.z : std::abs(analysis.z);
    analysis.rejected = evidence_against_null > plan.critical_z;
  }
}

const std::vector<result::Outcome>& simulate_replicate(const Design& design, std::uint64_t seed,
                                                       std::uint64_t number, Workspace& workspace) {
  cohort::draw_cohort(design.model, seed, number, design.sizes.back().sample_size,
                      workspace.drawing, workspace.cohort);
  workspace.outcomes.resize(design.sizes.size());
  for (std::size_t s = 0; s < design.sizes.size(); ++s)
    analyse_cohort(design, design.sizes[s].sample_size, workspace, workspace.outcomes[s]);
  return workspace.outcomes;
}

}  // namespace trialmill::simulation
