// A continuous covariate in the copula of a course: few patterns, and curves that pass the knots.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"
#include "trialmill/scenario/course_model.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

const std::string text = R"yaml(trialmill: 1
title: correlated
time_zero: surgery
population:
  grade: {levels: {g1: 0.3, g2: 0.5, g3: 0.2}}
  big: {prevalence: 0.3}
  age: {normal: {mean: 59, sd: 11}}
correlations:
  - {between: [age, big], latent: 0.6}
  - {between: [grade, big], latent: 0.4}
disease:
  recurrence:
    baseline: {knots: [{month: 12, survival: 0.5}, {month: 36, survival: 0.2}]}
    hazard_ratios: {big: 2, grade: {g3: 1.5}, age: 1.03}
  death_with_disease:
    baseline: {knots: [{month: 12, survival: 0.9}, {month: 60, survival: 0.6}]}
    hazard_ratios: {big: {overall_survival: 1.8}, age: 1.02}
pathway:
  surgery:
    radicality: {r1: 0.1, r2: 0.25}
    odds_ratios: {r2: {big: 2, age: 1.02}}
arms: {a: {}, b: {}}
endpoints: {os: {events: [death]}}
enrolment: {rate: 10}
sample_size: 300
follow_up: {until: {minimum_months: 24}}
analyses: [{name: os, endpoint: os, test: cox}]
)yaml";

Scenario correlated() {
  return read_study(input::read_yaml_text(text, "course.yaml")).points.at(0).scenario;
}

double effect_on_death(const CalibratedCourse& calibrated, const std::string& covariate) {
  for (const CovariateEffect& effect : calibrated.death_with_disease)
    if (effect.covariate == covariate) return std::log(effect.ratio);
  ADD_FAILURE() << covariate;
  return 0;
}

// The published cohort on a fine grid of two latent scores: age's, and grade's own, given which the
// covariate `big` has a known probability. Midpoints within each grade.
std::vector<evidence::CoursePattern> fine_patterns(const CalibratedCourse& calibrated) {
  const double with_age = 0.6, with_grade = 0.4;
  const double open = std::sqrt(1 - with_age * with_age - with_grade * with_grade);
  const double limit = math::normal_quantile(0.3);
  const double on_death_big = effect_on_death(calibrated, "big");
  const double on_death_age = effect_on_death(calibrated, "age");
  std::vector<evidence::CoursePattern> patterns;
  constexpr int parts = 60;
  const double upto[] = {0, 0.3, 0.8, 1};
  double total = 0;
  for (int i = -60; i <= 60; ++i) {
    const double z = i / 10.0;
    const double age = 59 + 11 * z;
    for (std::size_t grade = 0; grade < 3; ++grade)
      for (int part = 0; part < parts; ++part) {
        const double share = (upto[grade + 1] - upto[grade]) / parts;
        const double y = math::normal_quantile(upto[grade] + (part + 0.5) * share);
        const double p = math::normal_probability((limit + with_age * z + with_grade * y) / open);
        for (const double big : {0.0, 1.0}) {
          const double weight = std::exp(-0.5 * z * z) * share * (big > 0 ? p : 1 - p);
          const double r2 = calibrated.r2_odds * std::pow(2, big) * std::pow(1.02, age);
          const double all = 1 + calibrated.r1_odds + r2;
          const double recurs =
              big * std::log(2.0) + (grade == 2 ? std::log(1.5) : 0) + age * std::log(1.03);
          const double dies = big * on_death_big + age * on_death_age;
          patterns.push_back({weight * r2 / all, true, recurs, 0, dies});
          patterns.push_back({weight * (all - r2) / all, false, recurs, 0, dies});
          total += weight;
        }
      }
  }
  for (evidence::CoursePattern& pattern : patterns)
    pattern.probability /= total;
  return patterns;
}

TEST(CorrelatedCourse, DoubleProgrammedAveragedCurvesPassTheKnots) {
  const CalibratedCourse calibrated = calibrate_course(correlated());
  const auto fine = fine_patterns(calibrated);
  double r2 = 0;
  for (const evidence::CoursePattern& pattern : fine)
    r2 += pattern.starts_with_disease ? pattern.probability : 0;
  EXPECT_NEAR(r2, 0.25, 3e-5);
  // The midpoints of the test's own grid are good to about 1e-5.
  for (const auto& [month, survival] : {std::pair{12.0, 0.5}, std::pair{36.0, 0.2}})
    EXPECT_NEAR(evidence::average_occupation(calibrated.hazards, fine, month).recurrence_free,
                survival * (1 - r2), 3e-5);
  for (const auto& [month, survival] : {std::pair{12.0, 0.9}, std::pair{60.0, 0.6}})
    EXPECT_NEAR(evidence::average_occupation(calibrated.hazards, fine, month).alive(), survival,
                3e-5);
}

TEST(CorrelatedCourse, HasFewPatterns) {
  // 45 nodes of age, six combinations of levels, three outcomes of surgery.
  EXPECT_LE(calibrate_course(correlated()).patterns.size(), 45u * 6 * 3);
}

}  // namespace
}  // namespace trialmill::scenario
