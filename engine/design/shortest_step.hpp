#pragma once

namespace trialmill::design {

/// Looks closer than this in information are one and the same for all purposes.
constexpr double shortest_step = 1e-5;

}  // namespace trialmill::design
