// Null twins beside a trial are the trials that one would write by hand.
#include "trialmill/scenario/null_twin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::simulation {
namespace {

using scenario::Override;

result::Result simulated(const scenario::Study& study) {
  const Plan plan = compile_plan(study);
  return summarise(plan, run(plan, {}));
}

const std::string course = "jnets-2021/neoadjuvant-multiplicity.yaml";

// Nobody withdraws in the control, which an endpoint that counts it must hear of.
constexpr const char* control_plan =
    "{surgery_at_months: 1, progression: {probability: 0.005}, death: published, withdrawal: "
    "{hazard_per_month: 1.0e-300}}";

scenario::Study course_study(std::vector<Override> set) {
  set.push_back({"simulation.replicates", "300"});
  // Dated to the first day, R2 would have the analysis set of the trial in its twins, which no
  // trial of identical arms has.
  set.push_back({"endpoints.efs",
                 "{events: [progression, withdrawal, unresectable, r2, recurrence, death]}"});
  return shipped_study(course, std::move(set));
}

void expect_same(const result::NullTwinRejections& twin, const result::AnalysisResult& alone) {
  EXPECT_EQ(twin.rejections, alone.rejections);
  EXPECT_EQ(twin.rejection.mc_se, alone.power.mc_se);
  ASSERT_EQ(twin.by_look.size(), alone.by_look.size());
  for (std::size_t k = 0; k < alone.by_look.size(); ++k) {
    EXPECT_EQ(twin.by_look[k].rejections, alone.by_look[k].rejections);
    EXPECT_EQ(twin.by_look[k].time_mean, alone.by_look[k].time_mean);
  }
}

TEST(NullTwins, DoubleProgrammedStandBesideThePowersOfTheirTrial) {
  const std::string arm = "arms.neoadjuvant.";
  const result::Result trial = simulated(course_study({}));
  const result::Result beside = simulated(course_study({{"simulation.null_twin", "true"}}));
  // By hand: the control's plan for everybody, and a neoadjuvant therapy that does nothing.
  const std::vector<Override> no_effect{{arm + "effects", "{recurrence: {hazard_ratio: 1}}"},
                                        {arm + "effects.recurrence.hazard_ratio", "1"}};
  std::vector<Override> everybody = no_effect, waiting = no_effect;
  everybody.push_back({arm + "before_surgery", control_plan});
  waiting.push_back({arm + "before_surgery.response", "0"});
  const result::Result identical = simulated(course_study(everybody));
  const result::Result schedule = simulated(course_study(waiting));
  ASSERT_EQ(beside.points.size(), trial.points.size());
  for (std::size_t p = 0; p < trial.points.size(); ++p) {
    for (std::size_t a = 0; a < trial.points[p].analyses.size(); ++a) {
      const result::AnalysisResult& analysis = beside.points[p].analyses[a];
      EXPECT_EQ(analysis.rejections, trial.points[p].analyses[a].rejections);
      expect_same(*analysis.null_twin, identical.points[0].analyses[a]);
      expect_same(*analysis.schedule_twin, schedule.points[0].analyses[a]);
    }
    EXPECT_EQ(beside.points[p].multiplicity->null_twin->estimate,
              identical.points[0].multiplicity->any.estimate);
    EXPECT_EQ(beside.points[p].multiplicity->schedule_twin->estimate,
              schedule.points[0].multiplicity->any.estimate);
  }
}

TEST(NullTwins, HaveThePatientsOfTheTrial) {
  const Plan plan = shipped_plan("jnets-2021/neoadjuvant-os.yaml",
                                 {{"simulation.null_twin", "true"}, {"sample_size", "300"}});
  ASSERT_EQ(plan.study_designs, 1u);
  ASSERT_EQ(plan.designs.size(), 3u);
  Workspace trial, twin;
  draw_replicate(plan.designs[0], plan.seed, 5, trial);
  for (std::size_t d = 1; d < 3; ++d) {
    draw_replicate(plan.designs[d], plan.seed, 5, twin);
    EXPECT_EQ(twin.cohort.arm, trial.cohort.arm);
    EXPECT_EQ(twin.cohort.enrolment_months, trial.cohort.enrolment_months);
    for (std::size_t i = 0; i < 300; ++i)
      if (trial.cohort.arm[i] == 0) {
        EXPECT_EQ(twin.endpoints[0].event_months[i], trial.endpoints[0].event_months[i]);
      }
  }
}

TEST(NullTwins, OfIdenticalArmsHaveNoEffectInTruth) {
  scenario::Study study =
      shipped_study("jnets-2021/neoadjuvant-selection.yaml", {{"simulation.null_twin", "alone"}});
  study.points.resize(1);
  Plan plan = compile_plan(study);
  measure_truths(plan);
  std::size_t ratios = 0;
  for (const result::AnalysisTruth& truth : plan.designs[0].sizes[0].truths)
    if (!std::isnan(truth.log_hazard_ratio)) {
      EXPECT_NEAR(truth.log_hazard_ratio, 0, 1e-12);
      ++ratios;
    }
  EXPECT_GT(ratios, 0u);
}

TEST(NullTwins, OfANonInferiorityTestIsAtItsMargin) {
  const result::Result result =
      simulated(scenario::read_study(input::read_yaml_text(R"yaml(
trialmill: 1
title: no worse, and better
disease: {os: {baseline: {median_months: 10}}}
arms: {control: {}, experimental: {effects: {os: {hazard_ratio: 1}}}}
enrolment: {rate: 20}
sample_size: 400
follow_up: {until: {events: 250}}
analyses:
  - {name: no worse, test: cox, margin: 1.4}
  - {name: better, test: cox}
  - {name: mean, test: rmst, tau_months: 12, margin: 1}
simulation: {replicates: 4000, seed: 7, null_twin: true}
)yaml",
                                                           "margin.yaml")));
  const auto& analyses = result.points[0].analyses;
  const double mc_se = std::sqrt(0.025 * 0.975 / 4000);
  EXPECT_GT(analyses[0].power.estimate, 0.6);  // which is no level
  EXPECT_EQ(analyses[0].null_twin->margin, 1.4);
  EXPECT_NEAR(analyses[0].null_twin->rejection.estimate, 0.025, 3.5 * mc_se);
  EXPECT_FALSE(analyses[1].null_twin->margin.has_value());
  EXPECT_EQ(analyses[1].null_twin->rejections, analyses[1].rejections);  // the same trial
  EXPECT_EQ(analyses[2].null_twin->absent_because, "a margin that is no hazard ratio");
  for (const result::AnalysisResult& analysis : analyses)
    EXPECT_FALSE(analysis.schedule_twin.has_value());
}

TEST(NullTwins, AreOfAPrecisionAndBesideAssuranceAsWell) {
  const scenario::Study study =
      shipped_study("jnets-2021/perioperative-assurance.yaml",
                    {{"simulation.null_twin", "true"}, {"simulation.replicates", "400"}});
  const Plan plan = compile_plan(study);
  EXPECT_GT(plan.points.size(), plan.study_points);
  EXPECT_EQ(plan.study_points, study.points.size());
  for (std::size_t t = plan.study_points; t < plan.points.size(); ++t)
    EXPECT_TRUE(plan.points[t].twin.has_value());
}

}  // namespace
}  // namespace trialmill::simulation
