// The familywise error of every procedure, 200,000 replicates each: at most alpha within 3.5
// Monte-Carlo standard errors (chance of a false alarm 0.02 % each, were it exactly alpha; the seed
// is fixed), under no effect at all and where treatment changes one of three endpoints.
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

#include "simulation/hypotheses_trial.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::simulation {
namespace {

struct Family {
  const char* name;
  std::string multiplicity;
  bool looks = false;
  std::string hazard_ratio = "1";
  double at_least = 0;  ///< to show that a true hypothesis gets the level of a rejected one
};

void PrintTo(const Family& family, std::ostream* out) {
  *out << family.multiplicity;
}

const std::string all = "hypotheses: [efs, progression, r0]}";
const std::string sequence = "{procedure: fixed-sequence, hypotheses: [efs, progression, r0]}";
const std::string graph =
    "{procedure: graphical, hypotheses: {efs: 0.6, progression: 0.4, r0: 0}, transitions: "
    "{efs: {progression: 1}, progression: {efs: 0.5, r0: 0.5}, r0: {efs: 1}}";

class FamilywiseError : public testing::TestWithParam<Family> {};

TEST_P(FamilywiseError, IsHeld) {
  const Family& family = GetParam();
  HypothesesTrial trial{family.multiplicity, family.looks, family.hazard_ratio};
  trial.rest = "simulation: {replicates: 200000, seed: 9}";
  Plan plan = plan_of(trial);
  measure_truths(plan);
  const result::PointResult point = summarise(plan, run(plan, {})).points.front();
  ASSERT_TRUE(point.multiplicity->familywise_error);
  const double found = point.multiplicity->familywise_error->estimate;
  const double mc_se = std::sqrt(0.025 * 0.975 / 200000);
  EXPECT_LE(found, 0.025 + 3.5 * mc_se);
  EXPECT_GE(found, family.at_least);
  if (family.hazard_ratio == "1") {
    EXPECT_EQ(found, point.multiplicity->any.estimate);
  }
  RecordProperty("familywise_error", std::to_string(found));
  RecordProperty("any", std::to_string(point.multiplicity->any.estimate));
}

// The first of a sequence has all of alpha, and the others share most of it.
INSTANTIATE_TEST_SUITE_P(
    NoEffect, FamilywiseError,
    testing::Values(Family{"fixed_sequence", sequence, false, "1", 0.0238},
                    Family{"bonferroni", "{procedure: bonferroni, " + all, false, "1", 0.02},
                    Family{"holm", "{procedure: holm, " + all, false, "1", 0.02},
                    Family{"hochberg", "{procedure: hochberg, " + all, false, "1", 0.02},
                    Family{"graphical", graph + "}", false, "1", 0.02},
                    Family{"holm_with_looks", "{procedure: holm, " + all, true, "1", 0.018},
                    Family{"graphical_with_looks", graph + "}", true, "1", 0.018}),
    [](const auto& family) { return family.param.name; });

// Where event-free survival is mostly rejected, its share is there for the two others: progression
// alone would have 0.01 of the graph, and a third of Holm's.
INSTANTIATE_TEST_SUITE_P(
    OneEffect, FamilywiseError,
    testing::Values(Family{"fixed_sequence", sequence, false, "0.2", 0.02},
                    Family{"hochberg", "{procedure: hochberg, " + all, false, "0.2", 0.02},
                    Family{"graphical", graph + "}", false, "0.2", 0.02},
                    Family{"holm_with_looks", "{procedure: holm, " + all, true, "0.2", 0.019},
                    Family{"graphical_with_looks", graph + "}", true, "0.2", 0.02},
                    Family{"graphical_with_all_looks", graph + ", past_looks: all}", true, "0.2",
                           0.02}),
    [](const auto& family) { return family.param.name; });

}  // namespace
}  // namespace trialmill::simulation
