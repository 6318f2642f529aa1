#pragma once

#include <cstddef>
#include <vector>

#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {

/// The statistics of a look for its bounds: under the null hypothesis the scores with weights a and
/// b at looks j < k have the covariance that the two have at look j. None where the look has no
/// scores.
/// @param scores of the looks until this one that had some
design::JointStatistics joint_statistics(const std::vector<LookScores>& scores, std::size_t look);

/// The correlation of two single statistics, those of this look and of the one before; NaN for the
/// first, or where a look has several.
double joint_correlation(const std::vector<LookScores>& scores, std::size_t look);

}  // namespace trialmill::simulation
