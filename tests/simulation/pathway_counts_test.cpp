#include "trialmill/simulation/pathway_counts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

using result::PathwayStep;

double share(const result::PathwayCounts& counts, PathwayStep step) {
  return static_cast<double>(counts.took[static_cast<std::size_t>(step)]) /
         static_cast<double>(counts.patients);
}

TEST(SamplePathway, FollowsThePlannedNumberOfPatientsInEachArm) {
  const Plan plan = shipped_plan("jnets-2021/neoadjuvant-efs.yaml");
  const auto counts = sample_pathway(plan.designs[0].model, plan.seed, 50001);
  ASSERT_EQ(counts.size(), 2u);
  for (const result::PathwayCounts& arm : counts)
    EXPECT_EQ(arm.patients, 50001u);
}

TEST(SamplePathway, DoubleProgrammedCompetingRisksBeforeSurgeryShareOutAsTheirHazards) {
  const Plan plan = shipped_plan("jnets-2021/neoadjuvant-efs.yaml");
  constexpr std::size_t patients = 200000;
  const auto counts = sample_pathway(plan.designs[0].model, plan.seed, patients);
  // Of 16 % with toxicity, at any time in eight months, surgery comes two months later at most.
  const double months = 8;
  const double progression = -std::log(1 - 0.03) / months,
               withdrawal = -std::log(1 - 0.03) / months;
  const double toxicity = -std::log(1 - 0.16) / months;
  // Without progression or withdrawal until surgery: at the plan, or two months after a toxicity.
  double operated = std::exp(-(progression + withdrawal + toxicity) * months);
  constexpr int steps = 80000;
  for (int i = 0; i < steps; ++i) {
    const double t = (i + 0.5) * months / steps;
    operated += months / steps * toxicity * std::exp(-toxicity * t) *
                std::exp(-(progression + withdrawal) * std::min(months, t + 2));
  }
  const double five_errors = 5 * std::sqrt(operated * (1 - operated) / patients);
  EXPECT_NEAR(share(counts[1], PathwayStep::surgery), operated, five_errors);
  EXPECT_NEAR(share(counts[1], PathwayStep::progression), (1 - operated) / 2, five_errors);
}

TEST(SamplePathway, ASingleEventHasNone) {
  const Plan plan = compile_plan(small_study());
  EXPECT_TRUE(sample_pathway(plan.designs[0].model, 1, 10).empty());
}

}  // namespace
}  // namespace trialmill::simulation
