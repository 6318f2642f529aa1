// Looks with one mistake each: one clear message, at its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

struct Trial {
  std::string looks;
  std::string test = "log-rank";
  std::string follow_up = "{events: 60}";
  std::string size = "sample_size: 100";
};

Study read(const Trial& trial) {
  return read_study(input::read_yaml_text(
      "trialmill: 1\ntitle: looks\ndisease: {os: {baseline: {median_months: 10}}}\n"
      "arms: {control: {}, experimental: {effects: {os: {hazard_ratio: 0.6}}}}\n"
      "enrolment: {rate: 5}\n" +
          trial.size + "\nfollow_up: {until: " + trial.follow_up +
          "}\nanalyses:\n  - name: primary\n    test: " + trial.test +
          "\n    looks: " + trial.looks + "\n",
      "looks.yaml"));
}

// All that is wrong with a trial; empty when nothing is.
std::string complaint(const Trial& trial) {
  try {
    read(trial);
  } catch (const input::InputError& error) {
    return error.what();
  }
  return "";
}

struct Wrong {
  Trial trial;
  const char* place;  // line and column, or line
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.trial.looks;
}

class WrongLooks : public testing::TestWithParam<Wrong> {};

TEST_P(WrongLooks, AreOneMessageAtTheirPlace) {
  const std::string text = complaint(GetParam().trial);
  EXPECT_THAT(text, HasSubstr(std::string("looks.yaml:") + GetParam().place));
  EXPECT_THAT(text, HasSubstr(GetParam().message));
  const auto second = text.find("looks.yaml:", text.find("looks.yaml:") + 1);
  EXPECT_EQ(second, std::string::npos) << text;
}

