#include "trialmill/scenario/uncertainty.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <random>

#include "course_scenario.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

struct Trial {
  std::string uncertainty = {};
  std::string baseline = "{knots: [{month: 12, survival: 0.6}, {month: 24, survival: 0.45}]}";
  std::string ratio = "0.65";
  std::string sweep = {};
  std::string subgroup = {};  // in place of the ratio
};

Study read(const Trial& trial) {
  return read_study(input::read_yaml_text(
      "trialmill: 1\ntitle: uncertain\npopulation: {stage: {levels: {i: 0.5, ii: 0.5}}}\n"
      "disease: {os: {baseline: " +
          trial.baseline +
          ", hazard_ratios: {stage: {ii: 2}}}}\n"
          "arms: {control: {}, treated: {effects: {os: {" +
          (trial.subgroup.empty() ? "hazard_ratio: " + trial.ratio : trial.subgroup) +
          "}}}}\n"
          "enrolment: {rate: 5}\nsample_size: 100\nfollow_up: {until: {calendar_months: 40}}\n"
          "analyses: [{name: primary, test: log-rank}]\nsimulation: {replicates: 1000}\n" +
          trial.sweep + "uncertainty: " + trial.uncertainty + "\n",
      "uncertain.yaml"));
}

const Scenario scenario_of(const Trial& trial) {
  return read(trial).points.front().scenario;
}

const char* const treated = "arms.treated.effects.os.hazard_ratio";

TEST(Uncertainty, ARatioIsLogNormalAboutItsEstimate) {
  Trial trial;
  trial.uncertainty = "{draws: 50, hazard_ratios: {" + std::string(treated) +
                      ": {estimate: 0.7, interval: [0.5, 0.98]}, "
                      "disease.os.hazard_ratios.stage.ii: {standard_error: 0.3}}}";
  const Scenario scenario = scenario_of(trial);
  const Uncertainty& uncertainty = *scenario.uncertainty;
  EXPECT_EQ(uncertainty.draws, 50u);
  ASSERT_EQ(uncertainty.scores(), 2u);
  const double z = 1.959963984540054;
  const Scenario upper = drawn(scenario, std::vector<double>{z, -1});
  EXPECT_NEAR(upper.arms[1].effects[0].ratio.hazard_ratio[0], 0.7 * std::sqrt(0.98 / 0.5), 1e-12);
  EXPECT_NEAR(upper.disease.effects[0].ratio, 2 * std::exp(-0.3), 1e-12);
  // Everything else stays.
  EXPECT_EQ(upper.arms[0].name, scenario.arms[0].name);
  EXPECT_EQ(upper.sample_size, scenario.sample_size);
  EXPECT_EQ(scenario.arms[1].effects[0].ratio.hazard_ratio[0], 0.65);
}

TEST(Uncertainty, OnePieceOfAnEffectMayBeUncertain) {
  Trial trial;
  trial.ratio = "[{from_months: 0, ratio: 1}, {from_months: 3, ratio: 0.6}]";
  trial.uncertainty =
      "{hazard_ratios: {\"arms.treated.effects.os.hazard_ratio[1].ratio\": {standard_error: 0.2}}}";
  const Scenario scenario = scenario_of(trial);
  const auto ratio = drawn(scenario, std::vector<double>{1.0}).arms[1].effects[0].ratio;
  EXPECT_EQ(ratio.hazard_ratio[0], 1);
  EXPECT_NEAR(ratio.hazard_ratio[1], 0.6 * std::exp(0.2), 1e-12);
}

