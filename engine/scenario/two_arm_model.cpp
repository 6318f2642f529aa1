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

std::optional<NoModel> reason_against(const Scenario& scenario, const Analysis& analysis,
                                      const std::vector<std::size_t>& covariates) {
  if (scenario.course) return NoModel{"a whole course"};
  if (scenario.arms.size() != 2) return NoModel{"more than two arms"};
  if (std::holds_alternative<cohort::WeibullHazard>(scenario.disease.baseline))
    return NoModel{"a Weibull hazard"};
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

// Both hazards have the same pieces, so that a constant ratio is seen to be one.
std::pair<PiecewiseHazard, PiecewiseHazard> hazards_by_arm(const PiecewiseHazard& baseline,
                                                           const cohort::PiecewiseRatio& ratio) {
  std::vector<double> from = baseline.from_months;
  from.insert(from.end(), ratio.from_months.begin(), ratio.from_months.end());
  std::ranges::sort(from);
  from.erase(std::ranges::unique(from).begin(), from.end());
  PiecewiseHazard control{from, {}}, experimental{from, {}};
  for (const double months : from) {
    const double hazard = value_at(baseline.from_months, baseline.hazard_per_month, months);
    control.hazard_per_month.push_back(hazard);
    experimental.hazard_per_month.push_back(
        hazard * value_at(ratio.from_months, ratio.hazard_ratio, months));
  }
  return {control, experimental};
}

design::Accrual accrual_of(const Scenario& scenario) {
  design::Accrual accrual{scenario.enrolment.from_months, scenario.enrolment.rate_per_month, 0};
  accrual.duration_months =
      design::accrual_duration(accrual, static_cast<double>(scenario.sample_size));
  return accrual;
}

// The arms that are compared: the last one with the first.
design::TwoArmModel model_of(const Scenario& scenario, const std::vector<Share>& shares) {
  const Arm& control = scenario.arms.front();
  const Arm& experimental = scenario.arms.back();
  cohort::PiecewiseRatio ratio;
  for (const TreatmentEffect& effect : experimental.effects)
    if (effect.transition == scenario.disease.name) ratio = effect.ratio;
  const auto baseline = std::get<PiecewiseHazard>(resolve_baseline(scenario.disease));
  const auto [control_hazard, experimental_hazard] = hazards_by_arm(baseline, ratio);
  design::TwoArmModel model;
  model.accrual = accrual_of(scenario);
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
    return model_of(scenario, shares_of(scenario, analysis, covariates));
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
