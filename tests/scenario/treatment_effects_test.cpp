// Effects that are no constant hazard ratio, as a file states them: what survival follows, and what
// is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "course_scenario.hpp"
#include "replaced.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/arm_survival.hpp"
#include "trialmill/scenario/baseline.hpp"
#include "trialmill/scenario/course_model.hpp"
#include "trialmill/scenario/read_study.hpp"
#include "trialmill/scenario/two_arm_model.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

const std::string event_text = R"yaml(trialmill: 1
title: One event
population:
  grade: {levels: {g1: 0.5, g2: 0.3, g3: 0.2}}
  marker: {prevalence: 0.4}
  latent: {prevalence: 0.5, recorded: false}
  age: {normal: {mean: 59, sd: 11}}
disease:
  relapse:
    baseline: {hazard_per_month: 0.05}
    cured: {probability: 0.3, odds_ratios: {grade: {g2: 0.5, g3: 0.2}}}
    hazard_ratios: {grade: {g2: 1.5, g3: 2}}
arms:
  control: {}
  experimental: {effects: {relapse: {hazard_ratio: 0.8, cured: {odds_ratio: 1.8}}}}
enrolment: {rate: 10}
sample_size: 200
follow_up: {until: {calendar_months: 48}}
analyses:
  - {name: primary, test: log-rank}
)yaml";

Scenario read(const std::string& text) {
  return read_study(input::read_yaml_text(text, "trial.yaml")).points.front().scenario;
}

ArmSurvival survival_of(const Scenario& scenario, std::size_t arm) {
  const TreatedLaws laws =
      treated_laws(scenario, scenario.disease.name, resolve_baseline(scenario.disease));
  return ArmSurvival(scenario, arm, laws, cure_law(scenario));
}

TEST(TreatmentEffects, DoubleProgrammedSurvivalWithCure) {
  const Scenario scenario = read(event_text);
  const double share[] = {0.5, 0.3, 0.2}, odds_ratio[] = {1, 0.5, 0.2}, ratio[] = {1, 1.5, 2};
  for (const std::size_t arm : {0u, 1u}) {
    const ArmSurvival survival = survival_of(scenario, arm);
    double cured = 0;
    for (const double t : {0.0, 6.0, 40.0}) {
      double expected = 0;
      cured = 0;
      for (int g = 0; g < 3; ++g) {
        const double odds = 0.3 / 0.7 * odds_ratio[g] * (arm == 1 ? 1.8 : 1);
        const double pi = odds / (1 + odds);
        expected +=
            share[g] * (pi + (1 - pi) * std::exp(-0.05 * ratio[g] * (arm == 1 ? 0.8 : 1) * t));
        cured += share[g] * pi;
      }
      EXPECT_NEAR(survival.at(t), expected, 1e-14);
    }
    EXPECT_NEAR(survival.cured(), cured, 1e-14);
  }
}

TEST(TreatmentEffects, DoubleProgrammedSurvivalWithinSubgroups) {
  const Scenario scenario = read(replaced(
      replaced(event_text,
               "    cured: {probability: 0.3, odds_ratios: {grade: {g2: 0.5, g3: 0.2}}}\n", ""),
      "{hazard_ratio: 0.8, cured: {odds_ratio: 1.8}}",
      "{hazard_ratio: 0.9, within: {grade: {g3: {hazard_ratio: [{from_months: 0, ratio: 1}, "
      "{from_months: 4, ratio: 0.4}]}, g1: {hazard_ratio: 0.7}}}}"));
  const ArmSurvival control = survival_of(scenario, 0), experimental = survival_of(scenario, 1);
  for (const double t : {2.0, 12.0}) {
    EXPECT_NEAR(control.at(t),
                0.5 * std::exp(-0.05 * t) + 0.3 * std::exp(-0.075 * t) + 0.2 * std::exp(-0.1 * t),
                1e-14);
    const double of_g3 = std::min(t, 4.0) + 0.4 * std::max(t - 4, 0.0);
    EXPECT_NEAR(experimental.at(t),
                0.5 * std::exp(-0.05 * 0.7 * t) + 0.3 * std::exp(-0.075 * 0.9 * t) +
                    0.2 * std::exp(-0.1 * of_g3),
                1e-14);
  }
}

