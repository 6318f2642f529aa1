// What is true of an analysis, and analyses that cannot be computed.
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

Plan plan_with(const std::string& follow_up, const std::string& analyses,
               const std::string& hazard_ratios = "{}") {
  const std::string text = R"yaml(
trialmill: 1
title: tests
population: {bad: {prevalence: 0.4}}
disease: {os: {baseline: {hazard_per_month: 0.05}, hazard_ratios: )yaml" +
                           hazard_ratios + R"yaml(}}
arms: {control: {}, experimental: {effects: {os: {hazard_ratio: 0.6}}}}
enrolment: {rate: 10}
sample_size: 40
follow_up: {until: )yaml" + follow_up +
                           R"yaml(}
analyses: )yaml" + analyses +
                           R"yaml(
simulation: {replicates: 400, seed: 5}
)yaml";
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "tests.yaml")));
}

const std::string curves =
    "[{name: mean, test: rmst, tau_months: 24}, {name: point, test: milestone, at_months: 24}]";

double survival(double hazard) {
  return std::exp(-hazard * 24);
}
double mean(double hazard) {
  return (1 - survival(hazard)) / hazard;
}

TEST(StatedTruth, DoubleProgrammedOfExponentialSurvivalIsTheClosedForm) {
  const auto truths = plan_with("{events: 30}", curves).designs.front().sizes.front().truths;
  EXPECT_NEAR(truths[0].difference, mean(0.03) - mean(0.05), 1e-8);
  EXPECT_NEAR(truths[1].difference, survival(0.03) - survival(0.05), 1e-12);
}

TEST(StatedTruth, DoubleProgrammedAveragedOverThePopulation) {
  const auto truths =
      plan_with("{events: 30}", curves, "{bad: 2.5}").designs.front().sizes.front().truths;
  const auto averaged = [](double (*figure)(double), double hazard) {
    return 0.6 * figure(hazard) + 0.4 * figure(2.5 * hazard);
  };
  EXPECT_NEAR(truths[0].difference, averaged(mean, 0.03) - averaged(mean, 0.05), 1e-8);
  EXPECT_NEAR(truths[1].difference, averaged(survival, 0.03) - averaged(survival, 0.05), 1e-12);
}

TEST(UndefinedTest, FollowUpThatEndsBeforeTheHorizonRejectsNothingAndIsCounted) {
  const Plan plan = plan_with("{calendar_months: 23}", curves);
  const result::Result result = summarise(plan, run(plan, {}));
  for (const result::AnalysisResult& analysis : result.points.front().analyses) {
    EXPECT_EQ(analysis.undefined, 400u) << analysis.name;
    EXPECT_EQ(analysis.rejections, 0u);
    ASSERT_EQ(analysis.flags.size(), 1u);
    EXPECT_EQ(analysis.flags.front().first, "follow_up_too_short");
    EXPECT_EQ(analysis.flags.front().second, 400u);
    ASSERT_TRUE(analysis.difference.has_value());
    EXPECT_EQ(analysis.difference->estimates, 0u);
    EXPECT_TRUE(std::isnan(analysis.difference->mean));
  }
}

TEST(UndefinedTest, AnArmWithoutEventsHasAScoreALikelihoodRatioAndFirthsEstimate) {
  const Plan plan = plan_with("{events: 3}",
                              "[{name: wald, test: cox}, {name: score, test: cox, statistic: "
                              "score}, {name: ratio, test: cox, statistic: likelihood-ratio}, "
                              "{name: firth, test: cox, penalty: firth}]");
  const result::Result result = summarise(plan, run(plan, {}));
  const auto& analyses = result.points.front().analyses;
  EXPECT_GT(analyses[0].undefined, 20u);
  for (const std::size_t a : {1, 2, 3})
    EXPECT_EQ(analyses[a].undefined, 0u) << analyses[a].name;
  ASSERT_FALSE(analyses[1].flags.empty());
  EXPECT_EQ(analyses[1].flags.front().first, "monotone_likelihood");
}

TEST(UndefinedTest, MaxComboOfNoEventsRejectsNothing) {
  const Plan plan = plan_with("{calendar_months: 0.001}",
                              "[{name: combined, test: max-combo, weights: ['fh(0,0)', "
                              "'fh(0,1)']}, {name: pairs, test: win-ratio, outcomes: [os]}]");
  const result::Result result = summarise(plan, run(plan, {}));
  for (const result::AnalysisResult& analysis : result.points.front().analyses) {
    EXPECT_EQ(analysis.undefined, 400u) << analysis.name;
    EXPECT_EQ(analysis.rejections, 0u);
  }
}

}  // namespace
}  // namespace trialmill::simulation
