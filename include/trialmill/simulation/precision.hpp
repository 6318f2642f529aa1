#pragma once

#include <cstdint>
#include <vector>

#include "trialmill/simulation/run.hpp"

namespace trialmill::simulation {

/// No design point gets more replicates than this, whatever the precision.
constexpr std::uint64_t most_replicates = 1'000'000'000;

/// The first stage of a run to a precision that has at least so many blocks, in replicates. Stages
/// are whole blocks; each is a quarter longer than the one before. They depend on the first one
/// alone, so that a run with a finer precision continues one with a coarser.
/// @param first_stage replicates
std::uint64_t stage_holding(std::uint64_t first_stage, std::uint64_t blocks);

/// Runs stage by stage until the Monte-Carlo standard error of the power of every analysis at every
/// design point is at most `plan.precision`. Each design ends at the first stage where all its
/// points have it; points that share patients end together. Errors are taken at a share of
/// (rejections + 2) / (replicates + 4), so that 0 of few replicates is not taken for precise.
/// The result is the same to the last bit for any number of threads, however often it was
/// interrupted. @param finished as `run_share` takes it; whole stages but for the last
RunTotals run_to_precision(const Plan& plan, const RunOptions& options,
                           std::vector<result::FinishedBlocks> finished = {});

}  // namespace trialmill::simulation
