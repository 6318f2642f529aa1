#pragma once

#include <span>
#include <vector>

#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

/// Whether a fit ended at coefficients at which the likelihood can be evaluated again.
bool has_finite_coefficients(const CoxFit& fit);

/// The fit's coefficients in scaled units, 0 where dropped.
std::vector<double> scaled_coefficients(const CoxFit& fit, std::span<const double> unit);

/// Room for the algebra of p coefficients; those of workspace.beta become 0.
void make_room(std::size_t p, CoxWorkspace& workspace);

/// Risk sets and scaled rows of the data of a fit, and room for its algebra.
void prepare(const SortedTimes& sorted, const Covariates& covariates, CoxWorkspace& workspace);

/// Below this a scaled column's information is rounding error (delayed entry can leave some).
double smallest_information(std::size_t events, const CoxWorkspace& workspace);

}  // namespace trialmill::survival
