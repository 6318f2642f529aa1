#pragma once

#include <cstddef>

#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

/// Values between two scaled rows: p rounded up to an even number, for two-lane arithmetic.
constexpr std::size_t row_stride(std::size_t p) {
  return p < 2 ? p : (p + 1) / 2 * 2;
}

/// Fills workspace.rows, unit and event_sum from workspace.risk_sets: each covariate minus its mean
/// in the stratum, times 1 / (mean absolute deviation). Only patients who belong to a risk set
/// count, so a column that is constant for them becomes exactly 0; the partial likelihood does not
/// see the difference. The pads of a row are 0.
void standardise(const SortedTimes& sorted, const Covariates& covariates, CoxWorkspace& workspace);

}  // namespace trialmill::survival
