#include "simulation/power_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace trialmill::simulation {
namespace {

// Replicates whose statistics at two sizes are normal with means that grow with the root of the
// size, correlated as those of nested cohorts.
SizedRejections draw(std::size_t low, std::size_t high, double drift, double critical_z,
                     std::uint64_t replicates, std::mt19937_64& generator) {
  std::normal_distribution<double> normal;
  SizedRejections batch{{low, high}, replicates, {0, 0, 0, 0}};
  const auto n = static_cast<double>(low), more = static_cast<double>(high - low);
  for (std::uint64_t k = 0; k < replicates; ++k) {
    const double score = n * drift + std::sqrt(n) * normal(generator);
    const double later = score + more * drift + std::sqrt(more) * normal(generator);
    const std::uint64_t first = score / std::sqrt(n) > critical_z;
    const std::uint64_t second = later / std::sqrt(n + more) > critical_z;
    batch.both[0] += first;
    batch.both[1] += first & second;
    batch.both[2] += first & second;
    batch.both[3] += second;
  }
  return batch;
}

TEST(PowerCurve, FindsTheSizeOfATestWhoseStatisticIsNormal) {
  std::mt19937_64 generator(4);
  const double drift = 0.2, critical_z = 1.96;
  const double exact = std::pow((1.96 + 0.8416212335729143) / drift, 2);  // power 0.8
  const std::vector<SizedRejections> batches = {
      draw(150, 220, drift, critical_z, 200000, generator),
      draw(180, 240, drift, critical_z, 200000, generator)};
  const SizeForPower found = size_for_power(fit_power_curve(batches, critical_z), 0.8, 0.95);
  EXPECT_NEAR(found.size / exact, 1, 0.01);
  EXPECT_LT(found.lower, exact);
  EXPECT_GT(found.upper, exact);
  EXPECT_LT(found.upper - found.lower, 0.02 * exact);
}

// The interval at its stated rate: 2000 searches, each of 300 correlated replicates.
TEST(PowerCurve, TheIntervalHoldsTheSizeAtItsRate) {
  std::mt19937_64 generator(5);
  const double drift = 0.25, critical_z = 1.96;
  const double exact = std::pow((1.96 + 0.8416212335729143) / drift, 2);
  constexpr int searches = 2000;
  int covered = 0, below = 0;
  for (int k = 0; k < searches; ++k) {
    const std::vector<SizedRejections> batches = {
        draw(110, 140, drift, critical_z, 300, generator)};
    const SizeForPower found = size_for_power(fit_power_curve(batches, critical_z), 0.8, 0.9);
    covered += found.lower <= exact && exact <= found.upper;
    below += found.upper < exact;
  }
  const double se = std::sqrt(searches * 0.9 * 0.1);
  EXPECT_NEAR(covered, searches * 0.9, 3.5 * se);
  EXPECT_NEAR(below, searches * 0.05, 3.5 * std::sqrt(searches * 0.05 * 0.95));
}

TEST(PowerCurve, StandsAllOrNoneRejecting) {
  const std::vector<SizedRejections> none = {{{50, 60}, 40, {0, 0, 0, 0}}};
  EXPECT_GT(size_for_power(fit_power_curve(none, 1.96), 0.8, 0.95).size, 100);
  const std::vector<SizedRejections> all = {{{500, 600}, 40, {40, 40, 40, 40}}};
  EXPECT_LT(size_for_power(fit_power_curve(all, 1.96), 0.8, 0.95).size, 400);
}

TEST(PowerCurve, HasNoUpperLimitWhereTheSlopeMayBeZero) {
  const PowerCurve flat{-1, 0.01, 0.5, -0.02, 0.001};
  const SizeForPower found = size_for_power(flat, 0.8, 0.95);
  EXPECT_EQ(found.lower, 0);
  EXPECT_TRUE(std::isinf(found.upper));
  EXPECT_TRUE(std::isinf(size_for_power({-1, -0.1, 0, 0, 0}, 0.8, 0.95).size));
}

}  // namespace
}  // namespace trialmill::simulation
