#pragma once

#include <cstddef>
#include <vector>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/result/outcome.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// Who took which step, by arm, among the first `sample_size` patients. Empty without a course.
void count_pathway(const Design& design, std::size_t sample_size, const cohort::Cohort& cohort,
                   std::vector<result::PathwayCounts>& counts);

}  // namespace trialmill::simulation