// Kaplan-Meier's variance without censoring is that of a proportion.
TEST(Uncertainty, SurvivalVariesAsAProportionOfItsPatientsAndNeverRises) {
  Trial trial;
  trial.uncertainty = "{survival: {os: {patients: 150}}}";
  const Scenario scenario = scenario_of(trial);
  std::mt19937_64 generator(3);
  std::normal_distribution<double> normal;
  constexpr int draws = 20000;
  double sum[2] = {}, squares[2] = {};
  for (int k = 0; k < draws; ++k) {
    const Scenario one = drawn(scenario, std::vector{normal(generator), normal(generator)});
    const auto& knots = std::get<CalibratedBaseline>(one.disease.baseline).knots;
    EXPECT_GT(knots[0].survival, knots[1].survival);
    for (int i = 0; i < 2; ++i) {
      sum[i] += knots[i].survival;
      squares[i] += knots[i].survival * knots[i].survival;
    }
  }
  const double survival[2] = {0.6, 0.45};
  for (int i = 0; i < 2; ++i) {
    const double mean = sum[i] / draws, sd = std::sqrt(squares[i] / draws - mean * mean);
    EXPECT_NEAR(mean, survival[i], 0.004);
    EXPECT_NEAR(sd / std::sqrt(survival[i] * (1 - survival[i]) / 150), 1, 0.03);
  }
}

TEST(Uncertainty, StandardErrorsOfACurveSayTheSameAsItsPatients) {
  Trial trial;
  trial.uncertainty = "{survival: {os: {patients: 150}}}";
  const auto patients = scenario_of(trial).uncertainty->survival[0].at_risk;
  trial.uncertainty = "{survival: {os: {standard_errors: [" +
                      std::to_string(std::sqrt(0.6 * 0.4 / 150)) + ", " +
                      std::to_string(std::sqrt(0.45 * 0.55 / 150)) + "]}}}";
  const auto errors = scenario_of(trial).uncertainty->survival[0].at_risk;
  EXPECT_EQ(patients, (std::vector<double>{150, 90}));
  for (std::size_t k = 0; k < 2; ++k)
    EXPECT_NEAR(errors[k], patients[k], 0.01);
}

TEST(Uncertainty, MediansAreTheNumbersOfTheScenario) {
  Trial trial;
  trial.uncertainty = "{hazard_ratios: {" + std::string(treated) +
                      ": {standard_error: 0.3}}, survival: {os: {patients: 150}}}";
  const Scenario scenario = scenario_of(trial);
  const Scenario median = drawn(scenario, std::vector<double>(3, 0.0));
  EXPECT_NEAR(median.arms[1].effects[0].ratio.hazard_ratio[0], 0.65, 1e-15);
  const auto& knots = std::get<CalibratedBaseline>(median.disease.baseline).knots;
  EXPECT_NEAR(knots[0].survival, 0.6, 1e-15);
  EXPECT_NEAR(knots[1].survival, 0.45, 1e-15);
}

// Deaths before surgery that are taken from published survival are those of the survival drawn.
TEST(Uncertainty, DeathBeforeSurgeryFollowsTheCurveItIsTakenFrom) {
  const std::string stated = "death: {hazard_per_month: 0.001}";
  std::string text = course_text;
  text.replace(text.find(stated), stated.size(), "death: published");
  text += "uncertainty: {survival: {death_with_disease: {patients: 200}}}\n";
  const Scenario scenario =
      read_study(input::read_yaml_text(text, "course.yaml")).points.front().scenario;
  const Scenario low = drawn(scenario, std::vector<double>{-2.0, 0.0});
  const auto& knots = std::get<CalibratedBaseline>(low.course->death_with_disease.baseline).knots;
  EXPECT_LT(knots[0].survival, 0.87);
  EXPECT_NEAR(low.arms[1].before_surgery.death.hazard_per_month[0],
              -std::log(knots[0].survival) / 12, 1e-15);
  EXPECT_EQ(low.arms[0].before_surgery.death.hazard_per_month[0], 0);
}

