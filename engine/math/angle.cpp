#include "angle.hpp"

#include <cmath>
#include <numbers>

namespace trialmill::math {

double half_tangent(double x) {
  return x / (1 + std::sqrt(1 + x * x));
}

double arctangent(double x) {
  if (std::abs(x) > 1e8) return std::copysign(std::numbers::pi / 2, x) - 1 / x;
  x = half_tangent(half_tangent(half_tangent(x)));
  double series = 0;
  for (int k = 21; k > 0; k -= 2)
    series = 1.0 / k - x * x * series;
  return 8 * x * series;
}

double angle_of(double x, double y) {
  if (std::abs(y) > std::abs(x)) return std::copysign(std::numbers::pi / 2, y) - arctangent(x / y);
  const double angle = arctangent(y / x);
  return x > 0 ? angle : angle + (y < 0 ? -std::numbers::pi : std::numbers::pi);
}

}  // namespace trialmill::math
