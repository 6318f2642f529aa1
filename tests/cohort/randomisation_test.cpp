#include "trialmill/cohort/randomisation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "trialmill/random/stream.hpp"

namespace trialmill::cohort {
namespace {

std::vector<std::int32_t> allot(const Randomisation& randomisation, std::size_t n,
                                std::uint64_t replicate,
                                const std::vector<std::int32_t>& stratum = {}) {
  std::vector<double> u(n), v(n);
  random::Stream({11, random::Purpose::randomisation, 0, replicate}).fill_uniform(u);
  random::Stream({11, random::Purpose::randomisation, 1, replicate}).fill_uniform(v);
  RandomisationWorkspace workspace;
  std::vector<std::int32_t> arm(n);
  allot_arms(randomisation, u, v, stratum, workspace, arm);
  return arm;
}

TEST(Randomisation, BlocksHoldTheExactRatio) {
  const Randomisation two_to_one{Randomisation::Method::permuted_blocks, {1, 2}, {6}, 1};
  for (std::uint64_t replicate = 0; replicate < 200; ++replicate) {
    const auto arm = allot(two_to_one, 60, replicate);
    for (std::size_t start = 0; start < arm.size(); start += 6)
      EXPECT_EQ(std::count(arm.begin() + static_cast<long>(start),
                           arm.begin() + static_cast<long>(start) + 6, 1),
                4);
  }
}

TEST(Randomisation, EveryArrangementOfABlockIsEquallyLikely) {
  // 6 arrangements of AABB, 60,000 blocks: chi-square with 5 degrees of freedom stays below 35.9
  // except with probability 1e-6.
  const Randomisation blocks{Randomisation::Method::permuted_blocks, {1, 1}, {4}, 1};
  std::map<std::vector<std::int32_t>, int> seen;
  for (std::uint64_t replicate = 0; replicate < 60000; ++replicate)
    ++seen[allot(blocks, 4, replicate)];
  ASSERT_EQ(seen.size(), 6u);
  double chi_square = 0;
  for (const auto& [arrangement, count] : seen)
    chi_square += std::pow(count - 10000.0, 2) / 10000;
  EXPECT_LT(chi_square, 35.9);
}

// One patient after another, with the places left in the open block of each stratum.
std::vector<std::int32_t> walk(const Randomisation& randomisation, std::size_t n,
                               std::uint64_t replicate, const std::vector<std::int32_t>& stratum) {
  std::vector<double> u(n), v(n);
  random::Stream({11, random::Purpose::randomisation, 0, replicate}).fill_uniform(u);
  random::Stream({11, random::Purpose::randomisation, 1, replicate}).fill_uniform(v);
  const auto choices = static_cast<double>(randomisation.block_sizes.size());
  const double total = randomisation.allocation[0] + randomisation.allocation[1];
  std::vector<std::array<double, 2>> left(randomisation.strata, {0, 0});
  std::vector<std::int32_t> arm(n);
  for (std::size_t i = 0; i < n; ++i) {
    auto& [first, second] = left[stratum.empty() ? 0 : static_cast<std::size_t>(stratum[i])];
    if (first + second == 0) {
      const double size = randomisation.block_sizes[static_cast<std::size_t>(v[i] * choices)];
      first = size * randomisation.allocation[0] / total;
      second = size * randomisation.allocation[1] / total;
    }
    arm[i] = u[i] * (first + second) >= first && second > 0;
    (arm[i] == 1 ? second : first) -= 1;
  }
  return arm;
}

TEST(Randomisation, DoubleProgrammedBlocksOneAfterAnother) {
  using enum Randomisation::Method;
  std::vector<std::int32_t> stratum(407);
  for (std::size_t i = 0; i < stratum.size(); ++i)
    stratum[i] = static_cast<std::int32_t>(i * i % 11 % 4);
  for (const Randomisation& randomisation : {Randomisation{permuted_blocks, {1, 1}, {4, 6}, 4},
                                             Randomisation{permuted_blocks, {1, 2}, {3, 6, 12}, 4},
                                             Randomisation{permuted_blocks, {3, 1}, {4, 80}, 4},
                                             Randomisation{permuted_blocks, {1, 1}, {4}, 4}})
    for (std::uint64_t replicate = 0; replicate < 20; ++replicate)
      for (const auto& strata : {stratum, std::vector<std::int32_t>()})
        for (const std::size_t n : {1u, 5u, 407u})
          ASSERT_EQ(allot(randomisation, n, replicate, strata),
                    walk(randomisation, n, replicate, strata));
}

TEST(Randomisation, EachStratumHasItsOwnBlocks) {
  const Randomisation blocks{Randomisation::Method::permuted_blocks, {1, 1}, {2, 4}, 3};
  std::vector<std::int32_t> stratum(300);
  for (std::size_t i = 0; i < stratum.size(); ++i)
    stratum[i] = static_cast<std::int32_t>(i * i % 7 % 3);
  const auto arm = allot(blocks, 300, 4, stratum);
  for (std::int32_t s = 0; s < 3; ++s) {
    int imbalance = 0;
    for (std::size_t i = 0; i < arm.size(); ++i) {
      if (stratum[i] != s) continue;
      imbalance += arm[i] == 1 ? 1 : -1;
      EXPECT_LE(std::abs(imbalance), 2) << "a block of at most 4 allows no more";
    }
  }
}

// Four arms 3:1:1:2 in blocks of 7 and 14 within strata: the ratio is exact whenever a block ends.
TEST(Randomisation, BlocksOfManyArmsHoldTheExactRatioWithinStrata) {
  const std::vector<double> allocation{3, 1, 1, 2};
  const Randomisation blocks{Randomisation::Method::permuted_blocks, allocation, {7, 14}, 2};
  std::vector<std::int32_t> stratum(1000);
  for (std::size_t i = 0; i < stratum.size(); ++i)
    stratum[i] = static_cast<std::int32_t>(i * i % 7 % 2);
  for (std::uint64_t replicate = 0; replicate < 20; ++replicate) {
    const auto arm = allot(blocks, stratum.size(), replicate, stratum);
    for (std::int32_t s = 0; s < 2; ++s) {
      std::array<int, 4> count{};
      int patients = 0, exact = 0;
      for (std::size_t i = 0; i < arm.size(); ++i) {
        if (stratum[i] != s) continue;
        ++count[static_cast<std::size_t>(arm[i])];
        if (++patients % 7 != 0) continue;
        bool balanced = true;
        for (std::size_t a = 0; a < 4; ++a)
          balanced = balanced && count[a] == patients / 7 * allocation[a];
        exact += balanced;
      }
      EXPECT_GE(exact, patients / 14) << "every block ends after 7 or 14 patients";
    }
  }
}

// 12 arrangements of a block AABC, 60,000 blocks: chi-square with 11 degrees of freedom stays below
// 47.0 except with probability 2e-6.
TEST(Randomisation, EveryArrangementOfABlockOfThreeArmsIsEquallyLikely) {
  const Randomisation blocks{Randomisation::Method::permuted_blocks, {2, 1, 1}, {4}, 1};
  std::map<std::vector<std::int32_t>, int> seen;
  for (std::uint64_t replicate = 0; replicate < 60000; ++replicate)
    ++seen[allot(blocks, 4, replicate)];
  ASSERT_EQ(seen.size(), 12u);
  double chi_square = 0;
  for (const auto& [arrangement, count] : seen)
    chi_square += std::pow(count - 5000.0, 2) / 5000;
  EXPECT_LT(chi_square, 47.0);
}

TEST(Randomisation, SimpleAllotmentToThreeArmsHasTheRatio) {
  const Randomisation simple{Randomisation::Method::simple, {2, 1, 1}, {}, 1};
  const auto arm = allot(simple, 100000, 1);
  for (const std::int32_t a : {1, 2})
    EXPECT_NEAR(static_cast<double>(std::count(arm.begin(), arm.end(), a)) / 100000, 0.25,
                5 * std::sqrt(0.25 * 0.75 / 100000));  // chance of a false alarm 6e-7
}

TEST(Randomisation, BlockSizesAreDrawn) {
  // The first block of sizes {2, 6} ends balanced after 2 patients always when 2 was drawn, and
  // with probability 3 C(4,2) 2 / (C(6,3) x 3) = 0.6 when 6 was: P(arm 1 != arm 2) = (1 + 0.6) / 2
  // = 0.8. 20,000 replicates: SE 0.0028; 5 SE, chance of a false alarm 6e-7.
  const Randomisation blocks{Randomisation::Method::permuted_blocks, {1, 1}, {2, 6}, 1};
  int different = 0;
  for (std::uint64_t replicate = 0; replicate < 20000; ++replicate) {
    const auto arm = allot(blocks, 2, replicate);
    different += arm[0] != arm[1];
  }
  EXPECT_NEAR(different / 20000.0, 0.8, 5 * 0.0028);
}

TEST(Randomisation, SimpleAllotmentIsIndependentWithTheRatio) {
  const Randomisation simple{Randomisation::Method::simple, {1, 3}, {}, 1};
  const auto arm = allot(simple, 100000, 1);
  const double share = static_cast<double>(std::count(arm.begin(), arm.end(), 1)) / 100000;
  EXPECT_NEAR(share, 0.75, 5 * std::sqrt(0.75 * 0.25 / 100000));  // chance of a false alarm 6e-7
}

TEST(Randomisation, ExtremeUniformsTakeAnArmThatHasPlaces) {
  const Randomisation blocks{Randomisation::Method::permuted_blocks, {1, 1}, {2}, 1};
  const double top = 1 - 0x1p-53;
  const std::vector<double> u{top, top, 0x1p-54, 0x1p-54}, v(4, top);
  RandomisationWorkspace workspace;
  std::vector<std::int32_t> arm(4);
  allot_arms(blocks, u, v, {}, workspace, arm);
  EXPECT_EQ(arm, (std::vector<std::int32_t>{1, 0, 0, 1}));
}

}  // namespace
}  // namespace trialmill::cohort
