#pragma once

#include "trialmill/result/result.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/run.hpp"

namespace trialmill::simulation {

/// Simulates a study again with the numbers that its scenarios call uncertain drawn anew, and adds
/// the assurance of every analysis to its result.
///
/// The replicates are divided among the draws, in order; replicate k is that of the run, with other
/// numbers, so that the assurance of numbers without error is the power to the last bit. Draw d is
/// the same at every design point. A draw that cannot be calibrated is drawn again. Costs what the
/// run costs and one calibration per draw and design; the same bits for any number of threads.
/// @param result of the plan's whole run @param options `each_replicate` is not called
/// @return false, and nothing added, when it was stopped; true also when nothing is uncertain
bool add_assurance(const scenario::Study& study, const Plan& plan, const RunOptions& options,
                   result::Result& result);

}  // namespace trialmill::simulation
