#pragma once

#include <span>
#include <vector>

#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

/// Whether a fit ended at coefficients at which the likelihood can be evaluated again.
bool has_finite_coefficients(const CoxFit& fit);

/// The fit's coefficients in scaled units, 0 where dropped.
std::vector<double> scaled_coefficients(const CoxFit& fit, std::span<const double> unit);

/// Risk sets and scaled rows of the data of a fit.
void prepare(const SortedTimes& sorted, const Covariates& covariates, CoxWorkspace& workspace);

}  // namespace trialmill::survival
