#include "trialmill/scenario/baseline.hpp"

#include <algorithm>

#include "trialmill/math/elementary.hpp"

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

}  // namespace

std::vector<evidence::RiskPattern> risk_patterns(const std::vector<cohort::Covariate>& population,
                                                 const std::vector<CovariateEffect>& effects) {
  std::vector<evidence::RiskFactor> factors;
  for (const cohort::Covariate& covariate : population) {
    const bool matters = std::ranges::any_of(
        effects, [&](const CovariateEffect& effect) { return effect.covariate == covariate.name; });
    if (matters) factors.push_back(factor_of(covariate, effects));
  }
  return evidence::combine(factors);
}

cohort::BaselineHazard resolve_baseline(const Transition& transition) {
  if (const auto* given = std::get_if<survival::PiecewiseHazard>(&transition.baseline))
    return *given;
  if (const auto* weibull = std::get_if<cohort::WeibullHazard>(&transition.baseline))
    return *weibull;
  const auto& calibrated = std::get<CalibratedBaseline>(transition.baseline);
  return evidence::calibrate_baseline(calibrated.knots,
                                      risk_patterns(calibrated.cohort, transition.effects));
}

}  // namespace trialmill::scenario
