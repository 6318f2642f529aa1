#include "trialmill/result/finished_blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace trialmill::result {
namespace {

// A block whose figures differ from those of every other block in all their digits.
std::vector<Tally> block_of(std::uint64_t block, std::uint64_t replicates = block_replicates) {
  std::mt19937_64 random(block);
  std::normal_distribution<double> normal(3, 2);
  std::vector<Tally> tallies(2);
  for (std::uint64_t r = 0; r < replicates; ++r)
    for (Tally& tally : tallies) {
      ++tally.replicates;
      tally.events.add(normal(random));
    }
  return tallies;
}

struct Figures {
  std::uint64_t replicates;
  double mean, sum_of_squares;
  bool operator==(const Figures&) const = default;
};

Figures figures_of(const FinishedBlocks& blocks, std::uint64_t replicates) {
  const std::vector<Tally> total = blocks.total(replicates);
  if (total.empty()) return {};
  return {total[1].replicates, total[1].events.mean, total[1].events.sum_of_squares};
}

FinishedBlocks in_order(const std::vector<std::uint64_t>& order) {
  FinishedBlocks blocks;
  for (const std::uint64_t block : order)
    blocks.add(block, block_replicates, block_of(block));
  return blocks;
}

std::vector<std::uint64_t> first_blocks(std::uint64_t count) {
  std::vector<std::uint64_t> order(count);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  return order;
}

// The rule as it is written: halves of a power of two, down to the blocks.
std::vector<Tally> folded_by_halves(std::uint64_t first, std::uint64_t count) {
  if (count == 1) return block_of(first);
  std::vector<Tally> left = folded_by_halves(first, count / 2);
  const std::vector<Tally> right = folded_by_halves(first + count / 2, count / 2);
  for (std::size_t s = 0; s < left.size(); ++s)
    left[s].merge(right[s]);
  return left;
}

TEST(FinishedBlocks, DoubleProgrammedFoldOfThirteenBlocks) {
  std::vector<Tally> total = folded_by_halves(0, 8);
  for (const auto& next : {folded_by_halves(8, 4), folded_by_halves(12, 1)})
    for (std::size_t s = 0; s < total.size(); ++s)
      total[s].merge(next[s]);
  const FinishedBlocks blocks = in_order(first_blocks(13));
  EXPECT_EQ(figures_of(blocks, 1300),
            (Figures{1300, total[1].events.mean, total[1].events.sum_of_squares}));
  EXPECT_EQ(blocks.runs().size(), 3u);
}

TEST(FinishedBlocks, TheOrderOfAddingChangesNothing) {
  std::vector<std::uint64_t> order = first_blocks(37);
  const Figures expected = figures_of(in_order(order), 3700);
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 20; ++trial) {
    std::ranges::shuffle(order, random);
    EXPECT_EQ(figures_of(in_order(order), 3700), expected);
  }
}

TEST(FinishedBlocks, OverlappingPartsMakeTheSameWhole) {
  const Figures expected = figures_of(in_order(first_blocks(37)), 3700);
  std::mt19937_64 random(2);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<FinishedBlocks> parts(4);
    for (std::uint64_t block = 0; block < 37; ++block)
      for (std::size_t k = 0; k < parts.size(); ++k)
        if (k == block % 4 || random() % 2 == 0)
          parts[k].add(block, block_replicates, block_of(block));
    FinishedBlocks whole;
    for (const FinishedBlocks& part : parts)
      whole.absorb(part);
    whole.absorb(parts.front());
    EXPECT_EQ(figures_of(whole, 3700), expected);
    EXPECT_TRUE(whole.missing(3700).empty());
  }
}

TEST(FinishedBlocks, KnowsWhatIsMissing) {
  FinishedBlocks blocks = in_order({0, 1, 2, 5, 6, 9});
  using Ranges = std::vector<BlockRange>;
  EXPECT_EQ(blocks.missing(1030), (Ranges{{3, 5}, {7, 9}, {10, 11}}));
  EXPECT_EQ(blocks.missing(1000), (Ranges{{3, 5}, {7, 9}}));
  EXPECT_EQ(blocks.missing(300), Ranges{});
  EXPECT_EQ(blocks.replicates_of(1030), 600u);
  EXPECT_EQ(FinishedBlocks().missing(250), (Ranges{{0, 3}}));
  EXPECT_EQ(blocks.end(), 10u);
}

TEST(FinishedBlocks, ALastBlockCutShortCountsForItsNumberOfReplicatesOnly) {
  FinishedBlocks blocks = in_order({0, 1});
  blocks.add(2, 30, block_of(2, 30));
  EXPECT_TRUE(blocks.missing(230).empty());
  EXPECT_EQ(figures_of(blocks, 230).replicates, 230u);
  // More are asked for: the block is computed again as a whole.
  EXPECT_EQ(blocks.missing(300), (std::vector<BlockRange>{{2, 3}}));
  EXPECT_EQ(figures_of(blocks, 300).replicates, 200u);
  blocks.add(2, block_replicates, block_of(2));
  EXPECT_FALSE(blocks.tail());
  EXPECT_EQ(figures_of(blocks, 300), figures_of(in_order({0, 1, 2}), 300));
}

TEST(FinishedBlocks, RoomGrowsWithTheLogarithmOfTheBlocks) {
  FinishedBlocks blocks;
  std::size_t most = 0;
  for (std::uint64_t block = 0; block < 10000; ++block) {
    blocks.add(block, block_replicates, std::vector<Tally>(1));
    most = std::max(most, blocks.runs().size());
  }
  EXPECT_LE(most, 13u);
}

}  // namespace
}  // namespace trialmill::result