TEST(TreatmentEffects, ARatioIsConstantOnlyWhereNothingElseActs) {
  const auto truth = [](const std::string& effects, bool cured) {
    std::string text =
        replaced(event_text, "{hazard_ratio: 0.8, cured: {odds_ratio: 1.8}}", effects);
    if (!cured)
      text = replaced(
          text, "    cured: {probability: 0.3, odds_ratios: {grade: {g2: 0.5, g3: 0.2}}}\n", "");
    const Scenario scenario = read(text);
    return constant_log_ratio(scenario, scenario.arms.front(), scenario.arms.back());
  };
  EXPECT_NEAR(truth("{hazard_ratio: 0.8}", false), std::log(0.8), 1e-15);
  EXPECT_TRUE(std::isnan(truth("{hazard_ratio: 0.8}", true)));
  EXPECT_TRUE(std::isnan(truth("{cured: {odds_ratio: 2}}", true)));
  EXPECT_EQ(truth("{hazard_ratio: 1}", true), 0);  // no effect at all: the hazards are the same
  EXPECT_TRUE(std::isnan(truth("{within: {marker: {hazard_ratio: 0.5}}}", false)));
}

TEST(TreatmentEffects, HaveAnAnalyticTwinUnlessTheyCure) {
  const auto reason = [](const Scenario& scenario) {
    const auto model = two_arm_model(scenario, scenario.analyses.front());
    const auto* none = std::get_if<NoModel>(&model);
    return none ? none->because : "";
  };
  EXPECT_EQ(reason(read(event_text)), "a cure fraction");
  const std::string plain = replaced(
      replaced(event_text,
               "    cured: {probability: 0.3, odds_ratios: {grade: {g2: 0.5, g3: 0.2}}}\n", ""),
      ", cured: {odds_ratio: 1.8}", "");
  EXPECT_EQ(reason(read(plain)), "");
  EXPECT_EQ(reason(read(
                replaced(plain, "{hazard_ratio: 0.8}", "{within: {marker: {hazard_ratio: 0.5}}}"))),
            "");
}

TEST(TreatmentEffects, SwitchingIsOfTheArmsThatStateIt) {
  const Scenario scenario =
      read(replaced(course_text, "  upfront:\n",
                    "  upfront:\n    switching: {after: recurrence, probability: 0.4, "
                    "hazard_ratio: 0.7, delay_months: 2}\n"));
  const cohort::Course course = compile_course(scenario);
  ASSERT_EQ(course.disease.switching.size(), 2u);
  EXPECT_EQ(course.disease.switching[0].probability, 0.4);
  EXPECT_EQ(course.disease.switching[0].delay_months, 2);
  EXPECT_EQ(course.disease.switching[0].hazard_ratio, 0.7);
  EXPECT_EQ(course.disease.switching[1].probability, 0);
  EXPECT_TRUE(compile_course(read(course_text)).disease.switching.empty());
}

struct Wrong {
  const char* before;    // text of the file ...
  const char* after;     // ... replaced by this
  const char* position;  // line and column of the message
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.after;
}

void expect_complaint(const std::string& text, const Wrong& wrong) {
  try {
    read_study(input::read_yaml_text(replaced(text, wrong.before, wrong.after), "trial.yaml"));
    ADD_FAILURE() << "accepted: " << wrong.after;
  } catch (const input::InputError& error) {
    ASSERT_EQ(error.diagnostics().size(), 1u) << error.what();
    input::Diagnostic diagnostic = error.diagnostics().front();
    diagnostic.excerpt.clear();
    EXPECT_THAT(to_text(diagnostic),
                testing::StartsWith("trial.yaml:" + std::string(wrong.position)));
    EXPECT_THAT(to_text(diagnostic), HasSubstr(wrong.message));
  }
}

class WrongEffect : public testing::TestWithParam<Wrong> {};

TEST_P(WrongEffect, GivesOneClearMessageAtItsPlace) {
  expect_complaint(event_text, GetParam());
}

constexpr const char* effects = "{hazard_ratio: 0.8, cured: {odds_ratio: 1.8}}";

