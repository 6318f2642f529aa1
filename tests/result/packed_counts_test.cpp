#include "result/packed_counts.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "trialmill/result/shard.hpp"

namespace trialmill::result {
namespace {

using Counts = std::vector<std::uint64_t>;

void expect_survives(const Counts& counts) {
  std::string bytes = "before";
  append_packed(bytes, counts);
  bytes += "after";
  std::string_view rest = std::string_view(bytes).substr(6);
  EXPECT_EQ(take_packed(rest, counts.size()), counts);
  EXPECT_EQ(rest, "after");
}

TEST(PackedCounts, AnyCountsSurvive) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  for (const Counts& counts :
       {Counts{}, Counts{0}, Counts{7}, Counts{0, 0, 0, 1}, Counts{largest},
        Counts{0, largest, 0, 1}, Counts{largest / 2, 0, largest / 2 + 1, largest},
        Counts(300, 12345678901)})
    expect_survives(counts);
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 50; ++trial) {
    Counts counts(random() % 200);
    for (std::uint64_t& count : counts)
      count = random() >> (random() % 64);
    expect_survives(counts);
  }
}

TEST(PackedCounts, SmoothCountsTakeFewBits) {
  std::mt19937_64 random(4);
  std::poisson_distribution<std::uint64_t> poisson(10);
  Counts counts(2000);
  for (std::uint64_t& count : counts)
    count = poisson(random);
  std::string bytes;
  append_packed(bytes, counts);
  EXPECT_LT(bytes.size(), 2000 * 5 / 8);
}

TEST(PackedCounts, EmptyBinsTakeAlmostNoRoom) {
  Counts counts(2000);
  for (std::size_t bin = 7; bin < counts.size(); bin += 64)
    counts[bin] = 1000 + bin;
  expect_survives(counts);
  std::string bytes;
  append_packed(bytes, counts);
  EXPECT_LT(bytes.size(), 100u);
}

TEST(PackedCounts, BytesThatEndTooSoonAreAnError) {
  std::string bytes;
  append_packed(bytes, Counts{5, 900, 2});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view cut = std::string_view(bytes).substr(0, size);
    EXPECT_THROW(take_packed(cut, 3), ShardError) << size;
  }
  // Nor does anything else bring it down.
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string noise(random() % 40, '\0');
    for (char& byte : noise)
      byte = static_cast<char>(random() % (trial % 2 == 0 ? 4 : 256));
    std::string_view rest = noise;
    try {
      EXPECT_EQ(take_packed(rest, 30).size(), 30u);
    } catch (const ShardError&) {
    }
  }
}

}  // namespace
}  // namespace trialmill::result
