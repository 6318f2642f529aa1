// Patients of the published cohort, drawn by the generator, meet the curves that the course was
// calibrated to, with whatever they had acquired by surgery.
#include "trialmill/simulation/published_sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "replaced.hpp"
#include "simulation/study.hpp"
#include "trialmill/scenario/course_model.hpp"
#include "trialmill/scenario/published_cohort.hpp"

namespace trialmill::simulation {
namespace {

// A ratio of morbidity beside knots, as of a published curve.
const std::string morbid = R"yaml(trialmill: 1
title: A hazard ratio of morbidity beside a published baseline
disease:
  recurrence:
    baseline: {knots: [{month: 12, survival: 0.547}, {month: 36, survival: 0.239}, {month: 60, survival: 0.134}]}
    hazard_ratios: {morbidity: 3}
  death_without_recurrence: {baseline: {hazard_per_month: 0.0006}}
  death_with_disease: {baseline: {hazard_per_month: 0.006}}
pathway:
  surgery: {radicality: {r1: 0.1, r2: 0.0}, morbidity: 0.128}
arms:
  upfront: {before_surgery: {surgery_at_months: 1}}
  later: {before_surgery: {surgery_at_months: 4}}
endpoints:
  rfs: {from: surgery, of: r0_r1, events: [recurrence, death]}
enrolment: {rate: 1000}
sample_size: 200000
follow_up: {until: {minimum_months: 72}}
analyses: [{name: rfs, endpoint: rfs, test: cox}]
)yaml";

scenario::Study study(const std::string& text) {
  return scenario::read_study(input::read_yaml_text(text, "course.yaml"));
}

constexpr std::array<double, 3> months = {12, 36, 60};
constexpr std::array<double, 3> published = {0.547, 0.239, 0.134};

// Of the trial's own patients, in both arms.
std::vector<double> rfs_of_trial(const std::string& text) {
  const Plan plan = compile_plan(study(text));
  cohort::CohortWorkspace workspace;
  cohort::Cohort cohort;
  cohort::draw_cohort(plan.designs[0].model, 1, 1, 200000, workspace, cohort);
  const auto surgery = cohort.milestone(cohort::Milestone::surgery);
  const auto recurrence = cohort.milestone(cohort::Milestone::recurrence);
  const auto death = cohort.milestone(cohort::Milestone::death);
  std::vector<double> survival;
  for (const double month : months) {
    std::size_t free = 0;
    for (std::size_t i = 0; i < cohort.size; ++i)
      free += std::min(recurrence[i], death[i]) - surgery[i] > month;
    survival.push_back(static_cast<double>(free) / 200000);
  }
  return survival;
}

void expect_published(const std::vector<SampledShare>& curve) {
  ASSERT_EQ(curve.size(), months.size());
  for (std::size_t k = 0; k < months.size(); ++k)
    EXPECT_NEAR(curve[k].share, published[k], 4 * curve[k].mc_se) << months[k];
}

SampledCourse sample(const std::string& text) {
  const scenario::Scenario scenario = study(text).points.at(0).scenario;
  return sample_published_course(
      scenario::published_model(scenario, scenario::calibrate_course(scenario)), 7, 200000, months,
      {});
}

TEST(PublishedSample, MorbidityIsAveragedOverByTheCalibration) {
  const std::vector<double> trial = rfs_of_trial(morbid);
  for (std::size_t k = 0; k < months.size(); ++k)
    EXPECT_NEAR(trial[k], published[k], 4 * 0.5 / std::sqrt(200000.0)) << months[k];
  expect_published(sample(morbid).recurrence_free);
}

TEST(PublishedSample, DoubleProgrammedBaselineOfAMixtureOfMorbidAndOthers) {
  const auto calibrated = scenario::calibrate_course(study(morbid).points.at(0).scenario);
  for (std::size_t k = 0; k < months.size(); ++k) {
    const double recurrence = calibrated.hazards.recurrence.cumulative(months[k]);
    const double mixture = 0.872 * std::exp(-recurrence) + 0.128 * std::exp(-3 * recurrence);
    EXPECT_NEAR(mixture * std::exp(-0.0006 * months[k]), published[k], 1e-12);
  }
}

// Another published cohort than the trial's: the trial's patients then recur more seldom.
TEST(PublishedSample, MorbidityOfThePublishedCohortMayBeAnother) {
  const std::string stated = replaced(morbid, "  death_with_disease:",
                                      "  published_cohort: {morbidity: {prevalence: 0.4}}\n"
                                      "  death_with_disease:");
  expect_published(sample(stated).recurrence_free);
  EXPECT_GT(rfs_of_trial(stated)[0], published[0] + 0.05);
}

// Every attribute, each by covariates and by those before it.
const std::string acquired = R"yaml(trialmill: 1
title: Attributes that the published cohort had acquired
population: {high_grade: {prevalence: 0.1}, age: {normal: {mean: 59, sd: 11}}}
disease:
  recurrence:
    baseline: {knots: [{month: 12, survival: 0.547}, {month: 36, survival: 0.239}, {month: 60, survival: 0.134}]}
    hazard_ratios: {high_grade: 2.4, morbidity: 2.5, response: 0.4, toxicity: 1.8}
  death_without_recurrence: {baseline: {hazard_per_month: 0.0006}}
  death_with_disease:
    baseline: {knots: [{month: 12, survival: 0.918}, {month: 36, survival: 0.831}, {month: 60, survival: 0.702}]}
    hazard_ratios: {high_grade: 2, morbidity: 1.5, response: 0.6}
  published_cohort:
    high_grade: {prevalence: 0.3}
    toxicity: {prevalence: 0.25}
    response: {prevalence: 0.4}
pathway:
  toxicity: {hazard_ratios: {high_grade: 2}}
  response: {odds_ratios: {high_grade: 0.5, toxicity: 0.3, age: 0.98}}
  surgery:
    radicality: {r1: 0.1, r2: 0.25, unresectable: 0.03}
    odds_ratios: {r2: {response: 0.3, toxicity: 1.5}}
    morbidity: {probability: 0.2, odds_ratios: {toxicity: 3, radicality: {r2: 2}}}
arms:
  upfront: {before_surgery: {surgery_at_months: 1}}
  neoadjuvant:
    before_surgery: {surgery_at_months: 5, response: 0.6}
endpoints: {os: {events: [death]}}
enrolment: {rate: 10}
sample_size: 400
follow_up: {until: {minimum_months: 24}}
analyses: [{name: os, endpoint: os, test: cox}]
)yaml";

