// The familywise error of every procedure, 200,000 replicates each: at most alpha within 3.5
// Monte-Carlo standard errors (chance of a false alarm 0.02 % each, were it exactly alpha; the seed
// is fixed), under no effect at all and where treatment changes one of three endpoints.
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/hypotheses_trial.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::simulation {
namespace {

struct Family {
  const char* name;
  std::string multiplicity;
  bool looks = false;
  std::string hazard_ratio = "1";
  /// What the error should be where it can be said, else 0: at most alpha.
  double expected = 0;
};

const std::string all = "hypotheses: [efs, progression, r0]}";
const std::string sequence = "{procedure: fixed-sequence, hypotheses: [efs, progression, r0]}";
const std::string graph =
    "{procedure: graphical, hypotheses: {efs: 0.6, progression: 0.4, r0: 0}, transitions: "
    "{efs: {progression: 1}, progression: {efs: 0.5, r0: 0.5}, r0: {efs: 1}}";

class FamilywiseError : public testing::TestWithParam<Family> {};

TEST_P(FamilywiseError, IsHeld) {
  const Family& family = GetParam();
  Plan plan = plan_of({family.multiplicity, family.looks, family.hazard_ratio, "sample_size: 200",
                       "simulation: {replicates: 200000, seed: 9}"});
  measure_truths(plan);
  const result::PointResult point = summarise(plan, run(plan, {})).points.front();
  ASSERT_TRUE(point.multiplicity->familywise_error);
  const double found = point.multiplicity->familywise_error->estimate;
  const double mc_se = std::sqrt(0.025 * 0.975 / 200000);
  EXPECT_LE(found, 0.025 + 3.5 * mc_se);
  if (family.expected > 0) {
    EXPECT_NEAR(found, family.expected, 3.5 * mc_se);
  }
  if (family.hazard_ratio == "1") {
    EXPECT_EQ(found, point.multiplicity->any.estimate);
  }
  RecordProperty("familywise_error", std::to_string(found));
  RecordProperty("any", std::to_string(point.multiplicity->any.estimate));
}

INSTANTIATE_TEST_SUITE_P(
    NoEffect, FamilywiseError,
    testing::Values(Family{"fixed_sequence", sequence, false, "1", 0.025},
                    Family{"bonferroni", "{procedure: bonferroni, " + all},
                    Family{"holm", "{procedure: holm, " + all},
                    Family{"hochberg", "{procedure: hochberg, " + all},
                    Family{"graphical", graph + "}"},
                    Family{"fixed_sequence_with_looks", sequence, true, "1", 0.025},
                    Family{"bonferroni_with_looks", "{procedure: bonferroni, " + all, true},
                    Family{"holm_with_looks", "{procedure: holm, " + all, true},
                    Family{"graphical_with_looks", graph + "}", true},
                    Family{"graphical_with_all_looks", graph + ", past_looks: all}", true}),
    [](const auto& family) { return family.param.name; });

// Where event-free survival is all but always rejected, its share is there for the two others.
INSTANTIATE_TEST_SUITE_P(
    OneEffect, FamilywiseError,
    testing::Values(
        Family{"fixed_sequence", sequence, false, "0.2", 0.025},
        Family{"holm", "{procedure: holm, " + all, false, "0.2"},
        Family{"hochberg", "{procedure: hochberg, " + all, false, "0.2"},
        Family{"graphical", graph + "}", false, "0.2", 0.025},
        Family{"holm_with_looks", "{procedure: holm, " + all, true, "0.2"},
        Family{"graphical_with_looks", graph + "}", true, "0.2"},
        Family{"graphical_with_all_looks", graph + ", past_looks: all}", true, "0.2", 0.025},
        Family{"graphical_with_no_past_looks", graph + ", past_looks: none}", true, "0.5"}),
    [](const auto& family) { return family.param.name; });

}  // namespace
}  // namespace trialmill::simulation
