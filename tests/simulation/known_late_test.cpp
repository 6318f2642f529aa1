// A true null: nobody recurs or dies, R2 is equally likely in both arms, and only the month of
// surgery differs. Tests of endpoints that count R2 before it is known must hold their level at
// every look.
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::simulation {
namespace {

struct Variation {
  const char* name = "";
  const char* waits = "8";
  const char* lost_a_year = "0.03";
  const char* follow_up = "{events: 80, of: efs}";
  const char* looks = ", looks: {information_fraction: [0.5, 0.75, 1], spending: obf}";
  const char* endpoint = "events: [{r2: randomisation}, recurrence, death]";
};

std::string trial(const Variation& variation, const std::string& analyses) {
  return std::string(R"yaml(trialmill: 1
title: true null
population: {tumors_ge_10: {prevalence: 0.268}}
disease:
  recurrence: {baseline: {hazard_per_month: 1.0e-06}}
  death_without_recurrence: {baseline: {hazard_per_month: 1.0e-06}}
  death_with_disease: {baseline: {hazard_per_month: 1.0e-06}}
pathway:
  surgery: {radicality: {r1: 0.096, r2: 0.265}, odds_ratios: {r2: {tumors_ge_10: 3}}}
arms:
  upfront: {before_surgery: {surgery_at_months: 1}}
  neoadjuvant: {before_surgery: {surgery_at_months: )yaml") +
         variation.waits + R"yaml(}}
enrolment: {rate: [{from_months: 0, per_month: 8}, {from_months: 6, per_month: 20}]}
randomisation: {block_sizes: [4, 6], strata: [tumors_ge_10]}
sample_size: 400
dropout: {per_year: )yaml" +
         variation.lost_a_year + "}\nendpoints: {efs: {" + variation.endpoint +
         "}, r0: {proportion: r0}}\nfollow_up: {until: " + variation.follow_up +
         "}\nanalyses: " + analyses + "\nsimulation: {replicates: 100000, seed: 20210728}\n";
}

Plan plan_of(const std::string& text) {
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "null.yaml")));
}

class KnownLate : public testing::TestWithParam<Variation> {};

TEST_P(KnownLate, HoldsItsLevelAtEveryLook) {
  const std::string looks = GetParam().looks;
  const Plan plan = plan_of(
      trial(GetParam(),
            "[{name: efs, endpoint: efs, test: log-rank, strata: [tumors_ge_10]" + looks + "}]"));
  const result::Result result = summarise(plan, run(plan, {}));
  const result::AnalysisResult& analysis = result.points[0].analyses[0];
  const double mc_se = std::sqrt(0.025 * 0.975 / 100000);
  EXPECT_NEAR(analysis.power.estimate, 0.025, 3.5 * mc_se);
  if (looks.empty()) return;
  const auto& bounds = plan.designs[0].sizes[0].looks[0]->boundaries.looks;
  for (std::size_t k = 0; k < bounds.size(); ++k) {
    const double allotted = bounds[k].alpha_spent;
    EXPECT_NEAR(analysis.by_look[k].sequential->cumulative_rejection.estimate, allotted,
                3.5 * std::sqrt(allotted * (1 - allotted) / 100000))
        << "look " << k + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Variations, KnownLate,
    testing::Values(
        Variation{"three_looks"}, Variation{.name = "surgery_at_month_5", .waits = "5"},
        Variation{.name = "losses", .lost_a_year = "0.2"},
        Variation{.name = "two_looks_by_pocock",
                  .looks = ", looks: {information_fraction: [0.3, 1], spending: pocock}"},
        Variation{
            .name = "one_cut_during_enrolment", .follow_up = "{calendar_months: 18}", .looks = ""},
        Variation{.name = "dated_to_a_common_day",
                  .lost_a_year = "0.2",
                  .endpoint = "events: [{r2: {at_months: 8}}, recurrence, death]"},
        Variation{.name = "early_events_dated_to_a_common_day",
                  .lost_a_year = "0.2",
                  .endpoint = "events: [r2, recurrence, death], date_early_events_to_months: 9"}),
    [](const auto& variation) { return variation.param.name; });

TEST(KnownLateProportion, HoldsItsLevelDuringEnrolmentAndWithLosses) {
  const Plan plan = plan_of(trial({.lost_a_year = "0.2", .follow_up = "{calendar_months: 18}"},
                                  "[{name: r0, endpoint: r0, test: score}]"));
  const result::Result result = summarise(plan, run(plan, {}));
  EXPECT_NEAR(result.points[0].analyses[0].power.estimate, 0.025,
              3.5 * std::sqrt(0.025 * 0.975 / 100000));
}

TEST(KnownLateTruth, IsOneWhereNothingDiffers) {
  Plan plan = plan_of(trial({},
                            "[{name: efs, endpoint: efs, test: cox}, "
                            "{name: r0, endpoint: r0, test: score}]"));
  measure_truths(plan);
  const auto& truths = plan.designs[0].sizes[0].truths;
  // But for the one or two of 40,000 patients who die at a hazard of 1e-6.
  EXPECT_NEAR(truths[0].log_hazard_ratio, 0, 5e-4);
  EXPECT_EQ(truths[1].risk_difference, 0);
}

TEST(KnownLateWinRatio, ComparesThePatientsOfEveryOutcome) {
  const std::string win_ratio = "{name: wr, test: win-ratio, outcomes: ";
  Plan plan = plan_of(trial({.lost_a_year = "0.2",
                             .follow_up = "{calendar_months: 30}",
                             .endpoint = "events: [{r2: randomisation}, recurrence, death]}, os: "
                                         "{events: [death]"},
                            "[" + win_ratio + "[os, efs]}, " + win_ratio.substr(0, 9) + "2" +
                                win_ratio.substr(9) + "[efs, os]}]"));
  plan.replicates = 200;
  Workspace workspace;
  for (std::uint64_t k = 1; k <= 20; ++k) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], plan.seed, k, workspace)[0];
    // Hardly anybody dies, so that either order compares the same pairs of the same patients.
    EXPECT_EQ(outcome.analyses[0].patients, outcome.analyses[1].patients);
    EXPECT_NEAR(outcome.analyses[0].z, outcome.analyses[1].z, 1e-9);
  }
}

