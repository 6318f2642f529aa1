#include "trialmill/scenario/two_arm_model.hpp"

#include <algorithm>
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

/// Patients of one stratum of the analysis who share a hazard.
struct Share {
  double fraction = 0;
  std::size_t stratum = 0;
  double multiplier = 1;  // of the reference patient's hazard
};

bool named(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool has_effect(const Scenario& scenario, const std::string& covariate) {
  return std::ranges::find(scenario.disease.effects, covariate, &CovariateEffect::covariate) !=
         scenario.disease.effects.end();
}

// The covariates by which patients of the analysis differ.
std::vector<std::size_t> covariates_that_matter(const Scenario& scenario,
                                                const Analysis& analysis) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < scenario.population.size(); ++c)
    if (const std::string& name = scenario.population[c].name;
        named(analysis.strata, name) || has_effect(scenario, name))
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
  for (const std::int32_t arm : analysis.arms)
    for (const TreatmentEffect& effect : scenario.arms[static_cast<std::size_t>(arm)].effects)
      if (effect.within) return NoModel{"an effect that differs between subgroups"};
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

// @throws std::length_error when the covariates have too many combinations of levels
std::vector<Share> shares_of(const Scenario& scenario, const Analysis& analysis,
                             const std::vector<std::size_t>& covariates) {
  if (covariates.empty()) return {{1, 0, 1}};
  const auto factors = factors_of(scenario.disease.effects, scenario.population);
  std::vector<Share> shares;
  std::vector<double> value(scenario.population.size(), 0.0);
  for (const CovariatePattern& pattern :
       covariate_patterns(scenario.population, scenario.copula, covariates)) {
    if (!(pattern.probability > 0)) continue;
    for (std::size_t k = 0; k < covariates.size(); ++k)
      value[covariates[k]] = pattern.value[k];
    const Share one{pattern.probability, stratum_of(scenario, analysis, covariates, pattern),
                    product_of(factors, value)};
    const auto same = std::ranges::find_if(shares, [&](const Share& known) {
      return known.stratum == one.stratum && known.multiplier == one.multiplier;
    });
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

// Hazard ratios of an arm against the first one.
cohort::PiecewiseRatio ratio_of(const Scenario& scenario, const Arm& arm) {
  for (const TreatmentEffect& effect : arm.effects)
    if (effect.transition == scenario.disease.name) return effect.ratio;
  return {};
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

// The arms that the analysis compares, the reference first. Their hazards have the same pieces, so
// that a constant ratio is seen to be one.
design::TwoArmModel model_of(const Scenario& scenario, const Analysis& analysis,
                             const std::vector<Share>& shares) {
  const Arm& control = scenario.arms[static_cast<std::size_t>(analysis.arms[0])];
  const Arm& experimental = scenario.arms[static_cast<std::size_t>(analysis.arms[1])];
  const auto baseline = std::get<PiecewiseHazard>(resolve_baseline(scenario.disease));
  const cohort::PiecewiseRatio control_ratio = ratio_of(scenario, control);
  const cohort::PiecewiseRatio experimental_ratio = ratio_of(scenario, experimental);
  std::vector<double> from = baseline.from_months;
  for (const auto& more : {control_ratio.from_months, experimental_ratio.from_months})
    from.insert(from.end(), more.begin(), more.end());
  std::ranges::sort(from);
  from.erase(std::ranges::unique(from).begin(), from.end());
  const PiecewiseHazard control_hazard = hazard_of(baseline, control_ratio, from);
  const PiecewiseHazard experimental_hazard = hazard_of(baseline, experimental_ratio, from);
  design::TwoArmModel model;
  model.accrual = accrual_of(scenario, allocation_share(scenario, analysis.arms));
  model.allocation = experimental.allocation / control.allocation;
  for (const Share& share : shares)
    model.groups.push_back({share.fraction, share.stratum, times(control_hazard, share.multiplier),
                            times(experimental_hazard, share.multiplier), control.dropout,
                            experimental.dropout});
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

}  // namespace trialmill::scenario
