#include "trialmill/math/normal_maximum.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "normal_polytope.hpp"

namespace trialmill::math {
namespace {

/// The rows of L in correlation = L L', with as many columns as the rank.
struct Root {
  std::array<HalfSpace, 2 * most_normal_variables> row;
  std::size_t variables = 0;
  std::size_t rank = 0;
};

/// Cholesky factor with pivoting: each column belongs to the variable of which most is left.
Root root_of(std::span<const double> correlation) {
  constexpr double rounding = 1e-12;
  Root root;
  while (root.variables * root.variables < correlation.size())
    ++root.variables;
  const std::size_t m = root.variables;
  assert(m * m == correlation.size() && m >= 1 && m <= most_normal_variables);
  std::array<double, most_normal_variables> left;  // of each variance
  left.fill(1);
  for (; root.rank < m; ++root.rank) {
    const auto most = std::max_element(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(m));
    if (*most < rounding) break;
    const auto pivot = static_cast<std::size_t>(most - left.begin());
    const double scale = std::sqrt(*most);
    for (std::size_t i = 0; i < m; ++i) {
      double rest = i == pivot ? 1 : correlation[i * m + pivot];
      for (std::size_t k = 0; k < root.rank; ++k)
        rest -= root.row[i].normal[k] * root.row[pivot].normal[k];
      const double value = left[i] > 0 ? rest / scale : 0;
      root.row[i].normal[root.rank] = value;
      left[i] -= value * value;
    }
    left[pivot] = 0;
  }
  return root;
}

}  // namespace

double normal_maximum_reaches(std::span<const double> correlation, double bound) {
  Root root = root_of(correlation);
  for (std::size_t i = 0; i < root.variables; ++i)
    root.row[i].bound = bound;
  return probability_outside(std::span(root.row).first(root.variables), root.rank);
}

double normal_absolute_maximum_reaches(std::span<const double> correlation, double bound) {
  if (!(bound > 0)) return 1;
  Root root = root_of(correlation);
  const std::size_t m = root.variables;
  for (std::size_t i = 0; i < m; ++i) {
    root.row[i].bound = root.row[m + i].bound = bound;
    for (std::size_t k = 0; k < root.rank; ++k)
      root.row[m + i].normal[k] = -root.row[i].normal[k];
  }
  return probability_outside(std::span(root.row).first(2 * m), root.rank);
}

}  // namespace trialmill::math
