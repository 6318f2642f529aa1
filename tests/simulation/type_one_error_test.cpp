// Under no effect a one-sided test at 0.025 rejects in 2.5 % of 200,000 trials, within 3.5
// Monte-Carlo standard errors (chance of a false alarm 0.05 %; the seed is fixed).
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

void expect_nominal(const std::string& scenario) {
  const Plan plan = shipped_plan(scenario, {{"simulation.replicates", "200000"}});
  const result::Result result = summarise(plan, run(plan, {}));
  const double mc_se = std::sqrt(0.025 * 0.975 / 200000);
  for (const result::PointResult& point : result.points)
    for (const result::AnalysisResult& analysis : point.analyses)
      EXPECT_NEAR(analysis.power.estimate, 0.025, 3.5 * mc_se)
          << analysis.name << " at " << point.set.front().second << " patients";
}

TEST(TypeOneError, LogRankAndCoxWaldHoldTheirLevel) {
  expect_nominal("reference/null.yaml");
}

TEST(TypeOneError, CoverageOfTheIntervalIsNominal) {
  const Plan plan = shipped_plan("reference/w1.yaml", {{"simulation.replicates", "200000"}});
  const result::Result result = summarise(plan, run(plan, {}));
  const auto& estimate = result.points[0].analyses[1].estimate;
  ASSERT_TRUE(estimate.has_value());
  // Wald intervals of 220 events cover slightly less than nominal; half a per cent either way.
  EXPECT_NEAR(estimate->coverage, 0.95, 0.005);
  EXPECT_NEAR(estimate->log_hr_sd / estimate->model_se_mean, 1, 0.02);
  EXPECT_NEAR(estimate->bias, 0, 0.005);
}

}  // namespace
}  // namespace trialmill::simulation
