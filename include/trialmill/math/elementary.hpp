#pragma once

#include <span>
#include <string_view>

/// Elementary functions with the same bits on every CPU.
///
/// The C library picks another body of log or exp by CPU generation, and the results differ in the
/// last bit; a result file must not depend on the node that computed it. These functions use only
/// additions, multiplications and divisions in a fixed order, without fused multiply-add, so every
/// vector width and every x86-64 or AArch64 machine computes the same number. Each call of the span
/// form gives, element by element, exactly what the scalar form gives.
namespace trialmill::math {

/// Natural logarithm. Error below 0.9 units in the last place; log(0) = -inf, NaN below 0.
double log(double x);

/// Exponential function. Error below 1 unit in the last place; overflows to +inf, underflows to 0.
double exp(double x);

/// Natural logarithm of every element. @param x any length @param out same length; may be x itself
void log(std::span<const double> x, std::span<double> out);

/// Exponential of every element. @param x any length @param out same length; may be x itself
void exp(std::span<const double> x, std::span<double> out);

/// log(1 + x), accurate for small x: error below 1 unit in the last place.
double log1p(double x);

/// exp(x) - 1, accurate for small x: error below 1.5 units in the last place.
double expm1(double x);

/// x to the power y for x >= 0, NaN below. Exact for y = 0 (1, also for x = 0), y = 1 and x = 1;
/// otherwise exp(y log x), whose error is about 1 + |y log x| units in the last place.
double power(double x, double y);

/// Quantile of the standard normal distribution (Wichura 1988, algorithm AS 241, relative error
/// about 1e-16). @param probability in (0, 1); 0 and 1 give -inf and +inf, anything else NaN
double normal_quantile(double probability);

/// The instruction set whose body of the span functions this process runs: "baseline", "x86-64-v3"
/// (AVX2) or "x86-64-v4" (AVX-512). It changes the speed, never a result.
std::string_view instruction_set();

}  // namespace trialmill::math
