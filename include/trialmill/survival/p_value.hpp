#pragma once

namespace trialmill::survival {

/// P(Z >= z) for a standard normal Z: the one-sided p-value of a statistic that is large under the
/// alternative.
double upper_tail_p(double z);

/// P(|Z| >= |z|).
double two_sided_p(double z);

/// P(X >= chi_square) for a chi-square variable. @param degrees_of_freedom at least 1
double chi_square_p(double chi_square, int degrees_of_freedom);

}  // namespace trialmill::survival
