#include "information_factor.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace trialmill::survival {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Strided = Eigen::OuterStride<>;

/// The leading rows x rows block of a p x p factor.
auto leading(std::span<const double> factor, std::size_t rows, std::size_t p) {
  const auto r = static_cast<Eigen::Index>(rows);
  return Eigen::Map<const Matrix, 0, Strided>(factor.data(), r, r,
                                              Strided(static_cast<Eigen::Index>(p)));
}

auto vector_at(double* values, std::size_t length) {
  return Eigen::Map<Eigen::VectorXd>(values, static_cast<Eigen::Index>(length));
}

/// Appends column j as row `rows` of the factor. Returns the squared pivot, what is left of the
/// column's information after the columns before it; not positive: nothing was appended.
double append(const InformationFactor& f, std::size_t j, std::size_t rows, double floor) {
  const std::size_t p = f.columns();
  double* const row = f.factor.data() + rows * p;
  for (std::size_t k = 0, r = 0; k < j; ++k)
    if (!f.aliased[k]) row[r++] = f.information[k * p + j];
  auto values = vector_at(row, rows);
  if (rows > 0) leading(f.factor, rows, p).triangularView<Eigen::Lower>().solveInPlace(values);
  const double pivot = f.information[j * p + j] - values.squaredNorm();
  if (!(pivot > floor)) return 0;
  row[rows] = std::sqrt(pivot);
  return pivot;
}

}  // namespace

void InformationFactor::find_dependent_columns(double floor) {
  std::size_t rows = 0;
  for (std::size_t j = 0; j < columns(); ++j) {
    const double own = information[j * columns() + j];
    aliased[j] = append(*this, j, rows, std::max(floor, 1e-11 * own)) == 0;
    rows += !aliased[j];
  }
}

bool InformationFactor::update() {
  std::size_t rows = 0;
  for (std::size_t j = 0; j < columns(); ++j) {
    if (aliased[j]) continue;
    if (append(*this, j, rows, 0) == 0) return false;
    ++rows;
  }
  return true;
}

double InformationFactor::solve(std::span<double> vector) const {
  const std::size_t p = columns();
  if (p == 1 && !aliased[0]) {
    const double scaled = vector[0] / factor[0];
    vector[0] = scaled / factor[0];
    return scaled * scaled;
  }
  std::size_t rows = 0;
  for (std::size_t j = 0; j < p; ++j)
    if (!aliased[j]) vector[rows++] = vector[j];
  auto values = vector_at(vector.data(), rows);
  const auto lower = leading(factor, rows, p);
  lower.triangularView<Eigen::Lower>().solveInPlace(values);
  const double form = values.squaredNorm();
  lower.transpose().triangularView<Eigen::Upper>().solveInPlace(values);
  for (std::size_t j = p; j-- > 0;)
    vector[j] = aliased[j] ? 0.0 : vector[--rows];
  return form;
}

void InformationFactor::invert(std::span<double> inverse) const {
  const std::size_t p = columns();
  for (std::size_t j = 0; j < p; ++j) {
    const std::span<double> row = inverse.subspan(j * p, p);
    std::fill(row.begin(), row.end(), 0.0);
    if (aliased[j]) continue;
    row[j] = 1;
    solve(row);
  }
  for (std::size_t j = 0; j < p; ++j)
    for (std::size_t k = 0; k < j; ++k)
      inverse[j * p + k] = inverse[k * p + j];
}

}  // namespace trialmill::survival
