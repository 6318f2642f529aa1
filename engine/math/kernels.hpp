#pragma once

#include <bit>
#include <cstdint>
#include <limits>

/// The arithmetic of log and exp: branch-free, so that a loop over it becomes vector code of any
/// width, and made of + - * / and bit operations alone, so that every width gives the same bits.
/// Always inlined, so that the body takes the instruction set of the clone it is inlined into.
namespace trialmill::math::kernels {

/// log 2 in two parts; the higher ends in 21 zero bits, so that k * ln2_high is exact.
inline constexpr double ln2_high = 6.93147180369123816490e-01;
inline constexpr double ln2_low = 1.90821492927058770002e-10;

/// log(1 + f) + k ln2_high + low for 1 + f in [sqrt(1/2), sqrt(2)]; the polynomial is that of
/// FreeBSD's e_log.c (Sun Microsystems 1993; error of the approximation below 2^-58.45).
[[gnu::always_inline]] inline double log_of_parts(double f, double k, double low) {
  const double half_square = 0.5 * f * f;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (3.999999999940941908e-01 +
                           w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 +
                          w * (2.857142874366239149e-01 +
                               w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  return s * (half_square + (odd + even)) + low - half_square + f + k * ln2_high;
}

/// A positive normal number as mantissa 2^exponent with the mantissa in [sqrt(1/2), sqrt(2)).
struct Decomposed {
  double mantissa;
  double exponent;
};

[[gnu::always_inline]] inline Decomposed decompose(double x) {
  constexpr std::uint64_t sqrt_half_bits = 0x3fe6a09e667f3bcdu;
  constexpr std::uint64_t one_bits = 0x3ff0000000000000u;
  constexpr double two_52 = 4503599627370496.0;
  const std::uint64_t shifted = std::bit_cast<std::uint64_t>(x) + (one_bits - sqrt_half_bits);
  // The exponent becomes a double by way of the mantissa of 2^52: instruction sets before AVX-512
  // have no vector conversion of 64-bit integers.
  const double biased =
      std::bit_cast<double>((shifted >> 52) | std::bit_cast<std::uint64_t>(two_52));
  const std::uint64_t mantissa = (shifted & 0x000fffffffffffffu) + sqrt_half_bits;
  return {std::bit_cast<double>(mantissa), biased - (two_52 + 1023.0)};
}

/// Whether x is a positive normal number, which log_of_ordinary takes.
[[gnu::always_inline]] inline bool is_ordinary(double x) {
  return x >= std::numeric_limits<double>::min() && x <= std::numeric_limits<double>::max();
}

[[gnu::always_inline]] inline double log_of_ordinary(double x) {
  const Decomposed parts = decompose(x);
  return log_of_parts(parts.mantissa - 1.0, parts.exponent, parts.exponent * ln2_low);
}

/// log for every double: what the reduction cannot take is scaled before it or replaced after it.
/// An ordinary number gets the same bits as from log_of_ordinary.
[[gnu::always_inline]] inline double log(double x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double two_54 = 18014398509481984.0;
  const bool is_small = x < std::numeric_limits<double>::min();
  const Decomposed parts = decompose(is_small ? x * two_54 : x);
  const double exponent = is_small ? parts.exponent - 54.0 : parts.exponent;
  double result = log_of_parts(parts.mantissa - 1.0, exponent, exponent * ln2_low);
  result = x < infinity ? result : x;  // +inf and NaN stand for themselves
  result = x == 0.0 ? -infinity : result;
  return x < 0.0 ? std::numeric_limits<double>::quiet_NaN() : result;
}

/// exp(x) as (1 + excess) 2^(exponent), exponent = field_a + field_b - 2046: two biased
/// exponent fields, because one power of two cannot span the subnormal results.
struct ExpParts {
  double excess_high, excess_low;  ///< excess = excess_high - excess_low
  std::uint64_t field_a, field_b;

  [[gnu::always_inline]] double scale_a() const { return std::bit_cast<double>(field_a << 52); }
  [[gnu::always_inline]] double scale_b() const { return std::bit_cast<double>(field_b << 52); }
};

/// x within +-746. Reduction by Cody and Waite; the rational function is that of FreeBSD's e_exp.c.
[[gnu::always_inline]] inline ExpParts exp_parts(double x) {
  constexpr double inverse_ln2 = 1.44269504088896338700e+00;
  constexpr double round_to_integer = 6755399441055744.0;  // 1.5 * 2^52: the sum has no fraction
  const double shifted = x * inverse_ln2 + round_to_integer;
  const double k = shifted - round_to_integer;
  const double high = x - k * ln2_high;
  const double low = k * ln2_low;
  const double r = high - low;
  const double t = r * r;
  const double c =
      r - t * (1.66666666666666019037e-01 +
               t * (-2.77777777770155933842e-03 +
                    t * (6.61375632143793436117e-05 +
                         t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  const std::uint64_t field_sum = std::bit_cast<std::uint64_t>(shifted) -
                                  std::bit_cast<std::uint64_t>(round_to_integer) + 2 * 1023;
  const std::uint64_t field_a = field_sum >> 1;
  return {high, low - r * c / (2.0 - c), field_a, field_sum - field_a};
}

/// exp for every double: beyond the clamp the result is +inf or 0 anyway, and NaN passes through.
[[gnu::always_inline]] inline double exp(double x) {
  x = x > 710.0 ? 710.0 : x;
  x = x < -746.0 ? -746.0 : x;
  const ExpParts parts = exp_parts(x);
  return (1.0 - (parts.excess_low - parts.excess_high)) * parts.scale_a() * parts.scale_b();
}

}  // namespace trialmill::math::kernels
