#pragma once

#include <optional>

#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {

/// Holds the looks of every analysis that has some, one after another until it stops, and then cuts
/// the data for the analyses that are made together with them. Hypotheses of a procedure are
/// decided here, also those without looks. @param look as in `analyse_cohort`
void hold_looks(const Design& design, const DesignSize& size, std::optional<int> look,
                Workspace& workspace, result::Outcome& outcome);

}  // namespace trialmill::simulation
