#include "trialmill/scenario/refit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "trialmill/scenario/baseline.hpp"

namespace trialmill::scenario {
namespace {

using cohort::BinaryLaw;
using cohort::CategoricalLaw;

Transition event_with(std::vector<cohort::Covariate> cohort, std::vector<CovariateEffect> effects) {
  CalibratedBaseline baseline;
  baseline.knots = {{12, 0.547}, {14, 0.5}, {36, 0.239}, {60, 0.134}};
  baseline.cohort = std::move(cohort);
  return {"rfs", baseline, std::move(effects)};
}

// The slope of the limiting log partial likelihood of one binary covariate, by the trapezoid rule
// with a step of 1/200 month. Patients: x and z independent, hazards h(t) ratio_x^x ratio_z^z.
double slope(const survival::PiecewiseHazard& hazard, double share_x, double ratio_x,
             double share_z, double ratio_z, double beta) {
  constexpr int steps = 12000;
  constexpr double step = 60.0 / steps;
  double sum = 0;
  for (std::size_t piece = 0; piece < hazard.from_months.size(); ++piece) {
    const double from = hazard.from_months[piece];
    const double to = piece + 1 < hazard.from_months.size() ? hazard.from_months[piece + 1] : 60;
    const int inside = static_cast<int>(std::lround((to - from) / step));
    for (int i = 0; i <= inside; ++i) {
      const double cumulative = hazard.cumulative(from + i * step);
      double s0 = 0, s1 = 0, f = 0, xf = 0;
      for (const int x : {0, 1})
        for (const int z : {0, 1}) {
          const double ratio = (x ? ratio_x : 1) * (z ? ratio_z : 1);
          const double at_risk = (x ? share_x : 1 - share_x) * (z ? share_z : 1 - share_z) *
                                 std::exp(-cumulative * ratio);
          const double density = at_risk * hazard.hazard_per_month[piece] * ratio;
          s0 += at_risk * std::exp(beta * x);
          s1 += at_risk * x * std::exp(beta * x);
          f += density;
          xf += x * density;
        }
      sum += (i == 0 || i == inside ? 0.5 : 1.0) * step * (xf - f * s1 / s0);
    }
  }
  return sum;
}

double root(const std::function<double(double)>& decreasing) {
  double low = -5, high = 5;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (decreasing(middle) > 0 ? low : high) = middle;
  }
  return low;
}

TEST(Refit, TheOnlyCovariateOfAnEventShowsItsOwnRatio) {
  const auto refit = refit_single_event(
      event_with({{"grade_g3", BinaryLaw{0.113}}}, {{"grade_g3", "", 2.449, "scenario"}}));
  ASSERT_EQ(refit.size(), 1u);
  EXPECT_EQ(refit[0].covariate, "grade_g3");
  EXPECT_NEAR(refit[0].univariable.value(), 2.449, 1e-8);
  EXPECT_NEAR(refit[0].multivariable.value(), 2.449, 1e-8);
}

TEST(Refit, DoubleProgrammedLeavingOutAStrongCovariateAttenuatesTheOther) {
  const Transition event =
      event_with({{"grade_g3", BinaryLaw{0.113}}, {"strong", BinaryLaw{0.4}}},
                 {{"grade_g3", "", 2.449, "scenario"}, {"strong", "", 6, "scenario"}});
  const auto hazard = std::get<survival::PiecewiseHazard>(resolve_baseline(event));
  const auto refit = refit_single_event(event);
  ASSERT_EQ(refit.size(), 2u);
  EXPECT_LT(refit[0].univariable.value(), 2.2);
  // The trapezoid rule's own error is of the order of step^2 = 2.5e-5 times small curvatures.
  const double alone = root([&](double b) { return slope(hazard, 0.113, 2.449, 0.4, 6, b); });
  EXPECT_NEAR(std::log(refit[0].univariable.value()), alone, 1e-6);
  EXPECT_NEAR(refit[0].multivariable.value(), 2.449, 1e-8);
  EXPECT_NEAR(refit[1].multivariable.value(), 6, 1e-8);
}

TEST(Refit, ACorrelatedCovariateWithoutEffectShowsOneAlone) {
  cohort::Covariate child{"child", BinaryLaw{0.5}, {0}, {}, {}};
  child.law_given_parents = {BinaryLaw{0.2}, BinaryLaw{0.8}};
  const auto refit = refit_single_event(
      event_with({{"parent", BinaryLaw{0.5}}, child}, {{"parent", "", 3, "scenario"}}));
  ASSERT_EQ(refit.size(), 2u);
  EXPECT_NEAR(refit[0].univariable.value(), 3, 1e-8);
  EXPECT_GT(refit[1].univariable.value(), 1.3);
  EXPECT_FALSE(refit[1].multivariable.has_value());
}

TEST(Refit, LevelsAreFittedTogetherAndAConstantHasNoRatio) {
  const auto refit = refit_single_event(event_with(
      {{"grade", CategoricalLaw{{"g1", "g2", "g3"}, {0.2, 0.7, 0.1}}}, {"nobody", BinaryLaw{0}}},
      {{"grade", "g2", 1.5, "scenario"}, {"grade", "g3", 4, "scenario"}}));
  ASSERT_EQ(refit.size(), 3u);
  EXPECT_EQ(refit[1].level, "g3");
  EXPECT_NEAR(refit[0].univariable.value(), 1.5, 1e-8);
  EXPECT_NEAR(refit[1].univariable.value(), 4, 1e-8);
  EXPECT_FALSE(refit[2].univariable.has_value());
}

TEST(Refit, LevelsThatCannotOccurAreLeftOut) {
  const auto refit = refit_single_event(
      event_with({{"grade", CategoricalLaw{{"g1", "g2", "g3", "g4"}, {0, 0.7, 0, 0.3}}},
                  {"nobody", BinaryLaw{0}},
                  {"poor", BinaryLaw{0.4}}},
                 {{"grade", "g2", 1.5, "scenario"},
                  {"grade", "g3", 2, "scenario"},
                  {"grade", "g4", 3, "scenario"},
                  {"nobody", "", 2, "scenario"},
                  {"poor", "", 1.8, "scenario"}}));
  ASSERT_EQ(refit.size(), 5u);
  EXPECT_FALSE(refit[0].multivariable.has_value());  // g2 is what the others are compared with
  EXPECT_FALSE(refit[1].multivariable.has_value());
  EXPECT_NEAR(refit[2].multivariable.value(), 2, 1e-8);  // 3 / 1.5
  EXPECT_FALSE(refit[3].multivariable.has_value());
  EXPECT_NEAR(refit[4].multivariable.value(), 1.8, 1e-8);
}

TEST(Refit, NeedsAPublishedCohort) {
  const Transition given{"rfs", survival::PiecewiseHazard{{0}, {0.05}}, {}};
  EXPECT_TRUE(refit_single_event(given).empty());
}

// Half of the patients have `poor`, which doubles recurrence; R2 leaves disease behind in a
// quarter.
Scenario course() {
  Scenario scenario;
  scenario.population = {{"poor", BinaryLaw{0.5}}, {"old", BinaryLaw{0.4}}};
  Course& course = scenario.course.emplace();
  CalibratedBaseline rfs, os;
  rfs.knots = {{12, 0.547}, {36, 0.239}, {60, 0.134}};
  os.knots = {{12, 0.918}, {36, 0.831}, {60, 0.702}, {120, 0.434}};
  course.recurrence = {"recurrence", rfs, {{"poor", "", 2, "scenario"}}};
  course.death_without_recurrence = {
      "death_without_recurrence", survival::PiecewiseHazard{{0}, {0}}, {}};
  course.death_with_disease = {"death_with_disease", os, {}};
  course.survival_ratios = {{"old", "", 2, "Table"}};
  course.operation.r2.probability = 0.25;
  course.published_cohort = scenario.population;
  return scenario;
}

TEST(Refit, FollowUpOfThePublishedCohortLastsUntilNobodyIsAtRisk) {
  Scenario scenario = course();
  scenario.course->published_follow_up = {{0}, {std::log(2) / 60}};
  const evidence::FollowUp follow_up = published_follow_up(*scenario.course);
  EXPECT_LT(std::exp(-follow_up.censoring.cumulative(follow_up.horizon_months)), 1.1e-7);
  const CalibratedCourse calibrated = calibrate_course(scenario);
  evidence::CoxDesign r2{1, {}};
  for (const evidence::CoursePattern& pattern : calibrated.patterns)
    r2.covariates.push_back(pattern.starts_with_disease ? 1 : 0);
  const auto limit = [&](double months) {
    return evidence::overall_survival_cox_limit(calibrated.hazards, calibrated.patterns, r2,
                                                {follow_up.censoring, months})
        .log_hazard_ratio[0];
  };
  EXPECT_NEAR(limit(follow_up.horizon_months), limit(2 * follow_up.horizon_months), 1e-8);
  // Where one patient in a hundred is still followed, as many deaths are missed.
  EXPECT_GT(std::abs(limit(std::log(100) * 60 / std::log(2)) - limit(follow_up.horizon_months)),
            1e-8);
}

TEST(Refit, SurvivalOfACourseShowsThePublishedRatioThatWasSolvedFor) {
  const Scenario scenario = course();
  const CalibratedCourse calibrated = calibrate_course(scenario);
  const auto os = refit_overall_survival(scenario, calibrated);
  ASSERT_EQ(os.size(), 3u);
  EXPECT_EQ(os[1].covariate, "old");
  EXPECT_NEAR(os[1].multivariable.value(), 2, 1e-8);  // solved to 1e-9 on the log scale
  EXPECT_EQ(os[2].covariate, "radicality");
  EXPECT_EQ(os[2].level, "r2");
  ASSERT_TRUE(calibrated.refit.has_value());
  EXPECT_NEAR(std::log(os[2].multivariable.value()), calibrated.refit->log_hazard_ratio[1], 1e-8);
  EXPECT_GT(os[2].univariable.value(), 1.3);
  // Earlier recurrence shortens survival, by less than it doubles recurrence.
  EXPECT_GT(os[0].univariable.value(), 1.1);
  EXPECT_LT(os[0].univariable.value(), 2);
  EXPECT_FALSE(os[0].multivariable.has_value());
}

TEST(Refit, RecurrenceWithoutOtherDeathsShowsItsOwnRatio) {
  const Scenario scenario = course();
  const auto rfs = refit_recurrence_free(scenario, calibrate_course(scenario));
  ASSERT_EQ(rfs.size(), 2u);
  EXPECT_NEAR(rfs[0].univariable.value(), 2, 1e-8);
  EXPECT_NEAR(rfs[0].multivariable.value(), 2, 1e-8);
  EXPECT_NEAR(rfs[1].univariable.value(), 1, 1e-8);
  EXPECT_FALSE(rfs[1].multivariable.has_value());
}

TEST(CalibrateCourse, PatternsCarryTheSolvedEffects) {
  const Scenario scenario = course();
  const CalibratedCourse calibrated = calibrate_course(scenario);
  for (const auto& [month, survival] :
       {std::pair{12, 0.918}, {36, 0.831}, {60, 0.702}, {120, 0.434}})
    EXPECT_NEAR(
        evidence::average_occupation(calibrated.hazards, calibrated.patterns, month).alive(),
        survival, 1e-9);
}

}  // namespace
}  // namespace trialmill::scenario
