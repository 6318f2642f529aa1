#pragma once

#include <vector>

#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// What the replicates of a plan cost in CPU time on this machine.
struct Cost {
  std::vector<double> seconds_per_replicate;  ///< one per design, all its sample sizes together
  double cpu_seconds = 0;                     ///< of the whole plan
};

/// Measures by simulating some of the plan's own replicates on the calling thread, and throwing
/// them away. Of many designs up to 32, evenly spaced, are measured; the others cost what their
/// neighbours do.
/// @param budget_seconds about what may be spent on it, CPU time
Cost measure_cost(const Plan& plan, double budget_seconds);

}  // namespace trialmill::simulation
