#include "trialmill/simulation/replicate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

Plan tiny_trial(const std::string& sample_size, const std::string& follow_up,
                const std::string& method = "permuted-blocks") {
  const std::string text = R"yaml(
trialmill: 1
title: tiny
disease: {os: {baseline: {median_months: 10}}}
arms: {control: {}, experimental: {effects: {os: {hazard_ratio: 0.5}}}}
enrolment: {rate: 1}
randomisation: {method: )yaml" +
                           method + R"yaml(}
sample_size: )yaml" + sample_size +
                           R"yaml(
follow_up: {until: )yaml" + follow_up +
                           R"yaml(}
analyses: [{name: log_rank, test: log-rank}, {name: cox, test: cox}]
)yaml";
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "tiny.yaml")));
}

TEST(Replicate, ALookBeforeAnybodyCameIsUndefinedAndNoRejection) {
  const Plan plan = tiny_trial("10", "{calendar_months: 0.0001}");
  Workspace workspace;
  int empty = 0;
  for (std::uint64_t number = 1; number <= 50; ++number) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], plan.seed, number, workspace).front();
    if (outcome.enrolled > 0) continue;
    ++empty;
    for (const result::AnalysisOutcome& analysis : outcome.analyses) {
      EXPECT_NE(analysis.status, survival::FitStatus::ok);
      EXPECT_TRUE(std::isnan(analysis.z));
      EXPECT_FALSE(analysis.rejected);
    }
  }
  EXPECT_GE(empty, 45);
}

TEST(Replicate, SmallTrialsMeetEveryWayToBeUndefinedWithoutRejecting) {
  const Plan plan = tiny_trial("4", "{events: 2}", "simple");
  Workspace workspace;
  std::array<int, survival::fit_status_count> seen{};
  for (std::uint64_t number = 1; number <= 2000; ++number) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], plan.seed, number, workspace).front();
    for (const result::AnalysisOutcome& analysis : outcome.analyses) {
      ++seen[static_cast<std::size_t>(analysis.status)];
      EXPECT_FALSE(std::isnan(analysis.z) && analysis.rejected);
    }
  }
  EXPECT_GT(seen[static_cast<std::size_t>(survival::FitStatus::ok)], 0);
  EXPECT_GT(seen[static_cast<std::size_t>(survival::FitStatus::one_group_empty)], 0);
  EXPECT_GT(seen[static_cast<std::size_t>(survival::FitStatus::monotone_likelihood)], 0);
}

TEST(Replicate, TwoSidedTestsRejectInBothDirections) {
  scenario::Study study = small_study();
  for (scenario::DesignPoint& point : study.points)
    for (scenario::Analysis& analysis : point.scenario.analyses) {
      analysis.sided = 2;
      analysis.alpha = 0.4;
    }
  const Plan plan = compile_plan(study);
  Workspace workspace;
  int low = 0, high = 0;
  for (std::uint64_t number = 1; number <= 200; ++number)
    for (const result::Outcome& outcome :
         simulate_replicate(plan.designs[1], plan.seed, number, workspace))
      for (const result::AnalysisOutcome& analysis : outcome.analyses) {
        EXPECT_EQ(analysis.rejected, std::abs(analysis.z) > plan.designs[1].analyses[0].critical_z);
        low += analysis.rejected && analysis.z < 0;
        high += analysis.rejected && analysis.z > 0;
      }
  EXPECT_GT(low, 0);
  EXPECT_GT(high, 0);
}

TEST(Replicate, TheNumberAloneDeterminesTheReplicate) {
  const Plan plan = compile_plan(small_study());
  Workspace used, fresh;
  for (std::uint64_t number = 1; number <= 20; ++number)
    simulate_replicate(plan.designs[0], plan.seed, number, used);
  const auto after_others = simulate_replicate(plan.designs[0], plan.seed, 7, used);
  const auto alone = simulate_replicate(plan.designs[0], plan.seed, 7, fresh);
  ASSERT_EQ(after_others.size(), alone.size());
  for (std::size_t s = 0; s < alone.size(); ++s)
    for (std::size_t a = 0; a < alone[s].analyses.size(); ++a)
      EXPECT_EQ(alone[s].analyses[a].z, after_others[s].analyses[a].z);
}

}  // namespace
}  // namespace trialmill::simulation
