#pragma once

#include <cstddef>

#include "simulation/look_steps.hpp"

namespace trialmill::simulation {

/// Is some hypothesis of the procedure analysed at this cut?
bool has_hypotheses(const Design& design, std::size_t c);

/// Analyses the hypotheses of the design's procedure, at their looks or once, in the order of
/// calendar time, and decides them together. Analyses that share their looks' times are held beside
/// them, against their own bounds.
void hold_procedure(const Trial& trial);

}  // namespace trialmill::simulation
