#include "trialmill/scenario/factors.hpp"

#include <algorithm>
#include <cassert>
#include <map>

#include "trialmill/math/elementary.hpp"

namespace trialmill::scenario {

std::vector<cohort::HazardFactor> factors_of(const std::vector<CovariateEffect>& effects,
                                             std::span<const cohort::Covariate> columns) {
  std::map<std::size_t, cohort::HazardFactor> factors;  // by column
  for (const CovariateEffect& effect : effects) {
    const auto column = std::ranges::find(columns, effect.covariate, &cohort::Covariate::name);
    assert(column != columns.end());
    const auto index = static_cast<std::size_t>(column - columns.begin());
    cohort::HazardFactor& factor = factors[index];
    factor.covariate = index;
    const std::size_t levels = cohort::level_count(column->law);
    if (levels == 0) {
      factor.log_ratio_per_unit = math::log(effect.ratio);
      continue;
    }
    factor.ratio_by_level.resize(levels, 1.0);
    std::size_t level = 1;
    if (const auto* categorical = std::get_if<cohort::CategoricalLaw>(&column->law)) {
      const auto found = std::ranges::find(categorical->levels, effect.level);
      level = static_cast<std::size_t>(found - categorical->levels.begin());
    }
    factor.ratio_by_level[level] = effect.ratio;
  }
  std::vector<cohort::HazardFactor> out;
  for (auto& [index, factor] : factors)
    out.push_back(std::move(factor));
  return out;
}

double product_of(std::span<const cohort::HazardFactor> factors, std::span<const double> value) {
  double product = 1;
  for (const cohort::HazardFactor& factor : factors) {
    const double x = value[factor.covariate];
    product *= factor.ratio_by_level.empty() ? math::exp(factor.log_ratio_per_unit * x)
                                             : factor.ratio_by_level[static_cast<std::size_t>(x)];
  }
  return product;
}

std::vector<cohort::Covariate> columns_of(const Scenario& scenario) {
  std::vector<cohort::Covariate> columns = scenario.population;
  if (scenario.course)
    for (cohort::Covariate& attribute : cohort::attribute_descriptions())
      columns.push_back(std::move(attribute));
  return columns;
}

std::vector<cohort::Covariate> survey_columns_of(const Scenario& scenario) {
  std::vector<cohort::Covariate> columns = columns_of(scenario);
  for (const char* observed : {"recurrence", "disease", "death_within_90_days"})
    columns.push_back({observed, cohort::BinaryLaw{}});
  return columns;
}

}  // namespace trialmill::scenario
