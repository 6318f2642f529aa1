#include "trialmill/scenario/two_arm_model.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

#include "trialmill/design/expected_events.hpp"
#include "trialmill/scenario/baseline.hpp"
#include "trialmill/scenario/covariate_patterns.hpp"
#include "trialmill/scenario/factors.hpp"

namespace trialmill::scenario {
namespace {

using survival::PiecewiseHazard;

constexpr std::size_t most_groups = 100;  // integrated in a few milliseconds

/// Hazard ratios of the two arms of the analysis, each against the first arm of the trial.
using ArmRatios = std::array<cohort::PiecewiseRatio, 2>;

/// Patients of one stratum of the analysis who share a hazard in each arm.
struct Share {
  double fraction = 0;
  std::size_t stratum = 0;
  double multiplier = 1;  // of the reference patient's hazard
  ArmRatios ratios = {};

  bool same_hazards(const Share& other) const {
    return stratum == other.stratum && multiplier == other.multiplier &&
           std::ranges::equal(ratios, other.ratios, [](const auto& one, const auto& two) {
             return one.from_months == two.from_months && one.hazard_ratio == two.hazard_ratio;
           });
  }
};

const TreatmentEffect* effect_of(const Scenario& scenario, std::int32_t arm) {
  const auto& effects = scenario.arms[static_cast<std::size_t>(arm)].effects;
  const auto found =
      std::ranges::find(effects, scenario.disease.name, &TreatmentEffect::transition);
  return found == effects.end() ? nullptr : &*found;
}

bool named(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool has_effect(const Scenario& scenario, const std::string& covariate) {
  return std::ranges::find(scenario.disease.effects, covariate, &CovariateEffect::covariate) !=
         scenario.disease.effects.end();
}

bool differs_within(const Scenario& scenario, const Analysis& analysis,
                    const std::string& covariate) {
  return std::ranges::any_of(analysis.arms, [&](std::int32_t arm) {
    const TreatmentEffect* effect = effect_of(scenario, arm);
    return effect && effect->within && effect->within->covariate == covariate;
  });
}

// The covariates by which patients of the analysis differ.
std::vector<std::size_t> covariates_that_matter(const Scenario& scenario,
                                                const Analysis& analysis) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < scenario.population.size(); ++c)
    if (const std::string& name = scenario.population[c].name;
        named(analysis.strata, name) || has_effect(scenario, name) ||
        differs_within(scenario, analysis, name))
      out.push_back(c);
  return out;
}

// Does a condition count events of other arms than those compared?
bool counts_other_arms(const cohort::AnalysisTime& when, const std::vector<std::int32_t>& arms) {
  using enum cohort::AnalysisTime::Condition;
  const bool counts = when.condition == events || when.condition == event_fraction;
  return (counts && when.arms != arms) || std::ranges::any_of(when.of, [&](const auto& part) {
           return counts_other_arms(part, arms);
         });
}

bool waits_for_other_arms(const Scenario& scenario, const Analysis& analysis) {
  const std::vector<std::int32_t> arms = set_of_compared_arms(scenario, analysis);
  return counts_other_arms(analysis.at.value_or(scenario.analysis_time), arms) ||
         (analysis.looks && std::ranges::any_of(analysis.looks->interim, [&](const auto& when) {
            return counts_other_arms(when, arms);
          }));
}

std::optional<NoModel> reason_against(const Scenario& scenario, const Analysis& analysis,
                                      const std::vector<std::size_t>& covariates) {
  if (scenario.course) return NoModel{"a whole course"};
  if (analysis.arms.size() != 2) return NoModel{"a comparison of more than two arms"};
  if (waits_for_other_arms(scenario, analysis))
    return NoModel{"events counted in other arms than those compared"};
  if (std::holds_alternative<cohort::WeibullHazard>(scenario.disease.baseline))
    return NoModel{"a Weibull hazard"};
  if (scenario.disease.cured) return NoModel{"a cure fraction"};
  for (const std::size_t c : covariates) {
    const cohort::Covariate& covariate = scenario.population[c];
    if (cohort::level_count(covariate.law) == 0)
      return NoModel{"a continuous covariate with an effect"};
    if (covariate.missing && named(analysis.strata, covariate.name))
      return NoModel{"strata that are not always recorded"};
  }
  return std::nullopt;
}

std::size_t stratum_of(const Scenario& scenario, const Analysis& analysis,
                       const std::vector<std::size_t>& covariates,
                       const CovariatePattern& pattern) {
  std::size_t stratum = 0;
  for (std::size_t k = 0; k < covariates.size(); ++k) {
    const cohort::Covariate& covariate = scenario.population[covariates[k]];
    if (named(analysis.strata, covariate.name))
      stratum =
          stratum * cohort::level_count(covariate.law) + static_cast<std::size_t>(pattern.value[k]);
  }
  return stratum;
}

// Of one arm for a patient with these covariates.
cohort::PiecewiseRatio ratio_of(const Scenario& scenario, std::int32_t arm,
                                const std::vector<double>& value) {
  const TreatmentEffect* effect = effect_of(scenario, arm);
  if (!effect) return {};
  if (!effect->within) return effect->ratio;
  const auto covariate =
      std::ranges::find(scenario.population, effect->within->covariate, &cohort::Covariate::name);
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&covariate->law);
  const auto place = static_cast<std::size_t>(
      value[static_cast<std::size_t>(covariate - scenario.population.begin())]);
  for (const auto& [level, ratio] : effect->within->ratio_by_level)
    if (categorical ? categorical->levels[place] == level : place == 1) return ratio;
  return effect->ratio;
}

