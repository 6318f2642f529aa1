#include "trialmill/scenario/baseline.hpp"

#include <algorithm>

#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/covariate_patterns.hpp"

namespace trialmill::scenario {
namespace {

double log_ratio(const std::vector<CovariateEffect>& effects, const std::string& covariate,
                 const std::string& level) {
  const auto found = std::ranges::find_if(effects, [&](const CovariateEffect& effect) {
    return effect.covariate == covariate && effect.level == level;
  });
  return found == effects.end() ? 0.0 : math::log(found->ratio);
}

evidence::RiskFactor factor_of(const cohort::Covariate& covariate,
                               const std::vector<CovariateEffect>& effects) {
  if (const auto* law = std::get_if<cohort::CategoricalLaw>(&covariate.law)) {
    std::vector<double> log_ratios;
    for (const std::string& level : law->levels)
      log_ratios.push_back(log_ratio(effects, covariate.name, level));
    return evidence::categorical_factor(law->probabilities, log_ratios);
  }
  const double per_unit = log_ratio(effects, covariate.name, "");
  if (const auto* law = std::get_if<cohort::BinaryLaw>(&covariate.law))
    return evidence::binary_factor(law->prevalence, per_unit);
  return evidence::quantile_factor(
      [&](double u) {
        double value = 0;
        cohort::draw_values(covariate.law, std::span(&u, 1), std::span(&value, 1));
        return value;
      },
      per_unit);
}

bool matters(const cohort::Covariate& covariate, const std::vector<CovariateEffect>& effects) {
  return std::ranges::any_of(
      effects, [&](const CovariateEffect& effect) { return effect.covariate == covariate.name; });
}

// The covariates with an effect that are not independent of every other covariate with one.
std::vector<std::size_t> tied_covariates(const std::vector<cohort::Covariate>& population,
                                         const std::vector<CovariateEffect>& effects,
                                         const cohort::Copula& copula) {
  std::vector<bool> tied(population.size(), false);
  for (const std::size_t index : copula.covariates)
    tied[index] = true;
  std::vector<std::size_t> order;
  cohort::dependency_order(population, order);
  // From the last child up, so that what a parent depends on is tied as well.
  for (auto index = order.rbegin(); index != order.rend(); ++index) {
    const cohort::Covariate& covariate = population[*index];
    if (covariate.parents.empty() || !(tied[*index] || matters(covariate, effects))) continue;
    tied[*index] = true;
    for (const std::size_t parent : covariate.parents)
      tied[parent] = true;
  }
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < population.size(); ++c)
    if (tied[c] && matters(population[c], effects)) out.push_back(c);
  return out;
}

evidence::RiskFactor joint_factor(const std::vector<cohort::Covariate>& population,
                                  const std::vector<CovariateEffect>& effects,
                                  const cohort::Copula& copula,
                                  const std::vector<std::size_t>& tied) {
  std::vector<std::vector<double>> log_ratios;  // per level, or one per unit
  for (const std::size_t index : tied) {
    const cohort::Covariate& covariate = population[index];
    log_ratios.emplace_back();
    if (const auto* law = std::get_if<cohort::CategoricalLaw>(&covariate.law))
      for (const std::string& level : law->levels)
        log_ratios.back().push_back(log_ratio(effects, covariate.name, level));
    else
      log_ratios.back().push_back(log_ratio(effects, covariate.name, ""));
  }
  evidence::RiskFactor factor;
  for (const CovariatePattern& pattern : covariate_patterns(population, copula, tied)) {
    double sum = 0;
    for (std::size_t k = 0; k < tied.size(); ++k)
      sum += std::holds_alternative<cohort::CategoricalLaw>(population[tied[k]].law)
                 ? log_ratios[k][static_cast<std::size_t>(pattern.value[k])]
                 : log_ratios[k][0] * pattern.value[k];
    factor.push_back({pattern.probability, sum});
  }
  return factor;
}

}  // namespace

std::vector<evidence::RiskPattern> risk_patterns(const std::vector<cohort::Covariate>& population,
                                                 const std::vector<CovariateEffect>& effects,
                                                 const cohort::Copula& copula) {
  std::vector<evidence::RiskFactor> factors;
  const std::vector<std::size_t> tied = tied_covariates(population, effects, copula);
  // First, so that its equal risks are merged before anything multiplies them.
  if (!tied.empty()) factors.push_back(joint_factor(population, effects, copula, tied));
  for (std::size_t c = 0; c < population.size(); ++c)
    if (matters(population[c], effects) && std::ranges::find(tied, c) == tied.end())
      factors.push_back(factor_of(population[c], effects));
  return evidence::combine(factors);
}

cohort::BaselineHazard resolve_baseline(const Transition& transition) {
  if (const auto* given = std::get_if<survival::PiecewiseHazard>(&transition.baseline))
    return *given;
  if (const auto* weibull = std::get_if<cohort::WeibullHazard>(&transition.baseline))
    return *weibull;
  const auto& calibrated = std::get<CalibratedBaseline>(transition.baseline);
  return evidence::calibrate_baseline(
      calibrated.knots, risk_patterns(calibrated.cohort, transition.effects, calibrated.copula));
}

}  // namespace trialmill::scenario
