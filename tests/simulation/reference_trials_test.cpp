// The trials of tests/reference/trials.json, simulated 100,000 times by lrstat 0.2.15's lrsim and
// here. Power must agree within 3.5 combined Monte-Carlo standard errors: the chance of a false
// alarm is 0.05 % per comparison, 0.3 % over the six (the seed is fixed, so it is settled).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

nlohmann::json reference_trial(const std::string& id) {
  std::ifstream file(TRIALMILL_TEST_DATA "/reference/trials.json");
  const nlohmann::json document = nlohmann::json::parse(file);
  for (const auto& trial : document["trials"])
    if (trial["id"] == id) return trial;
  return {};
}

class ReferenceTrial : public testing::TestWithParam<const char*> {};

TEST_P(ReferenceTrial, IndependentPowerEventsAndTimeAgreeWithLrstat) {
  const std::string id = GetParam();
  const nlohmann::json expected = reference_trial(id);
  ASSERT_FALSE(expected.is_null()) << id;
  const Plan plan = shipped_plan("reference/" + id + ".yaml");
  ASSERT_EQ(plan.replicates, 100000u);
  const result::Result result = summarise(plan, run(plan, {}));
  const result::PointResult& point = result.points.front();
  const result::AnalysisResult& analysis = point.analyses.front();
  const double combined = std::hypot(analysis.power.mc_se, expected["mc_se"].get<double>());
  EXPECT_NEAR(analysis.power.estimate, expected["power"].get<double>(), 3.5 * combined);
  EXPECT_EQ(point.events.mean, expected["expected_events"].get<double>());
  EXPECT_EQ(point.events.sd, 0);
  EXPECT_NEAR(point.duration.mean / expected["expected_duration"].get<double>(), 1, 0.005);
  EXPECT_NEAR(point.enrolled.mean, expected["expected_subjects"].get<double>(), 0.01);
  EXPECT_EQ(point.events_not_reached, 0u);
  EXPECT_EQ(analysis.undefined, 0u);
}

INSTANTIATE_TEST_SUITE_P(Lrstat, ReferenceTrial,
                         testing::Values("w1", "null", "delayed", "delayed-fh", "strata", "ramp"),
                         [](const auto& trial) {
                           std::string name = trial.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace trialmill::simulation
