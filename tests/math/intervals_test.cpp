#include "trialmill/math/intervals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "trialmill/math/lanes.hpp"

namespace trialmill::math {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> draw(std::size_t n, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<double> values(n);
  for (double& x : values)
    x = static_cast<double>(engine()) / 1e8 - 20;
  return values;
}

TEST(Lanes, AreAddedByAFixedTree) {
  Lanes x;
  const double values[] = {0x1p60, 1, -0x1p60, 1, 3, 5, 7, 11};
  load(values, x);
  EXPECT_EQ(sum(x), ((0x1p60 + 1) + (-0x1p60 + 1)) + ((3 + 5) + (7 + 11)));
  load_some(values + 4, 3, 0.5, x);
  EXPECT_EQ(sum(x), 3 + 5 + 7 + 5 * 0.5);
}

TEST(FiniteRange, DoubleProgrammedAtEveryLength) {
  for (std::size_t n = 1; n < 40; ++n) {
    std::vector<double> values = draw(n, static_cast<std::uint32_t>(n));
    const auto [least, greatest] = std::ranges::minmax(values);
    Range range = finite_range(values);
    EXPECT_EQ(range.least, least) << n;
    EXPECT_EQ(range.greatest, greatest) << n;
    values.push_back(infinity);
    values.insert(values.begin(), -infinity);
    range = finite_range(values);
    EXPECT_EQ(range.least, least) << n;
    EXPECT_EQ(range.greatest, greatest) << n;
  }
}

TEST(FiniteRange, OfNoFiniteValueIsEmpty) {
  const std::vector<double> values{infinity, -infinity};
  EXPECT_GT(finite_range(values).least, finite_range(values).greatest);
  EXPECT_GT(finite_range({}).least, finite_range({}).greatest);
  EXPECT_EQ(divide(values, 7).count, 1);
}

TEST(Intervals, NeverFallWhenTheValueRises) {
  for (const std::int32_t count : {1, 2, 7, 256, 6000}) {
    std::vector<double> values = draw(3000, 5);
    values.push_back(infinity);
    values.push_back(-infinity);
    std::ranges::sort(values);
    std::vector<std::int32_t> interval(values.size());
    find_intervals(divide(values, count), values, interval);
    EXPECT_TRUE(std::ranges::is_sorted(interval));
    EXPECT_EQ(interval.front(), 0);
    EXPECT_EQ(interval.back(), count - 1);
  }
}

TEST(Intervals, ValuesThatAreAllTheSameShareOne) {
  const std::vector<double> values(20, 3.5);
  EXPECT_EQ(divide(values, 9).count, 1);
  const std::vector<double> tiny{0, std::numeric_limits<double>::denorm_min()};
  EXPECT_EQ(divide(tiny, 9).count, 1);  // intervals too short to be told apart
}

}  // namespace
}  // namespace trialmill::math
