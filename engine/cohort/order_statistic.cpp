#include "cohort/order_statistic.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "trialmill/math/clones.hpp"

namespace trialmill::cohort {
namespace {

constexpr std::int32_t intervals = 256;
constexpr double infinite = std::numeric_limits<double>::infinity();

// Least and greatest finite value of each of eight lanes.
TRIALMILL_CLONES void find_range(const double* value, std::size_t n, double* low, double* high) {
  for (std::size_t i = 0; i < n; i += 8)
    for (std::size_t lane = 0; lane < 8; ++lane) {
      const double x = value[i + lane];
      low[lane] = x < low[lane] ? x : low[lane];
      high[lane] = (x > high[lane]) & (x < infinite) ? x : high[lane];
    }
}

TRIALMILL_CLONES void find_intervals(const double* value, std::size_t n, double low, double scale,
                                     std::int32_t* interval) {
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
  alignas(64) std::array<double, 8> low, high;
  low.fill(infinite);
  high.fill(-infinite);
  const std::size_t whole = value.size() / 8 * 8;
  find_range(value.data(), whole, low.data(), high.data());
  for (const double x : value.subspan(whole)) {
    low[0] = std::min(low[0], x);
    if (x < infinite) high[0] = std::max(high[0], x);
  }
  const double least = std::ranges::min(low);
  const double scale = intervals / (std::ranges::max(high) - least);
  workspace.candidate.resize(value.size());
  if (!(std::isfinite(scale) && scale > 0)) {
    std::ranges::copy(value, workspace.candidate.begin());
    return nth_of(workspace.candidate, n);
  }
  workspace.interval.resize(value.size());
  find_intervals(value.data(), value.size(), least, scale, workspace.interval.data());
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
