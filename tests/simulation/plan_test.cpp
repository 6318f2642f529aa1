#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

TEST(Plan, SampleSizesOfOneSweepShareADesign) {
  const Plan plan = compile_plan(small_study());
  ASSERT_EQ(plan.points.size(), 6u);
  ASSERT_EQ(plan.designs.size(), 2u);  // one per hazard ratio
  for (const Design& design : plan.designs) {
    ASSERT_EQ(design.sizes.size(), 3u);
    EXPECT_EQ(design.sizes[0].sample_size, 60u);
    EXPECT_EQ(design.sizes[1].sample_size, 90u);
    EXPECT_EQ(design.sizes[2].sample_size, 120u);
    for (const DesignSize& size : design.sizes)
      EXPECT_EQ(plan.points[size.point].set[0].second, static_cast<double>(size.sample_size));
  }
}

TEST(Plan, PointsKeepTheOrderOfTheSweep) {
  const Plan plan = compile_plan(small_study());
  std::vector<std::pair<double, double>> order;
  for (const PlannedPoint& point : plan.points)
    order.emplace_back(point.set[0].second, point.set[1].second);
  EXPECT_EQ(order, (std::vector<std::pair<double, double>>{
                       {60, 0.6}, {60, 1}, {120, 0.6}, {120, 1}, {90, 0.6}, {90, 1}}));
}

TEST(Plan, AnalysesWithTheSameStrataShareASortedView) {
  const Plan plan = compile_plan(small_study());
  const Design& design = plan.designs.front();
  ASSERT_EQ(design.views.size(), 2u);
  EXPECT_EQ(design.analyses[0].view, 0u);
  EXPECT_EQ(design.analyses[1].view, 1u);
  EXPECT_EQ(design.analyses[2].view, 1u);
  EXPECT_EQ(design.analyses[2].covariates.size(), 3u);  // rectum, other, age
}

TEST(Plan, TheTruthOfAConstantEffectIsItsLogarithm) {
  const Plan constant = shipped_plan("reference/w1.yaml");
  EXPECT_NEAR(constant.designs[0].sizes[0].truths[0].log_hazard_ratio, std::log(0.65), 1e-15);
  const Plan delayed = shipped_plan("reference/delayed.yaml");
  EXPECT_TRUE(std::isnan(delayed.designs[0].sizes[0].truths[0].log_hazard_ratio));
}

}  // namespace
}  // namespace trialmill::simulation