TEST(KnownLateProportion, CountsLossesAndNotFailuresAsDropouts) {
  const Plan plan = plan_of(trial({.lost_a_year = "0.2", .follow_up = "{calendar_months: 30}"},
                                  "[{name: r0, endpoint: r0, test: score}]"));
  Workspace workspace;
  const result::Outcome& outcome = simulate_replicate(plan.designs[0], plan.seed, 1, workspace)[0];
  const cohort::Cohort& cohort = workspace.cohort;
  std::size_t lost = 0;
  for (std::size_t i = 0; i < cohort.size; ++i)
    lost += cohort.dropout_months[i] < cohort.milestone(cohort::Milestone::death)[i] &&
            cohort.enrolment_months[i] + cohort.dropout_months[i] <= 30;
  EXPECT_GT(lost, 20U);
  EXPECT_EQ(outcome.dropouts, lost);
  EXPECT_EQ(outcome.analyses[0].dropouts, lost);
}

// The lost leave the set and the dead stay, which is fair between arms that lose at the same rate.
TEST(KnownLateUnequalLosses, AreWarnedOf) {
  std::string text = trial({}, "[{name: efs, endpoint: efs, test: log-rank}]");
  const std::string losses = "dropout: {per_year: 0.03}";
  text.replace(text.find(losses), losses.size(),
               "dropout: {upfront: {per_year: 0.02}, neoadjuvant: {per_year: 0.3}}");
  Plan plan = plan_of(text);
  plan.replicates = 100;
  const result::Result result = summarise(plan, run(plan, {}));
  const auto warnings = result::warnings(result.points[0].analyses[0], 100);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("arms lose their patients at different rates"), std::string::npos);
}

// What the analysis set is for: without it the arm that waits wins.
TEST(KnownLateWithoutAnAnalysisSet, RejectsFarTooOften) {
  Plan plan = plan_of(
      trial({.endpoint = "events: [{r2: randomisation}, recurrence, death], "
                         "analysed_from: randomisation"},
            "[{name: efs, endpoint: efs, test: log-rank, strata: [tumors_ge_10], looks: "
            "{information_fraction: [0.5, 0.75, 1], spending: obf}}, {name: cox, endpoint: efs, "
            "test: cox}]"));
  plan.replicates = 20000;
  measure_truths(plan);
  const result::Result result = summarise(plan, run(plan, {}));
  const result::AnalysisResult& analysis = result.points[0].analyses[0];
  EXPECT_GT(analysis.power.estimate, 0.4);
  EXPECT_TRUE(analysis.set.before_known);
  // The truth is that of the comparison meant.
  EXPECT_NEAR(plan.designs[0].sizes[0].truths[1].log_hazard_ratio, 0, 5e-4);
}

}  // namespace
}  // namespace trialmill::simulation
