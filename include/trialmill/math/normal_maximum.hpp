#pragma once

#include <cstddef>
#include <span>

namespace trialmill::math {

/// How many variables a maximum may be taken over.
constexpr std::size_t most_normal_variables = 4;

/// P(max Z_i >= bound) for standard normal variables with a given correlation, by a deterministic
/// rule that does not mind a singular correlation.
///
/// The variables are Z = L Y with independent Y, L from a Cholesky factorisation with pivoting, so
/// that there are as many Y as the rank. {max Z < bound} is then a polytope each of whose faces has
/// the distance `bound` from the origin. What lies beyond a face is integrated in polar coordinates
/// about its nearest point, where the radial integral is known: for rank 2 that is Owen's (1956) T
/// function, for rank 3 a sum of integrals in one variable along the edges. Rank 4 costs one more
/// integral, over the distance. Error below 1e-10 (1e-7 for |bound| < 1e-7), also relative to the
/// result; about 1 microsecond for rank 2, 3 to 10 for rank 3, 700 for rank 4, more for bounds
/// below 1, where no test rejects.
///
/// @param correlation m x m row by row, 1 <= m <= most_normal_variables, symmetric and positive
/// semidefinite up to rounding errors of 1e-12
double normal_maximum_reaches(std::span<const double> correlation, double bound);

/// P(max |Z_i| >= bound), likewise. 1 for bound <= 0.
double normal_absolute_maximum_reaches(std::span<const double> correlation, double bound);

}  // namespace trialmill::math
