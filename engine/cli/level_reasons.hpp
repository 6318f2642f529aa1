#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "trialmill/result/result.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// Why an analysis may reject more than its level when arms are identical: another one decides when
/// it is made, few events, a weighted test, sparse strata, unequal allocation. Never empty.
/// @param analysis its place
std::vector<std::string> reasons_above_level(const scenario::Scenario& scenario,
                                             std::size_t analysis,
                                             const result::NullTwinRejections& found);

/// Why it may do so when only the schedule of the arms differs: an artefact, as of an event dated
/// before it is known or of nobody dying before surgery, or a real difference, as of recurrence
/// that comes later where surgery does. Never empty.
std::vector<std::string> reasons_of_schedule(const scenario::Scenario& scenario,
                                             const scenario::Analysis& analysis);

}  // namespace trialmill::cli
