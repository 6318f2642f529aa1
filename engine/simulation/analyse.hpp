#pragma once

#include <span>

#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {

/// The tests of one replicate. Each fills status, Z, whether it rejects, and its estimate.

result::AnalysisOutcome log_rank_outcome(const AnalysisPlan& plan, Workspace& workspace);

/// @param arm of each row of the look
result::AnalysisOutcome cox_outcome(const AnalysisPlan& plan, const cohort::LookData& look,
                                    std::span<const std::int32_t> arm, Workspace& workspace);

/// @param tables one per stratum
result::AnalysisOutcome proportion_outcome(const AnalysisPlan& plan,
                                           std::span<const survival::TwoByTwo> tables);

}  // namespace trialmill::simulation
