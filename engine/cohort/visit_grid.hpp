#pragma once

#include <cmath>

namespace trialmill::cohort {

/// A time told from another clock: to 2^-36 months, 0.04 ms. Patients who are seen at the same
/// visit are tied, although adding the day from which visits count and taking it off again rounds.
inline double on_visit_grid(double months) {
  constexpr double grid = 68719476736.0;
  return std::floor(months * grid + 0.5) / grid;
}

}  // namespace trialmill::cohort
