#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

/// Inputs for the tests of this room, the same on every machine.
namespace trialmill::math::inputs {

/// A sequence of 64-bit numbers (SplitMix64), written out here because this room is below `random`.
class Bits {
 public:
  explicit Bits(std::uint64_t seed) : counter_(seed) {}

  std::uint64_t next() {
    std::uint64_t x = counter_ += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }

  double uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1p-53);
  }

 private:
  std::uint64_t counter_;
};

inline std::vector<double> uniforms(std::size_t count, double low, double high,
                                    std::uint64_t seed) {
  Bits bits(seed);
  std::vector<double> values(count);
  for (double& value : values)
    value = bits.uniform(low, high);
  return values;
}

/// Any bit pattern at all: every exponent, both signs, subnormal numbers, infinities and NaN.
inline std::vector<double> bit_patterns(std::size_t count, std::uint64_t seed) {
  Bits bits(seed);
  std::vector<double> values(count);
  for (double& value : values)
    value = std::bit_cast<double>(bits.next());
  return values;
}

inline std::vector<double> specials() {
  using Limits = std::numeric_limits<double>;
  return {0.0,           -0.0,
          1.0,           -1.0,
          Limits::min(), -Limits::min(),
          Limits::max(), -Limits::max(),
          1e-310,        Limits::denorm_min(),
          -1e-310,       Limits::infinity(),
          745.0,         -Limits::infinity(),
          -745.0,        Limits::quiet_NaN(),
          709.78,        -708.5};
}

/// The error of `value`, in units of the last place of the true result; a subnormal result has the
/// spacing of the subnormal numbers.
inline double error_in_ulp(double value, long double truth) {
  if (static_cast<long double>(value) == truth) return 0.0;
  int exponent = 0;
  std::frexp(truth, &exponent);
  const int last_place = exponent - 53 < -1074 ? -1074 : exponent - 53;
  return static_cast<double>(
      std::ldexp(std::fabs(static_cast<long double>(value) - truth), -last_place));
}

}  // namespace trialmill::math::inputs
