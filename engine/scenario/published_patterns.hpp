#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "scenario/reference_odds.hpp"
#include "trialmill/cohort/course.hpp"
#include "trialmill/scenario/course_model.hpp"
#include "trialmill/scenario/factors.hpp"

/// The published cohort as patterns of what its patients brought with them and what they acquired.
namespace trialmill::scenario {

std::size_t column_of(const Scenario& scenario, cohort::Attribute attribute);

/// Patterns of some covariates of a population, as rows of a cohort in which every other column is
/// at its reference.
std::vector<PatientPattern> patterns_of(const Scenario& scenario,
                                        const std::vector<cohort::Covariate>& population,
                                        const std::vector<std::size_t>& covariates);

template <std::size_t K>
std::vector<OddsPattern<K>> odds_patterns(
    const std::vector<PatientPattern>& population,
    const std::array<std::vector<cohort::HazardFactor>, K>& factors) {
  std::vector<OddsPattern<K>> out;
  for (const PatientPattern& pattern : population) {
    OddsPattern<K> one{pattern.probability, {}};
    for (std::size_t k = 0; k < K; ++k)
      one.odds_ratio[k] = product_of(factors[k], pattern.value);
    out.push_back(one);
  }
  return out;
}

/// Odds of the reference patient at which `probability` holds on average.
double odds_of(double probability, const std::vector<CovariateEffect>& effects,
               const std::vector<PatientPattern>& population, const Scenario& scenario);

/// The trial's population with the laws of the published cohort, for every covariate that has one.
std::vector<cohort::Covariate> published_population(const Scenario& scenario);

/// The published cohort before its operation: the covariates with an effect, toxicity and response.
/// An attribute that nobody has, or that acts on nothing, is left at its reference.
struct PublishedBeforeSurgery {
  std::vector<PatientPattern> patients;
  double toxicity_hazard = 0;  ///< cumulative until surgery, of the reference patient
  double response_odds = 0;    ///< of the reference patient
};
PublishedBeforeSurgery published_before_surgery(const Scenario& scenario);

/// Does morbidity act on a transition of the disease?
bool morbidity_acts_on_disease(const Course& course);

/// Patients resected, each pattern split by morbidity as it occurred in the published cohort.
std::vector<PatientPattern> with_morbidity(const Scenario& scenario,
                                           const std::vector<PatientPattern>& resected);

}  // namespace trialmill::scenario
