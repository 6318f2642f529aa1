// Trials of three arms simulated 20,000 times by R's survival (tests/reference/several-arms.R), and
// here: powers, events and times of every pair, both rejecting, and the correlation of their
// statistics, within 3.5 combined Monte-Carlo standard errors (a false alarm has probability 0.05 %
// per comparison, 2 % in all; the seed is fixed, so it is settled). Under the null hypothesis
// the correlation is that of Dunnett (1955), and each pair has its level.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "simulation/study.hpp"
#include "trialmill/result/result.hpp"
#include "trialmill/result/tally.hpp"

namespace trialmill::simulation {
namespace {

using nlohmann::json;

json reference() {
  std::ifstream file(TRIALMILL_TEST_DATA "/reference/several-arms.json");
  return json::parse(file);
}

// Two statistics over replicates: how often both reject, and their correlation.
class Together {
 public:
  void add(const result::AnalysisOutcome& one, const result::AnalysisOutcome& other) {
    ++trials_;
    both_ += one.rejected && other.rejected;
    one_.add(one.z);
    other_.add(other.z);
    sum_.add(one.z + other.z);
  }

  double both() const { return both_ / trials_; }
  double both_mc_se() const { return std::sqrt(both() * (1 - both()) / trials_); }
  double correlation() const {
    const double a = one_.sd(), b = other_.sd(), s = sum_.sd();
    return (s * s - a * a - b * b) / (2 * a * b);
  }
  // Of a bivariate normal sample of this size.
  double correlation_se(double trials) const {
    return (1 - correlation() * correlation()) / std::sqrt(trials);
  }
  double trials() const { return trials_; }

 private:
  double trials_ = 0, both_ = 0;
  result::Moments one_, other_, sum_;
};

struct Simulated {
  result::PointResult point;
  Together together;  // of the first two analyses
  std::map<std::string, result::Moments> z;

