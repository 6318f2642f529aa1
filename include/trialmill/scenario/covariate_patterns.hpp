#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "trialmill/cohort/dependence.hpp"

namespace trialmill::scenario {

/// One combination of values of some covariates, and its share of a population.
struct CovariatePattern {
  double probability = 1;
  std::vector<double> value = {};  ///< of each covariate asked for: a level's index, or a quantity
};

/// The joint distribution of some covariates, as patterns whose probabilities add up to 1.
///
/// Independent covariates and conditional tables are exact over levels, and 197 quadrature nodes
/// for a continuous covariate (evidence::quantile_factor). Correlated covariates take a
/// deterministic rule over their latent normal scores: an embedded lattice of 2^10 to 2^14 points
/// (Cools, Kuo and Nuyens 2006, SIAM Journal on Scientific Computing 28: 2162-2188) with the levels
/// of binary and categorical ones split exactly at every point (Genz 1992, Journal of Computational
/// and Graphical Statistics 1: 141-149), so that averages of a smooth function of the covariates,
/// such as survival, are good to 1e-4. The result has the same bits on every CPU.
/// @param covariates indices in the population; parents that are not among them are averaged over
/// @throws std::length_error when more than 10^6 patterns are needed, or when more than 20 of the
/// covariates are correlated
std::vector<CovariatePattern> covariate_patterns(std::span<const cohort::Covariate> population,
                                                 const cohort::Copula& copula,
                                                 std::span<const std::size_t> covariates);

}  // namespace trialmill::scenario
