#include "trialmill/math/intervals.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/lanes.hpp"

namespace trialmill::math {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

TRIALMILL_CLONES Range range_loop(const double* value, std::size_t n) {
  Lanes low = Lanes{} + infinite, high = Lanes{} - infinite, x, y;
  for (std::size_t i = 0; i < n; i += lanes) {
    if (i + lanes <= n)
      load(value + i, x);
    else
      load_some(value + i, n - i, infinite, x);
    // What is not finite is replaced by what changes nothing, without waiting for low and high.
    y = x > -infinite ? x : Lanes{} + infinite;
    low = y < low ? y : low;
    y = x < infinite ? x : Lanes{} - infinite;
    high = y > high ? y : high;
  }
  Range range{infinite, -infinite};
  for (std::size_t lane = 0; lane < lanes; ++lane)
    range = {std::min(range.least, low[lane]), std::max(range.greatest, high[lane])};
  return range;
}

TRIALMILL_CLONES void interval_loop(double least, double per_unit, double last,
                                    const double* __restrict value, std::size_t n,
                                    std::int32_t* __restrict interval) {
  for (std::size_t i = 0; i < n; ++i) {
    // Subtracting and multiplying by a positive number keep the order, also when they round.
    const double place = (value[i] - least) * per_unit;
    const double above = place > 0 ? place : 0;
    interval[i] = static_cast<std::int32_t>(above < last ? above : last);
  }
}

}  // namespace

Range finite_range(std::span<const double> values) {
  return range_loop(values.data(), values.size());
}

Intervals divide(std::span<const double> values, std::int32_t count) {
  const Range range = finite_range(values);
  const double per_unit = count / (range.greatest - range.least);
  if (!(std::isfinite(per_unit) && per_unit > 0)) return {};
  return {range.least, per_unit, count};
}

void find_intervals(const Intervals& intervals, std::span<const double> values,
                    std::span<std::int32_t> interval) {
  assert(values.size() == interval.size());
  if (intervals.count == 1)
    std::ranges::fill(interval, 0);
  else
    interval_loop(intervals.least, intervals.per_unit, intervals.count - 1, values.data(),
                  values.size(), interval.data());
}

}  // namespace trialmill::math
