#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "trialmill/result/result.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// Replicates per block: the unit of work, of folding and of stopping. Part of the result's
/// definition, because blocks are folded in order and folding is not associative to the last bit.
constexpr std::uint64_t block_replicates = 100;

struct RunOptions {
  int threads = 0;  ///< 0: as many as the machine has
  /// Asked between replicates, by several threads at once; true ends the run. Blocks that were not
  /// finished are dropped.
  std::function<bool()> stop_requested;
  /// Told after each finished block, in order, from one thread at a time: the share done, 0 to 1.
  std::function<void(double)> progress;
  /// Told every replicate in order, from one thread at a time, when set.
  std::function<void(std::size_t point, std::uint64_t number, const result::Outcome&)>
      each_replicate;
};

struct RunTotals {
  std::vector<result::Tally> tallies;  ///< one per point of the plan
  bool complete = true;
  int threads = 1;
  double wall_seconds = 0;
  double cpu_seconds = 0;
};

/// Runs all replicates of all design points. The totals are the same to the last bit for any number
/// of threads. A run that was stopped holds whole blocks, the first ones of each design.
RunTotals run(const Plan& plan, const RunOptions& options);

/// The reportable document of a run; `runtime` is left empty.
result::Result summarise(const Plan& plan, const RunTotals& totals);

}  // namespace trialmill::simulation
