// Scenario files with covariates that depend on each other, right and wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

// Line 3 is the first of `population`.
std::string trial(const std::string& population, const std::string& rest = "",
                  const std::string& disease = "baseline: {median_months: 14}") {
  return "trialmill: 1\npopulation:\n" + population + rest + "title: a trial\ndisease: {rfs: {" +
         disease +
         "}}\narms: {control: {}, experimental: {effects: {rfs: {hazard_ratio: 0.7}}}}\n"
         "enrolment: {rate: 10}\nsample_size: 100\nfollow_up: {until: {events: 60}}\n"
         "analyses: [{name: primary, test: log-rank}]\n";
}

Scenario read(const std::string& text) {
  return read_study(input::read_yaml_text(text, "trial.yaml")).points.front().scenario;
}

void expect_refused(const std::string& text, int line, int column, const std::string& why) {
  try {
    read(text);
    FAIL() << "accepted: " << text;
  } catch (const input::InputError& error) {
    ASSERT_EQ(error.diagnostics().size(), 1u) << error.what();
    EXPECT_EQ(error.diagnostics()[0].position.line, line) << error.what();
    EXPECT_EQ(error.diagnostics()[0].position.column, column) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(why));
  }
}

const std::string primary = "  primary: {levels: {a: 0.6, b: 0.4}}\n";

TEST(ReadDependence, TablesNestInTheOrderOfGivenWhateverTheOrderOfTheFile) {
  const Scenario scenario =
      read(trial("  grade:\n"
                 "    given: [primary, late]\n"
                 "    table:\n"
                 "      b: {present: {g1: 0.1, g2: 0.9}, absent: {g2: 0.7, g1: 0.3}}\n"
                 "      a: {absent: {g1: 0.5, g2: 0.5}, present: {g1: 1, g2: 0}}\n"
                 "  late: {given: primary, table: {a: 0.2, b: 0.8}}\n" +
                 primary));
  const cohort::Covariate& grade = scenario.population[0];
  EXPECT_EQ(grade.parents, (std::vector<std::size_t>{2, 1}));
  ASSERT_EQ(grade.law_given_parents.size(), 4u);
  const double g1[] = {0.5, 1, 0.3, 0.1};  // a absent, a present, b absent, b present
  for (std::size_t row = 0; row < 4; ++row) {
    const auto& law = std::get<cohort::CategoricalLaw>(grade.law_given_parents[row]);
    EXPECT_EQ(law.levels.size(), 2u);
    const bool g1_first = law.levels[0] == "g1";
    EXPECT_EQ(law.probabilities[g1_first ? 0 : 1], g1[row]) << row;
    EXPECT_EQ(law.levels, std::get<cohort::CategoricalLaw>(grade.law).levels);
  }
  const cohort::Covariate& late = scenario.population[1];
  EXPECT_EQ(late.parents, std::vector<std::size_t>{2});
  EXPECT_EQ(std::get<cohort::BinaryLaw>(late.law_given_parents[1]).prevalence, 0.8);
}

TEST(ReadDependence, CorrelationsBecomeAFactor) {
  const Scenario scenario = read(trial(
      "  age: {normal: {mean: 59, sd: 11}}\n  g3: {prevalence: 0.1}\n  size: {uniform: {lower: 0, "
      "upper: 9}}\n",
      "correlations:\n  - {between: [size, age], latent: 0.6}\n"));
  EXPECT_EQ(scenario.copula.covariates, (std::vector<std::size_t>{0, 2}));
  EXPECT_DOUBLE_EQ(scenario.copula.factor_at(1, 0), 0.6);
  EXPECT_DOUBLE_EQ(scenario.copula.factor_at(1, 1), 0.8);
}

TEST(ReadDependence, MissingValuesAreReadAsTheScenarioSays) {
  const Scenario scenario = read(trial(
      "  g3: {prevalence: 0.1, missing: {probability: 0.44, analysed_as: reference}}\n"
      "  age: {normal: {mean: 59, sd: 11}, missing: {probability: 0.1, analysed_as: left_out}}"
      "\n"));
  using enum cohort::MissingValues::AnalysedAs;
  EXPECT_EQ(scenario.population[0].missing->probability, 0.44);
  EXPECT_EQ(scenario.population[0].missing->analysed_as, reference);
  EXPECT_EQ(scenario.population[1].missing->analysed_as, left_out);
}

