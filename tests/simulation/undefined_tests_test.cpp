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
    const std::vector<std::string> warned = result::warnings(analysis, 400);
    ASSERT_EQ(warned.size(), 2u);
    EXPECT_EQ(warned[0],
              "the test of 100 % of replicates cannot be computed (follow_up_too_short): they "
              "count as no rejection");
    EXPECT_EQ(warned[1],
              "100 % of replicates have no estimate: those that have one are a selection, without "
              "bias and coverage");
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
  // Where some replicates alone have an estimate, their bias is that of a selection.
  EXPECT_GT(analyses[0].estimate->estimates, 0u);
  EXPECT_TRUE(std::isnan(analyses[0].estimate->bias));
  EXPECT_TRUE(std::isnan(analyses[0].estimate->coverage));
  EXPECT_FALSE(std::isnan(analyses[3].estimate->bias));
  EXPECT_EQ(result::warnings(analyses[0], 400).size(), 2u);
  EXPECT_TRUE(result::warnings(analyses[3], 400).empty());
  ASSERT_FALSE(analyses[1].flags.empty());
  EXPECT_EQ(analyses[1].flags.front().first, "monotone_likelihood");
}

// Thirty patients an arm, all followed for more than the twelve months at which survival is
// compared: the numbers alive then are binomial.
Plan milestones_of(double control, double experimental, const std::string& more = "") {
  const double hazard = -std::log(control) / 12;
  const std::string text =
      "trialmill: 1\ntitle: few survivors\ndisease: {os: {baseline: {hazard_per_month: " +
      std::to_string(hazard) +
      "}}}\narms: {control: {}, experimental: {effects: {os: {hazard_ratio: " +
      std::to_string(std::log(experimental) / std::log(control)) +
      "}}}}\nenrolment: {rate: 10}\nrandomisation: {block_sizes: [2]}\nsample_size: 60\n"
      "follow_up: {until: {minimum_months: 12.5}}\n"
      "analyses: [{name: point, test: milestone, at_months: 12" +
      more + "}]\nsimulation: {replicates: 20000, seed: 8}\n";
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "few.yaml")));
}

// Sums over the numbers alive in the two arms.
struct BinomialSums {
  double power = 0, coverage = 0, undefined = 0;
};

BinomialSums binomial_sums(double control, double experimental) {
  constexpr int n = 30;
  const auto probability = [](int k, double p) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1)) *
           std::pow(p, k) * std::pow(1 - p, n - k);
  };
  BinomialSums sums;
  for (int a = 0; a <= n; ++a)
    for (int b = 0; b <= n; ++b) {
      const double p = a / double{n}, q = b / double{n};
      const double weight = probability(a, control) * probability(b, experimental);
      const double error = std::sqrt(p * (1 - p) / n + q * (1 - q) / n);
      if (error == 0) sums.undefined += weight;
      if (error > 0 && q - p > 1.959963984540054 * error) sums.power += weight;
      if (std::abs(q - p - (experimental - control)) <= 1.959963984540054 * error)
        sums.coverage += weight;
    }
  return sums;
}

TEST(UndefinedTest, DoubleProgrammedAnArmThatDiesOutIsTestedLikeAnyOther) {
  // 20,000 replicates, 3.5 standard errors, three comparisons for each of two trials: chance of a
  // false alarm 0.3 %; the seed is fixed. 8 % of the first trial's have nobody left in one arm.
  for (const auto& [control, experimental] : {std::pair{0.08, 0.35}, std::pair{0.08, 0.08}}) {
    const BinomialSums exact = binomial_sums(control, experimental);
    const Plan plan = milestones_of(control, experimental);
    const result::Result result = summarise(plan, run(plan, {}));
    const result::AnalysisResult& analysis = result.points.front().analyses.front();
    EXPECT_NEAR(analysis.power.estimate, exact.power, 3.5 * analysis.power.mc_se);
    ASSERT_TRUE(analysis.difference);
    EXPECT_EQ(analysis.difference->estimates, 20000u);
    EXPECT_NEAR(analysis.difference->bias, 0, 3.5 * analysis.difference->bias_mc_se);
    EXPECT_NEAR(analysis.difference->coverage, exact.coverage,
                3.5 * analysis.difference->coverage_mc_se);
    EXPECT_NEAR(static_cast<double>(analysis.undefined) / 20000, exact.undefined,
                3.5 * std::sqrt(exact.undefined / 20000) + 1e-9);
  }
  EXPECT_NEAR(binomial_sums(0.08, 0.35).power, 0.785, 0.0005);
}

TEST(UndefinedTest, OnTheLogLogScaleAnArmThatDiesOutHasNoTestAndIsSaid) {
  const Plan plan = milestones_of(0.08, 0.35, ", scale: log-log");
  const result::Result result = summarise(plan, run(plan, {}));
  const result::AnalysisResult& analysis = result.points.front().analyses.front();
  // Nobody of 30 is left with probability 0.92^30.
  const double nobody = std::pow(0.92, 30);
  EXPECT_NEAR(static_cast<double>(analysis.undefined) / 20000, nobody,
              3.5 * std::sqrt(nobody / 20000));
  EXPECT_EQ(analysis.difference->estimates, 20000u);
  EXPECT_NEAR(analysis.difference->bias, 0, 3.5 * analysis.difference->bias_mc_se);
  const std::vector<std::string> warned = result::warnings(analysis, 20000);
  ASSERT_EQ(warned.size(), 1u);
  EXPECT_TRUE(warned.front().starts_with("the test of 8")) << warned.front();
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
