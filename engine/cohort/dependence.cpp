#include "trialmill/cohort/dependence.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::cohort {
namespace {

// A score that is not tied to any before it leaves its uniform alone, to the bit.
bool stands_alone(const Copula& copula, std::size_t row) {
  for (std::size_t column = 0; column < row; ++column)
    if (copula.factor_at(row, column) != 0) return false;
  return true;
}

// A binary covariate is present when its uniform is low, and has a high score then: its uniform is
// the probability of a score above.
double turned(const Covariate& covariate, double score) {
  return std::holds_alternative<BinaryLaw>(covariate.law) ? -score : score;
}

void correlate(std::span<const Covariate> population, const Copula& copula, std::size_t size,
               std::span<double> columns, std::vector<double>& score) {
  // The ends of the stream's own uniforms: nothing turns into an infinite quantile.
  constexpr double least = 0x1p-53, most = 1 - 0x1p-53;
  const std::size_t count = copula.covariates.size();
  score.resize(count);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t index = copula.covariates[k];
      score[k] = turned(population[index], math::normal_quantile(columns[index * size + i]));
    }
    for (std::size_t row = 1; row < count; ++row) {
      if (stands_alone(copula, row)) continue;
      double sum = 0;
      for (std::size_t column = 0; column <= row; ++column)
        sum += copula.factor_at(row, column) * score[column];
      const std::size_t index = copula.covariates[row];
      columns[index * size + i] =
          std::clamp(math::normal_probability(turned(population[index], sum)), least, most);
    }
  }
}

void draw_given_parents(std::span<const Covariate> population, std::size_t index, std::size_t size,
                        std::span<double> columns) {
  for (std::size_t i = 0; i < size; ++i) {
    const auto level_of = [&](std::size_t parent) { return columns[parent * size + i]; };
    const std::size_t row = row_of(population[index], population, level_of);
    const std::span<double> value = columns.subspan(index * size + i, 1);
    draw_values(population[index].law_given_parents[row], value, value);
  }
}

}  // namespace

Copula gaussian_copula(std::vector<std::size_t> covariates, std::span<const double> correlation) {
  const std::size_t count = covariates.size();
  assert(correlation.size() == count * count);
  // A pivot is the variance of a score that those before it leave open.
  constexpr double least_variance = 1e-10;
  Copula copula{std::move(covariates), {}};
  for (std::size_t row = 0; row < count; ++row)
    for (std::size_t column = 0; column <= row; ++column) {
      double rest = correlation[row * count + column];
      for (std::size_t k = 0; k < column; ++k)
        rest -= copula.factor[row * (row + 1) / 2 + k] * copula.factor_at(column, k);
      if (column < row) {
        copula.factor.push_back(rest / copula.factor_at(column, column));
      } else {
        if (!(rest > least_variance))
          throw std::domain_error("the matrix of correlations is not positive definite");
        copula.factor.push_back(std::sqrt(rest));
      }
    }
  return copula;
}

Copula copula_among(const Copula& copula, std::vector<std::size_t> kept) {
  std::vector<std::size_t> place;
  for (const std::size_t index : kept) {
    const auto found = std::ranges::find(copula.covariates, index);
    assert(found != copula.covariates.end());
    place.push_back(static_cast<std::size_t>(found - copula.covariates.begin()));
  }
  std::vector<double> correlation;
  for (const std::size_t a : place)
    for (const std::size_t b : place) {
      double sum = 0;
      for (std::size_t k = 0; k <= std::min(a, b); ++k)
        sum += copula.factor_at(a, k) * copula.factor_at(b, k);
      correlation.push_back(a == b ? 1 : sum);
    }
  return gaussian_copula(std::move(kept), correlation);
}

void dependency_order(std::span<const Covariate> population, std::vector<std::size_t>& order) {
  order.clear();
  const auto placed = [&](std::size_t index) {
    return std::ranges::find(order, index) != order.end();
  };
  for (bool found = true; found;) {
    found = false;
    for (std::size_t c = 0; c < population.size(); ++c)
      if (!placed(c) && std::ranges::all_of(population[c].parents, placed)) {
        order.push_back(c);
        found = true;
      }
  }
}

void draw_population(std::span<const Covariate> population, const Copula& copula, std::size_t size,
                     std::span<double> columns, PopulationWorkspace& workspace) {
  assert(columns.size() == size * population.size());
  if (!copula.covariates.empty()) correlate(population, copula, size, columns, workspace.score);
  dependency_order(population, workspace.order);
  assert(workspace.order.size() == population.size());
  for (const std::size_t c : workspace.order) {
    const std::span<double> column = columns.subspan(c * size, size);
    if (population[c].parents.empty())
      draw_values(population[c].law, column, column);
    else
      draw_given_parents(population, c, size, columns);
  }
}

}  // namespace trialmill::cohort
