#include "trialmill/simulation/solve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulation/study.hpp"
#include "trialmill/simulation/analytic_twin.hpp"

namespace trialmill::simulation {
namespace {

using result::Solution;
using result::SolutionStatus;

/// A trial, and what a test replaces in it.
struct Trial {
  std::string baseline = "{median_months: 12}";
  std::string hazard_ratio = "0.6";
  std::string allocation = "1";
  std::string randomisation = "{block_sizes: [4]}";
  std::string sample_size = "150";
  std::string until = "{event_fraction: 0.7}";
  std::string analyses = "[{name: primary, test: log-rank}]";
};

scenario::Scenario scenario_of(const Trial& trial) {
  const std::string text =
      "trialmill: 1\ntitle: solve\ndisease: {os: {baseline: " + trial.baseline +
      "}}\narms: {control: {}, experimental: {allocation: " + trial.allocation +
      ", effects: {os: {hazard_ratio: " + trial.hazard_ratio +
      "}}}}\nenrolment: {rate: 10}\nrandomisation: " + trial.randomisation +
      "\nsample_size: " + trial.sample_size + "\nfollow_up: {until: " + trial.until +
      "}\nanalyses: " + trial.analyses + "\n";
  return scenario::read_study(input::read_yaml_text(text, "solve.yaml")).points.front().scenario;
}

Solution solved(const Trial& trial, std::uint64_t replicates, std::uint64_t seed = 1,
                SolveOptions options = {}) {
  const scenario::Scenario scenario = scenario_of(trial);
  EXPECT_EQ(reason_against_solving(scenario, options), std::nullopt);
  const auto solution = solve(scenario, seed, replicates, options);
  EXPECT_TRUE(solution.has_value());
  return solution.value_or(Solution{});
}

TEST(Solve, AgreesWithTheAnalyticAnswerUnderProportionalHazards) {
  for (const double power : {0.8, 0.9}) {
    Trial trial;
    SolveOptions options;
    options.power = power;
    const Solution found = solved(trial, 10000, 7, options);
    ASSERT_TRUE(found.analytic && found.lower && found.upper);
    EXPECT_EQ(found.status, SolutionStatus::found);
    EXPECT_LE(found.lower->patients, found.analytic->patients);
    EXPECT_GE(found.upper->patients, found.analytic->patients);
    EXPECT_LT(found.upper->patients - found.lower->patients, 0.06 * 150);
    EXPECT_EQ(found.size.patients % 4, 0u);
    EXPECT_EQ(found.size.events, std::size_t(std::ceil(0.7 * double(found.size.patients) - 1e-9)));
    // The run at the answer is independent of the search.
    EXPECT_NEAR(found.power.estimate, power, 3.5 * found.power.mc_se + 0.01);
  }
}

TEST(Solve, CostsLessThanFiveRunsAtTheAnswer) {
  for (const char* start : {"30", "150", "2000"})
    for (const char* test :
         {"[{name: primary, test: log-rank}]", "[{name: primary, test: rmst, tau_months: 6}]"}) {
      Trial trial;
      trial.sample_size = start;
      trial.analyses = test;
      const Solution found = solved(trial, 2000);
      EXPECT_LT(found.runs_at_answer, 5) << start << test;
      EXPECT_EQ(found.status, SolutionStatus::found) << start << test;
    }
}

// Where there is no twin the search brackets the answer from wherever it starts.
TEST(Solve, FindsTheSameSizeFromAnywhere) {
  std::vector<Solution> solutions;
  for (const char* start : {"24", "200", "4000"}) {
    Trial trial;
    trial.baseline = "{weibull: {shape: 1.3, median_months: 12}}";
    trial.sample_size = start;
    solutions.push_back(solved(trial, 4000));
    EXPECT_FALSE(solutions.back().analytic);
    EXPECT_EQ(solutions.back().analytic_absent_because, "a Weibull hazard");
  }
  for (const Solution& one : solutions)
    for (const Solution& other : solutions) {
      ASSERT_TRUE(one.lower && other.upper);
      EXPECT_LE(one.lower->patients, other.upper->patients);
      EXPECT_NEAR(double(one.size.patients), double(other.size.patients), 16);
    }
}

TEST(Solve, GivesTheSameBytesForAnyNumberOfThreads) {
  std::vector<std::string> documents;
  for (const int threads : {1, 3}) {
    SolveOptions options;
    options.threads = threads;
    result::Solutions document;
    document.points = {solved(Trial{}, 1500, 3, options)};
    documents.push_back(to_json(document));
  }
  EXPECT_EQ(documents[0], documents[1]);
}

TEST(Solve, ItsPowerIsThatOfARunAtTheAnswer) {
  const Solution found = solved(Trial{}, 2000, 5);
  scenario::Study study;
  study.seed = 5;
  study.replicates = 2000;
  study.points = {{{{"sample_size", double(found.size.patients)}}, scenario_of(Trial{})}};
  study.points.front().scenario.sample_size = found.size.patients;
  const Plan plan = compile_plan(study);
  const result::Result result = summarise(plan, run(plan, {}));
  EXPECT_EQ(found.power.estimate, result.points.front().analyses.front().power.estimate);
}

TEST(Solve, EventsGrowWithPatientsInTheRatioOfTheScenario) {
  Trial fixed;
  fixed.until = "{events: 105}";
  fixed.analyses =
      "[{name: primary, test: log-rank, looks: {information_fraction: [0.5, 1], spending: obf}}]";
  EXPECT_NE(reason_against_solving(scenario_of(fixed), {}), std::nullopt);
  SolveOptions events;
  events.events = true;
  const Solution found = solved(fixed, 3000, 1, events);
  ASSERT_TRUE(found.size.events && found.lower && found.upper);
  const double needed = double(*found.size.events) / 0.7;
  EXPECT_GE(double(found.size.patients), needed - 1e-9);
  EXPECT_LT(double(found.size.patients), needed + 4);
  EXPECT_EQ(found.size.patients % 4, 0u);
  Trial growing = fixed;
  growing.until = "{event_fraction: 0.7}";
  EXPECT_NE(reason_against_solving(scenario_of(growing), events), std::nullopt);
  const Solution patients = solved(growing, 3000);
  EXPECT_LE(found.lower->patients, patients.size.patients + 4);
  EXPECT_GE(found.upper->patients + 4, patients.size.patients);
}

// Blocks of 20 patients have 14 events; the answer is no multiple of it at every target.
TEST(Solve, EventsAreSearchedInOnes) {
  Trial trial;
  trial.until = "{events: 140}";
  trial.sample_size = "200";
  trial.randomisation = "{block_sizes: [20]}";
  SolveOptions options;
  options.events = true;
  std::vector<std::size_t> events;
  for (const double power : {0.75, 0.8, 0.85}) {
    options.power = power;
    const Solution found = solved(trial, 1000, 1, options);
    ASSERT_TRUE(found.size.events && found.analytic && found.analytic->events);
    EXPECT_EQ(found.size.patients % 20, 0u);
    EXPECT_EQ(found.target_power, power);
    events.push_back(*found.analytic->events);
    // One event fewer has too little power, as the twin has it.
    Trial fewer = trial;
    fewer.sample_size = std::to_string(found.analytic->patients);
    const auto power_of = [&](std::size_t count) {
      fewer.until = "{events: " + std::to_string(count) + "}";
      scenario::Study study;
      study.points = {{{}, scenario_of(fewer)}};
      return expected_result(study).points.front().analyses.front().analytic->power;
    };
    EXPECT_GE(power_of(*found.analytic->events), power - 0.002);
    EXPECT_LT(power_of(*found.analytic->events - 1), power + 0.001);
  }
  EXPECT_TRUE(std::ranges::any_of(events, [](std::size_t count) { return count % 14 != 0; }));
}

TEST(Solve, AConservativeAnswerIsTheUpperEnd) {
  SolveOptions conservative;
  conservative.conservative = true;
  const Solution estimate = solved(Trial{}, 2000, 4);
  const Solution upper = solved(Trial{}, 2000, 4, conservative);
  ASSERT_TRUE(estimate.upper && estimate.estimate && upper.estimate);
  EXPECT_EQ(estimate.size.patients, estimate.estimate->patients);
  EXPECT_EQ(upper.estimate->patients, estimate.size.patients);
  EXPECT_EQ(upper.size.patients, estimate.upper->patients);
  EXPECT_GT(upper.size.patients, estimate.size.patients);
}

TEST(Solve, FormulaeAreForTheTarget) {
  SolveOptions options;
  options.power = 0.9;
  const Solution found = solved(Trial{}, 400, 1, options);
  ASSERT_EQ(found.formula_events.events.size(), 4u);
  EXPECT_EQ(found.formula_events.power, 0.9);
  // 4 (1.959964 + 1.281552)^2 / log(0.6)^2
  EXPECT_NEAR(found.formula_events.events[0].events, 161.07, 0.01);
}

TEST(Solve, SizesAreWholeBlocks) {
  Trial trial;
  trial.allocation = "2";
  trial.randomisation = "{block_sizes: [6, 9]}";
  EXPECT_EQ(size_step(scenario_of(trial)), 3u);
  EXPECT_EQ(solved(trial, 1000).size.patients % 3, 0u);
  trial.randomisation = "{method: simple}";
  EXPECT_EQ(size_step(scenario_of(trial)), 1u);
}

TEST(Solve, SaysWhenNoSizeOrEverySizeHasThePower) {
  Trial null;
  null.hazard_ratio = "1";
  SolveOptions options;
  options.at_most = 400;
  const Solution never = solved(null, 1000, 1, options);
  EXPECT_EQ(never.status, SolutionStatus::not_reached);
  EXPECT_EQ(never.size.patients, 400u);
  EXPECT_FALSE(never.lower || never.upper);
  EXPECT_LT(never.power.estimate, 0.1);
  EXPECT_FALSE(never.analytic);
  Trial strong;
  strong.hazard_ratio = "0.1";
  options.at_least = 100;
  const Solution always = solved(strong, 1000, 1, options);
  EXPECT_EQ(always.status, SolutionStatus::already_reached);
  EXPECT_EQ(always.size.patients, 100u);
  EXPECT_GT(always.power.estimate, 0.99);
}

TEST(Solve, StopsWhenAsked) {
  SolveOptions options;
  options.stop_requested = [] { return true; };
  EXPECT_FALSE(solve(scenario_of(Trial{}), 1, 1000, options));
}

}  // namespace
}  // namespace trialmill::simulation
