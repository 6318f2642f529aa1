#include "trialmill/simulation/assurance.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"
#include "trialmill/math/normal_probability.hpp"
#include "trialmill/simulation/analytic_twin.hpp"

namespace trialmill::simulation {
namespace {

/// A trial under proportional hazards that waits for 150 events.
struct Trial {
  std::string hazard_ratio = "0.7";
  std::string baseline = "{median_months: 12}";
  std::string follow_up = "{events: 150}";
  std::string analyses = "[{name: primary, test: log-rank}]";
  std::string uncertainty;
  std::string rest = "simulation: {replicates: 20000, seed: 5}";
};

scenario::Study study_of(const Trial& trial) {
  const std::string text =
      "trialmill: 1\ntitle: assurance\ndisease: {os: {baseline: " + trial.baseline +
      "}}\narms: {control: {}, treated: {effects: {os: {hazard_ratio: " + trial.hazard_ratio +
      "}}}}\nenrolment: {rate: 10}\nsample_size: 200\nfollow_up: {until: " + trial.follow_up +
      "}\nanalyses: " + trial.analyses + "\n" +
      (trial.uncertainty.empty() ? "" : "uncertainty: " + trial.uncertainty + "\n") + trial.rest +
      "\n";
  return scenario::read_study(input::read_yaml_text(text, "assurance.yaml"));
}

result::Result simulated(const Trial& trial, int threads = 0) {
  const scenario::Study study = study_of(trial);
  const Plan plan = compile_plan(study);
  RunOptions options;
  options.threads = threads;
  result::Result result = summarise(plan, run(plan, options));
  EXPECT_TRUE(add_assurance(study, plan, options, result));
  return result;
}

const result::AnalysisResult& primary(const result::Result& result) {
  return result.points.front().analyses.front();
}

std::string uncertain_ratio(const std::string& error, int draws) {
  return "{draws: " + std::to_string(draws) +
         ", hazard_ratios: {arms.treated.effects.os.hazard_ratio: {standard_error: " + error +
         "}}}";
}

// Mean and standard deviation of the analytic power over a normal prior of the log hazard ratio.
std::pair<double, double> integrated_power(double log_mean, double log_sd) {
  double weight = 0, mean = 0, square = 0;
  constexpr int nodes = 121;
  for (int k = 0; k < nodes; ++k) {
    const double z = -6 + 12.0 * k / (nodes - 1), density = std::exp(-0.5 * z * z);
    Trial trial;
    trial.hazard_ratio = std::to_string(std::exp(log_mean + log_sd * z));
    const double power =
        expected_result(study_of(trial)).points.front().analyses.front().analytic->power;
    weight += density;
    mean += density * power;
    square += density * power * power;
  }
  mean /= weight;
  return {mean, std::sqrt(square / weight - mean * mean)};
}

// O'Hagan, Stevens and Campbell (2005), Pharmaceutical Statistics 4: 187-201: power averaged over
// the prior, here by quadrature over the analytic twin.
TEST(Assurance, DoubleProgrammedIntegralOfTheAnalyticPower) {
  Trial trial;
  trial.uncertainty = uncertain_ratio("0.15", 2000);
  const result::Assurance found = *primary(simulated(trial)).assurance;
  const auto [mean, sd] = integrated_power(std::log(0.7), 0.15);
  constexpr double asymptotics = 0.003;
  EXPECT_NEAR(found.estimate, mean, 3.5 * found.mc_se + asymptotics);
  EXPECT_LT(found.mc_se, 0.01);
  EXPECT_NEAR(found.power_sd / sd, 1, 3.5 / std::sqrt(2.0 * 2000) + 0.05);
  EXPECT_EQ(found.draws, 2000u);
  EXPECT_EQ(found.redrawn, 0u);
}

// Spiegelhalter, Abrams and Myles (2004), section 6.5: with a prior N(m, s^2) of the log hazard
// ratio and d events, Phi((-m sqrt(d / 4) - z_alpha) / sqrt(1 + s^2 d / 4)).
TEST(Assurance, IndependentClosedFormOfANormalPrior) {
  Trial trial;
  trial.uncertainty = uncertain_ratio("0.2", 2000);
  const result::Assurance found = *primary(simulated(trial)).assurance;
  const double information = 150 / 4.0;
  const double expected =
      math::normal_probability((-std::log(0.7) * std::sqrt(information) - 1.959963984540054) /
                               std::sqrt(1 + 0.04 * information));
  constexpr double schoenfeld = 0.006;  // his drift against the log-rank test's
  EXPECT_NEAR(found.estimate, expected, 3.5 * found.mc_se + schoenfeld);
}

TEST(Assurance, OfNumbersWithoutErrorIsThePower) {
  Trial trial;
  trial.baseline = "{knots: [{month: 12, survival: 0.5}, {month: 24, survival: 0.3}]}";
  trial.uncertainty =
      "{draws: 70, hazard_ratios: {arms.treated.effects.os.hazard_ratio: {standard_error: "
      "1.0e-13}}, survival: {os: {patients: 1.0e+26}}}";
  trial.analyses =
      "[{name: primary, test: log-rank, looks: {information_fraction: [0.6, 1], spending: obf}}, "
      "{name: cox, test: cox}]";
  trial.rest = "simulation: {replicates: 1010, seed: 5}\nsweep: {sample_size: [180, 220]}";
  const result::Result result = simulated(trial);
  for (const result::PointResult& point : result.points)
    for (const result::AnalysisResult& analysis : point.analyses)
      EXPECT_EQ(analysis.assurance->estimate, analysis.power.estimate) << analysis.name;
}

TEST(Assurance, HasTheSameBytesForAnyNumberOfThreads) {
  Trial trial;
  trial.baseline = "{knots: [{month: 12, survival: 0.5}, {month: 24, survival: 0.3}]}";
  trial.uncertainty =
      "{draws: 40, hazard_ratios: {arms.treated.effects.os.hazard_ratio: {interval: [0.5, 0.98]}}, "
      "survival: {os: {patients: 120}}}";
  trial.rest =
      "simulation: {replicates: 900, seed: 5}\nsweep: {dropout.per_year: [0, 0.1]}\ndropout: "
      "{per_year: 0}";
  EXPECT_EQ(to_json(simulated(trial, 1)), to_json(simulated(trial, 3)));
}

// More is known of the control arm by more patients; an event-driven trial hardly depends on it.
TEST(Assurance, UncertainSurvivalSpreadsThePowerOfAnalysesAtFixedTimes) {
  const auto spread = [](const std::string& patients) {
    Trial trial;
    trial.baseline = "{knots: [{month: 12, survival: 0.5}, {month: 24, survival: 0.3}]}";
    trial.follow_up = "{calendar_months: 26}";
    trial.uncertainty = "{draws: 200, survival: {os: {patients: " + patients + "}}}";
    return primary(simulated(trial)).assurance->power_sd;
  };
  const double few = spread("20");
  EXPECT_GT(few, 0.01);
  EXPECT_GT(few, spread("500"));
}

TEST(Assurance, IsOfCoursesToo) {
  const scenario::Study study = shipped_study(
      "jnets-2021/neoadjuvant-efs.yaml",
      {{"uncertainty",
        "{draws: 10, hazard_ratios: {arms.neoadjuvant.effects.recurrence.hazard_ratio: "
        "{standard_error: 0.2}}, survival: {recurrence: {patients: 180}}}"},
       {"simulation.replicates", "60"},
       {"sample_size", "200"}});
  const Plan plan = compile_plan(study);
  result::Result result = summarise(plan, run(plan, {}));
  ASSERT_TRUE(add_assurance(study, plan, {}, result));
  const result::Assurance& found = *primary(result).assurance;
  EXPECT_EQ(found.replicates, 60u);
  EXPECT_GT(found.estimate, 0);
}

TEST(Assurance, StopsWhenAsked) {
  Trial trial;
  trial.uncertainty = uncertain_ratio("0.2", 20);
  trial.rest = "simulation: {replicates: 100, seed: 5}";
  const scenario::Study study = study_of(trial);
  const Plan plan = compile_plan(study);
  result::Result result = summarise(plan, run(plan, {}));
  RunOptions options;
  options.stop_requested = [] { return true; };
  EXPECT_FALSE(add_assurance(study, plan, options, result));
  EXPECT_FALSE(primary(result).assurance);
}

}  // namespace
}  // namespace trialmill::simulation
