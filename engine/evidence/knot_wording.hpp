#pragma once

#include <cstddef>
#include <string>

#include "trialmill/evidence/published.hpp"

namespace trialmill::evidence {

/// "knot 2 (36 months, survival 0.8): ", its figures as their author typed them.
std::string name_of_knot(std::size_t index, const SurvivalKnot& knot);

/// "with a hazard that is never negative, survival above 0.2 and up to 0.7 can be reached at 36
/// months", to six digits.
std::string reachable_survival(double above, double up_to, double time_months);

}  // namespace trialmill::evidence
