#include "survival/order_keys.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/lanes.hpp"

namespace trialmill::survival {
namespace {

constexpr std::size_t few = 24;  // keys that an insertion sort handles best

// More intervals leave fewer keys to put right, each at the cost of a mispredicted branch.
constexpr double intervals_per_key = 2;

struct Range {
  double low, high;
};

TRIALMILL_CLONES Range find_range(const double* time, std::size_t n) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  math::Lanes low = math::Lanes{} + infinite, high = math::Lanes{} - infinite, x;
  std::size_t i = 0;
  for (; i + math::lanes <= n; i += math::lanes) {
    math::load(time + i, x);
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  Range range{infinite, -infinite};
  for (std::size_t lane = 0; lane < math::lanes; ++lane)
    range = {std::min(range.low, low[lane]), std::max(range.high, high[lane])};
  for (; i < n; ++i)
    range = {std::min(range.low, time[i]), std::max(range.high, time[i])};
  return range;
}

/// How times are dealt: `count` equal intervals of each stratum.
struct Intervals {
  double low = 0;
  double per_unit = 0;
  std::int32_t count = 1;
};

Intervals choose_intervals(const Observations& observations) {
  const auto n = static_cast<double>(observations.time.size());
  const Range range = find_range(observations.time.data(), observations.time.size());
  const double count = std::max(1.0, std::ceil(intervals_per_key * n / observations.strata));
  const double per_unit = (count - 1) / (range.high - range.low);
  const bool usable = std::isfinite(per_unit) && per_unit > 0;
  return usable ? Intervals{range.low, per_unit, static_cast<std::int32_t>(count)} : Intervals{};
}

// Subtracting and multiplying by a positive number keep the order, also when they round.
TRIALMILL_CLONES void find_intervals(Intervals intervals, const double* time, std::size_t n,
                                     std::uint32_t* __restrict interval) {
  for (std::size_t i = 0; i < n; ++i)
    interval[i] = static_cast<std::uint32_t>(
        static_cast<std::int32_t>((time[i] - intervals.low) * intervals.per_unit));
}

TRIALMILL_CLONES void add_strata(Intervals intervals, const std::int32_t* stratum, std::size_t n,
                                 std::uint32_t* __restrict interval) {
  for (std::size_t i = 0; i < n; ++i)
    interval[i] += static_cast<std::uint32_t>(stratum[i] * intervals.count);
}

TRIALMILL_CLONES std::uint32_t largest(const std::uint32_t* count, std::size_t n) {
  std::uint32_t most = 0;
  for (std::size_t k = 0; k < n; ++k)
    most = count[k] > most ? count[k] : most;
  return most;
}

/// Writes each key into its interval. Afterwards sorted.interval_end holds where intervals end.
/// @return the most keys in one interval
std::uint32_t deal(const Observations& observations, const Intervals& intervals,
                   SortedTimes& sorted) {
  const std::size_t n = observations.time.size();
  sorted.interval_of.resize(n);
  std::uint32_t* const interval = sorted.interval_of.data();
  if (intervals.count > 1)
    find_intervals(intervals, observations.time.data(), n, interval);
  else
    std::fill_n(interval, n, 0u);
  if (observations.strata > 1) add_strata(intervals, observations.stratum.data(), n, interval);

  const std::size_t all =
      static_cast<std::size_t>(intervals.count) * static_cast<std::size_t>(observations.strata);
  sorted.interval_end.assign(all + 1, 0);
  std::uint32_t* const end = sorted.interval_end.data();
  for (std::size_t i = 0; i < n; ++i)
    ++end[interval[i] + 1];
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
    key[end[interval[i]]++] = {observations.time[i] + 0.0,  // -0 and 0 are one time
                               censored | static_cast<std::uint32_t>(i),
                               grouped ? observations.group[i] : 0};
  }
  return most;
}

void insertion_sort(SortKey* first, SortKey* last) {
  if (first == last) return;
  for (SortKey* next = first + 1; next < last; ++next) {
    if (!precedes(*next, next[-1])) continue;
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
  const Intervals intervals = choose_intervals(observations);
  const std::uint32_t most = deal(observations, intervals, sorted);
  const auto count = static_cast<std::size_t>(intervals.count);
  for (std::size_t s = 0; s < strata; ++s) {
    sorted.stratum_begin[s + 1] = sorted.interval_end[(s + 1) * count - 1];
    finish(s * count, (s + 1) * count, most, sorted);
  }
}

}  // namespace trialmill::survival
