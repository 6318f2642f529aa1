// Null twins as values: what is left of the difference between arms, and which points share one.
#include "trialmill/scenario/null_twin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "course_scenario.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = NullTwin::Kind;

Study read(const std::string& text, std::vector<Override> set = {}) {
  StudyOptions options;
  options.set = std::move(set);
  return read_study(input::read_yaml_text(text, "trial.yaml"), options);
}

std::string event_trial(const std::string& analyses, const std::string& more = "") {
  return "trialmill: 1\ntitle: one event\n"
         "population: {poor: {prevalence: 0.4}}\n"
         "disease: {os: {baseline: {median_months: 10}, hazard_ratios: {poor: 2}}}\n"
         "arms: {control: {}, half: {effects: {os: {hazard_ratio: 0.8}}}, "
         "whole: {allocation: 2, effects: {os: {hazard_ratio: 0.6}}}}\n"
         "enrolment: {rate: 5}\nsample_size: 120\nfollow_up: {until: {events: 60}}\nanalyses:\n" +
         analyses + more;
}

TEST(NullTwin, IdenticalArmsAreTheControlUnderOtherNames) {
  const Scenario scenario =
      read(course_text, {{"arms.neoadjuvant.allocation", "2"}}).points[0].scenario;
  const Scenario twin = null_twin(scenario, {});
  const Arm &control = twin.arms[0], &arm = twin.arms[1];
  EXPECT_EQ(arm.name, "neoadjuvant");
  EXPECT_EQ(arm.allocation, 2);
  EXPECT_TRUE(arm.effects.empty());
  EXPECT_TRUE(arm.odds_effects.empty());
  EXPECT_EQ(arm.before_surgery.surgery_at_months, 1);
  EXPECT_EQ(arm.before_surgery.response, control.before_surgery.response);
  EXPECT_EQ(arm.before_surgery.withdrawal, control.before_surgery.withdrawal);
  EXPECT_TRUE(schedules_differ(scenario));
  EXPECT_FALSE(schedules_differ(twin));
}

TEST(NullTwin, TheScheduleAloneKeepsMonthsAndLossesButNoEffectNotEvenThroughResponse) {
  const Scenario scenario = read(course_text).points[0].scenario;
  const Arm arm = null_twin(scenario, {Kind::schedule_alone}).arms[1];
  const BeforeSurgeryPlan& stated = scenario.arms[1].before_surgery;
  EXPECT_TRUE(arm.effects.empty());
  EXPECT_TRUE(arm.odds_effects.empty());
  EXPECT_EQ(arm.before_surgery.response, 0);
  EXPECT_EQ(arm.before_surgery.surgery_at_months, 5);
  EXPECT_EQ(arm.before_surgery.surgery_after_toxicity_months, 1);
  EXPECT_EQ(arm.before_surgery.progression, stated.progression);
  EXPECT_EQ(arm.before_surgery.death, stated.death);
  EXPECT_EQ(arm.before_surgery.withdrawal, stated.withdrawal);
  EXPECT_EQ(arm.before_surgery.toxicity, stated.toxicity);
}

TEST(NullTwin, NobodySwitchesWhereTheControlDoesNot) {
  const Scenario scenario =
      read(course_text, {{"arms.neoadjuvant.switching",
                          "{after: recurrence, probability: 0.5, hazard_ratio: 2}"}})
          .points[0]
          .scenario;
  for (const Kind kind : {Kind::identical_arms, Kind::schedule_alone})
    EXPECT_FALSE(null_twin(scenario, {kind}).arms[1].switching.has_value());
}

TEST(NullTwin, AMarginHasATwinOfItsOwnWhereTheRatioCanBeStated) {
  const Scenario scenario =
      read(event_trial("  - {name: better, test: log-rank, arms: [control, half]}\n"
                       "  - {name: no worse, test: cox, margin: 1.3, arms: [control, whole], "
                       "strata: [poor]}\n"
                       "  - {name: crude, test: cox, margin: 1.3, arms: [control, whole]}\n"
                       "  - {name: against half, test: cox, margin: 1.3, arms: [half, whole], "
                       "strata: [poor]}\n"
                       "  - {name: mean, test: rmst, tau_months: 6, margin: 1, arms: [control, "
                       "whole]}\n"))
          .points[0]
          .scenario;
  const auto twin_of = [&](std::size_t a) { return null_of(scenario, scenario.analyses[a]); };
  EXPECT_EQ(std::get<NullTwin>(twin_of(0)), NullTwin{});
  EXPECT_EQ(std::get<NullTwin>(twin_of(1)), (NullTwin{Kind::at_margin, 1.3}));
  EXPECT_EQ(std::get<std::string>(twin_of(2)), "a margin on a hazard ratio not adjusted for poor");
  EXPECT_EQ(std::get<std::string>(twin_of(3)), "a margin against another arm than the control");
  EXPECT_EQ(std::get<std::string>(twin_of(4)), "a margin that is no hazard ratio");
  const Scenario at_margin = null_twin(scenario, {Kind::at_margin, 1.3});
  ASSERT_EQ(at_margin.arms[2].effects.size(), 1u);
  EXPECT_THAT(at_margin.arms[2].effects[0].ratio.hazard_ratio, ElementsAre(1.3));
}

