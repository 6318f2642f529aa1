#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "trialmill/cohort/population.hpp"

/// Covariates that belong together: conditional tables (`Covariate::parents`) and a Gaussian
/// copula.
namespace trialmill::cohort {

/// Covariates whose dependence is that of a multivariate normal vector: the uniform that a law
/// turns into a value is the normal probability of the covariate's latent score (Sklar 1959; Cario
/// and Nelson 1997, NORTA). A high score means a high value: present rather than absent, a level
/// that stands later in the list, a large number. Every covariate keeps its own law. No covariates:
/// everything independent.
struct Copula {
  std::vector<std::size_t> covariates;  ///< indices in the population, none with parents
  /// Cholesky factor of the latent correlation matrix, lower triangle by rows: 1, 2, 3, ...
  /// numbers.
  std::vector<double> factor;

  /// Of row and column <= row, both counted within `covariates`.
  double factor_at(std::size_t row, std::size_t column) const {
    return factor[row * (row + 1) / 2 + column];
  }
};

/// The copula with these latent correlations. @param covariates d indices in the population
/// @param correlation d x d, symmetric, ones on the diagonal
/// @throws std::domain_error when the matrix is not positive definite: no such scores exist, or one
/// of them would be fixed by the others
Copula gaussian_copula(std::vector<std::size_t> covariates, std::span<const double> correlation);

/// The copula of some of its covariates, in the order given. @param kept indices in the population,
/// each in `copula.covariates`
Copula copula_among(const Copula& copula, std::vector<std::size_t> kept);

/// Writes the indices of the population in an order in which parents stand before those that depend
/// on them, otherwise as they are. Covariates on a cycle, or behind one, are left out.
void dependency_order(std::span<const Covariate> population, std::vector<std::size_t>& order);

/// Which of `law_given_parents` holds for a patient; 0 without parents. @param level_of level of a
/// parent of that patient: called with an index in the population
template <class LevelOf>
std::size_t row_of(const Covariate& covariate, std::span<const Covariate> population,
                   LevelOf level_of) {
  std::size_t row = 0;
  for (const std::size_t parent : covariate.parents)
    row = row * level_count(population[parent].law) + static_cast<std::size_t>(level_of(parent));
  return row;
}

/// Scratch space, reused from replicate to replicate.
struct PopulationWorkspace {
  std::vector<std::size_t> order;
  std::vector<double> score;
};

/// Turns uniforms into covariates: one uniform per patient and covariate, by inverse transform, so
/// that a covariate which depends on no other is what `draw_values` makes of it.
/// @param columns covariate-major, `size` uniforms in (0, 1) per covariate of the population; holds
/// the values afterwards
void draw_population(std::span<const Covariate> population, const Copula& copula, std::size_t size,
                     std::span<double> columns, PopulationWorkspace& workspace);

}  // namespace trialmill::cohort
