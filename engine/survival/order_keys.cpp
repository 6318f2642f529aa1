#include "survival/order_keys.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/intervals.hpp"

namespace trialmill::survival {
namespace {

constexpr std::size_t few = 24;  // keys that an insertion sort handles best

// More intervals leave fewer keys to put right, each at the cost of a mispredicted branch.
constexpr double intervals_per_key = 2;

TRIALMILL_CLONES void add_strata(std::int32_t intervals, const std::int32_t* __restrict stratum,
                                 std::size_t n, std::int32_t* __restrict interval) {
  for (std::size_t i = 0; i < n; ++i)
    interval[i] += stratum[i] * intervals;
}

TRIALMILL_CLONES std::uint32_t largest(const std::uint32_t* count, std::size_t n) {
  std::uint32_t most = 0;
  for (std::size_t k = 0; k < n; ++k)
    most = count[k] > most ? count[k] : most;
  return most;
}

/// Writes each key into its interval. Afterwards sorted.interval_end holds where intervals end.
/// @return the most keys in one interval
std::uint32_t deal(const Observations& observations, const math::Intervals& intervals,
                   SortedTimes& sorted) {
  const std::size_t n = observations.time.size();
  sorted.interval_of.resize(n);
  math::find_intervals(intervals, observations.time, sorted.interval_of);
  if (observations.strata > 1)
    add_strata(intervals.count, observations.stratum.data(), n, sorted.interval_of.data());
  const std::int32_t* const interval = sorted.interval_of.data();

  const std::size_t all =
      static_cast<std::size_t>(intervals.count) * static_cast<std::size_t>(observations.strata);
  sorted.interval_end.assign(all + 1, 0);
  std::uint32_t* const end = sorted.interval_end.data();
  for (std::size_t i = 0; i < n; ++i)
    ++end[static_cast<std::size_t>(interval[i]) + 1];
  const std::uint32_t most = largest(end, all + 1);
  std::uint32_t before = 0;
  for (std::size_t k = 1; k <= all; ++k)
    end[k] = before += end[k];
  // Each entry is its interval's next free place, and its end once all keys are dealt.
  sorted.key.resize(n);
  SortKey* const key = sorted.key.data();
  const bool grouped = !observations.group.empty();
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t censored = observations.event[i] != 0 ? 0 : censored_bit;
    key[end[static_cast<std::size_t>(interval[i])]++] = {
        observations.time[i] + 0.0,  // -0 and 0 are one time
        censored | static_cast<std::uint32_t>(i), grouped ? observations.group[i] : 0};
  }
  return most;
}

void insertion_sort(SortKey* first, SortKey* last) {
  if (first == last) return;
  for (SortKey* next = first + 1; next < last; ++next) {
    if (next[-1].time < next->time || !precedes(*next, next[-1])) continue;
    const SortKey key = *next;
    SortKey* hole = next;
    do {
      *hole = hole[-1];
      --hole;
    } while (hole != first && precedes(key, hole[-1]));
    *hole = key;
  }
}

/// Sorts the keys of one stratum, dealt into the intervals [first, last).
void finish(std::size_t first, std::size_t last, std::uint32_t most, SortedTimes& sorted) {
  const auto& end = sorted.interval_end;
  SortKey* const key = sorted.key.data();
  const std::uint32_t begin = first == 0 ? 0 : end[first - 1];
  if (most <= few) return insertion_sort(key + begin, key + end[last - 1]);
  std::uint32_t from = begin;
  for (std::size_t k = first; k < last; ++k) {
    const std::uint32_t to = end[k];
    if (to - from <= few)
      insertion_sort(key + from, key + to);
    else
      std::sort(key + from, key + to, precedes);
    from = to;
  }
}

}  // namespace

void order_keys(const Observations& observations, SortedTimes& sorted) {
  const auto strata = static_cast<std::size_t>(observations.strata);
  sorted.stratum_begin.assign(strata + 1, 0);
  if (observations.time.empty()) {
    sorted.key.clear();
    return;
  }
  const double each =
      intervals_per_key * static_cast<double>(observations.time.size()) / observations.strata;
  const math::Intervals intervals =
      math::divide(observations.time, static_cast<std::int32_t>(std::ceil(each)));
  const std::uint32_t most = deal(observations, intervals, sorted);
  const auto count = static_cast<std::size_t>(intervals.count);
  for (std::size_t s = 0; s < strata; ++s) {
    sorted.stratum_begin[s + 1] = sorted.interval_end[(s + 1) * count - 1];
    finish(s * count, (s + 1) * count, most, sorted);
  }
}

}  // namespace trialmill::survival
