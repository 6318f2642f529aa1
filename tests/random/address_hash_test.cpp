#include "random/address_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

namespace trialmill::random {
namespace {

using Words = std::array<std::uint64_t, 4>;

Address address(std::uint64_t seed, std::uint64_t purpose, std::uint64_t lane,
                std::uint64_t replicate) {
  return {seed, static_cast<Purpose>(purpose), lane, replicate};
}

Address with_bit_flipped(const Address& from, int field, int bit) {
  const std::uint64_t mask = std::uint64_t{1} << bit;
  Address to = from;
  if (field == 0) to.seed ^= mask;
  if (field == 1) {
    to.purpose = static_cast<Purpose>(static_cast<std::uint64_t>(from.purpose) ^ mask);
  }
  if (field == 2) to.lane ^= mask;
  if (field == 3) to.replicate ^= mask;
  return to;
}

TEST(AddressHash, IndependentMixIsTheStepOfSplitMix64) {
  // The first outputs of Vigna's splitmix64.c from the state 1234567: the n-th output is the mix of
  // the state before its n-th step.
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;
  EXPECT_EQ(mix(1234567), 6457827717110365317u);
  EXPECT_EQ(mix(1234567 + golden), 3203168211198807973u);
  EXPECT_EQ(mix(1234567 + 2 * golden), 9817491932198370423u);
}

TEST(AddressHash, EveryInputBitFlipsHalfOfTheOutputBits) {
  // 2000 small addresses (as in real use) per input bit, 256 output bits each: 512,000 fair coins,
  // standard deviation of the share 0.0007. Each of the 65,536 cells (input bit, output bit): 2000
  // coins, standard deviation 0.0112. Bounds at 6 and 7 of these: false alarm below 1e-6 in all.
  constexpr int trials = 2000;
  for (int field = 0; field < 4; ++field) {
    for (int bit = 0; bit < 64; ++bit) {
      std::array<int, 256> flips = {};
      for (std::uint64_t i = 0; i < trials; ++i) {
        const Address from = address(i % 7, i % 5 + 1, i % 3, i);
        const Words before = hash(from);
        const Words after = hash(with_bit_flipped(from, field, bit));
        for (std::size_t out = 0; out < 256; ++out) {
          flips[out] += ((before[out / 64] ^ after[out / 64]) >> (out % 64)) & 1u ? 1 : 0;
        }
      }
      double total = 0.0;
      for (int count : flips) {
        total += count;
        ASSERT_NEAR(count / double{trials}, 0.5, 7 * 0.01118) << field << " " << bit;
      }
      ASSERT_NEAR(total / (256.0 * trials), 0.5, 6 * 0.000699) << field << " " << bit;
    }
  }
}

TEST(AddressHash, NeighbouringAddressesShareNoWord) {
  // 20 x 5 x 10 x 100 addresses, 400,000 words: a chance repetition has probability 4e-9.
  std::set<std::uint64_t> words;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (std::uint64_t purpose = 1; purpose <= 5; ++purpose) {
      for (std::uint64_t lane = 0; lane < 10; ++lane) {
        for (std::uint64_t replicate = 0; replicate < 100; ++replicate) {
          const Words word = hash(address(seed, purpose, lane, replicate));
          words.insert(word.begin(), word.end());
        }
      }
    }
  }
  EXPECT_EQ(words.size(), 400'000u);
}

TEST(AddressHash, TellsTheFieldsApart) {
  std::set<Words> hashes;
  hashes.insert(hash(address(1, 2, 3, 4)));
  hashes.insert(hash(address(1, 2, 4, 3)));
  hashes.insert(hash(address(1, 3, 2, 4)));
  hashes.insert(hash(address(2, 1, 3, 4)));
  hashes.insert(hash(address(4, 2, 3, 1)));
  hashes.insert(hash(address(1, 4, 3, 2)));
  hashes.insert(hash(address(3, 2, 1, 4)));
  EXPECT_EQ(hashes.size(), 7u);
}

}  // namespace
}  // namespace trialmill::random
