#include "scenario/reference_odds.hpp"

#include <gtest/gtest.h>

namespace trialmill::scenario {
namespace {

TEST(ReferenceOdds, AveragesComeOutForAnyRatios) {
  const std::vector<OddsPattern<2>> population{{0.5, {1, 1}}, {0.3, {4, 0.2}}, {0.2, {0.1, 7}}};
  const auto odds = reference_odds<2>(population, {0.3, 0.45});
  double first = 0, second = 0;
  for (const auto& [share, ratio] : population) {
    const double total = 1 + odds[0] * ratio[0] + odds[1] * ratio[1];
    first += share * odds[0] * ratio[0] / total;
    second += share * odds[1] * ratio[1] / total;
  }
  EXPECT_NEAR(first, 0.3, 1e-12);
  EXPECT_NEAR(second, 0.45, 1e-12);
}

TEST(ReferenceOdds, NothingAndCertaintyAreWhatTheySay) {
  const std::vector<OddsPattern<1>> population{{0.5, {1}}, {0.5, {3}}};
  EXPECT_EQ(reference_odds<1>(population, {0.0})[0], 0);
  EXPECT_TRUE(std::isinf(reference_odds<1>(population, {1.0})[0]));
  EXPECT_NEAR(reference_odds<1>(std::vector<OddsPattern<1>>{{1, {1}}}, {0.25})[0], 1.0 / 3, 1e-15);
}

}  // namespace
}  // namespace trialmill::scenario
