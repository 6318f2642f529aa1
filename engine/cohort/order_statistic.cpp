#include "cohort/order_statistic.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/lanes.hpp"

namespace trialmill::cohort {
namespace {

constexpr std::int32_t intervals = 256;
constexpr double infinite = std::numeric_limits<double>::infinity();

struct Range {
  double low, high;
};

// The range of the finite values.
TRIALMILL_CLONES Range find_range(const double* value, std::size_t n) {
  math::Lanes low = math::Lanes{} + infinite, high = math::Lanes{} - infinite, x;
  std::size_t i = 0;
  for (; i + math::lanes <= n; i += math::lanes) {
    math::load(value + i, x);
    low = x < low ? x : low;
    x = x < infinite ? x : high;
    high = x > high ? x : high;
  }
  Range range{infinite, -infinite};
  for (std::size_t lane = 0; lane < math::lanes; ++lane)
    range = {std::min(range.low, low[lane]), std::max(range.high, high[lane])};
  for (; i < n; ++i)
    if (value[i] < infinite)
      range = {std::min(range.low, value[i]), std::max(range.high, value[i])};
  return range;
}

TRIALMILL_CLONES void find_intervals(const double* value, std::size_t n, double low, double scale,
                                     std::int32_t* __restrict interval) {
  constexpr double last = intervals - 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double place = (value[i] - low) * scale;
    interval[i] = static_cast<std::int32_t>(place < last ? place : last);
  }
}

double nth_of(std::span<double> value, std::size_t n) {
  const auto nth = value.begin() + static_cast<std::ptrdiff_t>(n - 1);
  std::nth_element(value.begin(), nth, value.end());
  return *nth;
}

}  // namespace

double nth_smallest(std::span<const double> value, std::size_t n, LookWorkspace& workspace) {
  assert(n > 0 && n <= value.size());
  const Range range = find_range(value.data(), value.size());
  const double scale = intervals / (range.high - range.low);
  workspace.candidate.resize(value.size());
  if (!(std::isfinite(scale) && scale > 0)) {
    std::ranges::copy(value, workspace.candidate.begin());
    return nth_of(workspace.candidate, n);
  }
  workspace.interval.resize(value.size());
  find_intervals(value.data(), value.size(), range.low, scale, workspace.interval.data());
  std::array<std::uint32_t, intervals> count{};
  for (const std::int32_t k : workspace.interval)
    ++count[static_cast<std::size_t>(k)];
  std::size_t before = 0, k = 0;
  while (before + count[k] < n)
    before += count[k++];
  std::size_t found = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    workspace.candidate[found] = value[i];
    found += workspace.interval[i] == static_cast<std::int32_t>(k);
  }
  return nth_of(std::span(workspace.candidate).first(found), n - before);
}

}  // namespace trialmill::cohort
