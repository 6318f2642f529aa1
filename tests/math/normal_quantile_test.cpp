#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "math/inputs.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::math {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Boost.Math in long double.
long double boost_quantile(double probability) {
  return boost::math::quantile(boost::math::normal_distribution<long double>(),
                               static_cast<long double>(probability));
}

double relative_error(double probability) {
  const long double truth = boost_quantile(probability);
  return static_cast<double>(std::fabs((normal_quantile(probability) - truth) / truth));
}

TEST(NormalQuantile, IndependentAgreesWithBoostOverTheUnitInterval) {
  for (double p : inputs::uniforms(100'000, 0x1p-53, 1.0, 31)) {
    ASSERT_LT(relative_error(p), 1e-15) << p;
  }
}

TEST(NormalQuantile, IndependentAgreesWithBoostInBothTails) {
  inputs::Bits bits(32);
  for (int i = 0; i < 20'000; ++i) {
    const double p = exp(bits.uniform(-708.0, -1.0));
    ASSERT_LT(relative_error(p), 1e-15) << p;
  }
  for (double upper : {0x1p-53, 0x1p-50, 1e-12, 1e-6, 0.0135}) {
    ASSERT_LT(relative_error(1.0 - upper), 1e-15) << upper;
  }
}

TEST(NormalQuantile, IndependentAgreesWithBoostWhereTheApproximationsMeet) {
  for (double seam : {0.075, 0.925, std::exp(-25.0), 1.0 - std::exp(-25.0)}) {
    double p = seam;
    for (int i = 0; i < 50; ++i)
      p = std::nextafter(p, 0.0);
    for (int i = 0; i < 100; ++i, p = std::nextafter(p, 1.0)) {
      ASSERT_LT(relative_error(p), 1e-15) << p;
    }
  }
}

TEST(NormalQuantile, IndependentAgreesWithThePublishedCheckValues) {
  // Wichura (1988), Applied Statistics 37: 477-484, the check values of PPND16.
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-15);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167814, 4e-15);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-14);
}

TEST(NormalQuantile, IsSymmetricBitForBit) {
  inputs::Bits bits(33);
  for (int i = 0; i < 100'000; ++i) {
    // Multiples of 2^-53 below one half, whose complement is exact.
    const double p = static_cast<double>((bits.next() >> 12) + 1) * 0x1p-53;
    ASSERT_EQ(normal_quantile(p), -normal_quantile(1.0 - p)) << p;
  }
  EXPECT_EQ(normal_quantile(0.5), 0.0);
}

TEST(NormalQuantile, KnowsTheEndsAndRefusesEverythingElse) {
  EXPECT_EQ(normal_quantile(0.0), -infinity);
  EXPECT_EQ(normal_quantile(1.0), infinity);
  EXPECT_TRUE(std::isnan(normal_quantile(-0.1)));
  EXPECT_TRUE(std::isnan(normal_quantile(1.1)));
  EXPECT_TRUE(std::isnan(normal_quantile(std::numeric_limits<double>::quiet_NaN())));
}

}  // namespace
}  // namespace trialmill::math
