// The whole course as a scenario states it: every value arrives where the model looks for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "course_scenario.hpp"
#include "replaced.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using testing::ElementsAre;

Scenario read(const std::string& text) {
  return read_study(input::read_yaml_text(text, "course.yaml")).points.at(0).scenario;
}

const Scenario& course_scenario() {
  static const Scenario scenario = read(course_text);
  return scenario;
}

const Course& course() {
  return *course_scenario().course;
}

void expect_effect(const CovariateEffect& effect, const std::string& covariate,
                   const std::string& level, double ratio) {
  EXPECT_EQ(effect.covariate, covariate);
  EXPECT_EQ(effect.level, level);
  EXPECT_EQ(effect.ratio, ratio);
  EXPECT_EQ(effect.source, "scenario");
}

TEST(ReadCourse, Transitions) {
  const auto& recurrence = course().recurrence;
  EXPECT_EQ(recurrence.name, "recurrence");
  const auto& knots = std::get<CalibratedBaseline>(recurrence.baseline).knots;
  ASSERT_EQ(knots.size(), 2U);
  EXPECT_EQ(knots[1].time_months, 36);
  EXPECT_TRUE(std::get<CalibratedBaseline>(recurrence.baseline).cohort.empty());
  ASSERT_EQ(recurrence.effects.size(), 3U);
  expect_effect(recurrence.effects[0], "grade_g3", "", 2.4);
  expect_effect(recurrence.effects[1], "radicality", "r1", 1.2);
  expect_effect(recurrence.effects[2], "response", "", 0.7);
  const auto& dies_free = course().death_without_recurrence;
  EXPECT_EQ(std::get<survival::PiecewiseHazard>(dies_free.baseline).hazard_per_month[0], 0.00003);
  expect_effect(dies_free.effects.at(0), "age", "", 1.05);
  const auto& dies_ill = course().death_with_disease;
  ASSERT_EQ(dies_ill.effects.size(), 2U);
  expect_effect(dies_ill.effects[0], "site", "rectum", 1.3);
  expect_effect(dies_ill.effects[1], "radicality", "unresected", 2);
  ASSERT_EQ(course().survival_ratios.size(), 1U);
  expect_effect(course().survival_ratios[0], "grade_g3", "", 4.2);
  EXPECT_EQ(course().clock, survival::CourseClock::reset);
  EXPECT_NEAR(course().published_follow_up.hazard_per_month.at(0), std::log(2.0) / 60, 1e-15);
}

TEST(ReadCourse, PublishedCohortHoldsEveryCovariateThatActsAfterSurgery) {
  const auto& cohort = course().published_cohort;
  ASSERT_EQ(cohort.size(), 3U);
  EXPECT_EQ(std::get<cohort::BinaryLaw>(cohort[0].law).prevalence, 0.2);
  EXPECT_EQ(cohort[1].name, "age");
  EXPECT_EQ(std::get<cohort::CategoricalLaw>(cohort[2].law).probabilities[1], 0.4);
}

TEST(ReadCourse, Pathway) {
  expect_effect(course().progression_ratios.at(0), "grade_g3", "", 2);
  ASSERT_EQ(course().response_odds.size(), 2U);
  expect_effect(course().response_odds[1], "toxicity", "", 0.5);
  const OperationPlan& operation = course().operation;
  EXPECT_EQ(operation.r1.probability, 0.1);
  EXPECT_EQ(operation.r2.probability, 0.25);
  EXPECT_EQ(operation.unresectable.probability, 0.02);
  EXPECT_TRUE(operation.r1.odds_ratios.empty());
  expect_effect(operation.r2.odds_ratios.at(1), "response", "", 0.4);
  EXPECT_EQ(operation.mortality_90_days, 0.01);
  EXPECT_EQ(operation.morbidity.probability, 0.128);
  EXPECT_EQ(operation.adjuvant.probability, 0.8);
  expect_effect(operation.adjuvant.odds_ratios.at(0), "morbidity", "", 0.5);
  EXPECT_EQ(operation.adjuvant_from_months, 1);
  EXPECT_EQ(operation.adjuvant_to_months, 2.5);
  EXPECT_EQ(operation.adjuvant_delay_by_morbidity_months, 1);
}

