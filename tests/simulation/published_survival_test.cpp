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

// The share of patients beyond a knot; `beyond(i, months)` says whether patient i is one of them.
template <class Among, class Beyond>
void expect_curve(const std::vector<evidence::SurvivalKnot>& knots, Among among, Beyond beyond) {
  for (const evidence::SurvivalKnot& knot : knots) {
    std::size_t free = 0, all = 0;
    for (std::size_t i = 0; i < patients; ++i) {
      if (!among(i)) continue;
      ++all;
      free += beyond(i, knot.time_months);
    }
    const double mc_se = std::sqrt(knot.survival * (1 - knot.survival) / static_cast<double>(all));
    EXPECT_NEAR(static_cast<double>(free) / static_cast<double>(all), knot.survival, 3 * mc_se)
        << "month " << knot.time_months;
  }
}

// One course gives both curves: covariates, radicality and solved effects in it.
TEST(PublishedSurvival, IndependentBothCurvesOfACoursePassTheKnots) {
  const scenario::Study study = shipped_study("jnets-2021/neoadjuvant-efs.yaml");
  const Plan plan = compile_plan(study);
  cohort::CohortWorkspace workspace;
  cohort::Cohort cohort;
  const cohort::TrialModel& model = plan.designs[0].model;
  cohort::draw_cohort_under(model, 0, 2021, 1, patients, workspace, cohort);
  using cohort::Milestone;
  const auto surgery = cohort.milestone(Milestone::surgery);
  const auto recurrence = cohort.milestone(Milestone::recurrence);
  const auto death = cohort.milestone(Milestone::death);
  const auto radicality = cohort.covariate(model.population.size() +
                                           static_cast<std::size_t>(cohort::Attribute::radicality));
  const evidence::Evidence& published = *study.points[0].scenario.evidence;
  expect_curve(
      published.find_curve("rfs")->knots, [&](std::size_t i) { return radicality[i] <= 1; },
      [&](std::size_t i, double t) { return std::min(recurrence[i], death[i]) - surgery[i] > t; });
  expect_curve(
      published.find_curve("os")->knots, [&](std::size_t i) { return radicality[i] <= 2; },
      [&](std::size_t i, double t) { return death[i] - surgery[i] > t; });
}

TEST(PublishedSurvival, IndependentRecurrenceFreeCurvePassesTheKnots) {
  expect_published_survival("jnets-2021/perioperative.yaml");
}

TEST(PublishedSurvival, IndependentOverallCurvePassesTheKnots) {
  expect_published_survival("jnets-2021/overall-survival.yaml");
}

}  // namespace
}  // namespace trialmill::simulation
