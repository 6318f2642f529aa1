#include "trialmill/result/distribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace trialmill::result {
namespace {

TEST(Distribution, OfNothingHasNoQuantiles) {
  EXPECT_TRUE(std::isnan(Distribution().quantile(0.5)));
}

TEST(Distribution, KeepsWholeNumbersTo2048) {
  for (int value = 0; value <= 2048; ++value) {
    Distribution one;
    one.add(value);
    EXPECT_EQ(one.quantile(0.5), value);
  }
}

TEST(Distribution, TakesLessThanAThousandthOffOtherNumbers) {
  for (double value = 0.001; value < 1e6; value *= 1.37) {
    Distribution one;
    one.add(value);
    EXPECT_LE(one.quantile(1), value);
    EXPECT_GT(one.quantile(1), value * 0.999);
  }
}

TEST(Distribution, QuantilesOfTenNumbersByHand) {
  Distribution ten;
  for (const double value : {7, 1, 9, 3, 5, 2, 10, 8, 4, 6})
    ten.add(value);
  EXPECT_EQ(ten.quantile(0.05), 1);
  EXPECT_EQ(ten.quantile(0.1), 1);
  EXPECT_EQ(ten.quantile(0.11), 2);
  EXPECT_EQ(ten.quantile(0.5), 5);
  EXPECT_EQ(ten.quantile(0.95), 10);
  EXPECT_EQ(ten.quantile(1), 10);
}

TEST(Distribution, DoubleProgrammedBySortingInAnyOrderOfMerging) {
  std::vector<double> values;
  std::vector<Distribution> parts(7);
  for (int i = 0; i < 5000; ++i) {
    values.push_back(30 + 25 * std::sin(i * 1.7) * std::cos(i * 0.3));
    parts[static_cast<std::size_t>(i % 7)].add(values.back());
  }
  std::ranges::sort(values);
  Distribution forwards, backwards;
  for (std::size_t k = 0; k < 7; ++k) {
    forwards.merge(parts[k]);
    backwards.merge(parts[6 - k]);
  }
  EXPECT_EQ(forwards.count(), 5000u);
  for (const double share : {0.05, 0.25, 0.5, 0.75, 0.95}) {
    const double exact = values[static_cast<std::size_t>(std::ceil(share * 5000 - 1e-6)) - 1];
    EXPECT_EQ(forwards.quantile(share), backwards.quantile(share));
    EXPECT_LE(forwards.quantile(share), exact);
    EXPECT_GT(forwards.quantile(share), exact * 0.999);
  }
}

}  // namespace
}  // namespace trialmill::result
