#pragma once

#include <span>

#include "trialmill/evidence/published.hpp"

namespace trialmill::evidence {

/// Throws `CalibrationError`, naming the knot, unless there are knots, their times increase from
/// above 0, and their survivals lie strictly between 0 and 1 and never rise.
void require_survival_curve(std::span<const SurvivalKnot> knots);

}  // namespace trialmill::evidence