INSTANTIATE_TEST_SUITE_P(
    Cure, WrongEffect,
    testing::Values(
        Wrong{"probability: 0.3", "probability: 1", "11:26", "never have the event"},
        Wrong{"probability: 0.3", "probabilty: 0.3", "11:", "probabilty"},
        Wrong{"{hazard_per_month: 0.05}", "{knots: [{month: 12, survival: 0.5}]}", "11:5",
              "calibrated to survival of all patients"},
        Wrong{"odds_ratios: {grade", "odds_ratios: {grad", "11:", "did you mean `grade`?"},
        Wrong{"cured: {odds_ratio: 1.8}", "cured: {hazard_ratio: 1.8}", "15:", "`odds_ratio`"},
        Wrong{"cured: {odds_ratio: 1.8}", "cured: {odds_ratio: -1}", "15:", "found -1"},
        Wrong{"    cured: {probability: 0.3, odds_ratios: {grade: {g2: 0.5, g3: 0.2}}}\n", "",
              "14:", "nobody is cured: `disease.relapse.cured` is not stated"}));

INSTANTIATE_TEST_SUITE_P(
    Subgroups, WrongEffect,
    testing::Values(
        Wrong{effects, "{hazard_ratio: 0.8, within: {markr: {hazard_ratio: 0.5}}}",
              "15:", "did you mean `marker`?"},
        Wrong{effects, "{hazard_ratio: 0.8, within: {age: {hazard_ratio: 0.5}}}",
              "15:", "continuous covariate has no levels"},
        Wrong{effects, "{hazard_ratio: 0.8, within: {grade: {g4: {hazard_ratio: 0.5}}}}",
              "15:", "no level `g4`"},
        Wrong{effects,
              "{hazard_ratio: 0.8, within: {grade: {g1: {hazard_ratio: 0.5}, g2: {hazard_ratio: "
              "0.6}, g3: {hazard_ratio: 0.7}}}}",
              "15:", "would never act"},
        Wrong{effects, "{within: {marker: {hazard_ratio: 0.5}, latent: {hazard_ratio: 0.6}}}",
              "15:", "levels of one covariate"},
        Wrong{effects, "{within: {marker: {odds_ratio: 0.5}}}", "15:", "hazard_ratio"}));

INSTANTIATE_TEST_SUITE_P(
    Latent, WrongEffect,
    testing::Values(
        Wrong{"test: log-rank}", "test: log-rank, strata: [latent]}",
              "20:", "nobody in the trial knows it"},
        Wrong{"test: log-rank}", "test: cox, covariates: [latent]}",
              "20:", "nobody in the trial knows it"},
        Wrong{"sample_size: 200", "randomisation: {strata: [latent]}\nsample_size: 200",
              "17:", "nobody in the trial knows it"},
        Wrong{"sample_size: 200",
              "randomisation: {method: minimisation, factors: [latent]}\nsample_size: 200",
              "17:", "nobody in the trial knows it"},
        Wrong{"sample_size: 200",
              "randomisation: {method: minimisation, factors: [age]}\nsample_size: 200", "17:49",
              "only levels can be kept in balance"},
        Wrong{"recorded: false",
              "recorded: false, missing: {probability: 0.1, analysed_as: reference}",
              "6:", "never recorded"}));

INSTANTIATE_TEST_SUITE_P(Switching, WrongEffect,
                         testing::Values(Wrong{
                             "  control: {}",
                             "  control: {switching: {after: recurrence, probability: 0.5, "
                             "hazard_ratio: 0.7}}",
                             "14:13", "belongs to a whole course"}));

class WrongCourseEffect : public testing::TestWithParam<Wrong> {};

TEST_P(WrongCourseEffect, GivesOneClearMessageAtItsPlace) {
  expect_complaint(course_text, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Course, WrongCourseEffect,
    testing::Values(
        Wrong{"  upfront:\n",
              "  upfront:\n    switching: {after: relapse, probability: 0.4, hazard_ratio: 0.7}\n",
              "30:24", "found `relapse`"},
        Wrong{"  upfront:\n",
              "  upfront:\n    switching: {after: recurrence, probability: 1.4, hazard_ratio: "
              "0.7}\n",
              "30:", "found 1.4"},
        Wrong{"  upfront:\n", "  upfront:\n    switching: {after: recurrence, probability: 0.4}\n",
              "30:", "hazard_ratio"},
        Wrong{"  recurrence:\n    baseline", "  recurrence:\n    cured: 0.3\n    baseline", "9:5",
              "single event"},
        Wrong{"      r2: {odds_ratio: 0.6}",
              "      mortality_90_days: {hazard_ratio: 0.6, within: {grade_g3: {hazard_ratio: "
              "0.5}}}",
              "41:46", "no subgroups"}));

}  // namespace
}  // namespace trialmill::scenario