TEST(ReadDependence, ACycleIsRefusedAtItsFirstLineWithTheWayRound) {
  expect_refused(trial("  a: {given: c, table: {absent: 0.1, present: 0.2}}\n"
                       "  b: {given: a, table: {absent: 0.1, present: 0.2}}\n"
                       "  c: {given: b, table: {absent: 0.1, present: 0.2}}\n"
                       "  d: {given: a, table: {absent: 0.1, present: 0.2}}\n"),
                 3, 14,
                 "a covariate cannot depend on itself: `a` is given `c`, `c` is given `b`, `b` is "
                 "given `a`");
  expect_refused(trial("  a: {given: a, table: {absent: 0.1, present: 0.2}}\n"), 3, 14,
                 "cannot depend on itself");
}

TEST(ReadDependence, EachMistakeInATableGivesOneMessageAtItsPlace) {
  const auto child = [](const std::string& text) { return trial(primary + "  x: " + text + "\n"); };
  expect_refused(child("{given: primry, table: {a: 0.1, b: 0.2}}"), 4, 14,
                 "did you mean `primary`?");
  expect_refused(child("{given: primary, table: {a: 0.1}}"), 4, 23, "level `b` is missing");
  expect_refused(child("{given: primary, table: {a: 0.1, c: 0.2, b: 0.1}}"), 4, 39, "no level `c`");
  expect_refused(child("{given: primary, table: {a: 0.1, b: 20}}"), 4, 42, "from 0 to 1");
  expect_refused(child("{given: primary}"), 4, 3, "missing");
  expect_refused(child("{given: [], table: {a: 0.1, b: 0.2}}"), 4, 14, "name the covariates");
  expect_refused(child("{given: primary, table: {a: {p: 1}, b: {p: 1}}}"), 4, 23, "two levels");
  expect_refused(child("{given: [primary, primary], table: {a: 0.1, b: 0.2}}"), 4, 24, "twice");
  expect_refused(child("{given: primary, table: {a: {p: 0.5, q: 0.6}, b: {p: 1, q: 0}}}"), 4, 31,
                 "add up to 1");
  expect_refused(child("{given: primary, table: {a: {p: 0.5, q: 0.5}, b: {p: 1}}}"), 4, 52,
                 "level `q` is missing");
  expect_refused(child("{given: primary, table: {a: {p: 0.5, q: 0.5}, b: 0.5}}"), 4, 55, "0.5");
  expect_refused(child("{given: primary, table: {a: 0.1, b: 0.2}, prevalence: 0.3}"), 4, 48,
                 "unknown key");
  expect_refused(trial("  age: {normal: {mean: 59, sd: 11}}\n  x: {given: age, table: {a: 1}}\n"),
                 4, 14, "continuous");
}

TEST(ReadDependence, EachMistakeInACorrelationGivesOneMessageAtItsPlace) {
  const std::string population = primary +
                                 "  late: {given: primary, table: {a: 0.1, b: 0.2}}\n"
                                 "  age: {normal: {mean: 59, sd: 11}}\n"
                                 "  size: {normal: {mean: 5, sd: 1}}\n";
  const auto with = [&](const std::string& items) {
    return trial(population, "correlations:\n" + items);
  };
  expect_refused(with("  - {between: [age, late], latent: 0.4}\n"), 8, 21, "table of `late`");
  expect_refused(with("  - {between: [age, sise], latent: 0.4}\n"), 8, 21, "did you mean `size`?");
  expect_refused(with("  - {between: [age, age], latent: 0.4}\n"), 8, 15, "two different");
  expect_refused(with("  - {between: [age], latent: 0.4}\n"), 8, 15, "two covariates");
  expect_refused(with("  - {between: [age, size], latent: 1}\n"), 8, 36, "normal scores");
  expect_refused(
      with("  - {between: [age, size], latent: 0.4}\n  - {between: [size, age], latent: 0.4}\n"), 9,
      15, "twice");
  expect_refused(with("  - {between: [age, size], latent: 0.9}\n  - {between: [size, primary], "
                      "latent: 0.9}\n"),
                 7, 1, "`primary`, `age`, `size` is not positive definite");
}

