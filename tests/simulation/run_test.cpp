#include "trialmill/simulation/run.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "simulation/looks_trial.hpp"

namespace trialmill::simulation {
namespace {

std::string document(const Plan& plan, const RunTotals& totals) {
  return result::to_json(summarise(plan, totals));
}

std::string run_with(const Plan& plan, int threads) {
  RunOptions options;
  options.threads = threads;
  return document(plan, run(plan, options));
}

TEST(Run, GivesTheSameBytesForAnyNumberOfThreads) {
  const Plan plan = compile_plan(small_study());
  const std::string one = run_with(plan, 1);
  EXPECT_EQ(one, run_with(plan, 2));
  EXPECT_EQ(one, run_with(plan, 5));
}

TEST(Run, GivesTheSameBytesWithLooksForAnyNumberOfThreads) {
  LooksTrial trial;
  trial.analyses =
      "[{name: primary, test: log-rank, looks: {interim: [{calendar_months: 15}, {events: 50}], "
      "information_fraction: [0.5, 0.8, 1], spending: pocock, futility: {spending: obf, beta: "
      "0.1}}}, {name: cox, test: cox}]";
  trial.rest =
      "simulation: {replicates: 730, seed: 5}\n"
      "sweep: {sample_size: [70, 100], arms.experimental.effects.os.hazard_ratio: [0.6, 1]}";
  const Plan plan = plan_of(trial);
  const std::string one = run_with(plan, 1);
  EXPECT_EQ(one, run_with(plan, 2));
  EXPECT_EQ(one, run_with(plan, 5));
}

TEST(Run, EveryPointGetsEveryReplicate) {
  const Plan plan = compile_plan(small_study());
  const RunTotals totals = run(plan, {});
  EXPECT_TRUE(totals.complete);
  for (const result::Tally& tally : totals.tallies)
    EXPECT_EQ(tally.replicates, 730u);
}

TEST(Run, ASizeOfASweepIsTheSameTrialAsOnItsOwn) {
  const scenario::Study sweep = small_study();
  scenario::Study alone = sweep;
  // The design point 90 patients, hazard ratio 0.6, without the others.
  alone.points = {sweep.points[4]};
  const RunTotals all = run(compile_plan(sweep), {});
  const RunTotals one = run(compile_plan(alone), {});
  EXPECT_EQ(all.tallies[4].analyses[0].rejections, one.tallies[0].analyses[0].rejections);
  EXPECT_EQ(all.tallies[4].analyses[2].log_hazard_ratio.mean,
            one.tallies[0].analyses[2].log_hazard_ratio.mean);
  EXPECT_EQ(all.tallies[4].analysis_months.mean, one.tallies[0].analysis_months.mean);
}

TEST(Run, StopsBetweenBlocksWithWholeBlocksDone) {
  const Plan plan = compile_plan(small_study());
  std::atomic<int> asked{0};
  RunOptions options;
  options.threads = 1;
  // Asked before each of six blocks of 100 replicates and before each replicate; the next time
  // stops.
  options.stop_requested = [&] { return ++asked > 6 * 101; };
  const RunTotals totals = run(plan, options);
  EXPECT_FALSE(totals.complete);
  // The blocks are dealt alternately to the two designs.
  for (const result::Tally& tally : totals.tallies)
    EXPECT_EQ(tally.replicates, 300u);
  EXPECT_FALSE(summarise(plan, totals).complete);
  // What was finished is the beginning of the full run.
  Plan beginning = plan;
  beginning.replicates = 300;
  const RunTotals first = run(beginning, {});
  EXPECT_EQ(first.tallies[3].analyses[1].rejections, totals.tallies[3].analyses[1].rejections);
  EXPECT_EQ(first.tallies[3].events.mean, totals.tallies[3].events.mean);
}

TEST(Run, TellsEveryReplicateInOrder) {
  const Plan plan = compile_plan(small_study());
  std::vector<std::vector<std::uint64_t>> numbers(plan.points.size());
  std::vector<std::uint64_t> rejections(plan.points.size());
  RunOptions options;
  options.threads = 2;
  options.each_replicate = [&](std::size_t point, std::uint64_t number,
                               const result::Outcome& outcome) {
    numbers[point].push_back(number);
    rejections[point] += outcome.analyses[0].rejected;
  };
  const RunTotals totals = run(plan, options);
  for (std::size_t p = 0; p < numbers.size(); ++p) {
    ASSERT_EQ(numbers[p].size(), 730u);
    for (std::uint64_t r = 0; r < 730; ++r)
      EXPECT_EQ(numbers[p][r], r + 1);
    EXPECT_EQ(rejections[p], totals.tallies[p].analyses[0].rejections);
  }
}

TEST(Run, ProgressRisesToOne) {
  const Plan plan = compile_plan(small_study());
  double last = 0;
  RunOptions options;
  options.threads = 2;
  options.progress = [&](double share) {
    EXPECT_GT(share, last);
    last = share;
  };
  run(plan, options);
  EXPECT_EQ(last, 1);
}

}  // namespace
}  // namespace trialmill::simulation
