#include "cohort/order_statistic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace trialmill::cohort {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(NthSmallest, DoubleProgrammedBySorting) {
  std::mt19937 engine(3);
  LookWorkspace workspace;
  for (const std::size_t size : {1u, 2u, 7u, 8u, 9u, 300u, 2000u})
    for (int kind = 0; kind < 5; ++kind) {
      std::vector<double> values(size);
      for (double& x : values) {
        const double u = (static_cast<double>(engine()) + 0.5) / 4294967296.0;
        x = kind == 0 ? 60 * u : kind == 1 ? -std::log(u) : kind == 2 ? std::floor(5 * u) : 7.0;
        if (kind == 4 && u < 0.3) x = infinity;
      }
      std::vector<double> sorted = values;
      std::ranges::sort(sorted);
      for (const std::size_t n : {std::size_t{1}, size / 2 + 1, size})
        EXPECT_EQ(nth_smallest(values, n, workspace), sorted[n - 1]) << size << ' ' << kind;
    }
}

}  // namespace
}  // namespace trialmill::cohort
