#include "simulation/possible_levels.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "trialmill/cohort/course.hpp"
#include "trialmill/scenario/covariate_patterns.hpp"

namespace trialmill::simulation {
namespace {

using cohort::Attribute;
using cohort::Radicality;
using Levels = std::vector<bool>;

// Can it happen in one of the arms?
bool may_happen(const cohort::TransitionLaw& law, const std::vector<std::int32_t>& arms) {
  return !law.by_arm.empty() && std::ranges::any_of(arms, [&](std::int32_t arm) {
    return !law.by_arm[static_cast<std::size_t>(arm)].never();
  });
}

bool may_happen(const cohort::OddsLaw& law, const std::vector<std::int32_t>& arms) {
  return !law.odds_by_arm.empty() && std::ranges::any_of(arms, [&](std::int32_t arm) {
    return law.odds_by_arm[static_cast<std::size_t>(arm)] > 0;
  });
}

Levels radicality_levels(const cohort::Course& course, const cohort::Endpoint& endpoint,
                         const std::vector<std::int32_t>& arms) {
  using enum cohort::Endpoint::Patients;
  const cohort::Endpoint::Patients patients = endpoint.patients;
  Levels possible(4, false);
  const auto at = [&](Radicality outcome) { return possible[static_cast<std::size_t>(outcome)]; };
  at(Radicality::r0) = true;
  at(Radicality::r1) = may_happen(course.operation.r1, arms);
  at(Radicality::r2) = patients != r0_r1 && may_happen(course.operation.r2, arms);
  const cohort::BeforeSurgery& before = course.before;
  const bool found_unresectable =
      (patients == all || patients == operated) && may_happen(course.operation.unresectable, arms);
  const bool never_operated =
      patients == all && endpoint.origin != cohort::Endpoint::Origin::surgery &&
      (may_happen(before.progression, arms) || may_happen(before.death, arms) ||
       may_happen(before.withdrawal, arms));
  at(Radicality::unresected) = found_unresectable || never_operated;
  return possible;
}

// Does it happen to everybody in all of the arms?
bool is_certain(const cohort::OddsLaw& law, const std::vector<std::int32_t>& arms) {
  return !law.odds_by_arm.empty() && std::ranges::all_of(arms, [&](std::int32_t arm) {
    return std::isinf(law.odds_by_arm[static_cast<std::size_t>(arm)]);
  });
}

// Of a characteristic that patients acquire on the way. They can be without it, unless all are
// operated on and it comes with every operation.
Levels attribute_levels(const cohort::Course& course, Attribute attribute,
                        const cohort::Endpoint& endpoint, const std::vector<std::int32_t>& arms) {
  const bool all_operated = endpoint.patients != cohort::Endpoint::Patients::all ||
                            endpoint.origin == cohort::Endpoint::Origin::surgery;
  const auto at_operation = [&](const cohort::OddsLaw& law) {
    return Levels{!all_operated || !is_certain(law, arms), may_happen(law, arms)};
  };
  switch (attribute) {
    case Attribute::toxicity:
      return {true, may_happen(course.before.toxicity, arms)};
    case Attribute::response:
      return at_operation(course.before.response);
    case Attribute::morbidity:
      return at_operation(course.operation.morbidity);
    case Attribute::radicality:
      break;
  }
  return radicality_levels(course, endpoint, arms);
}

// Of a covariate of the population: those of positive probability.
Levels population_levels(const scenario::Scenario& scenario, std::size_t index) {
  const cohort::Covariate& covariate = scenario.population[index];
  Levels possible(cohort::level_count(covariate.law), false);
  const auto& missing = covariate.missing;
  if (missing && missing->analysed_as == cohort::MissingValues::AnalysedAs::reference) {
    if (missing->probability > 0) possible[0] = true;
    if (missing->probability >= 1) return possible;
  }
  try {
    for (const scenario::CovariatePattern& pattern :
         scenario::covariate_patterns(scenario.population, scenario.copula, std::span(&index, 1)))
      if (pattern.probability > 0) possible[static_cast<std::size_t>(pattern.value[0])] = true;
  } catch (const std::length_error&) {  // too much to average over: nothing is known
    possible.assign(possible.size(), true);
  }
  return possible;
}

Levels possible_levels(const scenario::Scenario& scenario, const Design& design,
                       const scenario::Analysis& analysis, std::size_t covariate) {
  const std::size_t of_population = scenario.population.size();
  if (covariate < of_population) return population_levels(scenario, covariate);
  const auto endpoint =
      std::ranges::find(scenario.endpoints, analysis.endpoint, &scenario::NamedEndpoint::name);
  return attribute_levels(*design.model.course, static_cast<Attribute>(covariate - of_population),
                          endpoint->definition, analysis.arms);
}

}  // namespace

CovariateColumns columns_of_covariate(const scenario::Scenario& scenario, const Design& design,
                                      const scenario::Analysis& analysis, std::size_t covariate) {
  const cohort::Covariate& described = design.columns[covariate];
  if (cohort::level_count(described.law) == 0) return {{{covariate, -1}}, {}};
  const Levels possible = possible_levels(scenario, design, analysis, covariate);
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&described.law);
  CovariateColumns out;
  bool has_reference = false;
  for (std::size_t level = 0; level < possible.size(); ++level) {
    if (!possible[level])
      out.left_out.push_back(described.name + " " +
                             (categorical  ? categorical->levels[level]
                              : level == 1 ? "present"
                                           : "absent"));
    else if (!has_reference)
      has_reference = true;
    else
      out.columns.push_back({covariate, categorical ? static_cast<int>(level) : -1});
  }
  return out;
}

}  // namespace trialmill::simulation
