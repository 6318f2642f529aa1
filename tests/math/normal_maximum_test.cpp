#include "trialmill/math/normal_maximum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "trialmill/math/normal_probability.hpp"

namespace trialmill::math {
namespace {

using Matrix = std::vector<double>;

Matrix equal_correlation(std::size_t m, double rho) {
  Matrix matrix(m * m, rho);
  for (std::size_t i = 0; i < m; ++i)
    matrix[i * m + i] = 1;
  return matrix;
}

double density(double x) {
  return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
}

/// Sum of density(x) f(x) over a fine grid: exact to 1e-12 for the smooth f of these tests.
template <class Function>
double expectation(Function f, double step = 1.0 / 256) {
  double sum = 0;
  for (int k = static_cast<int>(-9 / step); k * step <= 9; ++k)
    sum += step * density(k * step) * f(k * step);
  return sum;
}

// Variables with one correlation rho are sqrt(rho) X + sqrt(1 - rho) X_i.
TEST(NormalMaximum, DoubleProgrammedEqualCorrelations) {
  for (std::size_t m = 1; m <= 4; ++m)
    for (const double rho : {0.0, 0.3, 0.9, 0.999})
      for (const double bound : {-1.5, 0.3, 1.0, 1.96, 3.0, 5.0}) {
        const auto power = [&](double inside) { return std::pow(inside, static_cast<double>(m)); };
        const double spread = std::sqrt(1 - rho);
        // Summed as probabilities outside, which keeps the digits of small ones.
        const double one = expectation([&](double x) {
          const double z = (bound - std::sqrt(rho) * x) / spread;
          return 1 - power(1 - normal_probability(-z));
        });
        const Matrix matrix = equal_correlation(m, rho);
        EXPECT_NEAR(normal_maximum_reaches(matrix, bound), one, 1e-11)
            << m << " " << rho << " " << bound;
        const double two = expectation([&](double x) {
          const double centre = std::sqrt(rho) * x;
          return 1 - power(std::max(0.0, 1 - normal_probability((centre - bound) / spread) -
                                             normal_probability((-bound - centre) / spread)));
        });
        EXPECT_NEAR(normal_absolute_maximum_reaches(matrix, bound), bound > 0 ? two : 1, 1e-9)
            << m << " " << rho << " " << bound;
      }
}

TEST(NormalMaximum, OfTheSameVariableIsThatVariable) {
  for (std::size_t m = 1; m <= 4; ++m)
    EXPECT_NEAR(normal_maximum_reaches(equal_correlation(m, 1), 1.7), normal_probability(-1.7),
                1e-15);
}

// Opposite variables: either reaches the bound, never both.
TEST(NormalMaximum, OfOppositeVariables) {
  EXPECT_NEAR(normal_maximum_reaches(equal_correlation(2, -1), 1.2), 2 * normal_probability(-1.2),
              1e-15);
  EXPECT_EQ(normal_maximum_reaches(equal_correlation(2, -1), -1.2), 1);
}

// Orthant probabilities: 1/4 + asin(rho) / 2 pi, and for three 1/8 + (sum of asin) / 4 pi.
TEST(NormalMaximum, OrthantsAreKnown) {
  const double turn = 2 * std::numbers::pi;
  const Matrix two = equal_correlation(2, 0.4);
  EXPECT_NEAR(normal_maximum_reaches(two, 0), 1 - (0.25 + std::asin(0.4) / turn), 1e-7);
  const Matrix three = {1, 0.2, -0.3, 0.2, 1, 0.6, -0.3, 0.6, 1};
  const double sum = std::asin(0.2) + std::asin(-0.3) + std::asin(0.6);
  EXPECT_NEAR(normal_maximum_reaches(three, 0), 1 - (0.125 + sum / (2 * turn)), 2e-7);
}

using Rows = std::vector<std::vector<double>>;

/// Z = L Y with the rows of L, integrated by Simpson's rule over one Y after the other between the
/// limits that the rows set which use no later Y; over the last in closed form.
struct NaiveInside {
  Rows rows;
  double bound;
  bool two_sided;
  std::vector<double> y = {};

