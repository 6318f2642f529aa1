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
/// Independent covariates and conditional tables are exact over levels. A single continuous
/// covariate that is independent takes 197 quadrature nodes (evidence::quantile_factor). Latent
/// normal scores of correlated covariates, and of several continuous ones, take a deterministic
/// rule: even grids of 45 nodes for one continuous covariate, 377 for two and 949 for three,
/// and for more a lattice of 2^10 to 2^13 points (Cools, Kuo and Nuyens 2006, SIAM Journal on
/// Scientific Computing 28: 2162-2188).
/// At each of these nodes the levels of binary and categorical ones are split exactly (Genz 1992,
/// Journal of Computational and Graphical Statistics 1: 141-149) at the points of such a lattice,
/// and added up: there are as many patterns as nodes times combinations of levels. Averages of a
/// smooth function of the covariates, such as survival, are good to 1e-5 with up to three
/// continuous covariates and correlations below 0.9, to 1e-4 where more than two covariates of
/// levels are correlated, and to 1e-3 with four or more continuous ones. The result has the same
/// bits on every CPU.
/// @param covariates indices in the population; parents that are not among them are averaged over
/// @throws std::length_error when more than 10^6 patterns are needed, or when more than 20 of the
/// covariates are correlated
std::vector<CovariatePattern> covariate_patterns(std::span<const cohort::Covariate> population,
                                                 const cohort::Copula& copula,
                                                 std::span<const std::size_t> covariates);

}  // namespace trialmill::scenario
