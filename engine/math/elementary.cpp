#include "trialmill/math/elementary.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "math/kernels.hpp"
#include "trialmill/math/clones.hpp"

namespace trialmill::math {
namespace {

// Inputs other than positive normal numbers are rare: a block without any takes the shorter loop.
// The block is looked through first, because `out` may be `x`.
TRIALMILL_CLONES void log_loop(const double* x, double* out, std::size_t count) {
  constexpr std::size_t block = 256;
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t end = std::min(begin + block, count);
    std::uint64_t others = 0;
    for (std::size_t i = begin; i < end; ++i)
      others += kernels::is_ordinary(x[i]) ? 0 : 1;
    if (others == 0) {
      for (std::size_t i = begin; i < end; ++i)
        out[i] = kernels::log_of_ordinary(x[i]);
    } else {
      for (std::size_t i = begin; i < end; ++i)
        out[i] = kernels::log(x[i]);
    }
  }
}

TRIALMILL_CLONES void exp_loop(const double* x, double* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    out[i] = kernels::exp(x[i]);
}

}  // namespace

double log(double x) {
  return kernels::log(x);
}

double exp(double x) {
  return kernels::exp(x);
}

void log(std::span<const double> x, std::span<double> out) {
  assert(x.size() == out.size());
  log_loop(x.data(), out.data(), x.size());
}

void exp(std::span<const double> x, std::span<double> out) {
  assert(x.size() == out.size());
  exp_loop(x.data(), out.data(), x.size());
}

double log1p(double x) {
  if (std::abs(x) < 0x1p-54) return x;  // keeps the sign of -0
  if (x >= -0.2928 && x <= 0.4142) return kernels::log_of_parts(x, 0.0, 0.0);
  if (!(x > -1.0 && x < std::numeric_limits<double>::infinity())) return log(1.0 + x);
  // What 1 + x lost by rounding comes back as a first-order correction.
  const double sum = 1.0 + x;
  const double lost = x < 1.0 ? x - (sum - 1.0) : 1.0 - (sum - x);
  const kernels::Decomposed parts = kernels::decompose(sum);
  return kernels::log_of_parts(parts.mantissa - 1.0, parts.exponent,
                               parts.exponent * kernels::ln2_low + lost / sum);
}

double expm1(double x) {
  if (!(std::abs(x) <= 40.0)) return exp(x) - 1.0;  // the 1 is below half an ulp, or exp(x) is
  const kernels::ExpParts parts = kernels::exp_parts(x);
  const double scale = parts.scale_a() * parts.scale_b();
  if (scale == 1.0) return parts.excess_high - parts.excess_low;
  // The large terms cancel first, while they are exact or nearly so.
  return (scale * parts.excess_high + (scale - 1.0)) - scale * parts.excess_low;
}

double power(double x, double y) {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (y == 1.0) return x;
  return exp(y * log(x));
}

std::string_view instruction_set() {
#if TRIALMILL_HAS_CLONES
  if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
  return "baseline";
}

}  // namespace trialmill::math
