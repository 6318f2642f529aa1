#include "trialmill/scenario/published_cohort.hpp"

#include <algorithm>
#include <cmath>

#include "scenario/published_patterns.hpp"
#include "trialmill/evidence/calibration.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/baseline.hpp"
#include "trialmill/scenario/covariate_patterns.hpp"

namespace trialmill::scenario {
namespace {

using cohort::Attribute;

const std::string& name_of(Attribute attribute) {
  static const std::vector<cohort::Covariate> all = cohort::attribute_descriptions();
  return all[static_cast<std::size_t>(attribute)].name;
}

bool has_effect(const std::vector<CovariateEffect>& effects, Attribute attribute) {
  return std::ranges::find(effects, name_of(attribute), &CovariateEffect::covariate) !=
         effects.end();
}

std::optional<double> stated_share(const Course& course, Attribute attribute) {
  const PublishedAttributes& stated = course.published_attributes;
  switch (attribute) {
    case Attribute::toxicity:
      return stated.toxicity;
    case Attribute::response:
      return stated.response;
    case Attribute::morbidity:
      return stated.morbidity;
    case Attribute::radicality:
      break;
  }
  return std::nullopt;
}

bool acts_on_disease(const Course& course, Attribute attribute) {
  return has_effect(course.recurrence.effects, attribute) ||
         has_effect(course.death_without_recurrence.effects, attribute) ||
         has_effect(course.death_with_disease.effects, attribute);
}

// Splits each pattern into patients without and with an attribute.
// @param share of a pattern's patients who have it
template <typename Share>
std::vector<PatientPattern> split(const Scenario& scenario,
                                  const std::vector<PatientPattern>& patients, Attribute attribute,
                                  Share share) {
  std::vector<PatientPattern> out;
  for (const PatientPattern& pattern : patients) {
    const double with = share(pattern);
    for (const double value : {0.0, 1.0}) {
      PatientPattern part = pattern;
      part.probability *= value == 1 ? with : 1 - with;
      part.value[column_of(scenario, attribute)] = value;
      out.push_back(std::move(part));
    }
  }
  return out;
}

std::vector<PatientPattern> split_by_odds(const Scenario& scenario,
                                          const std::vector<PatientPattern>& patients,
                                          Attribute attribute, double reference_odds,
                                          const std::vector<CovariateEffect>& odds_ratios) {
  const auto factors = factors_of(odds_ratios, columns_of(scenario));
  return split(scenario, patients, attribute, [&](const PatientPattern& pattern) {
    const double odds = reference_odds * product_of(factors, pattern.value);
    return std::isinf(odds) ? 1 : odds / (1 + odds);
  });
}

// Hazards before surgery strike in proportion: 1 - exp(-H r) of the patients with ratio r.
double toxicity_hazard(const Scenario& scenario, const std::vector<PatientPattern>& patients,
                       double share) {
  const auto factors = factors_of(scenario.course->toxicity_ratios, columns_of(scenario));
  std::vector<evidence::RiskPattern> risks;
  for (const PatientPattern& pattern : patients)
    risks.push_back({pattern.probability, math::log(product_of(factors, pattern.value))});
  return evidence::cumulative_hazard_at(1 - share, risks);
}

std::vector<PatientPattern> split_by_toxicity(const Scenario& scenario,
                                              const std::vector<PatientPattern>& patients,
                                              double hazard) {
  const auto factors = factors_of(scenario.course->toxicity_ratios, columns_of(scenario));
  return split(scenario, patients, Attribute::toxicity, [&](const PatientPattern& pattern) {
    return -math::expm1(-hazard * product_of(factors, pattern.value));
  });
}

// The covariates with an effect, as they occurred in the published cohort.
std::vector<PatientPattern> published_patterns(const Scenario& scenario) {
  std::vector<std::size_t> covariates;
  for (const cohort::Covariate& known : scenario.course->published_cohort)
    covariates.push_back(static_cast<std::size_t>(
        std::ranges::find(scenario.population, known.name, &cohort::Covariate::name) -
        scenario.population.begin()));
  return patterns_of(scenario, published_population(scenario), covariates);
}

// One arm for all patients, who are drawn in whatever order.
cohort::TrialModel one_arm() {
  cohort::TrialModel model;
  model.enrolment.process = cohort::Enrolment::Process::even;
  model.enrolment.rate_per_month = {1.0};
  model.randomisation.method = cohort::Randomisation::Method::simple;
  model.randomisation.allocation = {1};
  model.dropout_time_by_arm.emplace_back(survival::PiecewiseHazard{{0.0}, {0.0}},
                                         cohort::PiecewiseRatio{});
  return model;
}

}  // namespace

std::size_t column_of(const Scenario& scenario, Attribute attribute) {
  return scenario.population.size() + static_cast<std::size_t>(attribute);
}

std::vector<PatientPattern> patterns_of(const Scenario& scenario,
                                        const std::vector<cohort::Covariate>& population,
                                        const std::vector<std::size_t>& covariates) {
  const std::size_t columns = population.size() + cohort::attribute_count;
  std::vector<PatientPattern> rows;
  for (const CovariatePattern& pattern :
       covariate_patterns(population, scenario.copula, covariates)) {
    PatientPattern row{pattern.probability, std::vector<double>(columns, 0.0)};
    for (std::size_t k = 0; k < covariates.size(); ++k)
      row.value[covariates[k]] = pattern.value[k];
    rows.push_back(std::move(row));
  }
  return rows;
}

double odds_of(double probability, const std::vector<CovariateEffect>& effects,
               const std::vector<PatientPattern>& population, const Scenario& scenario) {
  const auto patterns = odds_patterns<1>(population, {factors_of(effects, columns_of(scenario))});
  return reference_odds<1>(patterns, {probability})[0];
}

std::vector<cohort::Covariate> published_population(const Scenario& scenario) {
  std::vector<cohort::Covariate> population = scenario.population;
  for (const cohort::Covariate& known : scenario.course->published_cohort)
    *std::ranges::find(population, known.name, &cohort::Covariate::name) = known;
  return population;
}

double published_share(const Course& course, Attribute attribute) {
  const double otherwise =
      attribute == Attribute::morbidity ? course.operation.morbidity.probability : 0;
  return stated_share(course, attribute).value_or(otherwise);
}

bool states_published_share(const Course& course, Attribute attribute) {
  return stated_share(course, attribute).has_value();
}

bool morbidity_acts_on_disease(const Course& course) {
  return acts_on_disease(course, Attribute::morbidity);
}

bool acts_after_surgery(const Course& course, Attribute attribute) {
  const OperationPlan& operation = course.operation;
  const bool before_radicality = attribute != Attribute::morbidity;
  const bool on_response = attribute == Attribute::toxicity &&
                           acts_after_surgery(course, Attribute::response) &&
                           published_share(course, Attribute::response) > 0;
  return acts_on_disease(course, attribute) ||
         has_effect(operation.adjuvant.odds_ratios, attribute) ||
         (before_radicality && (has_effect(operation.r1.odds_ratios, attribute) ||
                                has_effect(operation.r2.odds_ratios, attribute) ||
                                has_effect(operation.unresectable.odds_ratios, attribute) ||
                                has_effect(operation.morbidity.odds_ratios, attribute))) ||
         (on_response && has_effect(course.response_odds, attribute));
}

PublishedBeforeSurgery published_before_surgery(const Scenario& scenario) {
  const Course& course = *scenario.course;
  PublishedBeforeSurgery out{published_patterns(scenario)};
  const auto share_that_acts = [&](Attribute attribute) {
    return acts_after_surgery(course, attribute) ? published_share(course, attribute) : 0;
  };
  if (const double share = share_that_acts(Attribute::toxicity); share > 0) {
    out.toxicity_hazard = toxicity_hazard(scenario, out.patients, share);
    out.patients = split_by_toxicity(scenario, out.patients, out.toxicity_hazard);
  }
  if (const double share = share_that_acts(Attribute::response); share > 0) {
    out.response_odds = odds_of(share, course.response_odds, out.patients, scenario);
    out.patients = split_by_odds(scenario, out.patients, Attribute::response, out.response_odds,
                                 course.response_odds);
  }
  return out;
}

std::vector<PatientPattern> with_morbidity(const Scenario& scenario,
                                           const std::vector<PatientPattern>& resected) {
  const Chance& morbidity = scenario.course->operation.morbidity;
  const double share = published_share(*scenario.course, Attribute::morbidity);
  return split_by_odds(scenario, resected, Attribute::morbidity,
                       odds_of(share, morbidity.odds_ratios, resected, scenario),
                       morbidity.odds_ratios);
}

cohort::TrialModel published_model(const Scenario& scenario, const CalibratedCourse& calibrated) {
  const PublishedBeforeSurgery before = published_before_surgery(scenario);
  Scenario published = scenario;
  published.population = published_population(scenario);
  published.course->operation.morbidity.probability =
      published_share(*scenario.course, Attribute::morbidity);
  published.arms.resize(1);
  Arm& arm = published.arms.front();
  arm.effects.clear();
  arm.odds_effects.clear();
  arm.switching.reset();
  arm.assessments = {};
  const survival::PiecewiseHazard none{{0.0}, {0.0}};
  arm.before_surgery = {};
  arm.before_surgery.surgery_at_months = arm.before_surgery.surgery_after_toxicity_months = 1;
  arm.before_surgery.progression = arm.before_surgery.death = arm.before_surgery.withdrawal = none;
  arm.before_surgery.toxicity = {{0.0}, {before.toxicity_hazard}};
  cohort::TrialModel model = one_arm();
  model.population = published.population;
  for (cohort::Covariate& covariate : model.population)
    covariate.missing.reset();
  model.copula = published.copula;
  model.course = compile_course(published, calibrated);
  model.course->before.response.odds_by_arm = {before.response_odds};
  return model;
}

cohort::TrialModel published_model(const Transition& event) {
  const auto& calibrated = std::get<CalibratedBaseline>(event.baseline);
  cohort::TrialModel model = one_arm();
  model.population = calibrated.cohort;
  for (cohort::Covariate& covariate : model.population)
    covariate.missing.reset();
  model.copula = calibrated.copula;
  model.hazard_factors = factors_of(event.effects, model.population);
  model.event_time_by_arm.emplace_back(resolve_baseline(event), cohort::PiecewiseRatio{});
  return model;
}

}  // namespace trialmill::scenario
