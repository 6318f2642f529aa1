#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// Scratch space, reused from replicate to replicate.
struct CoxScoreWorkspace {
  CoxWorkspace cox;
  std::vector<std::uint8_t> dropped;
};

/// Rao's score test that one coefficient is 0, the others being where the likelihood is largest
/// without it: a chi-square with one degree of freedom. `CoxFit::score_test` is of all coefficients
/// at once; with a single one they are the same, and without ties the log-rank test.
/// @param without fit of all columns but `column`, in their order, by the same treatment of ties
/// @return NaN where that fit has no finite coefficients
double score_test(const SortedTimes& sorted, const Covariates& covariates, std::size_t column,
                  Ties ties, const CoxFit& without, CoxScoreWorkspace& workspace);

}  // namespace trialmill::survival
