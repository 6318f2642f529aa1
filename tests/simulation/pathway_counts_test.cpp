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

TEST(CountPathway, DoubleProgrammedPatientByPatient) {
  using cohort::Attribute;
  using cohort::Milestone;
  const Plan plan = shipped_plan("jnets-2021/neoadjuvant-efs.yaml");
  const cohort::TrialModel& model = plan.designs[0].model;
  cohort::CohortWorkspace workspace;
  cohort::Cohort drawn;
  cohort::draw_cohort(model, plan.seed, 1, 1000, workspace, drawn);
  constexpr std::size_t followed = 997;
  std::vector<result::PathwayCounts> counts, expected(2);
  count_pathway(model, followed, drawn, counts);
  for (std::size_t i = 0; i < followed; ++i) {
    result::PathwayCounts& arm = expected[static_cast<std::size_t>(drawn.arm[i])];
    const auto at = [&](Milestone which) { return drawn.milestone(which)[i]; };
    const auto is = [&](Attribute which, double value) {
      return drawn.covariate(model.population.size() + static_cast<std::size_t>(which))[i] == value;
    };
    const auto took = [&](PathwayStep step, bool yes) {
      arm.took[static_cast<std::size_t>(step)] += yes;
    };
    const bool operated = std::isfinite(at(Milestone::surgery));
    const bool progressed = std::isfinite(at(Milestone::progression));
    const bool withdrew = std::isfinite(at(Milestone::withdrawal));
    ++arm.patients;
    took(PathwayStep::progression, progressed);
    took(PathwayStep::withdrawal, withdrew);
    took(PathwayStep::death_before_surgery, !operated && !progressed && !withdrew);
    took(PathwayStep::toxicity, is(Attribute::toxicity, 1));
    took(PathwayStep::response, is(Attribute::response, 1));
    took(PathwayStep::surgery, operated);
    took(PathwayStep::r0, is(Attribute::radicality, 0));
    took(PathwayStep::r1, is(Attribute::radicality, 1));
    took(PathwayStep::r2, is(Attribute::radicality, 2));
    took(PathwayStep::unresectable, operated && is(Attribute::radicality, 3));
    took(PathwayStep::death_within_90_days,
         operated && at(Milestone::death) <= at(Milestone::surgery) + 3);
  }
  for (std::size_t a = 0; a < 2; ++a) {
    EXPECT_EQ(counts[a].patients, expected[a].patients);
    EXPECT_EQ(counts[a].took, expected[a].took);
  }
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
               withdrawal = -std::log(1 - 0.03) / months, death = -std::log(0.918) / 12;
  const double any = progression + withdrawal + death;
  const double toxicity = -std::log(1 - 0.16) / months;
  // Without any of these until surgery: at the plan, or two months after a toxicity.
  double operated = std::exp(-(any + toxicity) * months);
  constexpr int steps = 80000;
  for (int i = 0; i < steps; ++i) {
    const double t = (i + 0.5) * months / steps;
    operated += months / steps * toxicity * std::exp(-toxicity * t) *
                std::exp(-any * std::min(months, t + 2));
  }
  const double five_errors = 5 * std::sqrt(operated * (1 - operated) / patients);
  EXPECT_NEAR(share(counts[1], PathwayStep::surgery), operated, five_errors);
  EXPECT_NEAR(share(counts[1], PathwayStep::progression), (1 - operated) * progression / any,
              five_errors);
  EXPECT_NEAR(share(counts[1], PathwayStep::death_before_surgery), (1 - operated) * death / any,
              five_errors);
}

TEST(SamplePathway, ASingleEventHasNone) {
  const Plan plan = compile_plan(small_study());
  EXPECT_TRUE(sample_pathway(plan.designs[0].model, 1, 10).empty());
}

}  // namespace
}  // namespace trialmill::simulation
