#include "trialmill/math/ordered_sum.hpp"

#include <cstddef>

#include "trialmill/math/clones.hpp"

namespace trialmill::math {
namespace {

constexpr std::size_t lanes = 8;

TRIALMILL_CLONES void add_whole_rows(const double* values, std::size_t rows, double* lane_sums) {
  double sum[lanes] = {};
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t lane = 0; lane < lanes; ++lane)
      sum[lane] += values[row * lanes + lane];
  }
  for (std::size_t lane = 0; lane < lanes; ++lane)
    lane_sums[lane] = sum[lane];
}

}  // namespace

double ordered_sum(std::span<const double> values) {
  double s[lanes];
  const std::size_t rows = values.size() / lanes;
  add_whole_rows(values.data(), rows, s);
  for (std::size_t i = rows * lanes; i < values.size(); ++i)
    s[i % lanes] += values[i];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

}  // namespace trialmill::math
