// A million synthetic patients of the calibrated models against the published curves: the share
// still event-free at each knot lies within 3 Monte-Carlo standard errors of the published figure
// (nine knots: chance of a false alarm 2.4 %; the seed is fixed).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

constexpr std::size_t patients = 1'000'000;

void expect_published_survival(const std::string& scenario_file) {
  const scenario::Study study = shipped_study(scenario_file);
  scenario::Study one = study;
  one.points.resize(1);
  one.points[0].scenario.sample_size = patients;
  one.points[0].scenario.arms[1].effects.clear();  // everybody is treated as in the paper
  const Plan plan = compile_plan(one);
  cohort::CohortWorkspace workspace;
  cohort::Cohort cohort;
  cohort::draw_cohort(plan.designs[0].model, 2021, 1, patients, workspace, cohort);
  const auto& baseline =
      std::get<scenario::CalibratedBaseline>(one.points[0].scenario.disease.baseline);
  ASSERT_GE(baseline.knots.size(), 4u);
  for (const evidence::SurvivalKnot& knot : baseline.knots) {
    const auto free = std::ranges::count_if(
        cohort.event_months, [&](double months) { return months > knot.time_months; });
    const double mc_se = std::sqrt(knot.survival * (1 - knot.survival) / patients);
    EXPECT_NEAR(static_cast<double>(free) / patients, knot.survival, 3 * mc_se)
        << "month " << knot.time_months;
  }
}

TEST(PublishedSurvival, IndependentRecurrenceFreeCurvePassesTheKnots) {
  expect_published_survival("jnets-2021/perioperative.yaml");
}

TEST(PublishedSurvival, IndependentOverallCurvePassesTheKnots) {
  expect_published_survival("jnets-2021/overall-survival.yaml");
}

}  // namespace
}  // namespace trialmill::simulation
