// Analyses with one mistake each: one clear message, at its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "complaints.hpp"
#include "course_scenario.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

// The course with this analysis in place of all of its own.
std::string with_analysis(const std::string& analysis) {
  std::string text = course_text;
  const auto at = text.find("analyses:");
  const auto end = text.find("\n", text.find("- {", at));
  auto next = end;
  while (text.compare(next + 1, 3, "  -") == 0)
    next = text.find("\n", next + 1);
  return text.replace(at, next - at, "analyses:\n  - " + analysis);
}

struct Wrong {
  const char* analysis;
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.analysis;
}

class WrongAnalysis : public testing::TestWithParam<Wrong> {};

TEST_P(WrongAnalysis, GivesOneClearMessage) {
  const auto lines = complaints(with_analysis(GetParam().analysis), "trial.yaml");
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], HasSubstr("trial.yaml:"));
  EXPECT_THAT(lines[0], HasSubstr("analyses[0]"));
  EXPECT_THAT(lines[0], HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Weights, WrongAnalysis,
    testing::Values(
        Wrong{"{name: a, endpoint: os, test: log-rank, weight: 'fh(0,11)'}", "from 0 to 10"},
        Wrong{"{name: a, endpoint: os, test: log-rank, weight: 'mwlr(-1)'}", "mwlr(MONTHS)"},
        Wrong{"{name: a, endpoint: os, test: log-rank, weights: ['fh(0,0)', 'fh(0,1)']}",
              "belongs to `test: max-combo`"},
        Wrong{"{name: a, endpoint: os, test: max-combo, weights: ['fh(0,0)', 'fh(-1,1)']}",
              "fh(RHO,GAMMA)"},
        Wrong{"{name: a, endpoint: os, test: max-combo, weights: ['fh(0,0)', 'fh(0,0)']}",
              "listed twice"},
        Wrong{"{name: a, endpoint: os, test: max-combo, weights: ['fh(0,0)']}",
              "two to four weights"},
        Wrong{"{name: a, endpoint: os, test: max-combo, weights: ['fh(0,0)', 'fh(0,1)', "
              "'fh(1,0)', 'fh(1,1)', 'mwlr(6)']}",
              "two to four weights"},
        Wrong{"{name: a, endpoint: os, test: max-combo}", "weights"},
        Wrong{"{name: a, endpoint: os, test: max-combo, weights: ['fh(0,0)', 'fh(0,1)'], "
              "covariates: [grade_g3]}",
              "belongs to `test: cox`"}));

INSTANTIATE_TEST_SUITE_P(
    Times, WrongAnalysis,
    testing::Values(
        Wrong{"{name: a, endpoint: os, test: rmst}", "tau_months"},
        Wrong{"{name: a, endpoint: os, test: rmst, tau_months: 0}", "above 0"},
        Wrong{"{name: a, endpoint: os, test: milestone, at_months: -6}", "above 0"},
        Wrong{"{name: a, endpoint: os, test: milestone, at_months: 6, scale: log}", "log-log"},
        Wrong{"{name: a, endpoint: os, test: milestone, at_months: 6, tau_months: 6}",
              "belongs to `test: rmst`"},
        Wrong{"{name: a, endpoint: os, test: cox, at_months: 6}", "when the data are cut is `at`"},
        Wrong{"{name: a, endpoint: os, test: rmst, tau_months: 6, strata: [grade_g3]}",
              "whole arms"},
        Wrong{"{name: a, endpoint: r0_rate, test: rmst, tau_months: 6}", "is a proportion"}));

INSTANTIATE_TEST_SUITE_P(
    Cox, WrongAnalysis,
    testing::Values(
        Wrong{"{name: a, endpoint: os, test: cox, statistic: logrank}", "likelihood-ratio"},
        Wrong{"{name: a, endpoint: os, test: cox, standard_error: sandwich}", "robust"},
        Wrong{"{name: a, endpoint: os, test: cox, penalty: ridge}", "firth"},
        Wrong{"{name: a, endpoint: os, test: log-rank, statistic: score}",
              "belongs to `test: cox`"},
        Wrong{"{name: a, endpoint: os, test: cox, statistic: score, standard_error: robust}",
              "belongs to `statistic: wald`"},
        Wrong{"{name: a, endpoint: os, test: cox, penalty: firth, standard_error: robust}",
              "standard error of its model"},
        Wrong{"{name: a, endpoint: os, test: cox, penalty: firth, statistic: score}",
              "Firth's fit"},
        Wrong{"{name: a, endpoint: os, test: cox, penalty: firth, statistic: likelihood-ratio, "
              "covariates: [grade_g3]}",
              "Firth's fit is tested by `wald`"}));