TEST(NullTwin, PointsThatDifferInTheEffectAloneShareOne) {
  const Study study =
      read(event_trial("  - {name: whole, test: log-rank, arms: [control, whole]}\n",
                       "simulation: {null_twin: true}\nsweep:\n"
                       "  arms.whole.effects.os.hazard_ratio: [0.5, 0.7]\n"
                       "  sample_size: [90, 120]\n"
                       "  arms.whole.allocation: [1, 2]\n"));
  EXPECT_EQ(study.null_twins, NullTwins::beside);
  ASSERT_EQ(study.points.size(), 8u);
  const std::vector<TwinStudy> twins = null_twins(study);
  ASSERT_EQ(twins.size(), 1u);  // arms have no schedules that could differ
  ASSERT_EQ(twins[0].study.points.size(), 4u);
  for (std::size_t t = 0; t < 4; ++t) {
    ASSERT_EQ(twins[0].of[t].size(), 2u);
    for (const std::size_t p : twins[0].of[t]) {
      const Scenario &twin = twins[0].study.points[t].scenario, &of = study.points[p].scenario;
      EXPECT_EQ(twin.sample_size, of.sample_size);
      EXPECT_EQ(twin.arms[2].allocation, of.arms[2].allocation);
    }
  }
}

TEST(NullTwin, PointsOfACourseShareTheScheduleAloneToo) {
  const Study study = read(course_text +
                           "sweep:\n"
                           "  arms.neoadjuvant.before_surgery.response: [0.3, 0.6]\n"
                           "  arms.neoadjuvant.before_surgery.surgery_at_months: "
                           "[3, 4, 5]\n");
  const std::vector<TwinStudy> twins = null_twins(study);
  ASSERT_EQ(twins.size(), 2u);
  EXPECT_EQ(twins[0].twin.kind, Kind::identical_arms);
  // The longest plan decides from when patients are analysed (`strict`, the R0 rate).
  EXPECT_EQ(twins[0].study.points.size(), 3u);
  EXPECT_THAT(twins[0].of[0], ElementsAre(0u, 3u));
  EXPECT_EQ(twins[1].twin.kind, Kind::schedule_alone);
  EXPECT_EQ(twins[1].study.points.size(), 3u);
  EXPECT_THAT(twins[1].of[1], ElementsAre(1u, 4u));
}

// An analysis set waits for the longest plan of the trial, which its twin has no more.
TEST(NullTwin, PointsWithAnotherAnalysisSetShareNone) {
  const std::string months = "sweep: {arms.neoadjuvant.before_surgery.surgery_at_months: [5, 6]}\n";
  const std::string text = course_text + "simulation: {null_twin: true}\n" + months;
  const auto identical = [](const Study& study) {
    for (TwinStudy& twins : null_twins(study))
      if (twins.twin.kind == Kind::identical_arms) return twins.study.points;
    return std::vector<DesignPoint>();
  };
  const std::vector<DesignPoint> points = identical(read(text));
  ASSERT_EQ(points.size(), 2U);
  for (std::size_t p = 0; p < 2; ++p)
    EXPECT_EQ(points[p].scenario.endpoints[1].definition.analysed_from_months(),
              static_cast<double>(5 + p));
  // `strict` and the R0 rate are the endpoints that have one.
  const std::vector<Override> without{
      {"endpoints.strict", "{events: [r2, death]}"},
      {"endpoints.r0_rate", "{proportion: r0, analysed_from: randomisation}"}};
  EXPECT_EQ(identical(read(text, without)).size(), 1U);
}

TEST(NullTwin, AloneIsAnotherStudyThatSaysSo) {
  const std::string text = event_trial("  - {name: all, test: log-rank, arms: all, sided: 2}\n");
  const Study trial = read(text), alone = read(text, {{"simulation", "{null_twin: alone}"}});
  const Study beside = read(text, {{"simulation", "{null_twin: true}"}});
  EXPECT_EQ(alone.title, "one event: null twin, identical arms");
  EXPECT_EQ(alone.twin, Kind::identical_arms);
  EXPECT_TRUE(alone.points[0].scenario.arms[2].effects.empty());
  EXPECT_NE(alone.digest, trial.digest);
  EXPECT_NE(beside.digest, trial.digest);
  EXPECT_NE(beside.digest, alone.digest);
  EXPECT_EQ(read(text, {{"simulation", "{null_twin: false}"}}).digest, trial.digest);
  const Study again = read_canonical_study(alone.canonical, alone.evidence);
  EXPECT_EQ(again.digest, alone.digest);
  EXPECT_EQ(again.twin, Kind::identical_arms);
}

TEST(NullTwin, AloneIsAtTheMarginWhereAllAnalysesTestThatMargin) {
  const std::string margin =
      "  - {name: no worse, test: cox, margin: 1.3, arms: [control, whole], "
      "strata: [poor]}\n";
  const std::vector<Override> alone{{"simulation", "{null_twin: alone}"}};
  EXPECT_EQ(read(event_trial(margin), alone).twin, Kind::at_margin);
  EXPECT_EQ(
      read(event_trial(margin + "  - {name: b, test: log-rank, arms: [control, half]}\n"), alone)
          .twin,
      Kind::identical_arms);
}

TEST(NullTwin, IsAtTheNumbersStated) {
  const Study study =
      read(event_trial("  - {name: all, test: log-rank, arms: all, sided: 2}\n",
                       "uncertainty: {draws: 10, hazard_ratios: "
                       "{arms.whole.effects.os.hazard_ratio: {standard_error: 0.2}}}\n"),
           {{"simulation", "{null_twin: alone}"}});
  EXPECT_FALSE(study.points[0].scenario.uncertainty.has_value());
}

TEST(NullTwin, WhatCannotBeAskedForIsRefused) {
  const std::string text = event_trial("  - {name: all, test: log-rank, arms: all, sided: 2}\n");
  std::string complaint;
  try {
    read(text, {{"simulation", "{null_twin: maybe}"}});
  } catch (const input::InputError& error) {
    complaint = error.what();
  }
  EXPECT_THAT(complaint, HasSubstr("simulation.null_twin"));
  EXPECT_THAT(complaint, HasSubstr("alone"));
}

}  // namespace
}  // namespace trialmill::scenario