TEST(Uncertainty, AnEffectWithinSubgroupsAloneHasNoRatioOfItsOwn) {
  Trial trial;
  trial.uncertainty = "{hazard_ratios: {" + std::string(treated) + ": {standard_error: 0.3}}}";
  trial.subgroup = "within: {stage: {ii: {hazard_ratio: 0.6}}}";
  try {
    read(trial);
    FAIL() << "accepted";
  } catch (const input::InputError& error) {
    EXPECT_THAT(std::string(error.what()),
                HasSubstr("no hazard ratio of this scenario has this path"));
  }
}

struct Wrong {
  Trial trial;
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.trial.uncertainty;
}

class WrongUncertainty : public testing::TestWithParam<Wrong> {};

TEST_P(WrongUncertainty, IsOneMessageAtItsPlace) {
  try {
    read(GetParam().trial);
    FAIL() << "accepted";
  } catch (const input::InputError& error) {
    const std::string text = error.what();
    EXPECT_THAT(text, HasSubstr("uncertain.yaml:1"));
    EXPECT_THAT(text, HasSubstr("uncertainty"));
    EXPECT_THAT(text, HasSubstr(GetParam().message));
    EXPECT_EQ(text.find("uncertain.yaml:", text.find("uncertain.yaml:") + 1), std::string::npos)
        << text;
  }
}

std::string ratios(const std::string& text) {
  return "{hazard_ratios: {" + text + "}}";
}

INSTANTIATE_TEST_SUITE_P(
    Sections, WrongUncertainty,
    testing::Values(
        Wrong{{"{draws: 1, survival: {os: {patients: 10}}}"}, "found 1"},
        Wrong{{"{draws: 600, survival: {os: {patients: 10}}}"}, "two replicates"},
        Wrong{{"{draws: 20}"}, "nothing is uncertain"},
        Wrong{{"{hazard_ratios: {}}"}, "nothing is uncertain"},
        Wrong{{"{draw: 20, survival: {os: {patients: 10}}}"}, "did you mean `draws`"},
        Wrong{{ratios("arms.treated.effects.os.hazard_rato: {standard_error: 0.2}")},
              "did you mean `arms.treated.effects.os.hazard_ratio`"},
        Wrong{{ratios("arms.control.effects.os.hazard_ratio: {standard_error: 0.2}")},
              "no hazard ratio of this scenario has this path"},
        Wrong{{ratios("arms.treated.effects.os.hazard_ratio: {interval: [0.7, 0.9]}")},
              "below the estimate"},
        Wrong{{ratios("arms.treated.effects.os.hazard_ratio: {interval: [0.5]}")}, "2"},
        Wrong{{ratios("arms.treated.effects.os.hazard_ratio: {estimate: 0.7}")}, "interval"},
        Wrong{{ratios("arms.treated.effects.os.hazard_ratio: {standard_error: 0}")}, "found 0"},
        Wrong{{ratios("arms.treated.effects.os.hazard_ratio: {standard_error: 0.1, interval: [0.5, "
                      "0.9]}")},
              "leave one out"},
        Wrong{{ratios("arms.treated.effects.os.hazard_ratio: multivariable")},
              "published figures need an evidence file"},
        Wrong{{ratios("arms.treated.effects.os.hazard_ratio: known")}, "found `known`"},
        Wrong{{ratios("arms.treated.effects.os.hazard_ratio: {interval: [0.5, 0.9]}"),
               Trial{}.baseline, "0.65",
               "sweep: {arms.treated.effects.os.hazard_ratio: [0.6, 0.7]}\n"},
              "swept"},
        Wrong{{"{survival: {rfs: {patients: 10}}}"}, "no baseline of this name"},
        Wrong{{"{survival: {os: {patients: 0}}}"}, "found 0"},
        Wrong{{"{survival: {os: {standard_errors: [0.04]}}}"}, "for each of the 2 points"},
        Wrong{{"{survival: {os: {standard_errors: [0.04, 0.01]}}}"}, "grow from point to point"},
        Wrong{{"{survival: {os: {patients: 10}}}", "{median_months: 12}"},
              "no baseline of this name is calibrated"}));

}  // namespace
}  // namespace trialmill::scenario