TEST(ReadCourse, Arms) {
  const Arm& upfront = course_scenario().arms.at(0);
  EXPECT_EQ(upfront.before_surgery.surgery_at_months, 1);
  EXPECT_THAT(upfront.before_surgery.progression.hazard_per_month, ElementsAre(0.0));
  const Arm& arm = course_scenario().arms.at(1);
  const BeforeSurgeryPlan& plan = arm.before_surgery;
  // 5 % by month 5 when nothing else happens.
  EXPECT_NEAR(std::exp(-plan.progression.cumulative(5)), 0.95, 1e-15);
  EXPECT_THAT(plan.death.hazard_per_month, ElementsAre(0.001));
  EXPECT_THAT(plan.withdrawal.from_months, ElementsAre(0.0, 3.0));
  EXPECT_NEAR(std::exp(-plan.toxicity.cumulative(5)), 0.93, 1e-15);
  EXPECT_EQ(plan.surgery_after_toxicity_months, 1);
  EXPECT_EQ(plan.response, 0.58);
  ASSERT_EQ(arm.effects.size(), 1U);
  EXPECT_EQ(arm.effects[0].transition, "recurrence");
  EXPECT_THAT(arm.effects[0].ratio.hazard_ratio, ElementsAre(1.0, 0.8));
  ASSERT_EQ(arm.odds_effects.size(), 1U);
  EXPECT_EQ(arm.odds_effects[0].outcome, "r2");
  EXPECT_EQ(arm.odds_effects[0].odds_ratio, 0.6);
  for (const Arm& each : course_scenario().arms) {
    EXPECT_THAT(each.assessments.from_months, ElementsAre(0.0, 24.0));
    EXPECT_THAT(each.assessments.every_months, ElementsAre(3.0, 6.0));
    EXPECT_EQ(each.assessments.jitter_months, 0.25);
    EXPECT_EQ(each.assessments.missed_probability, 0.05);
  }
}

TEST(ReadCourse, AssessmentsByArm) {
  const auto start = course_text.find("assessments:");
  const auto end = course_text.find('\n', start);
  const std::string line = course_text.substr(start, end - start);
  const Scenario by_arm = read(replaced(
      course_text, line, "assessments: {upfront: continuous, neoadjuvant: {every_months: 2}}"));
  EXPECT_TRUE(by_arm.arms[0].assessments.continuous());
  using Start = cohort::VisitSchedule::Start;
  EXPECT_EQ(by_arm.arms[1].assessments.from, Start::randomisation);
  const Scenario from_surgery =
      read(replaced(course_text, line, "assessments: {from: surgery, every_months: 2}"));
  EXPECT_EQ(from_surgery.arms[0].assessments.from, Start::surgery);
  EXPECT_EQ(from_surgery.arms[1].assessments.from, Start::surgery);
  EXPECT_THAT(by_arm.arms[1].assessments.every_months, ElementsAre(2.0));
  EXPECT_TRUE(read(replaced(course_text, line, "assessments: continuous"))
                  .arms[1]
                  .assessments.continuous());
}

TEST(ReadCourse, Endpoints) {
  using cohort::Endpoint;
  using Kind = cohort::EndpointEvent::Kind;
  const auto& endpoints = course_scenario().endpoints;
  ASSERT_EQ(endpoints.size(), 6U);
  EXPECT_EQ(endpoints[0].name, "efs");
  std::vector<Kind> kinds;
  for (const auto& one : endpoints[0].definition.events)
    kinds.push_back(one.kind);
  EXPECT_THAT(kinds, ElementsAre(Kind::progression, Kind::withdrawal, Kind::unresectable, Kind::r2,
                                 Kind::recurrence, Kind::death));
  const auto& strict = endpoints[1].definition.events;
  EXPECT_EQ(strict[0].kind, Kind::r2_dated);
  EXPECT_EQ(strict[1].kind, Kind::no_surgery_by);
  EXPECT_EQ(strict[1].months, 6);
  EXPECT_EQ(strict[2].kind, Kind::no_adjuvant_by);
  EXPECT_EQ(strict[2].months, 2.8);
  EXPECT_EQ(endpoints[1].definition.origin, Endpoint::Origin::randomisation);
  EXPECT_EQ(endpoints[3].definition.origin, Endpoint::Origin::surgery);
  EXPECT_EQ(endpoints[3].definition.patients, Endpoint::Patients::r0_r1);
  EXPECT_EQ(endpoints[4].definition.origin, Endpoint::Origin::landmark);
  EXPECT_EQ(endpoints[4].definition.landmark_months, 6);
  EXPECT_EQ(endpoints[5].definition.outcome, Endpoint::Outcome::r0);
  EXPECT_FALSE(endpoints[5].definition.time_to_event());
}

