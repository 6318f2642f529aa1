#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "trialmill/math/normal_maximum.hpp"

namespace trialmill::math {

/// The points y with normal . y < bound.
struct HalfSpace {
  std::array<double, most_normal_variables> normal{};
  double bound = 0;
};

/// The probability that independent standard normal coordinates lie outside the intersection of
/// half-spaces. @param dimension how many coordinates the normals have, at least 1
double probability_outside(std::span<const HalfSpace> half_spaces, std::size_t dimension);

}  // namespace trialmill::math
