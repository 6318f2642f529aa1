#pragma once

#include <cstdint>
#include <vector>

#include "trialmill/result/finished_blocks.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

using result::block_replicates;

/// Blocks to be computed. How many replicates the last block of a design has follows from how many
/// are wanted of it.
struct Share {
  std::vector<std::uint64_t> replicates;                ///< wanted, by design
  std::vector<std::vector<result::BlockRange>> blocks;  ///< by design, increasing

  std::uint64_t block_total() const;
  std::uint64_t replicate_total() const;
};

/// Everything that is missing of the plan. @param finished one per design, or empty
Share missing_share(const Plan& plan, const std::vector<result::FinishedBlocks>& finished = {});

/// The same for other numbers of replicates, one per design.
Share missing_share(const std::vector<std::uint64_t>& replicates,
                    const std::vector<result::FinishedBlocks>& finished);

/// Share `number` (from 1) of `of` in what is missing of the plan. Each design's missing blocks are
/// dealt out evenly and in one piece per share; those left over when the number of blocks is no
/// multiple of the number of shares go, the costly first, each to the share that has least to do by
/// `replicate_cost`. The shares depend on nothing else, so that whoever computes one of them knows
/// the others.
/// @param finished what counts as done before anybody starts: one per design, or empty
Share share_of(const Plan& plan, unsigned number, unsigned of,
               const std::vector<result::FinishedBlocks>& finished = {});

/// Takes away what is finished. @param finished one per design
Share without(const Share& share, const std::vector<result::FinishedBlocks>& finished);

/// About what one replicate of a design costs, all its sample sizes together, in whole units of a
/// nanosecond on a machine of 2026; counted from the plan, the same on every machine.
std::uint64_t replicate_cost(const Design& design);

}  // namespace trialmill::simulation
