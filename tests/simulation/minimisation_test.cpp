// Trials randomised by minimisation: what the tests make of it, and the imbalance that is reported.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "simulation/study.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

const std::string one_size = "arms.experimental.effects.progression.hazard_ratio";

TEST(Minimisation, StratifiedTestsHoldTheirLevelAndTheUnadjustedOneIsConservative) {
  // Of 300 patients: in 120 the tests themselves reject a little too often.
  const Plan plan =
      shipped_plan("reference/minimisation.yaml", {{"simulation.replicates", "200000"},
                                                   {one_size, "1"},
                                                   {"sample_size", "300"},
                                                   {"follow_up.until.events", "220"},
                                                   {"enrolment.rate", "15"}});
  const result::Result result = summarise(plan, run(plan, {}));
  const auto& analyses = result.points.at(0).analyses;
  const double mc_se = std::sqrt(0.025 * 0.975 / 200000);
  EXPECT_EQ(analyses[0].name, "unadjusted");
  // The factors explain variation that the arms no longer have: 1.8 % instead of 2.5 %.
  EXPECT_LT(analyses[0].power.estimate, 0.020);
  EXPECT_GT(analyses[0].power.estimate, 0.015);
  EXPECT_NEAR(analyses[1].power.estimate, 0.025, 3.5 * mc_se) << analyses[1].name;
  EXPECT_NEAR(analyses[2].power.estimate, 0.025, 3.5 * mc_se) << analyses[2].name;
}

TEST(Minimisation, DoubleProgrammedImbalanceOfTheReport) {
  const Plan plan = shipped_plan(
      "reference/minimisation.yaml",
      {{"simulation.replicates", "400"}, {one_size, "1"}, {"arms.experimental.allocation", "2"}});
  const Design& design = plan.designs.front();
  ASSERT_EQ(design.imbalance.size(), 12u);
  EXPECT_EQ(design.imbalance[0].covariate, "");
  EXPECT_EQ(design.imbalance[2].covariate, "metastatic");
  EXPECT_EQ(design.imbalance[2].level, "present");
  EXPECT_EQ(design.imbalance[5].level, "g3");
  // Of the level `g3` of the second covariate, patient by patient.
  std::vector<double> imbalance;
  Workspace workspace;
  for (std::uint64_t number = 1; number <= 400; ++number) {
    const auto& outcome = simulate_replicate(design, plan.seed, number, workspace).front();
    std::map<int, double> patients;
    for (std::size_t i = 0; i < outcome.enrolled; ++i)
      if (workspace.cohort.covariate(1)[i] == 2) ++patients[workspace.cohort.arm[i]];
    const double expected = (patients[0] + patients[1]) / 3;
    imbalance.push_back(
        std::max(std::abs(patients[0] - expected), std::abs(patients[1] - 2 * expected)));
    EXPECT_DOUBLE_EQ(outcome.imbalance.at(5), imbalance.back());
  }
  const result::Result result = summarise(plan, run(plan, {}));
  const result::ArmImbalance& reported = result.points.at(0).imbalance.at(5);
  EXPECT_EQ(reported.label.level, "g3");
  double sum = 0;
  for (const double x : imbalance)
    sum += x;
  EXPECT_NEAR(reported.mean, sum / 400, 1e-12);
  std::ranges::sort(imbalance);
  EXPECT_NEAR(reported.q95, imbalance[379], 1e-3 * imbalance[379]);  // rounded to eleven digits
  EXPECT_NEAR(reported.largest, imbalance.back(), 1e-3 * imbalance.back());
}

TEST(Minimisation, ImbalanceIsReportedOnlyWhenAsked) {
  EXPECT_TRUE(shipped_plan("reference/strata.yaml").designs[0].imbalance.empty());
  const Plan asked = shipped_plan(
      "reference/strata.yaml",
      {{"simulation.replicates", "200"}, {"randomisation.report_imbalance", "[poor_prognosis]"}});
  ASSERT_EQ(asked.designs[0].imbalance.size(), 3u);
  const result::Result result = summarise(asked, run(asked, {}));
  // Blocks of 2 within strata: at most half a patient too few or too many in each.
  for (const result::ArmImbalance& imbalance : result.points.at(0).imbalance)
    EXPECT_LE(imbalance.largest, imbalance.label.covariate.empty() ? 1 : 0.5);
  const Plan all = shipped_plan("reference/w1.yaml", {{"randomisation.report_imbalance", "[]"}});
  EXPECT_EQ(all.designs[0].imbalance.size(), 1u);
}

}  // namespace
}  // namespace trialmill::simulation
