#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "math/baseline_kernels.hpp"
#include "math/inputs.hpp"
#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"

// One number has one logarithm, whatever the CPU, the vector width and the place in the span.
namespace trialmill::math {
namespace {

using SpanFunction = void (*)(std::span<const double>, std::span<double>);
using ScalarFunction = double (*)(double);

std::vector<double> results(SpanFunction function, const std::vector<double>& x) {
  std::vector<double> out(x.size());
  function(x, out);
  return out;
}

/// NaN counts as one value: its sign and payload are not part of the promise.
std::uint64_t bits_of(double value) {
  return std::isnan(value) ? 0x7ff8000000000000u : std::bit_cast<std::uint64_t>(value);
}

std::size_t count_differences(const std::vector<double>& a, const std::vector<double>& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    count += bits_of(a[i]) != bits_of(b[i]) ? 1u : 0u;
  return count;
}

/// FNV-1a, 64 bits, over the bytes of every value, lowest byte first.
std::uint64_t fnv_hash(const std::vector<double>& values) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (double value : values) {
    for (int shift = 0; shift < 64; shift += 8) {
      hash = (hash ^ ((bits_of(value) >> shift) & 0xffu)) * 0x100000001b3u;
    }
  }
  return hash;
}

/// A million arguments: half of them ordinary for the function, half any bit pattern.
std::vector<double> arguments(double low, double high, std::uint64_t seed) {
  std::vector<double> x = inputs::uniforms(500'000, low, high, seed);
  const std::vector<double> any = inputs::bit_patterns(500'000, seed + 1);
  x.insert(x.end(), any.begin(), any.end());
  return x;
}

std::vector<double> log_arguments() {
  return arguments(0.0, 1.0, 21);
}
std::vector<double> exp_arguments() {
  return arguments(-750.0, 720.0, 23);
}

TEST(PortableBits, DispatchedAndBaselineKernelsAgreeOnAMillionValues) {
  RecordProperty("instruction_set", std::string(instruction_set()));
  const std::vector<double> x = log_arguments();
  EXPECT_EQ(count_differences(results(log, x), results(baseline::log, x)), 0u);
  const std::vector<double> y = exp_arguments();
  EXPECT_EQ(count_differences(results(exp, y), results(baseline::exp, y)), 0u);
}

TEST(PortableBits, AMillionResultsHaveTheRecordedHash) {
  // Recorded with GCC 12.2 on an x86-64-v4 CPU; accuracy is tested elsewhere, this is sameness.
  EXPECT_EQ(fnv_hash(results(log, log_arguments())), 0x2fb0c41d28c997bbu);
  EXPECT_EQ(fnv_hash(results(exp, exp_arguments())), 0xc960fe518c74a1efu);
}

void expect_scalar_equals_span(ScalarFunction scalar, SpanFunction span_form,
                               const std::vector<double>& x) {
  std::vector<double> expected(x.size());
  std::transform(x.begin(), x.end(), expected.begin(), scalar);
  std::vector<double> out(x.size());
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t count = 0; begin + count <= x.size(); ++count) {
      std::fill(out.begin(), out.end(), -7.0);
      span_form(std::span(x).subspan(begin, count), std::span(out).subspan(begin, count));
      for (std::size_t i = 0; i < x.size(); ++i) {
        const bool inside = i >= begin && i < begin + count;
        ASSERT_EQ(bits_of(out[i]), bits_of(inside ? expected[i] : -7.0))
            << begin << " " << count << " " << i << " " << x[i];
      }
    }
  }
}

TEST(PortableBits, ScalarEqualsSpanAtEveryLengthAndAlignment) {
  // Specials first, last and in the middle, so that some blocks hold none.
  std::vector<double> x = inputs::specials();
  const std::vector<double> ordinary = inputs::uniforms(300, 0.001, 2.0, 25);
  x.insert(x.end(), ordinary.begin(), ordinary.end());
  expect_scalar_equals_span(log, log, x);
  expect_scalar_equals_span(exp, exp, x);
  std::reverse(x.begin(), x.end());
  expect_scalar_equals_span(log, log, x);
  expect_scalar_equals_span(exp, exp, x);
}

TEST(PortableBits, ScalarEqualsSpanOnAMillionValues) {
  const auto scalar = [](ScalarFunction function, std::vector<double> x) {
    std::transform(x.begin(), x.end(), x.begin(), function);
    return x;
  };
  EXPECT_EQ(count_differences(scalar(log, log_arguments()), results(log, log_arguments())), 0u);
  EXPECT_EQ(count_differences(scalar(exp, exp_arguments()), results(exp, exp_arguments())), 0u);
}

TEST(PortableBits, TheOutputMayBeTheInput) {
  std::vector<double> x = log_arguments();
  const std::vector<double> expected = results(log, x);
  log(x, x);
  EXPECT_EQ(count_differences(x, expected), 0u);
  std::vector<double> y = exp_arguments();
  const std::vector<double> expected_exp = results(exp, y);
  exp(y, y);
  EXPECT_EQ(count_differences(y, expected_exp), 0u);
}

TEST(PortableBits, NamesTheBaselineOnlyWhereNoFasterBodyCanRun) {
#if TRIALMILL_HAS_CLONES
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                        __builtin_cpu_supports("bmi2");
  EXPECT_EQ(instruction_set(), has_avx512 ? "x86-64-v4" : has_avx2 ? "x86-64-v3" : "baseline");
#else
  EXPECT_EQ(instruction_set(), "baseline");
#endif
}

}  // namespace
}  // namespace trialmill::math
