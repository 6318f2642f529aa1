#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// The imbalances that a design asks for, among the first `patients` of a cohort: of all, then by
/// covariate and level. A patient whose value was not recorded counts at no level.
/// @param count scratch space @param imbalance overwritten; empty when the design asks for none
void measure_imbalance(const Design& design, std::size_t patients, const cohort::Cohort& cohort,
                       std::vector<std::uint32_t>& count, std::vector<double>& imbalance);

}  // namespace trialmill::simulation
