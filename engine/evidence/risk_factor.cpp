#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "trialmill/evidence/calibration.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {

namespace {

constexpr std::size_t largest_population = 1'000'000;

// Quadrature weights add up to 1 but for rounding and the mass beyond the outermost nodes.
void normalise(RiskFactor& factor) {
  double total = 0;
  for (const RiskPattern& pattern : factor)
    total += pattern.probability;
  for (RiskPattern& pattern : factor)
    pattern.probability /= total;
}

// Sorts by log hazard ratio and adds up the probabilities of equal ones.
void merge_equal_ratios(std::vector<RiskPattern>& patterns) {
  // Stable, so that equal ratios are added in an order that does not depend on the library.
  std::ranges::stable_sort(patterns, {}, &RiskPattern::log_hazard_ratio);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < patterns.size(); ++i) {
    if (patterns[i].log_hazard_ratio == patterns[kept].log_hazard_ratio)
      patterns[kept].probability += patterns[i].probability;
    else
      patterns[++kept] = patterns[i];
  }
  if (!patterns.empty()) patterns.resize(kept + 1);
}

}  // namespace

RiskFactor binary_factor(double prevalence, double log_hazard_ratio) {
  assert(prevalence >= 0 && prevalence <= 1 && std::isfinite(log_hazard_ratio));
  return {{1 - prevalence, 0}, {prevalence, log_hazard_ratio}};
}

RiskFactor categorical_factor(std::span<const double> probabilities,
                              std::span<const double> log_hazard_ratios) {
  assert(probabilities.size() == log_hazard_ratios.size() && !probabilities.empty());
  RiskFactor factor;
  for (std::size_t level = 0; level < probabilities.size(); ++level)
    factor.push_back({probabilities[level], log_hazard_ratios[level]});
  return factor;
}

RiskFactor normal_factor(double mean, double sd, double log_ratio_per_unit) {
  assert(sd >= 0 && std::isfinite(mean) && std::isfinite(sd * log_ratio_per_unit));
  const double centre = mean * log_ratio_per_unit;
  const double spread = std::abs(sd * log_ratio_per_unit);
  if (spread == 0) return {{1, centre}};
  // exp(-H exp(spread z)) stays bounded for |Im z| < pi / (2 spread), so the error of a step h is
  // about exp(-pi^2 / (spread h)), or exp(-2 pi^2 / h^2) from the normal density where that is
  // more.
  const double step = std::min(0.7, 0.28 / spread);
  constexpr double outermost_score = 8.3;  // 1e-16 of a normal law lies beyond
  const int half = static_cast<int>(outermost_score / step) + 1;
  RiskFactor factor;
  for (int i = -half; i <= half; ++i) {
    const double score = i * step;
    factor.push_back({math::exp(-0.5 * score * score), centre + spread * score});
  }
  normalise(factor);
  return factor;
}

RiskFactor quantile_factor(const std::function<double(double)>& quantile,
                           double log_ratio_per_unit) {
  // u = 1 / (1 + exp(-pi sinh t)), t evenly spaced. At |t| = 98/32 the probability left out is
  // 3e-15.
  constexpr double step = 1.0 / 32;
  constexpr int half = 98;
  RiskFactor factor;
  for (int i = -half; i <= half; ++i) {
    const double grown = math::exp(i * step);
    const double odds = math::exp(std::numbers::pi * 0.5 * (grown - 1 / grown));
    const double probability = odds / (1 + odds);
    const double weight = (grown + 1 / grown) * probability / (1 + odds);
    const double log_ratio = log_ratio_per_unit * quantile(probability);
    assert(std::isfinite(log_ratio));
    factor.push_back({weight, log_ratio});
  }
  normalise(factor);
  return factor;
}

std::vector<RiskPattern> combine(std::span<const RiskFactor> factors) {
  std::vector<RiskPattern> population{RiskPattern{}};
  for (const RiskFactor& factor : factors) {
    if (population.size() * factor.size() > largest_population)
      throw std::length_error(
          "the covariates combine to more than 1000000 different risks; give fewer covariates, or "
          "fewer continuous ones, a hazard ratio");
    std::vector<RiskPattern> product;
    product.reserve(population.size() * factor.size());
    for (const RiskPattern& one : population)
      for (const RiskPattern& other : factor) {
        const double probability = one.probability * other.probability;
        if (probability > 0)
          product.push_back({probability, one.log_hazard_ratio + other.log_hazard_ratio});
      }
    merge_equal_ratios(product);
    population = std::move(product);
  }
  return population;
}

}  // namespace trialmill::evidence
