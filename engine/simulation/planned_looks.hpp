#pragma once

#include <memory>
#include <vector>

#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// The bounds of an analysis at the scenario's size; null for one without looks.
/// @throws design::DesignError when its looks are no design at that size
std::shared_ptr<const PlannedLooks> planned_looks(const scenario::Scenario& scenario,
                                                  const scenario::Analysis& analysis);

/// By which weights the looks of an analysis are tested that correlate by the covariances of
/// scores.
/// @param weights overwritten with those of any look
WeightsByLook weights_by_look(const scenario::Analysis& analysis,
                              std::vector<survival::LogRankWeight>& weights);

/// The procedure at one size, with the bounds of every level; null when there is none, or it is no
/// graph.
std::shared_ptr<const design::GraphProcedure> planned_procedure(const scenario::Scenario& scenario);

}  // namespace trialmill::simulation