TEST(ReadCourse, Analyses) {
  using enum Analysis::Test;
  const auto& analyses = course_scenario().analyses;
  ASSERT_EQ(analyses.size(), 5U);
  EXPECT_EQ(analyses[0].endpoint, "efs");
  EXPECT_FALSE(analyses[0].at.has_value());
  EXPECT_EQ(analyses[1].test, cox);
  EXPECT_EQ(analyses[1].at->value, 150);
  EXPECT_EQ(analyses[1].at->endpoint, 2U) << "events of its own endpoint";
  EXPECT_THAT(analyses[2].covariates, ElementsAre("radicality"));
  EXPECT_THAT(analyses[2].strata, ElementsAre("response"));
  EXPECT_EQ(analyses[3].test, score);
  EXPECT_EQ(analyses[4].test, mantel_haenszel);
  EXPECT_EQ(analyses[4].at->endpoint, 0U);
  const Scenario by_os = read(replaced(course_text, "{events: 220}", "{events: 220, of: os}"));
  EXPECT_EQ(by_os.analysis_time.of.at(0).endpoint, 2U);
}

TEST(ReadCourse, OperatedPatientsHaveNoPathway) {
  const Scenario operated = read(R"yaml(trialmill: 1
title: After surgery
time_zero: surgery
disease:
  recurrence: {baseline: {median_months: 14}}
  death_with_disease: {baseline: {median_months: 60}}
arms: {control: {}, therapy: {effects: {recurrence: {hazard_ratio: 0.7}}}}
endpoints: {rfs: {events: [recurrence, death]}}
enrolment: {rate: 10}
sample_size: 100
follow_up: {until: {event_fraction: 0.5}}
analyses: [{name: primary, test: log-rank}]
)yaml");
  EXPECT_EQ(operated.time_zero, evidence::TimeOrigin::surgery);
  EXPECT_EQ(operated.arms[1].before_surgery.surgery_at_months, 0);
  EXPECT_EQ(operated.course->operation.r2.probability, 0);
  EXPECT_THAT(operated.course->death_without_recurrence.effects, testing::IsEmpty());
  EXPECT_EQ(operated.analyses[0].endpoint, "rfs");
}

TEST(ReadCourse, TakesPublishedFiguresByName) {
  std::string text = replaced(course_text, "title: A course\n",
                              "title: A course\nevidence: ../evidence/jnets-2021.yaml\n");
  text = replaced(text, "{knots: [{month: 12, survival: 0.5}, {month: 36, survival: 0.2}]}",
                  "{published: rfs}");
  text = replaced(text, "{knots: [{month: 12, survival: 0.9}, {month: 60, survival: 0.7}]}",
                  "{published: os}");
  text = replaced(text, "grade_g3: 2.4", "grade_g3: univariable");
  text = replaced(text, "grade_g3: {overall_survival: 4.2}", "grade_g3: multivariable");
  text =
      replaced(text, "{r1: 0.1, r2: 0.25, unresectable: 0.02}", "{r1: published, r2: published}");
  text = replaced(text, "published_cohort: {grade_g3: {prevalence: 0.2}}",
                  "published_cohort: {age: {normal: {mean: 60, sd: 10}}, site: {levels: {pancreas: "
                  "0.5, rectum: 0.5}}}");
  const auto name =
      std::filesystem::path(TRIALMILL_SOURCE_DIR) / "scenarios" / "jnets-2021" / "course.yaml";
  const Scenario published =
      read_study(input::read_yaml_text(text, name.string())).points.at(0).scenario;
  const Course& read = *published.course;
  EXPECT_EQ(std::get<CalibratedBaseline>(read.recurrence.baseline).curve, "rfs");
  EXPECT_EQ(std::get<CalibratedBaseline>(read.death_with_disease.baseline).knots.size(), 5U);
  EXPECT_EQ(read.recurrence.effects[0].ratio, 2.477);
  EXPECT_EQ(read.survival_ratios.at(0).ratio, 4.172);
  EXPECT_EQ(read.survival_ratios.at(0).source, "Table 5B, multivariable");
  // 21 R1 and 58 R2 among the 219 whose radicality is known.
  EXPECT_EQ(read.operation.r1.probability, 21.0 / 219);
  EXPECT_EQ(read.operation.r2.probability, 58.0 / 219);
  EXPECT_EQ(std::get<cohort::BinaryLaw>(read.published_cohort.at(0).law).prevalence, 14.0 / 124);
  EXPECT_EQ(std::get<cohort::NormalLaw>(read.published_cohort.at(1).law).mean, 60);
}

