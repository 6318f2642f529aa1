#pragma once

#include <array>
#include <cstddef>
#include <cstring>

namespace trialmill::math {

/// Eight doubles side by side, which the compiler keeps in the widest registers that the function's
/// instruction set has: one, two or four. Sums kept lane by lane have the same bits in all of them.
/// For leaf loops marked TRIALMILL_CLONES; not to be passed by value.
using Lanes [[gnu::vector_size(64)]] = double;

inline constexpr std::size_t lanes = 8;

/// Reads eight values from any address.
[[gnu::always_inline]] inline void load(const double* from, Lanes& to) {
  std::memcpy(&to, from, sizeof(Lanes));
}

/// Reads `count` < 8 values; the other lanes hold `rest`.
[[gnu::always_inline]] inline void load_some(const double* from, std::size_t count, double rest,
                                             Lanes& to) {
  std::array<double, lanes> values;
  for (std::size_t lane = 0; lane < lanes; ++lane)
    values[lane] = lane < count ? from[lane] : rest;
  std::memcpy(&to, values.data(), sizeof(Lanes));
}

/// The lanes added by a fixed tree: ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)).
[[gnu::always_inline]] inline double sum(const Lanes& x) {
  return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

}  // namespace trialmill::math
