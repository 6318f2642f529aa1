#include "cohort/order_statistic.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include "trialmill/math/intervals.hpp"

namespace trialmill::cohort {
namespace {

constexpr std::int32_t interval_count = 256;

double nth_of(std::span<double> value, std::size_t n) {
  const auto nth = value.begin() + static_cast<std::ptrdiff_t>(n - 1);
  std::nth_element(value.begin(), nth, value.end());
  return *nth;
}

}  // namespace

double nth_smallest(std::span<const double> value, std::size_t n, LookWorkspace& workspace) {
  assert(n > 0 && n <= value.size());
  const math::Intervals intervals = math::divide(value, interval_count);
  workspace.interval.resize(value.size());
  math::find_intervals(intervals, value, workspace.interval);
  std::array<std::uint32_t, interval_count> count{};
  for (const std::int32_t k : workspace.interval)
    ++count[static_cast<std::size_t>(k)];
  std::size_t before = 0, k = 0;
  while (before + count[k] < n)
    before += count[k++];
  workspace.candidate.resize(value.size());
  std::size_t found = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    workspace.candidate[found] = value[i];
    found += workspace.interval[i] == static_cast<std::int32_t>(k);
  }
  return nth_of(std::span(workspace.candidate).first(found), n - before);
}

}  // namespace trialmill::cohort
