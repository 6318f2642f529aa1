#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace trialmill::survival {

/// Cholesky factor L of the information matrix restricted to the columns not dropped, in order:
/// row r of the factor belongs to the r-th column kept. All matrices are p x p, row by row; of the
/// information the upper triangle is read.
struct InformationFactor {
  std::span<const double> information;
  std::span<double> factor;
  std::span<std::uint8_t> aliased;  ///< p: 1 where a column is dropped

  std::size_t columns() const { return aliased.size(); }

  /// Factors from scratch, dropping (aliased = 1) each column that is constant or depends on
  /// earlier ones: what is left of its information is below 1e-11 of it, or below `floor`.
  void find_dependent_columns(double floor);

  /// Factors with the columns kept as they are. False when the matrix is not positive definite.
  bool update();

  /// Replaces a vector over all p columns by information^-1 vector, 0 where dropped.
  /// Returns vector' information^-1 vector.
  double solve(std::span<double> vector) const;

  /// Writes the inverse over all p columns, 0 where dropped.
  void invert(std::span<double> inverse) const;
};

}  // namespace trialmill::survival
