#include "trialmill/survival/piecewise_hazard.hpp"

#include <gtest/gtest.h>

namespace trialmill::survival {
namespace {

TEST(PiecewiseHazard, AccumulatesPieceByPieceAndKeepsTheLast) {
  const PiecewiseHazard hazard{{0, 6, 12}, {0.25, 0, 0.5}};
  EXPECT_EQ(hazard.cumulative(0), 0);
  EXPECT_EQ(hazard.cumulative(2), 0.5);
  EXPECT_EQ(hazard.cumulative(6), 1.5);
  EXPECT_EQ(hazard.cumulative(9), 1.5);
  EXPECT_EQ(hazard.cumulative(12), 1.5);
  EXPECT_EQ(hazard.cumulative(100), 1.5 + 88 * 0.5);
}

}  // namespace
}  // namespace trialmill::survival
