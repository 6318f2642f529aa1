#include "simulation/look_tables.hpp"

#include <algorithm>

#include "simulation/analyse.hpp"

namespace trialmill::simulation {
namespace {

// Strata of the rows of a look.
std::span<const std::int32_t> strata_of(const cohort::Stratification& strata,
                                        const cohort::LookData& look, std::size_t sample_size,
                                        Workspace& workspace) {
  workspace.stratum.resize(look.in_order ? look.rows : sample_size);
  cohort::assign_strata(strata, workspace.cohort, workspace.stratum);
  if (look.in_order) return workspace.stratum;
  workspace.row_stratum.resize(look.rows);
  for (std::size_t row = 0; row < look.rows; ++row)
    workspace.row_stratum[row] = workspace.stratum[look.patient[row]];
  return workspace.row_stratum;
}

std::int32_t place_among(std::span<const std::int32_t> arms, std::int32_t arm) {
  return static_cast<std::int32_t>(std::ranges::find(arms, arm) - arms.begin());
}

// Counts the patients whose outcome is known by the cut, by stratum.
void count_known(const AnalysisPlan& plan, const Design& design, std::size_t sample_size,
                 Workspace& workspace) {
  const LookTables& look = workspace.looks[plan.look];
  const cohort::EndpointColumns& endpoint = workspace.endpoints[design.looks[plan.look].endpoint];
  const double cut = workspace.cuts[design.looks[plan.look].cut].calendar_months;
  const bool stratified = !plan.strata.covariates.empty();
  std::span<const std::int32_t> stratum;
  if (stratified) stratum = strata_of(plan.strata, look.data, sample_size, workspace);
  const auto arm = groups_of(look, workspace.cohort);
  workspace.success.clear();
  workspace.known_arm.clear();
  workspace.known_stratum.clear();
  for (std::size_t row = 0; row < look.data.rows; ++row) {
    const std::size_t i = look.data.in_order ? row : look.data.patient[row];
    const double known = std::min(endpoint.known_months[i], endpoint.dropout_months[i]);
    if (!(endpoint.origin_months[i] + known <= cut)) continue;
    workspace.success.push_back(look.data.event[row]);
    workspace.known_arm.push_back(arm[row]);
    if (stratified) workspace.known_stratum.push_back(stratum[row]);
  }
  survival::count_successes(workspace.success, workspace.known_arm, workspace.known_stratum,
                            static_cast<std::int32_t>(plan.strata.count()), workspace.tables);
}

// Patients of the arms compared, enrolled by then.
std::size_t enrolled_in(const std::vector<std::int32_t>& arms, double months,
                        std::size_t sample_size, const cohort::Cohort& cohort) {
  const std::size_t enrolled =
      enrolled_by(months, std::span(cohort.enrolment_months).first(sample_size));
  if (arms.empty()) return enrolled;
  return static_cast<std::size_t>(std::ranges::count_if(
      std::span(cohort.arm).first(enrolled),
      [&](std::int32_t arm) { return std::ranges::find(arms, arm) != arms.end(); }));
}

}  // namespace

std::span<const std::int32_t> groups_of(const LookTables& look, const cohort::Cohort& cohort) {
  return look.data.in_order ? std::span(cohort.arm).first(look.data.rows)
                            : std::span<const std::int32_t>(look.group);
}

void observe_look(const Design& design, std::size_t k, std::size_t sample_size,
                  Workspace& workspace) {
  const LookPlan& plan = design.looks[k];
  LookTables& look = workspace.looks[k];
  workspace.recorded.clear();
  for (const std::size_t covariate : plan.recorded)
    workspace.recorded.push_back(workspace.cohort.recorded_covariate(covariate));
  cohort::observe(workspace.endpoints[plan.endpoint], sample_size,
                  workspace.cuts[plan.cut].calendar_months, workspace.recorded, look.data,
                  plan.arms);
  if (look.data.in_order) return;
  look.group.resize(look.data.rows);
  for (std::size_t row = 0; row < look.data.rows; ++row) {
    const std::int32_t arm = workspace.cohort.arm[look.data.patient[row]];
    look.group[row] = plan.arms.empty() ? arm : place_among(plan.arms, arm);
  }
}

void sort_view(const Design& design, std::size_t v, std::size_t sample_size, Workspace& workspace) {
  const SortedView& view = design.views[v];
  const LookTables& look = workspace.looks[view.look];
  survival::Observations seen;
  seen.time = look.data.time;
  seen.event = look.data.event;
  seen.group = groups_of(look, workspace.cohort);
  const std::vector<std::int32_t>& arms = design.looks[view.look].arms;
  seen.groups = static_cast<std::int32_t>(arms.empty() ? design.model.arms() : arms.size());
  if (!view.strata.covariates.empty()) {
    seen.stratum = strata_of(view.strata, look.data, sample_size, workspace);
    seen.strata = static_cast<std::int32_t>(view.strata.count());
  }
  survival::sort_times(seen, workspace.sorted[v]);
  if (view.needs_risk_table) survival::tabulate_risk(workspace.sorted[v], workspace.risk[v]);
  if (view.needs_curves) draw_curves(workspace.sorted[v], workspace.tests.curves[v]);
}

result::AnalysisOutcome analyse(const AnalysisPlan& plan, const Design& design,
                                std::size_t sample_size, Workspace& workspace) {
  using enum scenario::Analysis::Test;
  const LookTables& look = workspace.looks[plan.look];
  result::AnalysisOutcome outcome;
  switch (plan.test) {
    case log_rank:
      if (plan.correlation == scenario::LookCorrelation::joint_scores)
        outcome = weighted_scores_outcome(plan, workspace);
      else
        outcome = plan.arms.size() == 2 ? log_rank_outcome(plan, workspace)
                                        : several_arms_outcome(plan, workspace);
      break;
    case cox:
      outcome = cox_outcome(plan, look.data, groups_of(look, workspace.cohort), workspace);
      break;
    case score:
    case fisher:
    case mantel_haenszel:
      count_known(plan, design, sample_size, workspace);
      outcome = proportion_outcome(plan, workspace.tables);
      break;
    case max_combo:
      outcome = plan.has_looks ? weighted_scores_outcome(plan, workspace)
                               : max_combo_outcome(plan, workspace);
      break;
    case rmst:
      outcome = rmst_outcome(plan, workspace.tests.curves[plan.view]);
      break;
    case milestone:
      outcome = milestone_outcome(plan, workspace.tests.curves[plan.view]);
      break;
    case win_ratio:
      outcome = win_ratio_outcome(plan, groups_of(look, workspace.cohort), workspace);
      break;
  }
  const bool yes_or_no = !design.endpoints[design.looks[plan.look].endpoint].time_to_event();
  outcome.analysis_months = workspace.cuts[design.looks[plan.look].cut].calendar_months;
  outcome.enrolled = enrolled_in(design.looks[plan.look].arms, outcome.analysis_months, sample_size,
                                 workspace.cohort);
  outcome.patients = yes_or_no                ? workspace.success.size()
                     : plan.test == win_ratio ? workspace.tests.compared.size()
                                              : look.data.rows;
  outcome.events = look.data.events;
  outcome.dropouts = dropouts_in(design.endpoints[design.looks[plan.look].endpoint], look.data,
                                 design.looks[plan.look].arms, outcome.analysis_months, sample_size,
                                 workspace.cohort);
  return outcome;
}

std::size_t dropouts_in(const cohort::Endpoint& endpoint, const cohort::LookData& data,
                        std::span<const std::int32_t> arms, double months, std::size_t sample_size,
                        const cohort::Cohort& cohort) {
  if (endpoint.time_to_event()) return data.dropouts;
  const auto death = cohort.milestone(cohort::Milestone::death);
  std::size_t lost = 0;
  for (std::size_t i = 0; i < sample_size; ++i) {
    const bool among = arms.empty() || std::ranges::find(arms, cohort.arm[i]) != arms.end();
    const double lost_at = cohort.dropout_months[i];
    lost += among && lost_at < death[i] && cohort.enrolment_months[i] + lost_at <= months;
  }
  return lost;
}

std::size_t enrolled_by(double months, std::span<const double> arrivals) {
  return static_cast<std::size_t>(std::ranges::upper_bound(arrivals, months) - arrivals.begin());
}

}  // namespace trialmill::simulation
