#pragma once

#include <cstddef>

#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

/// Most covariates whose row of eight lanes holds them all.
constexpr std::size_t one_register = 8;

/// Values between two scaled rows: eight lanes for up to eight covariates, beyond that p rounded up
/// to an even number.
constexpr std::size_t row_stride(std::size_t p) {
  return p == 0 ? 0 : p <= one_register ? one_register : (p + 1) / 2 * 2;
}

/// Fills workspace.columns, rows, unit, event_sum and largest from workspace.risk_sets: each
/// covariate minus its mean in the stratum, times 1 / (mean absolute deviation). Only patients who
/// belong to a risk set count, so a column that is constant for them becomes exactly 0; the partial
/// likelihood does not see the difference. The pads of a row are 0.
void standardise(const SortedTimes& sorted, const Covariates& covariates, CoxWorkspace& workspace);

}  // namespace trialmill::survival
