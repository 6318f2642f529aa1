#include "trialmill/evidence/published.hpp"

#include <gtest/gtest.h>

namespace trialmill::evidence {
namespace {

TEST(Published, FindsCurvesCovariatesAndFactorsByName) {
  Evidence evidence;
  evidence.curves.push_back({.name = "rfs"});
  evidence.curves.push_back({.name = "os"});
  evidence.covariates.push_back({.name = "male", .count = 113, .of = 222});
  evidence.factors.push_back({.curve = "os", .covariate = "male", .count = 113});

  ASSERT_NE(evidence.find_curve("os"), nullptr);
  EXPECT_EQ(evidence.find_curve("os")->name, "os");
  EXPECT_EQ(evidence.find_curve("efs"), nullptr);
  ASSERT_NE(evidence.find_covariate("male"), nullptr);
  EXPECT_DOUBLE_EQ(evidence.find_covariate("male")->value(), 113.0 / 222.0);
  EXPECT_EQ(evidence.find_covariate("female"), nullptr);
  ASSERT_NE(evidence.find_factor("os", "male"), nullptr);
  EXPECT_EQ(evidence.find_factor("os", "male")->count, 113);
  EXPECT_EQ(evidence.find_factor("rfs", "male"), nullptr);
}

}  // namespace
}  // namespace trialmill::evidence