  const result::AnalysisResult& named(const std::string& name) const {
    for (const result::AnalysisResult& analysis : point.analyses)
      if (analysis.name == name) return analysis;
    throw std::out_of_range(name);
  }
};

Simulated simulated(const Plan& plan) {
  Simulated out;
  RunOptions options;
  options.each_replicate = [&](std::size_t, std::uint64_t, const result::Outcome& outcome) {
    out.together.add(outcome.analyses[0], outcome.analyses[1]);
    for (std::size_t a = 0; a < outcome.analyses.size(); ++a)
      out.z[plan.designs[0].labels[a].name].add(outcome.analyses[a].z);
  };
  out.point = summarise(plan, run(plan, options)).points.front();
  return out;
}

void expect_near(double here, double mc_se, const json& there, const char* key,
                 const std::string& what) {
  EXPECT_NEAR(here, there[key].get<double>(), 3.5 * std::hypot(mc_se, there["mc_se"].get<double>()))
      << what;
}

void expect_pair(const Simulated& here, const std::string& name, const json& there) {
  const result::AnalysisResult& analysis = here.named(name);
  const double trials = here.together.trials();
  expect_near(analysis.power.estimate, analysis.power.mc_se, there["power"], "estimate",
              name + " power");
  // Our own standard error of the mean number of events is theirs, of another number of trials.
  const double events_mc_se = there["events"]["mc_se"].get<double>() * std::sqrt(20000 / trials);
  expect_near(analysis.by_look[0].events_mean, events_mc_se, there["events"], "estimate",
              name + " events");
  const result::Moments& z = here.z.at(name);
  expect_near(z.mean, z.sd() / std::sqrt(trials), there["z"], "estimate", name + " mean of Z");
}

void expect_together(const Simulated& here, const json& there) {
  expect_near(here.together.both(), here.together.both_mc_se(), there["both"], "estimate", "both");
  const Together& z = here.together;
  EXPECT_NEAR(z.correlation(), there["correlation"].get<double>(),
              3.5 * std::hypot(z.correlation_se(z.trials()), z.correlation_se(20000)));
}

TEST(SeveralArmsReference, IndependentPairsWithOneCutAgreeWithR) {
  const json there = reference()["overall"];
  const Plan plan = shipped_plan("reference/several-arms.yaml");
  ASSERT_EQ(plan.replicates, 100000u);
  const Simulated here = simulated(plan);
  for (const std::string name : {"low", "high", "active"})
    expect_pair(here, name, there[name]);
  expect_together(here, there);
  const result::AnalysisResult& any = here.named("any");
  expect_near(any.power.estimate, any.power.mc_se, there["any"], "estimate", "any");
  EXPECT_EQ(here.point.events.mean, 250);
  EXPECT_EQ(any.by_look[0].events_mean, 250);
  EXPECT_NEAR(here.named("ratio").estimate->coverage, 0.95, 3.5 * std::sqrt(0.05 * 0.95 / 1e5));
}

// 2:1:1, each pair cut at its own 150 events.
Plan own_events(const std::string& low, const std::string& high, int replicates) {
  return compile_plan(scenario::read_study(input::read_yaml_text(
      R"yaml(trialmill: 1
title: each pair at its own events
disease: {os: {baseline: {hazard_per_month: 0.05}}}
arms:
  control: {allocation: 2}
  low: {effects: {os: {hazard_ratio: )yaml" +
          low + R"yaml(}}}
  high: {effects: {os: {hazard_ratio: )yaml" +
          high + R"yaml(}}}
enrolment: {rate: 20}
dropout: {hazard_per_month: 0.002}
randomisation: {block_sizes: [4]}
sample_size: 400
follow_up: {until: {events: 150, arms: [control, low]}}
analyses:
  - {name: low, test: log-rank, arms: [control, low]}
  - {name: high, test: log-rank, arms: [control, high], at: {events: 150, arms: [control, high]}}
  - {name: any, test: log-rank, arms: all, sided: 2, alpha: 0.05}
  - {name: wald, test: cox, arms: [control, high]}
simulation: {seed: 20210728, replicates: )yaml" +
          std::to_string(replicates) + "}\n",
      "own.yaml")));
}

void expect_times(const Simulated& here, const json& there) {
  for (const std::string name : {"low", "high"}) {
    EXPECT_EQ(here.named(name).by_look[0].events_mean, 150);
    const json& time = there[name]["time"];
    const double mc_se = time["mc_se"].get<double>() * std::sqrt(20000 / here.together.trials());
    expect_near(here.named(name).by_look[0].time_mean, mc_se, time, "mean", name + " time");
  }
}

TEST(SeveralArmsReference, IndependentPairsAtTheirOwnEventsAgreeWithR) {
  const json there = reference()["own_events"];
  const Simulated here = simulated(own_events("0.7", "0.55", 100000));
  for (const std::string name : {"low", "high"})
    expect_pair(here, name, there[name]);
  expect_times(here, there);
  expect_together(here, there);
}

// With n0, n1 and n2 patients the correlation is the root of n1 n2 / ((n0 + n1) (n0 + n2)): 1/3 for
// 2:1:1. 200,000 replicates: standard error 0.0020.
TEST(SeveralArmsReference, IndependentUnderTheNullEveryPairHasItsLevelAndDunnettsCorrelation) {
  const json there = reference()["own_events_null"];
  const Simulated here = simulated(own_events("1", "1", 200000));
  EXPECT_NEAR(here.together.correlation(), 1.0 / 3, 3.5 * here.together.correlation_se(200000));
  expect_together(here, there);
  expect_times(here, there);
  for (const result::AnalysisResult& analysis : here.point.analyses)
    EXPECT_NEAR(analysis.power.estimate, analysis.alpha,
                3.5 * std::sqrt(analysis.alpha * (1 - analysis.alpha) / 200000))
        << analysis.name;
}

// Equal arms: 0.5.
TEST(SeveralArmsReference, IndependentCorrelationOfEqualArmsIsAHalf) {
  Plan plan = shipped_plan(
      "reference/several-arms.yaml",
      {{"arms.low.effects.os.hazard_ratio", "1"}, {"arms.high.effects.os.hazard_ratio", "1"}});
  plan.replicates = 200000;
  const Simulated here = simulated(plan);
  EXPECT_NEAR(here.together.correlation(), 0.5, 3.5 * here.together.correlation_se(200000));
  for (const result::AnalysisResult& analysis : here.point.analyses)
    EXPECT_NEAR(analysis.power.estimate, analysis.alpha,
                3.5 * std::sqrt(analysis.alpha * (1 - analysis.alpha) / 200000))
        << analysis.name;
}

}  // namespace
}  // namespace trialmill::simulation