const Wrong wrong_looks[] = {
    {{"{information_fraction: [0.5, 0.4, 1], spending: obf}"}, "11:41", "must increase"},
    {{"{information_fraction: [0.5, 0.8], spending: obf}"}, "11:41", "must be 1, the final look"},
    {{"{information_fraction: [0.5, 1.2], spending: obf}"}, "11:41", "found 1.2"},
    {{"{information_fraction: [1], spending: obf}"}, "11:35", "at least 2"},
    {{"{information_fraction: [0.5, 0.99, 1], spending: obf}"},
     "11:41",
     "waits for 60 events, and no more than 60 are planned"},
    {{"{information_fraction: [0.01, 0.012, 1], spending: obf}"},
     "11:42",
     "information must increase"},
    {{"{spending: obf}"}, "11:5", "neither by `information_fraction` nor by `interim`"},
    {{"[0.5, 1]"}, "11:12", "found a list"},
    {{"{information_fraction: [0.5, 1]}"}, "11:5", "spending: is missing"},
    {{"{information_fraction: [0.5, 1], spending: obff}"}, "11:55", "did you mean `obf`?"},
    {{"{information_fraction: [0.5, 1], spending: hsd(99)}"}, "11:55", "hsd"},
    {{"{information_fraction: [0.5, 1], spending: \"custom(0.01, 0.03)\"}"},
     "11:55",
     "more than alpha, which is 0.025"},
    {{"{information_fraction: [0.5, 1], spending: \"custom(0.02, 0.01)\"}"}, "11:55", "decrease"},
    {{"{information_fraction: [0.2, 0.4, 0.6, 0.8, 1], spending: haybittle-peto(2)}"},
     "11:70",
     "spend all of alpha"},
    {{"{information_fraction: [0.5, 1], spending: obf, futility: {beta: 0.1, spending: "
      "\"custom(0.1,0.1)\"}}"},
     "11:92",
     "futility bound reaches the efficacy bound"},
    {{"{information_fraction: [0.5, 1], spending: obf, futility: {beta: 0.99, spending: obf}}"},
     "11:77",
     "0.99"},
    {{"{information_fraction: [0.5, 1], spending: obf, futility: {beta: 0.1, spending: "
      "haybittle-peto(3)}}"},
     "11:92",
     "not a function that spends beta"},
    {{"{information_fraction: [0.5, 1], spending: obf, futility: {beta: 0.1, spending: obf}}",
      "log-rank\n    sided: 2"},
     "12:92",
     "one-sided"},
    {{"{information_fraction: [0.5, 1], spending: obf, futility: {beta: 0.1, spending: obf, "
      "binding: true, obeyed: false}}"},
     "11:",
     "binding futility must be obeyed"},
    {{"{interim: [{events: 101}], spending: obf}"}, "11:32", "cannot happen in 100 patients"},
    {{"{interim: [{events: 60}], spending: obf}"}, "11:23", "no more than 60 are planned"},
    {{"{interim: [{events: 40}, {events: 30}], spending: obf}"}, "11:37", "the look before for 40"},
    {{"{interim: [{events: 30}], information_fraction: [0.5, 1], spending: obf}"},
     "11:38",
     "leave one out"},
    {{"{interim: [{calendar_months: 20}], spending: obf}"}, "11:13", "state their planned"},
    {{"{interim: [{calendar_months: 20}], information_fraction: [0.3, 0.5, 1], spending: obf}"},
     "11:",
     "2 looks"},
    {{"{information_fraction: [0.5, 1], spending: obf}", "log-rank", "{calendar_months: 60}"},
     "11:5",
     "planned: {events: ...}"},
    {{"{information_fraction: [0.5, 1], planned: {events: 120}, spending: obf}"},
     "11:",
     "cannot happen in 100 patients"},
    {{"{information_fraction: [0.5, 1], planned: {calendar_months: 12}, spending: obf}"},
     "11:45",
     "planned are `events`"},
    {{"{information_fraction: [0.5, 1], spending: obf, spending_time: never}"},
     "11:",
     "`observed`"},
    {{"{information_fraction: [0.5, 1], spending: obf, futlity: {}}"},
     "11:60",
     "did you mean `futility`?"},
    {{"{interim: [{event_fraction: 0.6}], spending: obf}", "log-rank", "{event_fraction: 0.5}",
      "sweep: {sample_size: [50, 100]}"},
     "11:23",
     "at the design point sample_size = 50"},
    {{"{information_fraction: [0.5, 1], spending: obf, futility: {beta: 0.1, spending: obf}}",
      "max-combo\n    weights: [\"fh(0,0)\", \"fh(0,1)\"]"},
     "12:60",
     "these looks have several"},
    {{"{information_fraction: [0.5, 1], spending: haybittle-peto(3)}",
      "max-combo\n    weights: [\"fh(0,0)\", \"fh(0,1)\"]"},
     "12:55",
     "bounds of a given shape are those of one statistic"},
    {{"{information_fraction: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1], spending: obf}",
      "max-combo\n    weights: [\"fh(0,0)\", \"fh(0,1)\", \"fh(1,0)\", \"fh(1,1)\"]"},
     "12:5",
     "more than 32 statistics"},
    {{"{information_fraction: [0.5, 1], spending: obf, final_analysis: {test: max-combo, weights: "
      "[\"fh(0,0)\", \"fh(0,1)\"]}}",
      "cox"},
     "11:60",
     "belongs to looks by `log-rank` or `max-combo`"},
    {{"{information_fraction: [0.5, 1], spending: obf, final_analysis: {test: cox}}"},
     "11:83",
     "`max-combo`"},
    {{"{information_fraction: [0.5, 1], spending: obf, final_analysis: {test: max-combo}}"},
     "11:60",
     "weights: is missing"},
    {{"{information_fraction: [0.5, 1], spending: obf, final_analysis: {test: log-rank, weights: "
      "[\"fh(0,0)\", \"fh(0,1)\"]}}"},
     "11:",
     "belongs to `test: max-combo`"},
    {{"{information_fraction: [0.5, 1], spending: obf, final_analysis: {test: log-rank, weight: "
      "\"fh(0,-1)\"}}"},
     "11:",
     "fh(RHO,GAMMA)"},
    {{"{information_fraction: [0.5, 1], spending: obf}", "win-ratio\n    outcomes: [os]"},
     "12:5",
     "correlation of looks is not known"},
    {{"{information_fraction: [0.5, 1], spending: obf}", "cox\n    statistic: score"},
     "12:5",
     "`statistic: wald` without a penalty"},
    {{"{information_fraction: [0.5, 1], spending: obf}", "cox\n    statistic: likelihood-ratio"},
     "12:5",
     "`statistic: wald` without a penalty"},
    {{"{information_fraction: [0.5, 1], spending: obf}", "cox\n    penalty: firth"},
     "12:5",
     "`statistic: wald` without a penalty"},
};

