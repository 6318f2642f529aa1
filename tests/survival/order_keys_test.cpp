#include "survival/order_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace trialmill::survival {
namespace {

// The order by a plain sort of row numbers: a second route to the same total order.
std::vector<std::uint32_t> naive_order(const std::vector<double>& time,
                                       const std::vector<std::uint8_t>& event) {
  std::vector<std::uint32_t> rows(time.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    rows[i] = i;
  std::ranges::stable_sort(rows, [&](std::uint32_t a, std::uint32_t b) {
    return time[a] != time[b] ? time[a] < time[b] : event[a] > event[b];
  });
  return rows;
}

void expect_sorted(const std::vector<double>& time, const std::vector<std::uint8_t>& event) {
  SortedTimes sorted;
  sort_times({.time = time, .event = event, .group = {}, .stratum = {}, .entry = {}}, sorted);
  EXPECT_EQ(sorted.row, naive_order(time, event));
  EXPECT_TRUE(std::ranges::is_sorted(sorted.time));
}

TEST(OrderKeys, DoubleProgrammedOnEveryKindOfTimes) {
  std::mt19937 engine(7);
  for (const std::size_t n : {0u, 1u, 2u, 24u, 25u, 300u, 5000u}) {
    std::vector<double> even(n), tied(n), skewed(n), outlier(n);
    std::vector<std::uint8_t> event(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double u = (static_cast<double>(engine()) + 0.5) / 4294967296.0;
      even[i] = 40 * u;
      tied[i] = std::floor(6 * u);
      skewed[i] = std::pow(u, -4);
      outlier[i] = i == 0 ? 1e300 : u;
      event[i] = engine() % 2;
    }
    for (const auto& time : {even, tied, skewed, outlier, std::vector<double>(n, 3.5)})
      expect_sorted(time, event);
  }
}

TEST(OrderKeys, InfiniteNegativeAndZeroTimes) {
  const double infinite = std::numeric_limits<double>::infinity();
  std::vector<double> time;
  for (int i = 0; i < 60; ++i)
    time.push_back(i % 4 == 0 ? 0.0 : i % 4 == 1 ? -0.0 : i - 30.0);
  std::vector<std::uint8_t> event(60, 1);
  expect_sorted(time, event);
  time[7] = infinite;
  expect_sorted(time, event);
  time[9] = -infinite;
  expect_sorted(time, event);
  time[11] = std::numeric_limits<double>::denorm_min();
  expect_sorted(time, event);
}

}  // namespace
}  // namespace trialmill::survival
