// Comparisons of arms with one mistake each: one clear message, at its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Trial {
  std::string analysis;
  std::string until = "{events: 60}";
  std::string arms = "control: {}, low: {}, high: {effects: {os: {hazard_ratio: 0.6}}}";
};

Scenario read(const Trial& trial) {
  return read_study(
             input::read_yaml_text(
                 "trialmill: 1\ntitle: arms\ndisease: {os: {baseline: {median_months: 10}}}\n"
                 "arms: {" +
                     trial.arms + "}\nenrolment: {rate: 5}\nsample_size: 120\nfollow_up: {until: " +
                     trial.until + "}\nanalyses:\n  - {name: a, " + trial.analysis + "}\n",
                 "arms.yaml"))
      .points.front()
      .scenario;
}

struct Wrong {
  Trial trial;
  const char* place;  // line and column, or line
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.trial.analysis;
}

class WrongArms : public testing::TestWithParam<Wrong> {};

TEST_P(WrongArms, AreOneMessageAtTheirPlace) {
  std::string text;
  try {
    read(GetParam().trial);
  } catch (const input::InputError& error) {
    text = error.what();
  }
  EXPECT_THAT(text, HasSubstr(std::string("arms.yaml:") + GetParam().place));
  EXPECT_THAT(text, HasSubstr(GetParam().message));
  const auto second = text.find("arms.yaml:", text.find("arms.yaml:") + 1);
  EXPECT_EQ(second, std::string::npos) << text;
}

std::string many_arms(int arms) {
  std::string text = "control: {}";
  for (int arm = 2; arm <= arms; ++arm)
    text += ", arm_" + std::to_string(arm) + ": {}";
  return text;
}

const Wrong wrong_arms[] = {
    {{"test: cox"}, "9:5", "which of the 3 arms are compared must be stated"},
    {{"test: cox"}, "9:5", "`arms: [control, low]`"},
    {{"test: log-rank"}, "9:5", "or `arms: all`"},
    {{"test: log-rank, arms: [control, hihg]"}, "9:47", "did you mean `high`?"},
    {{"test: log-rank, arms: [control, control]"}, "9:47", "listed twice"},
    {{"test: log-rank, arms: [control]"}, "9:37", "at least 2"},
    {{"test: log-rank, arms: both"}, "9:37", "a list of arms, the reference first, or all"},
    {{"test: cox, arms: all"}, "9:32", "`cox` compares two arms"},
    {{"test: rmst, tau_months: 6, arms: [control, low, high]"}, "9:48", "`rmst` compares two"},
    {{"test: log-rank, arms: all"}, "9:31", "state `sided: 2`"},
    {{"test: log-rank, arms: all, sided: 1"}, "9:42", "state `sided: 2`"},
    {{"test: log-rank, arms: all, sided: 2, weight: \"fh(0,1)\""}, "9:60", "without a weight"},
    {{"test: log-rank, arms: all, sided: 2, looks: {information_fraction: [0.5, 1], spending: "
      "obf}"},
     "9:52",
     "a chi-square test of more than two arms"},
    {{"test: log-rank, arms: [control, low]", "{events: 60, arms: [low, higher]}"},
     "7:45",
     "no arm `higher`"},
    {{"test: log-rank, arms: [control, low]", "{events: 60, arms: []}"}, "7:39", "at least 1"},
    {{"test: log-rank, arms: [control, low]", "{calendar_months: 60, arms: [low]}"},
     "7:13",
     "one condition stands alone"},
    {{"test: log-rank, arms: [control, low]", "{events: 81, arms: [control, low]}"},
     "7:29",
     "these arms, to which 80 of 120 patients are allotted"},
    {{"test: log-rank, arms: [control, low], looks: {information_fraction: [0.5, 1], spending: "
      "obf}"},
     "9:53",
     "no events of this endpoint in the arms compared alone"},
    {{"test: log-rank, arms: [control, low], looks: {information_fraction: [0.5, 1], planned: "
      "{events: 50, arms: [control, high]}, spending: obf}"},
     "9:",
     "of the analysis's endpoint in the arms compared"},
    {{"test: log-rank, arms: [control, low], at: {events: 50, arms: [control, low]}, looks: "
      "{interim: [{events: 20}], spending: obf}"},
     "9:",
     "in the arms compared: state their planned `information_fraction`"},
    {{"test: log-rank, arms: [control, arm_2]", "{events: 60}", many_arms(21)},
     "4:1",
     "two to 20 arms"},
    {{"test: log-rank", "{events: 60}", "control: {}"}, "4:1", "found 1"},
};

INSTANTIATE_TEST_SUITE_P(Arms, WrongArms, testing::ValuesIn(wrong_arms));

TEST(Arms, OfAnAnalysisAreReadInTheirOrder) {
  EXPECT_THAT(read({"test: cox, arms: [high, low]"}).analyses[0].arms, ElementsAre(2, 1));
  EXPECT_THAT(read({"test: log-rank, sided: 2, arms: all"}).analyses[0].arms, ElementsAre(0, 1, 2));
  const Scenario two = read({"test: cox", "{events: 60}", "control: {}, new: {}"});
  EXPECT_THAT(two.analyses[0].arms, ElementsAre(0, 1));
  EXPECT_THAT(names_of_compared_arms(two, two.analyses[0]), IsEmpty());
}

TEST(Arms, OfAConditionAreThoseWhoseEventsCount) {
  const Scenario trial = read({"test: cox, arms: [control, high]",
                               "{first_of: [{event_fraction: 0.5, arms: [high, control]}, "
                               "{events: 70, arms: [low, high, control]}]}"});
  const auto& [pair, all] = std::pair(trial.analysis_time.of[0], trial.analysis_time.of[1]);
  EXPECT_THAT(pair.arms, ElementsAre(0, 2));
  EXPECT_EQ(cohort::target_events(pair, 120), 40u);  // half of the 80 patients in these arms
  EXPECT_THAT(all.arms, IsEmpty());
  EXPECT_EQ(cohort::target_events(trial.analysis_time, 120, 0), 70u);
  EXPECT_EQ(cohort::target_events(trial.analysis_time, 120, 0, pair.arms), 40u);
}

// Without `arms` the planned events are those of the arms compared; looks wait for shares of them.
TEST(Arms, OfLooksAreThoseCompared) {
  const Scenario trial =
      read({"test: log-rank, arms: [control, high], looks: {information_fraction: [0.5, 1], "
            "planned: {events: 46}, spending: obf}"});
  const Analysis& analysis = trial.analyses[0];
  EXPECT_THAT(analysis.looks->planned->arms, ElementsAre(0, 2));
  EXPECT_THAT(analysis.looks->interim[0].arms, ElementsAre(0, 2));
  EXPECT_EQ(analysis.looks->interim[0].value, 23);
  EXPECT_EQ(planned_information(trial, analysis), 46u);
}

}  // namespace
}  // namespace trialmill::scenario
