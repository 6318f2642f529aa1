#pragma once

#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// By time, events before censorings, then by row: a total order.
inline bool precedes(const SortKey& a, const SortKey& b) {
  return (a.time < b.time) | ((a.time == b.time) & (a.censored_and_row < b.censored_and_row));
}

constexpr std::uint32_t censored_bit = std::uint32_t{1} << 31;

/// Fills sorted.key in order and sorted.stratum_begin. Each stratum's times are dealt into equal
/// intervals, about twice as many in all as there are keys, which for survival times leaves one in
/// most, and what lies wrong within an interval is put right. That is linear where a comparison
/// sort mispredicts a branch per comparison; crowded intervals (ties, outliers) fall back on
/// std::sort, so the worst case stays n log n.
void order_keys(const Observations& observations, SortedTimes& sorted);

}  // namespace trialmill::survival
