#pragma once

#include <string>
#include <vector>

#include "trialmill/result/result.hpp"
#include "trialmill/result/shard.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/share.hpp"

namespace trialmill::cli {

/// Shards of one study, put together.
struct MergedShards {
  simulation::Plan plan;  ///< with its truths measured
  std::vector<result::FinishedBlocks> designs;
  simulation::Share wanted;  ///< how many replicates of each design, and which blocks are missing
  std::string arguments;     ///< of the command line that say what the study is
  result::Runtime runtime;   ///< CPU time of all, the longest wall time

  bool complete() const { return wanted.block_total() == 0; }
};

/// Reads all shard files in some folders, and files. As many replicates are wanted as the largest
/// of them was a part of.
/// @throws input::InputError naming every file that is damaged, of another study, program or
/// arithmetic, or that contradicts another one
MergedShards merge_shards(const std::vector<std::string>& places);

/// The missing replicates by design point, and the command that computes them.
std::string missing_in_words(const MergedShards& merged, const std::vector<std::string>& places);

}  // namespace trialmill::cli
