// Group-sequential trials simulated 100,000 times by lrstat 0.2.15 and rpact 4.3.0, and here.
// Rejections by look agree within 3.5 combined Monte-Carlo standard errors: the chance of a false
// alarm is 0.05 % per comparison, below 1 % in all (the seed is fixed, so it is settled).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

nlohmann::json reference_trial(const std::string& file, const std::string& id) {
  std::ifstream stream(std::string(TRIALMILL_TEST_DATA "/reference/") + file);
  const nlohmann::json document = nlohmann::json::parse(stream);
  for (const auto& trial : document["trials"])
    if (trial["id"] == id) return trial;
  return {};
}

double combined(double here, double there) {
  return 3.5 * std::hypot(here, there);
}

result::Result result_of(const Plan& plan) {
  return summarise(plan, run(plan, {}));
}

TEST(ReferenceLooks, IndependentTrialOfThreeLooksAgreesWithLrstatLookByLook) {
  const nlohmann::json expected = reference_trial("trials.json", "gs");
  ASSERT_FALSE(expected.is_null());
  const Plan plan = shipped_plan("reference/gs.yaml");
  ASSERT_EQ(plan.replicates, 100000u);
  const result::Result result = result_of(plan);
  const result::PointResult& point = result.points.front();
  const result::AnalysisResult& analysis = point.analyses.front();
  EXPECT_NEAR(analysis.power.estimate, expected["power"].get<double>(),
              combined(analysis.power.mc_se, expected["mc_se"].get<double>()));
  ASSERT_EQ(analysis.by_look.size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    const result::LookResult& look = analysis.by_look[k];
    const auto there = expected["reject_by_look"][k].get<double>();
    EXPECT_NEAR(look.sequential->rejection.estimate, there,
                combined(look.sequential->rejection.mc_se, std::sqrt(there * (1 - there) / 1e5)))
        << "look " << k + 1;
    EXPECT_EQ(look.events_mean, expected["events_at_look"][k].get<double>());
    EXPECT_NEAR(look.time_mean / expected["time_at_look"][k].get<double>(), 1, 0.005);
    EXPECT_NEAR(look.sequential->efficacy_z_mean, expected["design"]["z_bounds"][k].get<double>(),
                2e-6);
  }
  // The reference states no error of its means; its standard deviations are ours.
  EXPECT_NEAR(point.events.mean, expected["expected_events"].get<double>(),
              combined(point.events.mc_se, point.events.mc_se));
  EXPECT_NEAR(point.duration.mean / expected["expected_duration"].get<double>(), 1, 0.005);
  EXPECT_NEAR(point.enrolled.mean, expected["expected_subjects"].get<double>(), 0.01);
  EXPECT_EQ(analysis.undefined, 0u);
}

// n = 400, 20 a month, HR 0.68 with a control median of 14 months, dropout hazard 0.002.
Plan trial_of_260_events() {
  return compile_plan(scenario::read_study(input::read_yaml_text(R"yaml(
trialmill: 1
title: three looks at half, three quarters and all of 260 events
disease: {progression: {baseline: {hazard_per_month: 0.0495105128971389}}}
arms: {control: {}, experimental: {effects: {progression: {hazard_ratio: 0.68}}}}
enrolment: {rate: 20}
dropout: {hazard_per_month: 0.002}
randomisation: {block_sizes: [2]}
sample_size: 400
follow_up: {until: {events: 260}}
analyses:
  - {name: log_rank, test: log-rank, looks: {interim: [{events: 130}, {events: 195}], spending: obf}}
simulation: {replicates: 100000, seed: 20210728}
)yaml",
                                                                 "group-sequential.yaml")));
}

TEST(ReferenceLooks, IndependentTrialOf260EventsAgreesWithLrstatAndRpact) {
  const nlohmann::json expected = reference_trial("expected/simulations.json", "group-sequential");
  ASSERT_FALSE(expected.is_null());
  const result::Result result = result_of(trial_of_260_events());
  const result::PointResult& point = result.points.front();
  const result::AnalysisResult& analysis = point.analyses.front();
  for (const char* peer : {"lrstat", "rpact"}) {
    const nlohmann::json& there = expected["results"][peer];
    const auto near = [&](double estimate, double mc_se, const nlohmann::json& figure,
                          const char* key) {
      EXPECT_NEAR(estimate, figure[key].get<double>(),
                  combined(mc_se, figure["mc_se"].get<double>()))
          << peer;
    };
    near(analysis.power.estimate, analysis.power.mc_se, there["power"], "estimate");
    near(point.events.mean, point.events.mc_se, there["events"], "mean");
    // Arrivals differ a little between the programs.
    EXPECT_NEAR(point.duration.mean / there["time"]["mean"].get<double>(), 1, 0.005) << peer;
    for (std::size_t k = 0; k < 3; ++k) {
      const result::LookResult& look = analysis.by_look[k];
      const nlohmann::json& look_there = there["looks"][k];
      near(look.sequential->rejection.estimate, look.sequential->rejection.mc_se,
           look_there["reject"], "estimate");
      EXPECT_NEAR(look.sequential->time_held_mean / look_there["time"]["mean"].get<double>(), 1,
                  0.005)
          << peer;
      EXPECT_NEAR(look.sequential->efficacy_z_mean,
                  expected["design"]["efficacy_z"][k].get<double>(), 1e-7);
    }
  }
  const nlohmann::json& lrstat = expected["results"]["lrstat"];
  EXPECT_NEAR(point.enrolled.mean, lrstat["enrolled_by_then"]["mean"].get<double>(),
              combined(point.enrolled.mc_se, lrstat["enrolled_by_then"]["mc_se"].get<double>()));
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(analysis.by_look[k].time_mean,
                lrstat["looks"][k]["time_whether_or_not_stopped"]["mean"].get<double>(), 0.05);
}

}  // namespace
}  // namespace trialmill::simulation