INSTANTIATE_TEST_SUITE_P(Mistakes, WrongLooks, testing::ValuesIn(wrong_looks));

const Analysis& analysis_of(const Study& study, std::size_t point = 0) {
  return study.points[point].scenario.analyses.front();
}

TEST(Looks, AreForEveryTestWhoseCorrelationIsKnown) {
  for (const char* test :
       {"log-rank\n    weight: fh(0,1)", "log-rank\n    weight: mwlr(6)", "cox",
        "cox\n    standard_error: robust", "cox\n    margin: 1.3", "cox\n    ties: breslow",
        "rmst\n    tau_months: 12", "milestone\n    at_months: 12",
        "milestone\n    at_months: 12\n    scale: log-log",
        "max-combo\n    weights: [\"fh(0,0)\", \"fh(0,1)\"]"})
    EXPECT_EQ(complaint({"{information_fraction: [0.5, 1], spending: obf}", test}), "") << test;
}

TEST(Looks, MayEndWithAnotherTest) {
  const auto final_weights = [](const std::string& last) {
    return analysis_of(read({"{information_fraction: [0.5, 1], spending: obf, final_analysis: {" +
                             last + "}}"}))
        .looks->final_weights;
  };
  using Weights = std::vector<survival::LogRankWeight>;
  const survival::FlemingHarrington none{}, late{0, 1};
  EXPECT_EQ(final_weights("test: max-combo, weights: [\"fh(0,0)\", \"fh(0,1)\"]"),
            (Weights{none, late}));
  EXPECT_EQ(final_weights("test: log-rank, weight: \"fh(0,1)\""), (Weights{late}));
  EXPECT_EQ(final_weights("test: log-rank"), (Weights{none}));
}

TEST(Looks, AtFractionsWaitForSharesOfThePlannedEvents) {
  const Study study = read({"{information_fraction: [0.51, 1], spending: hsd(-4)}"});
  const Looks& looks = *analysis_of(study).looks;
  using Condition = cohort::AnalysisTime::Condition;
  EXPECT_EQ(looks.interim, (std::vector<cohort::AnalysisTime>{{Condition::events, 31, {}}}));
  EXPECT_EQ(design::name(looks.spending), "hsd(-4)");
  const auto design = group_sequential_design(study.points[0].scenario, analysis_of(study));
  EXPECT_EQ(design.information, (std::vector<double>{31.0 / 60, 1}));
}

TEST(Looks, OfASweepOfSampleSizesHaveTheEventsOfEachSize) {
  const Study study = read({"{information_fraction: [0.5, 1], spending: obf}", "log-rank",
                            "{event_fraction: 0.7}", "sweep: {sample_size: [100, 150]}"});
  const Scenario& larger = study.points[1].scenario;
  EXPECT_EQ(planned_information(study.points[0].scenario, analysis_of(study)), 70u);
  EXPECT_EQ(planned_information(larger, analysis_of(study, 1)), 105u);
  EXPECT_EQ(awaited_events(larger, analysis_of(study, 1), analysis_of(study, 1).looks->interim[0]),
            53u);
}

TEST(Looks, AtOtherTimesHaveTheirPlannedFractionsAndEvents) {
  const Study study =
      read({"{interim: [{first_of: [{events: 30}, {calendar_months: 20}]}, "
            "{calendar_months: 30}], information_fraction: [0.3, 0.6, 1], planned: "
            "{events: 70}, spending: obf, spending_time: planned, last_look: "
            "by_spending_time, futility: {spending: pocock, beta: 0.2, obeyed: false}}",
            "cox", "{calendar_months: 48}"});
  const Analysis& analysis = analysis_of(study);
  EXPECT_EQ(analysis.looks->interim.size(), 2u);
  EXPECT_EQ(analysis.looks->clock, design::SpendingClock::planned);
  EXPECT_EQ(analysis.looks->last_look, design::LastLook::as_its_clock);
  EXPECT_FALSE(analysis.looks->futility_obeyed);
  EXPECT_EQ(planned_information(study.points[0].scenario, analysis), 70u);
  EXPECT_EQ(group_sequential_design(study.points[0].scenario, analysis).information,
            (std::vector<double>{0.3, 0.6, 1}));
}

}  // namespace
}  // namespace trialmill::scenario
