// Trials whose effect is no constant hazard ratio: power beside trials simulated in R
// (tests/reference/effects.R), truths by closed forms, and refits of exported patients.
#include <gtest/gtest.h>

#include <cmath>

#include "reference_data.hpp"
#include "simulation/study.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::simulation {
namespace {

constexpr const char* replicates = "simulation.replicates";

void expect_power(const result::AnalysisResult& analysis, const char* name) {
  const nlohmann::json expected = reference::read_json("expected/effects.json");
  const double p = expected.at(name), trials = expected.at("trials");
  const double error = std::hypot(std::sqrt(p * (1 - p) / trials), analysis.power.mc_se);
  EXPECT_NEAR(analysis.power.estimate, p, 3.5 * error) << name;
}

TEST(TreatmentEffects, IndependentPowerWithACureFraction) {
  const Plan plan = shipped_plan("reference/cure-fraction.yaml", {{replicates, "100000"},
                                                                  {"analyses",
                                                                   "[{name: log_rank, "
                                                                   "test: log-rank}]"}});
  expect_power(summarise(plan, run(plan, {})).points.at(0).analyses.at(0), "cure-fraction");
}

TEST(TreatmentEffects, IndependentPowerWithALatentMarker) {
  const Plan plan = shipped_plan("reference/predictive-marker.yaml",
                                 {{replicates, "100000"},
                                  {"population.marker.prevalence", "0.4"},
                                  {"analyses", "[{name: log_rank, test: log-rank}]"}});
  expect_power(summarise(plan, run(plan, {})).points.at(0).analyses.at(0), "predictive-marker");
}

TEST(TreatmentEffects, IndependentPowerAndSwitchesAfterRecurrence) {
  const Plan plan =
      shipped_plan("reference/treatment-switching.yaml",
                   {{replicates, "50000"}, {"arms.control.switching.probability", "0.6"}});
  const result::PointResult point = summarise(plan, run(plan, {})).points.at(0);
  ASSERT_EQ(point.analyses.at(1).name, "survival");
  expect_power(point.analyses.at(1), "treatment-switching");
  const auto& [step, share] = point.pathway.at(0).steps.back();
  EXPECT_EQ(step, "switching");
  const nlohmann::json expected = reference::read_json("expected/effects.json");
  // 10^7 patients here, 4 x 10^6 there.
  const double p = expected.at("switched");
  EXPECT_NEAR(share, p, 3.5 * std::sqrt(p * (1 - p) * (1e-7 + 1 / 4e6)));
  EXPECT_EQ(point.pathway.at(1).steps.back().second, 0);
}

TEST(TreatmentEffects, StepsAreThoseOfBeforeWhereNobodySwitches) {
  const Plan plan = shipped_plan("jnets-2021/neoadjuvant-high-burden.yaml", {{replicates, "100"}});
  const result::PointResult point = summarise(plan, run(plan, {})).points.at(0);
  EXPECT_EQ(point.pathway.at(0).steps.back().first, "death_within_90_days");
}

TEST(TreatmentEffects, DoubleProgrammedTruthsWithACureFraction) {
  const Plan plan = shipped_plan("reference/cure-fraction.yaml");
  const auto& truths = plan.designs.at(0).sizes.at(0).truths;
  double mean[2] = {0, 0}, milestone[2] = {0, 0};
  for (const int arm : {0, 1})
    for (const int g3 : {0, 1}) {
      const double odds = 0.3 / 0.7 * (g3 == 1 ? 0.5 : 1) * (arm == 1 ? 1.8 : 1);
      const double pi = odds / (1 + odds), share = g3 == 1 ? 0.4 : 0.6;
      const double hazard = std::log(2) / 10 * (g3 == 1 ? 1.5 : 1) * (arm == 1 ? 0.8 : 1);
      const double uncured = std::exp(-30 * hazard);
      mean[arm] += share * (30 * pi + (1 - pi) * (1 - uncured) / hazard);
      milestone[arm] += share * (pi + (1 - pi) * uncured);
    }
  EXPECT_TRUE(std::isnan(truths.at(2).log_hazard_ratio));
  EXPECT_NEAR(truths.at(3).difference, mean[1] - mean[0], 1e-5);
  EXPECT_NEAR(truths.at(4).difference, milestone[1] - milestone[0], 1e-12);
  // And the trials estimate what they should.
  const Plan small = shipped_plan("reference/cure-fraction.yaml", {{replicates, "4000"}});
  const result::Result result = summarise(small, run(small, {}));
  const auto& estimate = result.points.at(0).analyses.at(3).difference;
  ASSERT_TRUE(estimate.has_value());
  EXPECT_NEAR(estimate->bias, 0, 3.5 * estimate->bias_mc_se);
}

TEST(TreatmentEffects, ARefitOfEachSubgroupGivesItsHazardRatio) {
  const Plan plan =
      shipped_plan("reference/predictive-marker.yaml", {{"population.marker.prevalence", "0.4"},
                                                        {"sample_size", "1000000"},
                                                        {"follow_up.until", "{events: 900000}"},
                                                        {"enrolment.rate", "1e6"}});
  Workspace workspace;
  const Design& design = plan.designs.at(0);
  draw_replicate(design, plan.seed, 1, workspace);
  const cohort::Cohort& cohort = workspace.cohort;
  for (const double level : {0.0, 1.0}) {
    std::vector<double> time;
    std::vector<std::uint8_t> event;
    std::vector<std::int32_t> arm;
    for (std::size_t i = 0; i < cohort.size; ++i)
      if (cohort.covariate(0)[i] == level) {
        time.push_back(std::min(cohort.event_months[i], 60.0));
        event.push_back(cohort.event_months[i] <= 60);
        arm.push_back(cohort.arm[i]);
      }
    survival::SortedTimes sorted;
    survival::sort_times(
        {.time = time, .event = event, .group = arm, .stratum = {}, .entry = {}, .groups = 2},
        sorted);
    survival::RiskTable table;
    survival::tabulate_risk(sorted, table);
    survival::CoxWorkspace scratch;
    survival::CoxFit fit;
    survival::fit_cox(table, {}, scratch, fit);
    EXPECT_NEAR(fit.coefficient.front(), std::log(level == 1 ? 0.5 : 0.9),
                3.5 * fit.standard_error.front());
  }
}

TEST(TreatmentEffects, ACourseWithSwitchingIsMeasuredWithIt) {
  // The truth is that of the treatment policy: patients followed in both arms, switches included.
  Plan plan = shipped_plan("reference/treatment-switching.yaml");
  measure_truths(plan, 1);
  std::vector<double> truth;
  for (const Design& design : plan.designs)
    truth.push_back(design.sizes.at(0).truths.at(2).log_hazard_ratio);
  ASSERT_EQ(truth.size(), 3u);
  EXPECT_GT(truth[0], truth[1] + 0.03);
  EXPECT_GT(truth[1], truth[2] + 0.03);
}

}  // namespace
}  // namespace trialmill::simulation
