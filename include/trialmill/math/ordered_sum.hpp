#pragma once

#include <span>

namespace trialmill::math {

/// Sum of all values in a fixed order, so that it has the same bits on every machine and at every
/// vector width: lane j of eight adds the values j, j + 8, j + 16, ... one after another, starting
/// from zero, and the lanes s0..s7 are then added as
/// ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)). The order depends on the length alone, not on
/// the address. Empty input gives 0.
double ordered_sum(std::span<const double> values);

}  // namespace trialmill::math
