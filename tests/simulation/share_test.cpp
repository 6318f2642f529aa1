#include "trialmill/simulation/share.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "simulation/looks_trial.hpp"
#include "trialmill/simulation/numeric_fingerprint.hpp"
#include "trialmill/simulation/precision.hpp"
#include "trialmill/simulation/run.hpp"

namespace trialmill::simulation {
namespace {

using result::FinishedBlocks;

std::string document(const Plan& plan, RunTotals totals) {
  totals.complete = true;
  return result::to_json(summarise(plan, totals));
}

RunOptions two_threads() {
  RunOptions options;
  options.threads = 2;
  return options;
}

std::vector<int> times_dealt(const Plan& plan, std::size_t design, unsigned of,
                             const std::vector<FinishedBlocks>& finished = {}) {
  std::vector<int> dealt(result::block_count(plan.replicates), 0);
  for (unsigned number = 1; number <= of; ++number) {
    const Share share = share_of(plan, number, of, finished);
    for (const result::BlockRange& range : share.blocks[design])
      for (std::uint64_t block = range.first; block < range.end; ++block)
        ++dealt[block];
  }
  return dealt;
}

TEST(Share, EveryBlockIsDealtToOneShare) {
  Plan plan = compile_plan(small_study());
  for (const std::uint64_t replicates : {1u, 99u, 100u, 730u, 5000u}) {
    plan.replicates = replicates;
    for (const unsigned of : {1u, 2u, 3u, 7u, 64u})
      for (std::size_t design = 0; design < plan.designs.size(); ++design)
        EXPECT_EQ(times_dealt(plan, design, of),
                  std::vector<int>(result::block_count(replicates), 1));
  }
}

TEST(Share, WhatIsFinishedIsNotDealt) {
  const Plan plan = compile_plan(small_study());
  std::vector<FinishedBlocks> finished(plan.designs.size());
  for (const std::uint64_t block : {1u, 2u, 5u})
    finished[1].add(block, block_replicates, std::vector<result::Tally>(3));
  EXPECT_EQ(times_dealt(plan, 0, 3, finished), (std::vector<int>{1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(times_dealt(plan, 1, 3, finished), (std::vector<int>{1, 0, 0, 1, 1, 0, 1, 1}));
  const Share rest = without(missing_share(plan), finished);
  EXPECT_EQ(rest.block_total(), 13u);
  EXPECT_EQ(rest.replicate_total(), 730u + 430u);
}

TEST(Share, SharesAreBalancedByCost) {
  // Six designs of very different sizes.
  LooksTrial trial;
  trial.rest =
      "simulation: {replicates: 2300, seed: 5}\n"
      "sweep: {arms.experimental.effects.os.hazard_ratio: [0.6, 0.7, 0.8, 0.9, 0.95, 1]}";
  Plan plan = plan_of(trial);
  for (std::size_t d = 0; d < plan.designs.size(); ++d)
    plan.designs[d].sizes.back().sample_size = 50 << d;
  std::uint64_t most_of_a_block = 0;
  for (const Design& design : plan.designs)
    most_of_a_block = std::max(most_of_a_block, replicate_cost(design) * block_replicates);
  for (const unsigned of : {2u, 5u, 16u, 40u}) {
    std::vector<std::uint64_t> loads;
    for (unsigned number = 1; number <= of; ++number) {
      std::uint64_t load = 0;
      const Share share = share_of(plan, number, of);
      for (std::size_t d = 0; d < plan.designs.size(); ++d)
        for (const result::BlockRange& range : share.blocks[d])
          load += range.size() * block_replicates * replicate_cost(plan.designs[d]);
      loads.push_back(load);
    }
    const auto [least, most] = std::ranges::minmax(loads);
    EXPECT_LE(most - least, most_of_a_block) << of;
  }
}

TEST(Share, ScatteredPartsGiveTheBytesOfOneRun) {
  LooksTrial trial;
  trial.rest =
      "simulation: {replicates: 1130, seed: 5}\n"
      "sweep: {sample_size: [70, 100], arms.experimental.effects.os.hazard_ratio: [0.6, 1]}";
  for (const Plan& plan : {compile_plan(small_study()), plan_of(trial)}) {
    const std::string expected = document(plan, run(plan, {}));
    std::mt19937_64 random(3);
    for (int trial_number = 0; trial_number < 4; ++trial_number) {
      std::vector<Share> parts(3, missing_share(plan));
      for (Share& part : parts)
        for (auto& ranges : part.blocks)
          ranges.clear();
      for (std::size_t d = 0; d < plan.designs.size(); ++d)
        for (std::uint64_t block = 0; block < result::block_count(plan.replicates); ++block)
          parts[random() % 3].blocks[d].push_back({block, block + 1});
      std::vector<FinishedBlocks> finished(plan.designs.size());
      for (const Share& part : parts) {
        const RunTotals totals = run_share(plan, part, two_threads());
        EXPECT_TRUE(totals.complete);
        for (std::size_t d = 0; d < finished.size(); ++d)
          finished[d].absorb(totals.finished[d]);
      }
      RunTotals whole;
      whole.tallies = tallies_of(plan, finished, missing_share(plan).replicates);
      EXPECT_EQ(document(plan, whole), expected);
    }
  }
}

TEST(Share, ToppingUpGivesTheBytesOfAFreshRun) {
  Plan plan = compile_plan(small_study());
  plan.replicates = 430;
  RunTotals first = run(plan, {});
  plan.replicates = 1250;
  const Share rest = missing_share(plan, first.finished);
  EXPECT_EQ(rest.blocks[0], (std::vector<result::BlockRange>{{4, 13}}));
  EXPECT_EQ(document(plan, run_share(plan, rest, {}, first.finished)),
            document(plan, run(plan, {})));
}

TEST(Precision, StagesAreWholeBlocksAndDependOnTheFirstAlone) {
  EXPECT_EQ(stage_holding(1000, 0), 1000u);
  EXPECT_EQ(stage_holding(1000, 10), 1000u);
  EXPECT_EQ(stage_holding(1000, 11), 1200u);
  EXPECT_EQ(stage_holding(1000, 12), 1200u);
  EXPECT_EQ(stage_holding(1000, 13), 1500u);
  EXPECT_EQ(stage_holding(30, 2), 200u);
  EXPECT_EQ(stage_holding(1'000'000'000, 1), most_replicates);
}

// The largest standard error of a design's powers, with two rejections and two others added.
double cautious_error(const Plan& plan, std::size_t design, const RunTotals& totals) {
  double largest = 0;
  for (const DesignSize& size : plan.designs[design].sizes)
    for (const result::AnalysisTally& analysis : totals.tallies[size.point].analyses) {
      const auto n = static_cast<double>(totals.tallies[size.point].replicates);
      const double p = (static_cast<double>(analysis.rejections) + 2) / (n + 4);
      largest = std::max(largest, std::sqrt(p * (1 - p) / n));
    }
  return largest;
}

TEST(Precision, DoubleProgrammedEveryDesignEndsAtTheFirstStageThatHasTheErrorAskedFor) {
  Plan plan = compile_plan(small_study());
  plan.replicates = 200;
  plan.precision = 0.02;
  const RunTotals totals = run_to_precision(plan, {});
  EXPECT_TRUE(totals.complete);
  int went_on = 0;
  for (std::size_t d = 0; d < plan.designs.size(); ++d) {
    EXPECT_LE(cautious_error(plan, d, totals), 0.02);
    // Blocks of the stages: 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, ...
    const std::uint64_t blocks = totals.finished[d].end();
    if (blocks == 2) continue;
    ++went_on;
    Plan before = plan;
    before.precision.reset();
    std::uint64_t stage = 2;
    while (stage + std::max<std::uint64_t>(stage / 4, 1) < blocks)
      stage += std::max<std::uint64_t>(stage / 4, 1);
    before.replicates = 100 * stage;
    EXPECT_GT(cautious_error(before, d, run(before, {})), 0.02);
  }
  EXPECT_GE(went_on, 1);
}

TEST(Precision, InterruptionsAndACoarserPrecisionBeforeChangeNothing) {
  Plan plan = compile_plan(small_study());
  plan.replicates = 200;
  plan.precision = 0.015;
  const std::string expected = document(plan, run_to_precision(plan, two_threads()));
  std::vector<FinishedBlocks> finished;
  int sessions = 0;
  for (bool complete = false; !complete; ++sessions) {
    int asked = 0;
    RunOptions options;
    options.threads = 1;
    options.stop_requested = [&] { return ++asked > 450; };
    RunTotals totals = run_to_precision(plan, options, std::move(finished));
    complete = totals.complete;
    if (complete) {
      EXPECT_EQ(document(plan, totals), expected);
    }
    finished = std::move(totals.finished);
  }
  EXPECT_GT(sessions, 3);
  Plan coarse = plan;
  coarse.precision = 0.03;
  RunTotals before = run_to_precision(coarse, {});
  EXPECT_EQ(document(plan, run_to_precision(plan, {}, std::move(before.finished))), expected);
}

TEST(NumericFingerprint, IsOfTheStudyAndTheSameEveryTime) {
  const Plan plan = compile_plan(small_study());
  EXPECT_EQ(numeric_fingerprint(plan), numeric_fingerprint(compile_plan(small_study())));
  Plan other = plan;
  other.seed = 12;
  EXPECT_NE(numeric_fingerprint(plan), numeric_fingerprint(other));
}

}  // namespace
}  // namespace trialmill::simulation
