#include "trialmill/scenario/arm_survival.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/baseline.hpp"
#include "trialmill/scenario/covariate_patterns.hpp"
#include "trialmill/scenario/factors.hpp"

namespace trialmill::scenario {
namespace {

const TreatmentEffect* effect_on(const Arm& arm, const std::string& transition) {
  const auto found = std::ranges::find(arm.effects, transition, &TreatmentEffect::transition);
  return found == arm.effects.end() ? nullptr : &*found;
}

// Of all patients alike; none where it differs between subgroups.
std::optional<cohort::PiecewiseRatio> hazard_ratio_in(const Arm& arm,
                                                      const std::string& transition) {
  const TreatmentEffect* effect = effect_on(arm, transition);
  if (!effect) return cohort::PiecewiseRatio{};
  return effect->within ? std::nullopt : std::optional(effect->ratio);
}

double ratio_at(double months, const cohort::PiecewiseRatio& ratio) {
  const auto piece =
      std::ranges::upper_bound(ratio.from_months, months) - ratio.from_months.begin();
  return ratio.hazard_ratio[static_cast<std::size_t>(piece) - 1];
}

double cure_odds_ratio(const Arm& arm) {
  const auto found = std::ranges::find(arm.odds_effects, cure, &TreatmentOdds::outcome);
  return found == arm.odds_effects.end() ? 1.0 : found->odds_ratio;
}

// The laws of the levels in which the effect of an arm differs, added to `laws`.
cohort::SubgroupEffects::OfArm add_subgroups(const TreatmentEffect& effect, std::int32_t arm,
                                             std::span<const cohort::Covariate> columns,
                                             const cohort::BaselineHazard& baseline,
                                             std::vector<cohort::EventTimeLaw>& laws) {
  const auto column =
      std::ranges::find(columns, effect.within->covariate, &cohort::Covariate::name);
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&column->law);
  cohort::SubgroupEffects::OfArm out;
  out.covariate = static_cast<std::size_t>(column - columns.begin());
  out.law_by_level.assign(cohort::level_count(column->law), arm);
  for (const auto& [level, ratio] : effect.within->ratio_by_level) {
    const std::size_t place =
        !categorical ? 1
                     : static_cast<std::size_t>(std::ranges::find(categorical->levels, level) -
                                                categorical->levels.begin());
    out.law_by_level[place] = static_cast<std::int32_t>(laws.size());
    laws.emplace_back(baseline, ratio);
  }
  return out;
}

double share_of(double odds) {
  return odds / (1 + odds);
}

// The covariates that decide which pattern a patient belongs to.
std::vector<std::size_t> deciding_covariates(const Scenario& scenario, std::size_t arm) {
  std::vector<std::string> names;
  for (const CovariateEffect& effect : scenario.disease.effects)
    names.push_back(effect.covariate);
  if (scenario.disease.cured)
    for (const CovariateEffect& effect : scenario.disease.cured->odds_ratios)
      names.push_back(effect.covariate);
  const TreatmentEffect* effect = effect_on(scenario.arms[arm], scenario.disease.name);
  if (effect && effect->within) names.push_back(effect->within->covariate);
  std::vector<std::size_t> covariates;
  for (std::size_t c = 0; c < scenario.population.size(); ++c)
    if (std::ranges::find(names, scenario.population[c].name) != names.end())
      covariates.push_back(c);
  return covariates;
}

}  // namespace

TreatedLaws treated_laws(const Scenario& scenario, const std::string& transition,
                         const cohort::BaselineHazard& baseline) {
  TreatedLaws out;
  bool differ = false;
  for (const Arm& arm : scenario.arms) {
    const TreatmentEffect* effect = effect_on(arm, transition);
    out.by_arm.emplace_back(baseline, effect ? effect->ratio : cohort::PiecewiseRatio{});
    differ |= effect && effect->within;
  }
  if (!differ) return out;
  const std::vector<cohort::Covariate> columns = columns_of(scenario);
  out.subgroups.laws = out.by_arm;
  for (std::size_t a = 0; a < scenario.arms.size(); ++a) {
    const TreatmentEffect* effect = effect_on(scenario.arms[a], transition);
    out.subgroups.by_arm.emplace_back();
    if (effect && effect->within)
      out.subgroups.by_arm.back() = add_subgroups(*effect, static_cast<std::int32_t>(a), columns,
                                                  baseline, out.subgroups.laws);
  }
  return out;
}