  double operator()() {
    const std::size_t level = y.size(), rank = rows[0].size();
    double from = -7, to = 7;
    for (const std::vector<double>& row : rows)
      for (const double sign : {1.0, -1.0}) {
        const bool later = std::any_of(row.begin() + static_cast<std::ptrdiff_t>(level) + 1,
                                       row.end(), [](double x) { return x != 0; });
        if (later || row[level] == 0 || (sign < 0 && !two_sided)) continue;
        double room = bound;
        for (std::size_t k = 0; k < level; ++k)
          room -= sign * row[k] * y[k];
        const double limit = room / (sign * row[level]);
        (sign * row[level] > 0 ? to : from) =
            sign * row[level] > 0 ? std::min(to, limit) : std::max(from, limit);
      }
    if (!(from < to)) return 0;
    if (level + 1 == rank) return normal_probability(to) - normal_probability(from);
    const int steps = rank == 2 ? 4000 : rank == 3 ? 150 : 70;
    const double step = (to - from) / steps;
    double sum = 0;
    for (int k = 0; k <= steps; ++k) {
      const double x = from + k * step;
      const double weight = k == 0 || k == steps ? 1 : k % 2 == 1 ? 4 : 2;
      y.push_back(x);
      sum += weight * density(x) * (*this)();
      y.pop_back();
    }
    return sum * step / 3;
  }
};

double naive_outside(const Rows& rows, double bound, bool two_sided) {
  return 1 - NaiveInside{rows, bound, two_sided}();
}

Matrix correlation_of(const Rows& rows) {
  const std::size_t m = rows.size();
  Matrix matrix(m * m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j)
      for (std::size_t k = 0; k < rows[i].size(); ++k)
        matrix[i * m + j] += rows[i][k] * rows[j][k];
  return matrix;
}

Rows unit_rows(Rows rows) {
  for (std::vector<double>& row : rows) {
    double square = 0;
    for (const double x : row)
      square += x * x;
    for (double& x : row)
      x /= std::sqrt(square);
  }
  return rows;
}

TEST(NormalMaximum, DoubleProgrammedAnyRank) {
  const std::vector<Rows> cases = {
      {{1, 0}, {1, 0.5}, {1, 0.3}, {1, -0.4}},                 // rank 2
      {{1, 0}, {1, 0.9}, {1, 0.4}},                            // the last is redundant
      {{1, 0, 0}, {1, 0.3, 0}, {1, -0.2, 0.4}},                // three weights
      {{1, 0, 0}, {1, 0.6, 0}, {1, 0.2, 0.3}, {2, 0.4, 0.1}},  // singular, 4
      {{1, 0, 0}, {-0.5, 1, 0}, {-0.2, -0.6, 1}},              // negative
      {{1, 0, 0, 0}, {1, 0.4, 0, 0}, {1, 0.2, 0.4, 0}, {1, 0.3, 0.1, 0.2}},  // regular, 4
  };
  for (const Rows& given : cases) {
    const Rows rows = unit_rows(given);
    for (const double bound : {0.7, 1.9, 2.6}) {
      EXPECT_NEAR(normal_maximum_reaches(correlation_of(rows), bound),
                  naive_outside(rows, bound, false), 1e-5);
      EXPECT_NEAR(normal_absolute_maximum_reaches(correlation_of(rows), bound),
                  naive_outside(rows, bound, true), 1e-5);
    }
  }
}

// Order does not matter, nor a correlation that is singular but for rounding errors.
TEST(NormalMaximum, IsStable) {
  const auto rows = unit_rows({{1, 0.1, 0.2}, {1, 0.3, -0.1}, {1, -0.2, 0.4}, {2, 0.4, 0.1}});
  const Matrix matrix = correlation_of(rows);
  const double value = normal_maximum_reaches(matrix, 2);
  const Matrix other = correlation_of({rows[3], rows[1], rows[0], rows[2]});
  EXPECT_NEAR(normal_maximum_reaches(other, 2), value, 1e-13);
  for (const double error : {1e-15, 1e-13, 1e-11}) {
    Matrix perturbed = matrix;
    perturbed[1] += error;
    perturbed[4] += error;
    EXPECT_NEAR(normal_maximum_reaches(perturbed, 2), value, 1e-6) << error;
  }
}

}  // namespace
}  // namespace trialmill::math
