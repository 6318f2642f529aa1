#include <algorithm>
#include <cmath>

#include "simulation/analyse.hpp"

namespace trialmill::simulation {

result::AnalysisOutcome max_combo_outcome(const AnalysisPlan& plan, Workspace& workspace) {
  survival::MaxCombo& test = workspace.tests.combined;
  survival::max_combo(workspace.risk[plan.view], plan.weights, workspace.tests.max_combo, test);
  result::AnalysisOutcome outcome;
  outcome.status = test.status;
  outcome.z = result::not_a_number;
  if (test.status != survival::FitStatus::ok) return outcome;
  outcome.z = test.z_max;
  outcome.p_value = test.p_one_sided;
  if (plan.sided == 2) {
    outcome.z = *std::ranges::max_element(test.z, {}, [](double z) { return std::abs(z); });
    outcome.p_value = survival::two_sided_p(test);
  }
  outcome.rejected = outcome.p_value <= plan.alpha;
  return outcome;
}

result::AnalysisOutcome weighted_scores_outcome(const AnalysisPlan& plan, Workspace& workspace) {
  survival::MaxCombo& scores = workspace.tests.combined;
  survival::weighted_scores(workspace.risk[plan.view], plan.weights, workspace.tests.max_combo,
                            scores);
  result::AnalysisOutcome outcome;
  outcome.status = scores.status;
  outcome.z = result::not_a_number;
  return outcome;
}

namespace {

constexpr std::size_t absent = static_cast<std::size_t>(-1);

std::size_t row_of(std::size_t patient, const cohort::LookData& look) {
  if (look.in_order) return patient < look.rows ? patient : absent;
  const auto found = std::ranges::lower_bound(look.patient, patient);
  if (found == look.patient.end() || *found != patient) return absent;
  return static_cast<std::size_t>(found - look.patient.begin());
}

bool same_rows(const cohort::LookData& a, const cohort::LookData& b) {
  return a.rows == b.rows && a.in_order == b.in_order && a.patient == b.patient;
}

// Are the rows of every outcome the same patients? Those of an outcome with an analysis set are
// fewer.
bool share_rows(const AnalysisPlan& plan, const Workspace& workspace) {
  return std::ranges::all_of(plan.outcome_looks, [&](std::size_t look) {
    return same_rows(workspace.looks[look].data, workspace.looks[plan.outcome_looks.front()].data);
  });
}

// The patients who are in the rows of all outcomes.
void gather_outcomes(const AnalysisPlan& plan, std::span<const std::int32_t> arm,
                     Workspace& workspace) {
  TestWorkspace& tests = workspace.tests;
  const std::size_t outcomes = plan.outcome_looks.size();
  tests.outcome_time.resize(std::max(tests.outcome_time.size(), outcomes));
  tests.outcome_event.resize(std::max(tests.outcome_event.size(), outcomes));
  tests.compared.clear();
  for (std::size_t k = 0; k < outcomes; ++k) {
    tests.outcome_time[k].clear();
    tests.outcome_event[k].clear();
  }
  const cohort::LookData& first = workspace.looks[plan.outcome_looks.front()].data;
  const auto row_in = [&](std::size_t row, std::size_t k) {
    return row_of(first.in_order ? row : first.patient[row],
                  workspace.looks[plan.outcome_looks[k]].data);
  };
  for (std::size_t row = 0; row < first.rows; ++row) {
    bool in_all = true;
    for (std::size_t k = 1; k < outcomes; ++k)
      in_all = in_all && row_in(row, k) != absent;
    if (!in_all) continue;
    tests.compared.push_back(arm[row]);
    for (std::size_t k = 0; k < outcomes; ++k) {
      const cohort::LookData& data = workspace.looks[plan.outcome_looks[k]].data;
      tests.outcome_time[k].push_back(data.time[row_in(row, k)]);
      tests.outcome_event[k].push_back(data.event[row_in(row, k)]);
    }
  }
}

}  // namespace

result::AnalysisOutcome win_ratio_outcome(const AnalysisPlan& plan,
                                          std::span<const std::int32_t> arm, Workspace& workspace) {
  TestWorkspace& tests = workspace.tests;
  const bool shared = share_rows(plan, workspace);
  if (shared)
    tests.compared.assign(arm.begin(), arm.end());
  else
    gather_outcomes(plan, arm, workspace);
  tests.outcomes.clear();
  for (std::size_t k = 0; k < plan.outcome_looks.size(); ++k) {
    const cohort::LookData& data = workspace.looks[plan.outcome_looks[k]].data;
    if (shared)
      tests.outcomes.push_back({data.time, data.event});
    else
      tests.outcomes.push_back({tests.outcome_time[k], tests.outcome_event[k]});
  }
  constexpr double level_of_unread_intervals = 0.95;
  survival::win_ratio(tests.outcomes, tests.compared, level_of_unread_intervals, tests.pairs,
                      tests.win_ratio);
  result::AnalysisOutcome outcome;
  outcome.status = tests.win_ratio.status;
  const bool defined = outcome.status == survival::FitStatus::ok;
  outcome.z = defined ? tests.win_ratio.z : result::not_a_number;
  if (defined)
    outcome.difference = {tests.win_ratio.net_benefit, tests.win_ratio.net_benefit_std_error};
  outcome.rejected = rejects(plan, outcome.z);
  return outcome;
}

}  // namespace trialmill::simulation
