#pragma once

#include <cstddef>

#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// By time, events before censorings, then by row: a total order.
inline bool precedes(const SortKey& a, const SortKey& b) {
  return a.time_bits != b.time_bits ? a.time_bits < b.time_bits
                                    : a.censored_and_row < b.censored_and_row;
}

/// Sorts sorted.key[first, last). Times are dealt into about as many equal intervals as there are
/// keys, which for survival times leaves one or two in each, and each interval is sorted. That is
/// linear where a comparison sort mispredicts a branch per comparison; crowded intervals (ties,
/// outliers) fall back on std::sort, so the worst case stays n log n.
void order_keys(SortedTimes& sorted, std::size_t first, std::size_t last);

}  // namespace trialmill::survival
