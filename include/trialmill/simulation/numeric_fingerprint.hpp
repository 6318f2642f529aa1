#pragma once

#include <string>

#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// Tells machines apart that compute with other last digits: a digest of the bits of a few hundred
/// calls of the mathematical libraries, of group sequential bounds, of the plan's truths, and of
/// the first replicate of up to 16 of its designs. Two machines that agree on it can be expected to
/// agree on every replicate. The plan's truths are measured before.
std::string numeric_fingerprint(const Plan& plan);

}  // namespace trialmill::simulation
