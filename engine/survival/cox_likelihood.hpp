#pragma once

#include <cstddef>
#include <span>

#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

/// Fills workspace.linear, the linear predictors at scaled coefficients.
void predict(std::span<const double> beta, CoxWorkspace& workspace);

/// The same, and workspace.risk, their exponentials.
void find_risks(std::span<const double> beta, CoxWorkspace& workspace);

/// The log partial likelihood at scaled coefficients, for rows made by `standardise`; fills
/// workspace.score and the upper triangle of workspace.information (p x p).
double evaluate_likelihood(Ties ties, std::span<const double> beta, CoxWorkspace& workspace);

/// Whether some risk set, in which not everybody has the event, holds patients who differ.
bool holds_information(std::size_t p, CoxWorkspace& workspace);

}  // namespace trialmill::survival
