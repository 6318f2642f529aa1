#pragma once

#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

namespace trialmill::survival {

/// P(|Z| >= |z|) for a standard normal Z, accurate to the smallest representable probability.
inline double two_sided_p(double z) {
  return boost::math::erfc(std::abs(z) / std::numbers::sqrt2);
}

}  // namespace trialmill::survival
