#pragma once

#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// Whether events may share a time within a stratum: two neighbours in the order do. (Those of
/// neighbouring strata are counted too; the answer then errs on the side of ties.)
bool any_tied_events(const SortedTimes& sorted);

}  // namespace trialmill::survival
