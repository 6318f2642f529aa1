#pragma once

#include <span>
#include <vector>

#include "trialmill/cohort/dependence.hpp"
#include "trialmill/scenario/covariate_patterns.hpp"

namespace trialmill::scenario {

/// The joint distribution of the covariates of a copula, continuous ones first, in the copula's
/// order.
/// @throws std::length_error as `covariate_patterns`
std::vector<CovariatePattern> correlated_patterns(std::span<const cohort::Covariate> population,
                                                  const cohort::Copula& copula);

}  // namespace trialmill::scenario
