// Procedures with one mistake each: one clear message, at its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

struct Trial {
  std::string procedure;
  std::string os = "test: log-rank";
  std::string third = "test: cox";
  std::string rest = "";
};

Study read(const Trial& trial) {
  return read_study(input::read_yaml_text(
      "trialmill: 1\ntitle: several\ndisease: {death: {baseline: {median_months: 10}}}\n"
      "arms: {control: {}, experimental: {effects: {death: {hazard_ratio: 0.6}}}}\n"
      "enrolment: {rate: 5}\nsample_size: 100\nfollow_up: {until: {events: 60}}\nanalyses:\n"
      "  - {name: efs, test: log-rank}\n"
      "  - {name: os, " +
          trial.os + "}\n  - {name: third, " + trial.third +
          "}\n"
          "multiplicity: " +
          trial.procedure + "\n" + trial.rest,
      "several.yaml"));
}

std::string complaint(const Trial& trial) {
  try {
    read(trial);
  } catch (const input::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Multiplicity, IsReadAsAGraph) {
  const Trial trial{
      "{procedure: graphical, hypotheses: {os: 0.2, efs: 0.7, third: 0}, "
      "transitions: {os: {efs: 0.5, third: 0.25}, efs: {os: 1}}, alpha: 0.05}"};
  const Scenario scenario = read(trial).points[0].scenario;
  const Multiplicity& read_ = *scenario.multiplicity;
  EXPECT_EQ(read_.hypotheses, (std::vector<std::string>{"os", "efs", "third"}));
  EXPECT_EQ(read_.graph.weight, (std::vector<double>{0.2, 0.7, 0}));
  EXPECT_EQ(read_.graph.transition, (std::vector<double>{0, 0.5, 0.25, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(read_.past_looks, design::PastLooks::last);
  for (const Analysis& analysis : scenario.analyses)
    EXPECT_EQ(analysis.alpha, 0.05);
}

TEST(Multiplicity, LeavesOtherAnalysesTheirLevel) {
  const Trial trial{"{procedure: fixed-sequence, hypotheses: [os, efs], alpha: 0.05}", "test: cox",
                    "test: cox, alpha: 0.1, sided: 2"};
  const Scenario scenario = read(trial).points[0].scenario;
  EXPECT_EQ(scenario.multiplicity->hypotheses, (std::vector<std::string>{"os", "efs"}));
  EXPECT_EQ(scenario.analyses[0].alpha, 0.05);
  EXPECT_EQ(scenario.analyses[2].alpha, 0.1);
}

TEST(Multiplicity, CanBeSwept) {
  const Trial trial{
      "{procedure: graphical, hypotheses: {efs: 0.7, os: 0.2}, "
      "transitions: {efs: {os: 1}, os: {efs: 1}}}",
      "test: cox", "test: cox",
      "sweep: {multiplicity.hypotheses.os: [0.1, 0.3], multiplicity.alpha: [0.025, 0.05]}\n"};
  const Study study = read(trial);
  ASSERT_EQ(study.points.size(), 4u);
  EXPECT_EQ(study.points[3].scenario.multiplicity->graph.weight[1], 0.3);
  EXPECT_EQ(study.points[3].scenario.analyses[1].alpha, 0.05);
}

struct Wrong {
  Trial trial;
  const char* place;  // line and column, or line
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.trial.procedure;
}

class WrongMultiplicity : public testing::TestWithParam<Wrong> {};

TEST_P(WrongMultiplicity, IsOneMessageAtItsPlace) {
  const std::string text = complaint(GetParam().trial);
  EXPECT_THAT(text, HasSubstr(std::string("several.yaml:") + GetParam().place));
  EXPECT_THAT(text, HasSubstr(GetParam().message));
  const auto second = text.find("several.yaml:", text.find("several.yaml:") + 1);
  EXPECT_EQ(second, std::string::npos) << text;
}

const std::string looks = "test: log-rank, looks: {information_fraction: [0.5, 1], spending: ";
const std::string graph = "{procedure: graphical, hypotheses: {efs: 0.8, os: 0.2}, transitions: ";
const std::string holm = "{procedure: holm, hypotheses: [efs, os]}";

const Wrong wrong_multiplicity[] = {
    {{"{procedure: holms, hypotheses: [efs, os]}"}, "12:27", "did you mean `holm`?"},
    {{"{hypotheses: [efs, os]}"}, "12:1", "procedure: is missing"},
    {{"{procedure: holm}"}, "12:1", "hypotheses: is missing"},
    {{"[efs, os]"}, "12:15", "found a list"},
    {{"{procedure: holm, hypotheses: [efs, os], alpa: 0.05}"}, "12:56", "did you mean `alpha`?"},
    {{"{procedure: holm, hypotheses: [efs, os], alpha: 0.6}"}, "12:63", "found 0.6"},
    {{"{procedure: holm, hypotheses: [efs, oss]}"}, "12:51", "there is no analysis `oss`"},
    {{"{procedure: holm, hypotheses: {efs: 0.5, oss: 0.5}}"}, "12:56", "did you mean `os`?"},
    {{"{procedure: holm, hypotheses: [efs, efs]}"}, "12:51", "`efs` is listed twice"},
    {{"{procedure: holm, hypotheses: [efs]}"}, "12:33", "one hypothesis alone"},
    {{"{procedure: holm, hypotheses: {efs: 0.8, os: 0.3}}"}, "12:33", "add up to 1.1"},
    {{"{procedure: holm, hypotheses: {efs: 1, os: 0}}"}, "12:58", "above 0"},
    {{"{procedure: bonferroni, hypotheses: {efs: 0.8, os: -0.2}}"}, "12:66", "above 0"},
    {{"{procedure: graphical, hypotheses: {efs: 1.2, os: 0}, transitions: {efs: {os: 1}}}"},
     "12:56",
     "from 0 to 1"},
    {{"{procedure: fixed-sequence, hypotheses: {efs: 0.5, os: 0.5}}"}, "12:43", "in order"},
    {{"{procedure: hochberg, hypotheses: {efs: 0.5, os: 0.5}}"}, "12:37", "no weights"},
    {{"{procedure: graphical, hypotheses: [efs, os], transitions: {efs: {os: 1}}}"},
     "12:38",
     "needs the weight of each hypothesis"},
    {{"{procedure: graphical, hypotheses: {efs: 0.5, os: 0.5}}"},
     "12:1",
     "transitions: is missing"},
    {{"{procedure: holm, hypotheses: [efs, os], transitions: {efs: {os: 1}}}"},
     "12:56",
     "belongs to `procedure: graphical`"},
    {{graph + "{efs: {os: 1}, oss: {efs: 1}}}"}, "12:99", "there is no hypothesis `oss`"},
    {{graph + "{efs: {third: 1}}}"}, "12:91", "there is no hypothesis `third`"},
    {{graph + "{efs: {efs: 0.5, os: 0.5}}}"}, "12:91", "cannot pass its level on to itself"},
    {{graph + "{efs: {os: 1.5}}}"}, "12:95", "from 0 to 1"},
    {{"{procedure: graphical, hypotheses: {efs: 0.5, os: 0.5, third: 0}, "
      "transitions: {efs: {os: 0.7, third: 0.7}}}"},
     "12:95",
     "the transitions add up to 1.4"},
    {{"{procedure: graphical, hypotheses: {efs: 1, os: 0, third: 0}, "
      "transitions: {efs: {os: 1}, third: {os: 1}}}"},
     "12:73",
     "`third` would never be tested"},
    {{"{procedure: bonferroni, hypotheses: [efs, os], past_looks: all}"},
     "12:62",
     "bonferroni passes no level on"},
    {{"{procedure: holm, hypotheses: [efs, os], past_looks: all}"}, "12:56", "tested at one time"},
    {{"{procedure: holm, hypotheses: [efs, os], past_looks: first}",
      "test: log-rank, at: {events: 50}"},
     "12:68",
     "`none`"},
    {{holm, "test: log-rank, alpha: 0.01"}, "10:32", "its level belongs to `multiplicity`"},
    {{holm, "test: log-rank, sided: 2"}, "10:39", "one-sided tests"},
    {{"{procedure: hochberg, hypotheses: [efs, os]}", looks + "obf}"},
     "10:32",
     "with looks use `holm` or `graphical`"},
    {{holm, looks + "obf, futility: {spending: obf, beta: 0.1, binding: true}}"},
     "10:",
     "binding futility lowers the bounds of one level"},
    {{holm, looks + "\"custom(0.01, 0.025)\"}"},
     "10:",
     "at the level 0.0125 that it can have in the procedure"},
    {{"{procedure: holm, hypotheses: {efs: 0.9, os: 0.1}}",
      "test: log-rank, looks: {information_fraction: [0.25, 0.5, 0.75, 1], spending: "
      "haybittle-peto(3)}"},
     "10:",
     "at the level 0.0025 that it can have in the procedure"},
};

INSTANTIATE_TEST_SUITE_P(Mistakes, WrongMultiplicity, testing::ValuesIn(wrong_multiplicity));

}  // namespace
}  // namespace trialmill::scenario
