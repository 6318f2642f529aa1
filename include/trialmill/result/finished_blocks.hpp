#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "trialmill/result/tally.hpp"

namespace trialmill::result {

/// Replicates per block: the unit of work, of folding and of stopping. Block k of a design holds
/// replicates 100 k + 1 to 100 k + 100, whatever the number of replicates asked for; only the last
/// one may be cut short by it.
constexpr std::uint64_t block_replicates = 100;

/// Blocks from `first` up to but not including `end`.
struct BlockRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;

  std::uint64_t size() const { return end - first; }
  bool operator==(const BlockRange&) const = default;
};

/// How many blocks so many replicates take.
constexpr std::uint64_t block_count(std::uint64_t replicates) {
  return (replicates + block_replicates - 1) / block_replicates;
}

/// How many replicates a block has when so many are asked for in all.
std::uint64_t replicates_in_block(std::uint64_t block, std::uint64_t replicates);

/// The finished blocks of one design: tallies by sample size.
///
/// Tallies are folded in a tree: two neighbouring runs of 2^l blocks, of which the first begins at
/// a multiple of 2^(l+1), make one of 2^(l+1). Combining tallies is not associative to the last
/// bit, but this order depends on nothing except which blocks are finished: not on who computed
/// them, nor on the order in which they were added. Memory grows with the logarithm of the number
/// of blocks where these follow each other.
class FinishedBlocks {
 public:
  /// 2^level blocks.
  struct Run {
    unsigned level = 0;
    std::vector<Tally> tallies;  ///< one per sample size
  };
  /// A last block that was cut short.
  struct Tail {
    std::uint64_t block = 0;
    std::uint64_t replicates = 0;  ///< fewer than `block_replicates`
    std::vector<Tally> tallies;
  };

  /// Adds a block. One that is there already is not added again.
  /// @param replicates how many of its replicates were computed
  void add(std::uint64_t block, std::uint64_t replicates, std::vector<Tally> tallies);
  /// Adds 2^level blocks. @param first a multiple of 2^level
  void add_run(std::uint64_t first, Run run);
  void add_tail(Tail tail);
  /// Adds what another has.
  void absorb(const FinishedBlocks& other);

  /// The blocks that are still to be computed for so many replicates.
  std::vector<BlockRange> missing(std::uint64_t replicates) const;
  /// How many of the first `replicates` replicates are there.
  std::uint64_t replicates_of(std::uint64_t replicates) const;
  /// The tallies of all that is there of the first `replicates`, by sample size; empty when there
  /// is nothing. Blocks beyond these must not be there.
  std::vector<Tally> total(std::uint64_t replicates) const;
  /// The end of the last whole block.
  std::uint64_t end() const;

  const std::map<std::uint64_t, Run>& runs() const { return runs_; }  ///< by first block
  const std::optional<Tail>& tail() const { return tail_; }

 private:
  std::map<std::uint64_t, Run> runs_;  // disjoint, and no two of them make a larger one
  std::optional<Tail> tail_;           // of a block that is in no run
};

}  // namespace trialmill::result