INSTANTIATE_TEST_SUITE_P(
    Margins, WrongAnalysis,
    testing::Values(
        Wrong{"{name: a, endpoint: os, test: cox, margin: 0.8}", "the hazard ratio just too high"},
        Wrong{"{name: a, endpoint: os, test: cox, margin: 1}", "superiority"},
        Wrong{"{name: a, endpoint: os, test: rmst, tau_months: 12, margin: -1}",
              "the loss just too much"},
        Wrong{"{name: a, endpoint: os, test: rmst, tau_months: 12, margin: 12}", "`tau_months`"},
        Wrong{"{name: a, endpoint: os, test: milestone, at_months: 12, margin: 10}",
              "the loss just too much"},
        Wrong{"{name: a, endpoint: os, test: milestone, at_months: 12, margin: 0.1, scale: "
              "log-log}",
              "scale: plain"},
        Wrong{"{name: a, endpoint: r0_rate, test: score, margin: -0.1}", "found -0.1"},
        Wrong{"{name: a, endpoint: r0_rate, test: fisher, margin: 0.1}", "belongs to `test: cox`"},
        Wrong{"{name: a, endpoint: os, test: log-rank, margin: 1.3}", "belongs to `test: cox`"},
        Wrong{"{name: a, endpoint: os, test: cox, margin: 1.3, statistic: score}",
              "statistic: wald"},
        Wrong{"{name: a, endpoint: os, test: cox, margin: 1.3, sided: 2}", "one-sided"}));

INSTANTIATE_TEST_SUITE_P(
    Outcomes, WrongAnalysis,
    testing::Values(
        Wrong{"{name: a, test: win-ratio}", "outcomes"},
        Wrong{"{name: a, test: win-ratio, outcomes: []}", "outcomes"},
        Wrong{"{name: a, test: win-ratio, outcomes: [os, efz]}", "did you mean `efs`?"},
        Wrong{"{name: a, test: win-ratio, outcomes: [os, os]}", "listed twice"},
        Wrong{"{name: a, test: win-ratio, outcomes: [os, r0_rate]}", "is a proportion"},
        Wrong{"{name: a, test: win-ratio, outcomes: [os, rfs]}", "other patients than `os`"},
        Wrong{"{name: a, test: win-ratio, outcomes: [landmark]}", "a landmark"},
        Wrong{"{name: a, test: win-ratio, outcomes: [os, efs], endpoint: os}",
              "compares `outcomes`"},
        Wrong{"{name: a, test: win-ratio, outcomes: [os, efs], strata: [grade_g3]}", "whole arms"},
        Wrong{"{name: a, test: cox, endpoint: os, outcomes: [os, efs]}",
              "belongs to `test: win-ratio`"}));

TEST(Analysis, IsReadWithItsOptions) {
  const auto read = [](const std::string& analysis) {
    return read_study(input::read_yaml_text(with_analysis(analysis), "trial.yaml"))
        .points.front()
        .scenario.analyses.front();
  };
  const Analysis combined =
      read("{name: a, endpoint: os, test: max-combo, weights: ['fh(0,0)', 'mwlr(6)']}");
  EXPECT_EQ(combined.weights, (std::vector<survival::LogRankWeight>{
                                  survival::FlemingHarrington{}, survival::ModestlyWeighted{6}}));
  const Analysis pairs = read("{name: a, test: win-ratio, outcomes: [os, efs]}");
  EXPECT_EQ(pairs.endpoint, "os");
  EXPECT_EQ(pairs.outcomes, (std::vector<std::string>{"os", "efs"}));
  const Analysis mean = read("{name: a, endpoint: os, test: rmst, tau_months: 24, margin: 2}");
  EXPECT_EQ(mean.months, 24);
  EXPECT_EQ(mean.margin, 2);
}

}  // namespace
}  // namespace trialmill::scenario
