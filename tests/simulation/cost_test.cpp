#include "trialmill/simulation/cost.hpp"

#include <gtest/gtest.h>

#include "simulation/study.hpp"
#include "trialmill/simulation/run.hpp"

namespace trialmill::simulation {
namespace {

TEST(Cost, IsAboutWhatTheRunThenTakes) {
  Plan plan = shipped_plan("reference/w1.yaml");
  plan.replicates = 20000;
  const Cost cost = measure_cost(plan, 0.2);
  RunOptions one_thread;
  one_thread.threads = 1;
  // Within 20 % on a quiet machine; here others may be at work.
  const double ratio = cost.cpu_seconds / run(plan, one_thread).cpu_seconds;
  EXPECT_GT(ratio, 0.4);
  EXPECT_LT(ratio, 2.5);
}

TEST(Cost, HasAFigureForEveryDesign) {
  Plan plan = compile_plan(small_study());
  const Design design = plan.designs.front();
  plan.designs.assign(100, design);
  plan.replicates = 50;
  const Cost cost = measure_cost(plan, 0.05);
  ASSERT_EQ(cost.seconds_per_replicate.size(), 100u);
  double total = 0;
  for (const double seconds : cost.seconds_per_replicate) {
    EXPECT_GT(seconds, 0);
    total += 50 * seconds;
  }
  EXPECT_NEAR(cost.cpu_seconds, total, 1e-9 * total);
}

}  // namespace
}  // namespace trialmill::simulation