cohort::OddsLaw cure_law(const Scenario& scenario) {
  cohort::OddsLaw law;
  const std::optional<Chance>& cured = scenario.disease.cured;
  if (!cured) return law;
  for (const Arm& arm : scenario.arms)
    law.odds_by_arm.push_back(cured->probability / (1 - cured->probability) * cure_odds_ratio(arm));
  law.factors = factors_of(cured->odds_ratios, columns_of(scenario));
  return law;
}

double constant_log_ratio(const Scenario& scenario, const Arm& reference, const Arm& compared) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto against = hazard_ratio_in(reference, scenario.disease.name);
  const auto ratio = hazard_ratio_in(compared, scenario.disease.name);
  if (!against || !ratio) return none;
  const double first = ratio->hazard_ratio.front() / against->hazard_ratio.front();
  for (const auto* effect : {&*against, &*ratio})
    for (const double months : effect->from_months)
      if (ratio_at(months, *ratio) / ratio_at(months, *against) != first) return none;
  const bool differ = first != 1 || cure_odds_ratio(reference) != cure_odds_ratio(compared);
  const bool cures = scenario.disease.cured && scenario.disease.cured->probability > 0;
  return cures && differ ? none : math::log(first);
}

ArmSurvival::ArmSurvival(const Scenario& scenario, std::size_t arm, const TreatedLaws& laws,
                         const cohort::OddsLaw& cured)
    : laws_(laws.subgroups.none() ? laws.by_arm : laws.subgroups.laws) {
  if (laws.subgroups.none() && cured.never()) {
    // Patterns of equal risk are merged here, of which a course of covariates may have many.
    for (const evidence::RiskPattern& pattern :
         risk_patterns(scenario.population, scenario.disease.effects, scenario.copula))
      patterns_.push_back({pattern.probability, pattern.log_hazard_ratio, 0, arm});
    return;
  }
  const auto covariates = deciding_covariates(scenario, arm);
  const auto factors = factors_of(scenario.disease.effects, scenario.population);
  std::vector<double> value(scenario.population.size(), 0.0);
  for (const CovariatePattern& pattern :
       covariate_patterns(scenario.population, scenario.copula, covariates)) {
    for (std::size_t k = 0; k < covariates.size(); ++k)
      value[covariates[k]] = pattern.value[k];
    Pattern one{pattern.probability, math::log(product_of(factors, value)), 0, arm};
    if (!cured.never())
      one.cured = share_of(cured.odds_by_arm[arm] * product_of(cured.factors, value));
    if (!laws.subgroups.none() && !laws.subgroups.by_arm[arm].law_by_level.empty()) {
      const auto& [covariate, law_by_level] = laws.subgroups.by_arm[arm];
      one.law = static_cast<std::size_t>(law_by_level[static_cast<std::size_t>(value[covariate])]);
    }
    patterns_.push_back(one);
  }
}

double ArmSurvival::at(double months) const {
  std::vector<double> hazard;
  for (const cohort::EventTimeLaw& law : laws_)
    hazard.push_back(law.cumulative(months));
  double sum = 0;
  for (const Pattern& pattern : patterns_) {
    const double survival = math::exp(-hazard[pattern.law] * math::exp(pattern.log_hazard_ratio));
    sum += pattern.probability * (pattern.cured + (1 - pattern.cured) * survival);
  }
  return sum;
}

double ArmSurvival::cured() const {
  double sum = 0;
  for (const Pattern& pattern : patterns_)
    sum += pattern.probability * pattern.cured;
  return sum;
}

}  // namespace trialmill::scenario
