#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/result/outcome.hpp"

namespace trialmill::simulation {

/// Who took which step, by arm, among the first `sample_size` patients. Empty without a course.
void count_pathway(const cohort::TrialModel& model, std::size_t sample_size,
                   const cohort::Cohort& cohort, std::vector<result::PathwayCounts>& counts);

/// The same for `patients` patients of the trial's population in each arm: each of them is followed
/// in every arm, so that differences between arms are not those of their patients. Shares have a
/// Monte-Carlo standard error of at most 1 / (2 sqrt(patients)). They are drawn with a fixed part
/// of the seed's streams, which no replicate uses.
std::vector<result::PathwayCounts> sample_pathway(const cohort::TrialModel& model,
                                                  std::uint64_t seed, std::size_t patients);

}  // namespace trialmill::simulation
