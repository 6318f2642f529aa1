#include "trialmill/math/ordered_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "math/inputs.hpp"

namespace trialmill::math {
namespace {

/// The documented order, one addition at a time.
double naive_ordered_sum(std::span<const double> values) {
  std::array<double, 8> s = {};
  for (std::size_t i = 0; i < values.size(); ++i) {
    volatile double sum = s[i % 8] + values[i];  // volatile: no vector code here
    s[i % 8] = sum;
  }
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

TEST(OrderedSum, DoubleProgrammedFollowsTheDocumentedOrderAtEveryLengthAndAlignment) {
  const std::vector<double> values = inputs::uniforms(300, -1.0, 1.0, 41);
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t count = 0; begin + count <= values.size(); ++count) {
      const auto part = std::span(values).subspan(begin, count);
      ASSERT_EQ(ordered_sum(part), naive_ordered_sum(part)) << begin << " " << count;
    }
  }
}

TEST(OrderedSum, DependsOnTheValuesAndNotOnTheirAddress) {
  const std::vector<double> values = inputs::uniforms(1001, -1.0, 1.0, 42);
  const double expected = ordered_sum(values);
  std::vector<double> moved(values.size() + 8);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::copy(values.begin(), values.end(), moved.begin() + static_cast<std::ptrdiff_t>(shift));
    ASSERT_EQ(ordered_sum(std::span(moved).subspan(shift, values.size())), expected) << shift;
  }
}

TEST(OrderedSum, IsZeroForNothingAndExactForIntegers) {
  EXPECT_EQ(ordered_sum({}), 0.0);
  std::vector<double> integers(10'001);
  for (std::size_t i = 0; i < integers.size(); ++i)
    integers[i] = static_cast<double>(i);
  EXPECT_EQ(ordered_sum(integers), 50'005'000.0);
}

TEST(OrderedSum, LetsInfinityAndNanThrough) {
  std::vector<double> values(20, 1.0);
  values[13] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ordered_sum(values), std::numeric_limits<double>::infinity());
  values[14] = -values[13];
  values[6] = -values[13];
  EXPECT_TRUE(std::isnan(ordered_sum(values)));
}

}  // namespace
}  // namespace trialmill::math