TEST(PublishedSample, EveryAttributeOfThePublishedCohortIsAveragedOver) {
  const scenario::Scenario scenario = study(acquired).points.at(0).scenario;
  const auto calibrated = scenario::calibrate_course(scenario);
  const cohort::TrialModel model = scenario::published_model(scenario, calibrated);
  const SampledCourse curves = sample_published_course(model, 7, 400000, months, months);
  expect_published(curves.recurrence_free);
  constexpr std::array overall = {0.918, 0.831, 0.702};
  for (std::size_t k = 0; k < months.size(); ++k)
    EXPECT_NEAR(curves.overall[k].share, overall[k], 4 * curves.overall[k].mc_se);

  cohort::CohortWorkspace workspace;
  cohort::Cohort cohort;
  draw_cohort(model, 7, 1, 200000, workspace, cohort);
  const auto share = [&](cohort::Attribute attribute, double value) {
    const auto column =
        cohort.covariate(scenario.population.size() + static_cast<std::size_t>(attribute));
    return static_cast<double>(std::ranges::count(column, value)) / 200000;
  };
  const double five_se = 5 * 0.5 / std::sqrt(200000.0);
  EXPECT_NEAR(share(cohort::Attribute::toxicity, 1), 0.25, five_se);
  EXPECT_NEAR(share(cohort::Attribute::response, 1), 0.4, five_se);
  EXPECT_NEAR(share(cohort::Attribute::radicality, 2), 0.25, five_se);
  EXPECT_NEAR(share(cohort::Attribute::radicality, 3), 0.03, five_se);
}

// The sample is no copy of the equation: it shows what a calibration without morbidity misses.
TEST(PublishedSample, ShowsACalibrationThatLeftSomethingOut) {
  const scenario::Scenario scenario = study(morbid).points.at(0).scenario;
  const auto without = scenario::calibrate_course(
      study(replaced(morbid, "hazard_ratios: {morbidity: 3}", "")).points.at(0).scenario);
  const SampledCourse curves =
      sample_published_course(scenario::published_model(scenario, without), 7, 200000, months, {});
  EXPECT_LT(curves.recurrence_free[0].share, published[0] - 0.04);
}

TEST(PublishedSample, OfASingleEventMeetsItsKnotsToo) {
  const scenario::Study shipped = shipped_study("jnets-2021/perioperative.yaml");
  const scenario::Transition& event = shipped.points.at(0).scenario.disease;
  constexpr std::array<double, 4> knots = {12, 14, 36, 60};
  constexpr std::array<double, 4> survival = {0.547, 0.5, 0.239, 0.134};
  const auto curve = sample_published_event(scenario::published_model(event), 7, 200000, knots);
  for (std::size_t k = 0; k < knots.size(); ++k)
    EXPECT_NEAR(curve.at(k).share, survival[k], 4 * curve[k].mc_se);
}

}  // namespace
}  // namespace trialmill::simulation
