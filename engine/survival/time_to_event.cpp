#include "trialmill/survival/time_to_event.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

#include "survival/order_keys.hpp"
#include "trialmill/math/clones.hpp"

namespace trialmill::survival {
namespace {

// The columns do not overlap.
TRIALMILL_CLONES void unpack(const SortKey* __restrict key, std::size_t n,
                             std::uint32_t* __restrict row, double* __restrict time,
                             std::uint8_t* __restrict event, std::int32_t* __restrict group) {
  for (std::size_t i = 0; i < n; ++i) {
    row[i] = key[i].censored_and_row & ~censored_bit;
    time[i] = key[i].time;
    event[i] = key[i].censored_and_row < censored_bit ? 1 : 0;
    group[i] = key[i].group;
  }
}

void gather_columns(const Observations& observations, SortedTimes& sorted) {
  const std::size_t n = observations.time.size();
  sorted.row.resize(n);
  sorted.time.resize(n);
  sorted.event.resize(n);
  sorted.group.resize(n);
  unpack(sorted.key.data(), n, sorted.row.data(), sorted.time.data(), sorted.event.data(),
         sorted.group.data());
  sorted.entry.resize(observations.entry.size());
  for (std::size_t i = 0; i < sorted.entry.size(); ++i) {
    sorted.entry[i] = observations.entry[sorted.row[i]];
  }
}

}  // namespace

void sort_times(const Observations& observations, SortedTimes& sorted) {
  [[maybe_unused]] const std::size_t n = observations.time.size();
  assert(observations.event.size() == n && n < censored_bit);
  assert(observations.group.empty() || observations.group.size() == n);
  assert(observations.entry.empty() || observations.entry.size() == n);
  assert(observations.stratum.size() == n ||
         (observations.stratum.empty() && observations.strata == 1));
  sorted.groups = observations.groups;
  sorted.strata = observations.strata;
  order_keys(observations, sorted);
  gather_columns(observations, sorted);
}

std::size_t merge_near_ties(std::span<const std::span<double>> columns) {
  constexpr double tolerance = 0x1p-26;  // the square root of the machine epsilon, R's default
  std::vector<double> value;
  for (const auto& column : columns) {
    std::copy_if(column.begin(), column.end(), std::back_inserter(value),
                 [](double x) { return std::isfinite(x); });
  }
  std::sort(value.begin(), value.end());
  value.erase(std::unique(value.begin(), value.end()), value.end());
  if (value.size() < 2) return 0;
  double total = 0;
  for (const double x : value)
    total += std::abs(x);
  const double mean = total / static_cast<double>(value.size());

  std::vector<double> kept{value.front()};
  for (std::size_t i = 1; i < value.size(); ++i) {
    const double gap = value[i] - value[i - 1];
    if (gap > tolerance && gap / mean > tolerance) kept.push_back(value[i]);
  }
  std::size_t changed = 0;
  for (const auto& column : columns) {
    for (double& x : column) {
      if (!std::isfinite(x)) continue;
      const double first = *(std::upper_bound(kept.begin(), kept.end(), x) - 1);
      changed += static_cast<std::size_t>(first != x);
      x = first;
    }
  }
  return changed;
}

}  // namespace trialmill::survival
