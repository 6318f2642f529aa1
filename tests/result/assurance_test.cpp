#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

// Draws whose power is uniform on [0.5, 0.9], each with a few replicates.
std::vector<DrawCount> draw(int draws, int replicates) {
  std::mt19937_64 generator(7);
  std::vector<DrawCount> counts;
  for (int k = 0; k < draws; ++k) {
    const double power = std::uniform_real_distribution(0.5, 0.9)(generator);
    std::binomial_distribution<std::uint64_t> rejections(static_cast<std::uint64_t>(replicates),
                                                         power);
    counts.push_back({static_cast<std::uint64_t>(replicates), rejections(generator)});
  }
  return counts;
}

TEST(Assurance, TheSpreadBetweenDrawsIsFreeOfTheNoiseWithinThem) {
  const double sd = 0.4 / std::sqrt(12.0);
  for (const int replicates : {10, 1000}) {
    const Assurance found = summarise_draws(draw(4000, replicates));
    EXPECT_NEAR(found.estimate, 0.7, 3.5 * found.mc_se);
    EXPECT_NEAR(found.mc_se, std::sqrt((sd * sd + (0.21 - sd * sd) / replicates) / 4000), 1e-4);
    EXPECT_NEAR(found.power_sd / sd, 1, 0.05) << replicates;
  }
  const Quantiles power = summarise_draws(draw(4000, 1000)).power;
  EXPECT_NEAR(power.q05, 0.52, 0.01);
  EXPECT_NEAR(power.q50, 0.7, 0.015);
  EXPECT_NEAR(power.q95, 0.88, 0.01);
}

TEST(Assurance, DrawsThatAreAlikeHaveOnePower) {
  const std::vector<DrawCount> alike(10, {100, 80});
  const Assurance found = summarise_draws(alike);
  EXPECT_EQ(found.estimate, 0.8);
  EXPECT_EQ(found.mc_se, 0);
  EXPECT_EQ(found.power_sd, 0);
  EXPECT_EQ(found.power.q05, 0.8);
  EXPECT_EQ(found.replicates, 1000u);
}

// Draws of different length weigh by their replicates.
TEST(Assurance, ReplicatesWeighAlike) {
  const Assurance found = summarise_draws({{100, 80}, {200, 100}});
  EXPECT_DOUBLE_EQ(found.estimate, 0.6);
  EXPECT_DOUBLE_EQ(found.mc_se, std::sqrt((20.0 * 20 + 20.0 * 20) * 2) / 300);
}

}  // namespace
}  // namespace trialmill::result
