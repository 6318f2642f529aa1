#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "trialmill/result/finished_blocks.hpp"
#include "trialmill/result/result.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/share.hpp"

namespace trialmill::simulation {

struct RunOptions {
  int threads = 0;  ///< 0: as many as the machine has
  /// Asked between replicates, by several threads at once; true ends the run. Blocks that were not
  /// finished are dropped.
  std::function<bool()> stop_requested;
  /// Told after each finished block, in order, from one thread at a time: the share of this run's
  /// work that is done, 0 to 1.
  std::function<void(double)> progress;
  /// Told after each finished block, from one thread at a time: all that is finished, by design.
  std::function<void(const std::vector<result::FinishedBlocks>&)> finished;
  /// Told every replicate in order, from one thread at a time, when set.
  std::function<void(std::size_t point, std::uint64_t number, const result::Outcome&)>
      each_replicate;
};

struct RunTotals {
  std::vector<result::FinishedBlocks> finished;  ///< one per design of the plan
  std::vector<result::Tally> tallies;            ///< one per point of the plan
  bool complete = true;
  int threads = 1;
  double wall_seconds = 0;
  double cpu_seconds = 0;
};

/// Runs all replicates of all design points. The totals are the same to the last bit for any number
/// of threads. A run that was stopped holds whole blocks, the first ones of each design.
RunTotals run(const Plan& plan, const RunOptions& options);

/// Runs a share of the plan's blocks and adds them to `finished`, one per design, or none yet. The
/// tallies are of all that is then finished; `complete` says whether the share was done. In the end
/// they are the same to the last bit whoever ran which blocks.
/// @param replicates of each design, where they are not the plan's
RunTotals run_share(const Plan& plan, const Share& share, const RunOptions& options,
                    std::vector<result::FinishedBlocks> finished = {});

/// Tallies by point of the plan. @param replicates of each design
std::vector<result::Tally> tallies_of(const Plan& plan,
                                      const std::vector<result::FinishedBlocks>& finished,
                                      const std::vector<std::uint64_t>& replicates);

/// The reportable document of a run; `runtime` is left empty.
result::Result summarise(const Plan& plan, const RunTotals& totals);

}  // namespace trialmill::simulation