ArmRatios ratios_of(const Scenario& scenario, const Analysis& analysis,
                    const std::vector<double>& value) {
  return {ratio_of(scenario, analysis.arms[0], value), ratio_of(scenario, analysis.arms[1], value)};
}

// @throws std::length_error when the covariates have too many combinations of levels
std::vector<Share> shares_of(const Scenario& scenario, const Analysis& analysis,
                             const std::vector<std::size_t>& covariates) {
  std::vector<double> value(scenario.population.size(), 0.0);
  if (covariates.empty()) return {{1, 0, 1, ratios_of(scenario, analysis, value)}};
  const auto factors = factors_of(scenario.disease.effects, scenario.population);
  std::vector<Share> shares;
  for (const CovariatePattern& pattern :
       covariate_patterns(scenario.population, scenario.copula, covariates)) {
    if (!(pattern.probability > 0)) continue;
    for (std::size_t k = 0; k < covariates.size(); ++k)
      value[covariates[k]] = pattern.value[k];
    const Share one{pattern.probability, stratum_of(scenario, analysis, covariates, pattern),
                    product_of(factors, value), ratios_of(scenario, analysis, value)};
    const auto same =
        std::ranges::find_if(shares, [&](const Share& known) { return known.same_hazards(one); });
    if (same != shares.end())
      same->fraction += one.fraction;
    else
      shares.push_back(one);
    if (shares.size() > most_groups) throw std::length_error("risk groups");
  }
  return shares;
}

PiecewiseHazard times(const PiecewiseHazard& hazard, double factor) {
  PiecewiseHazard out = hazard;
  for (double& per_month : out.hazard_per_month)
    per_month *= factor;
  return out;
}

template <class Value>
Value value_at(const std::vector<double>& from, const std::vector<Value>& values, double months) {
  const auto after = std::ranges::upper_bound(from, months);
  return values[static_cast<std::size_t>(after - from.begin()) - 1];
}

// Of the arms compared, to which a share of all patients is allotted.
design::Accrual accrual_of(const Scenario& scenario, double share) {
  design::Accrual accrual{scenario.enrolment.from_months, scenario.enrolment.rate_per_month, 0};
  accrual.duration_months =
      design::accrual_duration(accrual, static_cast<double>(scenario.sample_size));
  for (double& per_month : accrual.per_month)
    per_month *= share;
  return accrual;
}

PiecewiseHazard hazard_of(const PiecewiseHazard& baseline, const cohort::PiecewiseRatio& ratio,
                          const std::vector<double>& from) {
  PiecewiseHazard out{from, {}};
  for (const double months : from)
    out.hazard_per_month.push_back(
        value_at(baseline.from_months, baseline.hazard_per_month, months) *
        value_at(ratio.from_months, ratio.hazard_ratio, months));
  return out;
}