TEST(ReadCourse, DeathBeforeSurgeryMayBeThatOfPublishedSurvival) {
  const BeforeSurgeryPlan& stated = course_scenario().arms[1].before_surgery;
  EXPECT_TRUE(stated.states_death);
  EXPECT_FALSE(stated.published_death);
  EXPECT_FALSE(course_scenario().arms[0].before_surgery.states_death);
  const Scenario published =
      read(replaced(course_text, "death: {hazard_per_month: 0.001}", "death: published"));
  const BeforeSurgeryPlan& plan = published.arms[1].before_surgery;
  EXPECT_TRUE(plan.states_death && plan.published_death);
  EXPECT_THAT(plan.death.from_months, ElementsAre(0.0));
  // 0.9 of the patients are alive at 12 months after surgery.
  EXPECT_NEAR(plan.death.hazard_per_month.at(0), -std::log(0.9) / 12, 1e-15);
}

TEST(ReadCourse, WhatThePublishedCohortHadAcquired) {
  EXPECT_FALSE(course().published_attributes.response.has_value());
  const Course stated =
      *read(replaced(course_text, "published_cohort: {grade_g3: {prevalence: 0.2}}",
                     "published_cohort: {grade_g3: {prevalence: 0.2}, morbidity: {prevalence: 0.3},"
                     " response: {prevalence: 0.1}}"))
           .course;
  EXPECT_EQ(stated.published_attributes.morbidity, 0.3);  // acts on adjuvant therapy
  EXPECT_EQ(stated.published_attributes.response, 0.1);
  EXPECT_EQ(stated.published_cohort.size(), course().published_cohort.size());
}

TEST(ReadCourse, OneEventHasOneEndpoint) {
  const auto path = std::filesystem::path(TRIALMILL_SOURCE_DIR) / "scenarios/jnets-2021";
  const Scenario one = read_study(path / "perioperative.yaml").points.at(0).scenario;
  EXPECT_FALSE(one.course.has_value());
  EXPECT_EQ(one.time_zero, evidence::TimeOrigin::surgery);
  ASSERT_EQ(one.endpoints.size(), 1U);
  EXPECT_EQ(one.endpoints[0].name, "rfs");
  ASSERT_EQ(one.endpoints[0].definition.events.size(), 1U);
  EXPECT_EQ(one.endpoints[0].definition.events[0].kind, cohort::EndpointEvent::Kind::event);
}

TEST(ReadCourse, ProbabilitiesMayBeProportionsOfAnyEvidenceFile) {
  const std::string folder = TRIALMILL_SOURCE_DIR "/scenarios/evidence/";
  std::string text = course_text;
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {"title: A course", "title: A course\nevidence: [" + folder + "jnets-2021.yaml, " +
                                   folder + "neolupanet.yaml]"},
           {"r1: 0.1, r2: 0.25, unresectable: 0.02",
            "r1: {published: neolupanet.radicality_r1}, r2: {published: jnets-2021.radicality_r2}, "
            "unresectable: {published: unresectable}"},
           {"mortality_90_days: 0.01", "mortality_90_days: {published: mortality_90_days}"},
           {"morbidity: 0.128", "morbidity: {published: severe_complications}"},
           {"adjuvant: {probability: 0.8", "adjuvant: {probability: {published: four_cycles}"},
           {"response: 0.58", "response: {published: partial_response}"},
           {"toxicity: {probability: 0.07", "toxicity: {probability: {published: complications}"}})
    text = replaced(text, before, after);
  const Scenario scenario = read(text);
  const OperationPlan& operation = scenario.course->operation;
  EXPECT_DOUBLE_EQ(operation.r1.probability, 4.0 / 29);
  EXPECT_DOUBLE_EQ(operation.r2.probability, 58.0 / 222);
  EXPECT_DOUBLE_EQ(operation.unresectable.probability, 1.0 / 29);
  EXPECT_DOUBLE_EQ(operation.morbidity.probability, 7.0 / 29);
  EXPECT_DOUBLE_EQ(operation.adjuvant.probability, 26.0 / 31);
  EXPECT_DOUBLE_EQ(operation.mortality_90_days, 2.0 / 219);
  const BeforeSurgeryPlan& plan = scenario.arms[1].before_surgery;
  EXPECT_DOUBLE_EQ(plan.response, 18.0 / 31);
  EXPECT_NEAR(plan.toxicity.hazard_per_month[0], -std::log1p(-21.0 / 29) / 5, 1e-14);
  ASSERT_EQ(plan.published.size(), 2U);
  EXPECT_EQ(plan.published[1].of, "response");
  EXPECT_EQ(plan.published[1].file, 1U);
  EXPECT_EQ(plan.published[1].name, "partial_response");
}

}  // namespace
}  // namespace trialmill::scenario
