#include "trialmill/scenario/covariate_patterns.hpp"

#include <algorithm>
#include <stdexcept>

#include "scenario/latent_scores.hpp"
#include "trialmill/evidence/calibration.hpp"

namespace trialmill::scenario {
namespace {

using cohort::Covariate;

constexpr std::size_t most_patterns = 1'000'000;

// The covariates asked for and all that they depend on.
std::vector<bool> with_ancestors(std::span<const Covariate> population,
                                 std::span<const std::size_t> covariates) {
  std::vector<bool> needed(population.size(), false);
  std::vector<std::size_t> open(covariates.begin(), covariates.end());
  while (!open.empty()) {
    const std::size_t index = open.back();
    open.pop_back();
    if (needed[index]) continue;
    needed[index] = true;
    open.insert(open.end(), population[index].parents.begin(), population[index].parents.end());
  }
  return needed;
}

// The copula with all needed continuous covariates among its own, where there are several: one rule
// for all of their scores takes fewer patterns than the crossing of a rule for each.
cohort::Copula with_continuous(std::span<const Covariate> population, cohort::Copula copula,
                               const std::vector<bool>& needed) {
  std::vector<std::size_t> continuous;
  for (std::size_t c = 0; c < population.size(); ++c)
    if (needed[c] && cohort::level_count(population[c].law) == 0 && population[c].parents.empty())
      continuous.push_back(c);
  if (continuous.size() < 2) return copula;
  for (const std::size_t index : continuous) {
    if (std::ranges::find(copula.covariates, index) != copula.covariates.end()) continue;
    copula.factor.insert(copula.factor.end(), copula.covariates.size(), 0.0);
    copula.factor.push_back(1);
    copula.covariates.push_back(index);
  }
  return copula;
}

// Those of the copula's covariates that are needed, continuous ones first: the levels of the others
// are then split without loss.
std::vector<std::size_t> correlated(std::span<const Covariate> population,
                                    const cohort::Copula& copula, const std::vector<bool>& needed) {
  std::vector<std::size_t> kept;
  for (const std::size_t index : copula.covariates)
    if (needed[index]) kept.push_back(index);
  std::ranges::stable_partition(
      kept, [&](std::size_t index) { return cohort::level_count(population[index].law) == 0; });
  return kept;
}

struct Node {
  double probability, value;
};

std::vector<Node> nodes_of(const cohort::CovariateLaw& law) {
  if (const auto* binary = std::get_if<cohort::BinaryLaw>(&law))
    return {{1 - binary->prevalence, 0}, {binary->prevalence, 1}};
  std::vector<Node> nodes;
  if (const auto* categorical = std::get_if<cohort::CategoricalLaw>(&law)) {
    for (std::size_t level = 0; level < categorical->probabilities.size(); ++level)
      nodes.push_back({categorical->probabilities[level], static_cast<double>(level)});
    return nodes;
  }
  const auto quantile = [&](double u) {
    double value = 0;
    cohort::draw_values(law, std::span(&u, 1), std::span(&value, 1));
    return value;
  };
  // With a log ratio of 1 per unit the risk of a node is its value.
  for (const evidence::RiskPattern& node : evidence::quantile_factor(quantile, 1))
    nodes.push_back({node.probability, node.log_hazard_ratio});
  return nodes;
}

// Crosses the patterns with the values of one more covariate, given what they say of its parents.
// Here a pattern holds a value for every covariate of the population.
void extend(std::vector<CovariatePattern>& patterns, std::span<const Covariate> population,
            std::size_t index) {
  const Covariate& covariate = population[index];
  std::vector<std::vector<Node>> nodes_by_row;
  if (covariate.parents.empty()) nodes_by_row.push_back(nodes_of(covariate.law));
  for (const cohort::CovariateLaw& law : covariate.law_given_parents)
    nodes_by_row.push_back(nodes_of(law));
  std::vector<CovariatePattern> extended;
  for (CovariatePattern& pattern : patterns) {
    const auto level_of = [&](std::size_t parent) { return pattern.value[parent]; };
    const std::size_t row = cohort::row_of(covariate, population, level_of);
    for (const Node& node : nodes_by_row[row]) {
      const double probability = pattern.probability * node.probability;
      if (!(probability > 0)) continue;
      pattern.value[index] = node.value;
      extended.push_back({probability, pattern.value});
    }
    if (extended.size() > most_patterns)
      throw std::length_error(
          "the covariates combine to more than 1000000 patterns; tie fewer of them together");
  }
  patterns = std::move(extended);
}

// Leaves the covariates asked for, and adds up patterns that differ in the others alone.
void project(std::vector<CovariatePattern>& patterns, std::span<const std::size_t> covariates,
             bool drops_some) {
  for (CovariatePattern& pattern : patterns) {
    std::vector<double> kept;
    for (const std::size_t index : covariates)
      kept.push_back(pattern.value[index]);
    pattern.value = std::move(kept);
  }
  if (!drops_some) return;
  std::ranges::stable_sort(patterns, {}, &CovariatePattern::value);
  std::vector<CovariatePattern> merged;
  for (CovariatePattern& pattern : patterns) {
    if (!merged.empty() && merged.back().value == pattern.value)
      merged.back().probability += pattern.probability;
    else
      merged.push_back(std::move(pattern));
  }
  patterns = std::move(merged);
}

}  // namespace

std::vector<CovariatePattern> covariate_patterns(std::span<const Covariate> population,
                                                 const cohort::Copula& copula,
                                                 std::span<const std::size_t> covariates) {
  std::vector<bool> needed = with_ancestors(population, covariates);
  const auto needed_count = static_cast<std::size_t>(std::ranges::count(needed, true));
  std::vector<CovariatePattern> patterns{{1, std::vector<double>(population.size(), 0.0)}};
  const cohort::Copula joint = with_continuous(population, copula, needed);
  const std::vector<std::size_t> tied = correlated(population, joint, needed);
  if (tied.size() > 1) {
    patterns = correlated_patterns(population, cohort::copula_among(joint, tied));
    for (CovariatePattern& pattern : patterns) {
      std::vector<double> values(population.size(), 0.0);
      for (std::size_t k = 0; k < tied.size(); ++k)
        values[tied[k]] = pattern.value[k];
      pattern.value = std::move(values);
    }
    for (const std::size_t index : tied)
      needed[index] = false;
  }
  std::vector<std::size_t> order;
  cohort::dependency_order(population, order);
  for (const std::size_t index : order)
    if (needed[index]) extend(patterns, population, index);
  project(patterns, covariates, needed_count > covariates.size());
  return patterns;
}

}  // namespace trialmill::scenario