// Blocks or minimisation over what the analysis is stratified by, or more.
bool balanced_within_strata(const Scenario& scenario, const Analysis& analysis) {
  using enum cohort::Randomisation::Method;
  if (scenario.randomisation == simple) return false;
  const auto& factors = scenario.randomisation == permuted_blocks ? scenario.randomisation_strata
                                                                  : scenario.minimisation.factors;
  return std::ranges::all_of(analysis.strata,
                             [&](const std::string& stratum) { return named(factors, stratum); });
}

// The arms that the analysis compares, the reference first. Their hazards have the same pieces, so
// that a constant ratio is seen to be one.
design::TwoArmModel model_of(const Scenario& scenario, const Analysis& analysis,
                             const std::vector<Share>& shares) {
  const Arm& control = scenario.arms[static_cast<std::size_t>(analysis.arms[0])];
  const Arm& experimental = scenario.arms[static_cast<std::size_t>(analysis.arms[1])];
  const auto baseline = std::get<PiecewiseHazard>(resolve_baseline(scenario.disease));
  std::vector<double> from = baseline.from_months;
  for (const Share& share : shares)
    for (const cohort::PiecewiseRatio& ratio : share.ratios)
      from.insert(from.end(), ratio.from_months.begin(), ratio.from_months.end());
  std::ranges::sort(from);
  from.erase(std::ranges::unique(from).begin(), from.end());
  design::TwoArmModel model;
  model.accrual = accrual_of(scenario, allocation_share(scenario, analysis.arms));
  model.allocation = experimental.allocation / control.allocation;
  model.balanced_within_strata = balanced_within_strata(scenario, analysis);
  const auto hazard_in = [&](const Share& share, std::size_t arm) {
    return times(hazard_of(baseline, share.ratios[arm], from), share.multiplier);
  };
  for (const Share& share : shares)
    model.groups.push_back({share.fraction, share.stratum, hazard_in(share, 0), hazard_in(share, 1),
                            control.dropout, experimental.dropout});
  return model;
}

}  // namespace

std::variant<design::TwoArmModel, NoModel> two_arm_model(const Scenario& scenario,
                                                         const Analysis& analysis) {
  const std::vector<std::size_t> covariates = covariates_that_matter(scenario, analysis);
  if (const auto reason = reason_against(scenario, analysis, covariates)) return *reason;
  try {
    return model_of(scenario, analysis, shares_of(scenario, analysis, covariates));
  } catch (const std::length_error&) {
    return NoModel{"too many combinations of covariates"};
  }
}

double expected_time(const cohort::AnalysisTime& when, const design::TwoArmModel& model,
                     std::size_t sample_size) {
  using enum cohort::AnalysisTime::Condition;
  const auto time_of = [&](const cohort::AnalysisTime& part) {
    return expected_time(part, model, sample_size);
  };
  switch (when.condition) {
    case events:
    case event_fraction:
      return design::time_of_events(model,
                                    static_cast<double>(cohort::target_events(when, sample_size)));
    case calendar_months:
      return when.value;
    case minimum_follow_up:
      return model.accrual.duration_months + when.value;
    case first_of:
    case last_of:
      break;
  }
  assert(!when.of.empty());
  double time = time_of(when.of.front());
  for (const cohort::AnalysisTime& part : when.of)
    time =
        when.condition == first_of ? std::min(time, time_of(part)) : std::max(time, time_of(part));
  return time;
}

design::Timing expected_timing(const cohort::AnalysisTime& when, const design::TwoArmModel& model,
                               std::size_t sample_size) {
  using enum cohort::AnalysisTime::Condition;
  if (when.condition == events || when.condition == event_fraction) return design::Timing::events;
  const double time = expected_time(when, model, sample_size);
  for (const cohort::AnalysisTime& part : when.of)
    if (expected_time(part, model, sample_size) == time)
      return expected_timing(part, model, sample_size);
  return design::Timing::calendar;
}

}  // namespace trialmill::scenario
