#include "trialmill/survival/time_to_event.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>

#include "survival/order_keys.hpp"

namespace trialmill::survival {
namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
constexpr std::uint32_t censored_bit = std::uint32_t{1} << 31;

/// Unsigned integers in the order of the doubles. Adding zero makes -0 and 0 one time.
std::uint64_t ordered_bits(double time) {
  const auto bits = std::bit_cast<std::uint64_t>(time + 0.0);
  return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}

/// Writes the keys stratum after stratum (counting sort) and the first position of each stratum.
void place_keys(const Observations& observations, SortedTimes& sorted) {
  const std::size_t n = observations.time.size();
  const auto strata = static_cast<std::size_t>(observations.strata);
  sorted.key.resize(n);
  sorted.stratum_begin.assign(strata + 1, 0);
  const auto key_of = [&](std::size_t i) {
    const std::uint32_t censored = observations.event[i] != 0 ? 0 : censored_bit;
    return SortKey{ordered_bits(observations.time[i]), censored | static_cast<std::uint32_t>(i)};
  };
  auto& begin = sorted.stratum_begin;
  if (strata == 1) {
    for (std::size_t i = 0; i < n; ++i)
      sorted.key[i] = key_of(i);
    begin[1] = static_cast<std::uint32_t>(n);
    return;
  }
  for (const std::int32_t stratum : observations.stratum) {
    assert(stratum >= 0 && stratum < observations.strata);
    ++begin[static_cast<std::size_t>(stratum) + 1];
  }
  for (std::size_t s = 0; s < strata; ++s)
    begin[s + 1] += begin[s];
  // Each entry is used as its stratum's next free position and ends where the next stratum begins;
  // shifting by one place restores the beginnings.
  for (std::size_t i = 0; i < n; ++i) {
    sorted.key[begin[static_cast<std::size_t>(observations.stratum[i])]++] = key_of(i);
  }
  std::copy_backward(begin.begin(), begin.end() - 1, begin.end());
  begin[0] = 0;
}

void gather_columns(const Observations& observations, SortedTimes& sorted) {
  const std::size_t n = observations.time.size();
  sorted.row.resize(n);
  sorted.time.resize(n);
  sorted.event.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t row = sorted.key[i].censored_and_row & ~censored_bit;
    sorted.row[i] = row;
    sorted.time[i] = observations.time[row] + 0.0;
    sorted.event[i] = (sorted.key[i].censored_and_row & censored_bit) == 0;
  }
  if (observations.group.empty()) {
    sorted.group.assign(n, 0);
  } else {
    sorted.group.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      sorted.group[i] = observations.group[sorted.row[i]];
  }
  sorted.entry.resize(observations.entry.size());
  for (std::size_t i = 0; i < sorted.entry.size(); ++i) {
    sorted.entry[i] = observations.entry[sorted.row[i]];
  }
}

/// Distinct event times of all strata, in order; `time` is large enough already.
void list_event_times(const SortedTimes& sorted, RiskTable& table) {
  const std::size_t strata = static_cast<std::size_t>(sorted.strata);
  table.stratum_begin.resize(strata + 1);
  table.time.resize(sorted.size());
  std::size_t count = 0;
  for (std::size_t s = 0; s < strata; ++s) {
    table.stratum_begin[s] = static_cast<std::uint32_t>(count);
    const std::size_t first = count;
    for (std::size_t i = sorted.stratum_begin[s]; i < sorted.stratum_begin[s + 1]; ++i) {
      if (sorted.event[i] == 0) continue;
      if (count == first || table.time[count - 1] != sorted.time[i]) {
        table.time[count++] = sorted.time[i];
      }
    }
  }
  table.stratum_begin[strata] = static_cast<std::uint32_t>(count);
  table.time.resize(count);
}

/// Events of each group, and how much the number at risk of each group changes on arriving at an
/// event time: +1 for every patient whose first time at risk this is, -1 for every patient whose
/// last time at risk was the one before.
void count_stratum(const SortedTimes& sorted, std::size_t stratum, RiskTable& table) {
  const std::size_t times = table.size();
  const std::size_t first = table.stratum_begin[stratum];
  const std::size_t last = table.stratum_begin[stratum + 1];
  if (first == last) return;
  const auto time = table.time.begin();
  std::size_t next = first;  // event times of the stratum up to the current patient's time end here
  for (std::size_t i = sorted.stratum_begin[stratum]; i < sorted.stratum_begin[stratum + 1]; ++i) {
    const std::size_t column = static_cast<std::size_t>(sorted.group[i]) * times;
    if (next < last && table.time[next] <= sorted.time[i]) ++next;
    if (sorted.event[i] != 0) table.group_events[column + next - 1] += 1;
    std::size_t from = first;
    if (!sorted.entry.empty()) {
      const auto after =
          std::upper_bound(time + static_cast<std::ptrdiff_t>(first),
                           time + static_cast<std::ptrdiff_t>(last), sorted.entry[i]);
      from = static_cast<std::size_t>(after - time);
    }
    if (from >= next) continue;  // no event while this patient was at risk
    table.group_at_risk[column + from] += 1;
    if (next < last) table.group_at_risk[column + next] -= 1;
  }
  for (std::size_t g = 0; g < static_cast<std::size_t>(table.groups); ++g) {
    for (std::size_t k = first + 1; k < last; ++k) {
      table.group_at_risk[g * times + k] += table.group_at_risk[g * times + k - 1];
    }
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
  place_keys(observations, sorted);
  for (std::size_t s = 0; s + 1 < sorted.stratum_begin.size(); ++s) {
    order_keys(sorted, sorted.stratum_begin[s], sorted.stratum_begin[s + 1]);
  }
  gather_columns(observations, sorted);
}

void tabulate_risk(const SortedTimes& sorted, RiskTable& table) {
  const auto groups = static_cast<std::size_t>(sorted.groups);
  table.groups = sorted.groups;
  list_event_times(sorted, table);
  const std::size_t times = table.size();
  table.group_at_risk.assign(groups * times, 0);
  table.group_events.assign(groups * times, 0);
  for (std::size_t s = 0; s < static_cast<std::size_t>(sorted.strata); ++s) {
    count_stratum(sorted, s, table);
  }
  table.at_risk.assign(times, 0);
  table.events.assign(times, 0);
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t k = 0; k < times; ++k) {
      table.at_risk[k] += table.group_at_risk[g * times + k];
      table.events[k] += table.group_events[g * times + k];
    }
  }
  table.group_size.assign(groups, 0);
  for (const std::int32_t group : sorted.group) {
    assert(group >= 0 && group < sorted.groups);
    table.group_size[static_cast<std::size_t>(group)] += 1;
  }
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
