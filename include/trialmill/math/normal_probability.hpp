#pragma once

namespace trialmill::math {

/// Distribution function of the standard normal: the probability of a value below x. Relative error
/// below 2e-15 wherever the result is a normal number (x > -37.5), so also far out in the lower
/// tail; the same bits on every CPU. Rational approximations of Cody (1969), Mathematics of
/// Computation 23: 631-637, in the form of his ANORM (1993, algorithm 715).
/// @return 0 at -inf, 1 at +inf, NaN for NaN
double normal_probability(double x);

}  // namespace trialmill::math
