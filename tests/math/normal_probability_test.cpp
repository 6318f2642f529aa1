#include "trialmill/math/normal_probability.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "math/inputs.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::math {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Boost.Math's erfc in long double.
double relative_error(double x) {
  const long double truth =
      0.5L * boost::math::erfc(-static_cast<long double>(x) / std::sqrt(2.0L));
  return static_cast<double>(std::fabs((normal_probability(x) - truth) / truth));
}

TEST(NormalProbability, IndependentAgreesWithBoostFromTailToTail) {
  double worst = 0;
  for (const double x : inputs::uniforms(200'000, -37.5, 9.0, 41))
    worst = std::max(worst, relative_error(x));
  for (const double x : inputs::uniforms(100'000, -6.0, 6.0, 42))
    worst = std::max(worst, relative_error(x));
  EXPECT_LT(worst, 2e-15);
  RecordProperty("worst_relative_error_e17", static_cast<int>(worst * 1e17));
}

TEST(NormalProbability, IndependentAgreesWithBoostWhereTheApproximationsMeet) {
  for (const double seam : {-5.656854248, -0.66291, 0.66291, 5.656854248, -1.0 / 16, -20.0}) {
    double x = seam;
    for (int i = 0; i < 50; ++i)
      x = std::nextafter(x, -infinity);
    for (int i = 0; i < 100; ++i, x = std::nextafter(x, infinity))
      ASSERT_LT(relative_error(x), 2e-15) << x;
  }
}

TEST(NormalProbability, KnowsTheMiddleTheEndsAndNaN) {
  EXPECT_EQ(normal_probability(0.0), 0.5);
  EXPECT_EQ(normal_probability(-infinity), 0.0);
  EXPECT_EQ(normal_probability(infinity), 1.0);
  EXPECT_EQ(normal_probability(-1e300), 0.0);
  EXPECT_EQ(normal_probability(1e300), 1.0);
  EXPECT_TRUE(std::isnan(normal_probability(std::numeric_limits<double>::quiet_NaN())));
}

TEST(NormalProbability, UndoesTheQuantile) {
  // Rounding of the quantile, half an ulp of |x| < 8.3, changes the probability by at most
  // |x| ulp(x) / 2 relatively in the tail: 8.3 x 9e-16.
  for (const double p : inputs::uniforms(100'000, 0x1p-53, 0.5, 43))
    ASSERT_NEAR(normal_probability(normal_quantile(p)) / p, 1.0, 1e-14) << p;
}

TEST(NormalProbability, RisesOverTheWholeLine) {
  double before = 0;
  for (int i = -3900; i <= 900; ++i) {
    const double here = normal_probability(i * 0.01);
    ASSERT_GE(here, before) << i;
    before = here;
  }
}

TEST(NormalProbability, AMillionResultsHaveTheRecordedHash) {
  // Recorded with GCC 12.2 on an x86-64-v4 CPU: one argument, one probability on every machine.
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a over the bytes, lowest first
  for (const double x : inputs::uniforms(1'000'000, -39.0, 9.0, 44)) {
    const auto bits = std::bit_cast<std::uint64_t>(normal_probability(x));
    for (int shift = 0; shift < 64; shift += 8)
      hash = (hash ^ ((bits >> shift) & 0xffu)) * 0x100000001b3u;
  }
  EXPECT_EQ(hash, 0x7d42537fc7d9816u);
}

}  // namespace
}  // namespace trialmill::math
