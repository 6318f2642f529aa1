#include "trialmill/math/elementary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "math/inputs.hpp"

// Accuracy is measured against the C library's long double functions (64 bits of mantissa or more).
namespace trialmill::math {
namespace {

using inputs::error_in_ulp;
using inputs::uniforms;
using Limits = std::numeric_limits<double>;

constexpr double infinity = Limits::infinity();
constexpr std::size_t sample_size = 500'000;

template <class Function, class Reference>
double largest_error(const std::vector<double>& x, Function function, Reference reference) {
  double largest = 0.0;
  for (double value : x) {
    const double error = error_in_ulp(function(value), reference(static_cast<long double>(value)));
    largest = std::isnan(error) ? infinity : std::max(largest, error);
  }
  return largest;
}

double log_error(const std::vector<double>& x) {
  return largest_error(
      x, [](double v) { return log(v); }, [](long double v) { return std::log(v); });
}

double exp_error(const std::vector<double>& x) {
  return largest_error(
      x, [](double v) { return exp(v); }, [](long double v) { return std::exp(v); });
}

TEST(Log, IndependentIsAccurateOverTheUnitInterval) {
  EXPECT_LT(log_error(uniforms(sample_size, 0x1p-53, 1.0, 1)), 0.9);
}

TEST(Log, IndependentIsAccurateAroundTheWorstPartOfTheReduction) {
  EXPECT_LT(log_error(uniforms(sample_size, 0.68, 0.74, 2)), 0.9);
  EXPECT_LT(log_error(uniforms(sample_size, 1.38, 1.44, 3)), 0.9);
}

TEST(Log, IndependentIsAccurateNearOne) {
  EXPECT_LT(log_error(uniforms(sample_size, 0.99, 1.01, 4)), 0.9);
  std::vector<double> neighbours;
  double below = 1.0;
  double above = 1.0;
  for (int i = 0; i < 10'000; ++i) {
    neighbours.push_back(below = std::nextafter(below, 0.0));
    neighbours.push_back(above = std::nextafter(above, 2.0));
  }
  EXPECT_LT(log_error(neighbours), 0.9);
}

TEST(Log, IndependentIsAccurateForEveryExponentIncludingSubnormal) {
  std::vector<double> x = inputs::bit_patterns(sample_size, 5);
  for (double& value : x)
    value = std::abs(value);
  std::erase_if(x, [](double value) { return !std::isfinite(value) || value == 0.0; });
  ASSERT_GT(x.size(), sample_size * 99 / 100);
  EXPECT_LT(log_error(x), 0.9);

  std::vector<double> subnormal = uniforms(sample_size, 0.0, Limits::min(), 6);
  subnormal.insert(subnormal.end(), {Limits::denorm_min(), Limits::min(), 1e-320});
  subnormal.push_back(std::nextafter(Limits::min(), 0.0));
  std::erase(subnormal, 0.0);
  EXPECT_LT(log_error(subnormal), 0.9);
}

TEST(Log, TreatsSpecialValuesAsTheStandardDoes) {
  EXPECT_EQ(log(1.0), 0.0);
  EXPECT_FALSE(std::signbit(log(1.0)));
  EXPECT_EQ(log(0.0), -infinity);
  EXPECT_EQ(log(-0.0), -infinity);
  EXPECT_EQ(log(infinity), infinity);
  EXPECT_TRUE(std::isnan(log(-1.0)));
  EXPECT_TRUE(std::isnan(log(-Limits::denorm_min())));
  EXPECT_TRUE(std::isnan(log(-infinity)));
  EXPECT_TRUE(std::isnan(log(Limits::quiet_NaN())));
}

TEST(Exp, IndependentIsAccurateOverTheWholeRange) {
  EXPECT_LT(exp_error(uniforms(sample_size, -708.0, 709.7, 7)), 1.0);
  EXPECT_LT(exp_error(uniforms(sample_size, -20.0, 20.0, 8)), 1.0);
  EXPECT_LT(exp_error(uniforms(sample_size, -1.0, 1.0, 9)), 1.0);
  EXPECT_LT(exp_error(uniforms(sample_size, -1e-8, 1e-8, 10)), 1.0);
}

TEST(Exp, IndependentIsAccurateWhereTheResultIsSubnormal) {
  EXPECT_LT(exp_error(uniforms(sample_size, -745.2, -708.0, 11)), 1.0);
}

TEST(Exp, OverflowsAndUnderflowsAtTheLastPossibleArgument) {
  // The thresholds of IEEE double precision: log(max) and log(denorm_min / 2), rounded to nearest.
  const double largest_finite = 709.782712893383973096;
  const double last_above_zero = -745.133219101941108420;
  EXPECT_TRUE(std::isfinite(exp(largest_finite)));
  EXPECT_EQ(exp(std::nextafter(largest_finite, infinity)), infinity);
  EXPECT_EQ(exp(last_above_zero), Limits::denorm_min());
  EXPECT_EQ(exp(std::nextafter(last_above_zero, -infinity)), 0.0);
  EXPECT_EQ(exp(1e300), infinity);
  EXPECT_EQ(exp(-1e300), 0.0);
}

TEST(Exp, TreatsSpecialValuesAsTheStandardDoes) {
  EXPECT_EQ(exp(0.0), 1.0);
  EXPECT_EQ(exp(-0.0), 1.0);
  EXPECT_EQ(exp(infinity), infinity);
  EXPECT_EQ(exp(-infinity), 0.0);
  EXPECT_TRUE(std::isnan(exp(Limits::quiet_NaN())));
}

TEST(Log1p, IndependentIsAccurateForSmallAndLargeArguments) {
  const auto error = [](const std::vector<double>& x) {
    return largest_error(
        x, [](double v) { return log1p(v); }, [](long double v) { return std::log1p(v); });
  };
  EXPECT_LT(error(uniforms(sample_size, -0.999, 2.0, 12)), 1.0);
  EXPECT_LT(error(uniforms(sample_size, -1e-9, 1e-9, 13)), 1.0);
  EXPECT_LT(error(uniforms(sample_size, 0.0, 1e6, 14)), 1.0);
  EXPECT_LT(error({-1.0 + 0x1p-53, 0x1p52, 0x1p53, 0x1p54, 1e300, Limits::max(), 1e-310}), 1.0);
}

TEST(Log1p, TreatsSpecialValuesAsTheStandardDoes) {
  EXPECT_EQ(log1p(-1.0), -infinity);
  EXPECT_EQ(log1p(infinity), infinity);
  EXPECT_TRUE(std::isnan(log1p(-1.5)));
  EXPECT_TRUE(std::isnan(log1p(Limits::quiet_NaN())));
  EXPECT_EQ(log1p(0.0), 0.0);
  EXPECT_TRUE(std::signbit(log1p(-0.0)));
}

TEST(Expm1, IndependentIsAccurateForSmallAndLargeArguments) {
  const auto error = [](const std::vector<double>& x) {
    return largest_error(
        x, [](double v) { return expm1(v); }, [](long double v) { return std::expm1(v); });
  };
  EXPECT_LT(error(uniforms(sample_size, -2.0, 2.0, 15)), 1.5);
  EXPECT_LT(error(uniforms(sample_size, -1e-9, 1e-9, 16)), 1.0);
  EXPECT_LT(error(uniforms(sample_size, -60.0, 60.0, 17)), 1.5);
  EXPECT_LT(error({-40.0, 40.0, -37.0, 37.0, 700.0, -700.0, 1e-310, Limits::min()}), 1.5);
}

TEST(Expm1, TreatsSpecialValuesAsTheStandardDoes) {
  EXPECT_EQ(expm1(infinity), infinity);
  EXPECT_EQ(expm1(-infinity), -1.0);
  EXPECT_TRUE(std::isnan(expm1(Limits::quiet_NaN())));
  EXPECT_EQ(expm1(0.0), 0.0);
  EXPECT_TRUE(std::signbit(expm1(-0.0)));
}

TEST(Power, IndependentErrorGrowsWithTheExponentOfTheResult) {
  inputs::Bits bits(18);
  for (int i = 0; i < 200'000; ++i) {
    const double x = exp(bits.uniform(-10.0, 10.0));
    const double y = bits.uniform(-20.0, 20.0);
    const double error = error_in_ulp(power(x, y), std::pow(static_cast<long double>(x), y));
    ASSERT_LT(error, 2.0 + 2.0 * std::abs(y * std::log(x))) << x << " to the power " << y;
  }
}

TEST(Power, IsExactWhereItMustBe) {
  EXPECT_EQ(power(0.0, 0.0), 1.0);
  EXPECT_EQ(power(infinity, 0.0), 1.0);
  EXPECT_EQ(power(1.0, infinity), 1.0);
  EXPECT_EQ(power(1.0, 123.4), 1.0);
  EXPECT_EQ(power(0.1, 1.0), 0.1);
  EXPECT_EQ(power(0.0, 2.5), 0.0);
  EXPECT_EQ(power(0.0, -2.5), infinity);
  EXPECT_EQ(power(infinity, -1.0), 0.0);
  EXPECT_EQ(power(0.5, infinity), 0.0);
  EXPECT_TRUE(std::isnan(power(-2.0, 2.0)));
  EXPECT_TRUE(std::isnan(power(Limits::quiet_NaN(), 2.0)));
  EXPECT_TRUE(std::isnan(power(2.0, Limits::quiet_NaN())));
}

}  // namespace
}  // namespace trialmill::math