TEST(ReadDependence, EachMistakeInMissingValuesGivesOneMessageAtItsPlace) {
  const auto g3 = [](const std::string& missing) {
    return trial("  g3: {prevalence: 0.1, missing: " + missing + "}\n");
  };
  expect_refused(g3("{probability: 44, analysed_as: reference}"), 3, 48, "from 0 to 1");
  expect_refused(g3("{probability: 0.4}"), 3, 25, "missing");
  expect_refused(g3("{probability: 0.4, analysed_as: refrence}"), 3, 66, "`reference`");
  expect_refused(trial("  g3: {missing: {probability: 0.4, analysed_as: reference}}\n"), 3, 3,
                 "a covariate has one of");
  expect_refused(
      trial("  g3: {prevalence: 0.1, missing: {probability: 0.4, analysed_as: left_out}}\n",
            "randomisation: {strata: [g3]}\n"),
      4, 26, "no stratum");
}

// The published cohort: a table carries over, its parents are asked for.
const std::string grades =
    "  primary: {levels: {a: 0.6, b: 0.4}}\n"
    "  late: {given: primary, table: {a: 0.1, b: 0.5}}\n";

const CalibratedBaseline& calibrated(const Scenario& scenario) {
  return std::get<CalibratedBaseline>(scenario.disease.baseline);
}

TEST(ReadDependence, ThePublishedCohortHasTheParentsOfWhatHasAHazardRatio) {
  const Scenario scenario =
      read(trial("  other: {prevalence: 0.5}\n" + grades, "",
                 "baseline: {knots: [{month: 12, survival: 0.5}], cohort: {primary: {levels: {a: "
                 "0.5, b: 0.5}}}}, hazard_ratios: {late: 2}"));
  const auto& cohort = calibrated(scenario).cohort;
  ASSERT_EQ(cohort.size(), 2u);
  EXPECT_EQ(cohort[0].name, "primary");
  EXPECT_EQ(std::get<cohort::CategoricalLaw>(cohort[0].law).probabilities[0], 0.5);
  EXPECT_EQ(cohort[1].parents, std::vector<std::size_t>{0});
}

TEST(ReadDependence, ThePublishedCohortIsCorrelatedAsTheTrial) {
  const Scenario scenario = read(
      trial("  g3: {prevalence: 0.3}\n  age: {normal: {mean: 0, sd: 1}}\n  size: {normal: "
            "{mean: 0, sd: 1}}\n",
            "correlations:\n  - {between: [g3, size], latent: 0.6}\n  - {between: [age, size], "
            "latent: 0.3}\n",
            "baseline: {knots: [{month: 12, survival: 0.5}]}, hazard_ratios: {age: 1.1, size: "
            "1.2}"));
  const cohort::Copula& copula = calibrated(scenario).copula;
  EXPECT_EQ(copula.covariates, (std::vector<std::size_t>{0, 1}));
  EXPECT_NEAR(copula.factor_at(1, 0), 0.3, 1e-15);
}

TEST(ReadDependence, MistakesInThePublishedCohortAreTold) {
  const auto with = [](const std::string& cohort, const std::string& rest = "") {
    return trial(grades + "  age: {normal: {mean: 0, sd: 1}}\n", rest,
                 "baseline: {knots: [{month: 12, survival: 0.5}], cohort: {" + cohort +
                     "}}, hazard_ratios: {late: 2}");
  };
  expect_refused(with("age: {normal: {mean: 0, sd: 1}}"), 7, 74, "matter here");
  expect_refused(with("primary: {given: late, table: {absent: {a: 0.5, b: 0.5}, present: {a: 1, b: "
                      "0}}}"),
                 7, 91, "cannot depend on itself");
  expect_refused(
      with("late: {prevalence: 0.2, missing: {probability: 0.1, analysed_as: left_out}}"), 7, 74,
      "recorded does not matter");
}

}  // namespace
}  // namespace trialmill::scenario
