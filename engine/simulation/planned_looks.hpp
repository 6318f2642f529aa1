#pragma once

#include <memory>

#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// The bounds of an analysis at the scenario's size; null for one without looks.
/// @throws design::DesignError when its looks are no design at that size
std::shared_ptr<const PlannedLooks> planned_looks(const scenario::Scenario& scenario,
                                                  const scenario::Analysis& analysis);

}  // namespace trialmill::simulation
