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

result::AnalysisOutcome win_ratio_outcome(const AnalysisPlan& plan,
                                          std::span<const std::int32_t> arm, Workspace& workspace) {
  TestWorkspace& tests = workspace.tests;
  tests.outcomes.clear();
  for (const std::size_t look : plan.outcome_looks)
    tests.outcomes.push_back({workspace.looks[look].data.time, workspace.looks[look].data.event});
  constexpr double level_of_unread_intervals = 0.95;
  survival::win_ratio(tests.outcomes, arm, level_of_unread_intervals, tests.pairs, tests.win_ratio);
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
