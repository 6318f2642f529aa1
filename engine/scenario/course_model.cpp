#include "trialmill/scenario/course_model.hpp"

#include <algorithm>
#include <cmath>

#include "scenario/published_patterns.hpp"
#include "scenario/reference_odds.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/arm_survival.hpp"
#include "trialmill/scenario/factors.hpp"

namespace trialmill::scenario {
namespace {

using cohort::Attribute;
using cohort::Radicality;

// Mortality of surgery is spread over three months.
constexpr double operative_months = 3;

// Crosses the published cohort with the outcomes of surgery; the unresectable are left out.
void operate(const Scenario& scenario, CalibratedCourse& out) {
  const OperationPlan& plan = scenario.course->operation;
  const auto columns = columns_of(scenario);
  const std::array factors = {factors_of(plan.r1.odds_ratios, columns),
                              factors_of(plan.r2.odds_ratios, columns),
                              factors_of(plan.unresectable.odds_ratios, columns)};
  const std::vector<PatientPattern> before = published_before_surgery(scenario).patients;
  const auto ratios = odds_patterns<3>(before, factors);
  const auto odds = reference_odds<3>(
      ratios, {plan.r1.probability, plan.r2.probability, plan.unresectable.probability});
  out.r1_odds = odds[0];
  out.r2_odds = odds[1];
  out.unresectable_odds = odds[2];
  double resected = 0;
  for (std::size_t j = 0; j < before.size(); ++j) {
    const std::array weight = {1.0, odds[0] * ratios[j].odds_ratio[0],
                               odds[1] * ratios[j].odds_ratio[1]};
    const double total = weight[0] + weight[1] + weight[2] + odds[2] * ratios[j].odds_ratio[2];
    for (std::size_t outcome = 0; outcome < weight.size(); ++outcome) {
      if (weight[outcome] == 0) continue;
      PatientPattern pattern = before[j];
      pattern.probability *= weight[outcome] / total;
      pattern.value[column_of(scenario, Attribute::radicality)] = static_cast<double>(outcome);
      resected += pattern.probability;
      out.resected.push_back(std::move(pattern));
    }
  }
  for (PatientPattern& pattern : out.resected)
    pattern.probability /= resected;
  if (morbidity_acts_on_disease(*scenario.course))
    out.resected = with_morbidity(scenario, out.resected);
}

bool is_r2(const PatientPattern& pattern, const Scenario& scenario) {
  return pattern.value[column_of(scenario, Attribute::radicality)] ==
         static_cast<double>(Radicality::r2);
}

std::vector<evidence::CoursePattern> course_patterns(
    const Scenario& scenario, const std::vector<PatientPattern>& resected,
    const std::vector<CovariateEffect>& death_with_disease) {
  const Course& course = *scenario.course;
  const auto columns = columns_of(scenario);
  const auto recurrence = factors_of(course.recurrence.effects, columns);
  const auto dies_free = factors_of(course.death_without_recurrence.effects, columns);
  const auto dies_ill = factors_of(death_with_disease, columns);
  std::vector<evidence::CoursePattern> out;
  for (const PatientPattern& pattern : resected)
    out.push_back({pattern.probability, is_r2(pattern, scenario),
                   math::log(product_of(recurrence, pattern.value)),
                   math::log(product_of(dies_free, pattern.value)),
                   math::log(product_of(dies_ill, pattern.value))});
  return out;
}

survival::PiecewiseHazard given(const Transition& transition) {
  const auto* hazard = std::get_if<survival::PiecewiseHazard>(&transition.baseline);
  return hazard ? *hazard : survival::PiecewiseHazard{{0.0}, {0.0}};
}

survival::PiecewiseHazard operative_mortality(const OperationPlan& plan) {
  if (plan.mortality_90_days == 0) return {{0.0}, {0.0}};
  return {{0.0, operative_months}, {-math::log1p(-plan.mortality_90_days) / operative_months, 0.0}};
}

// The published model of overall survival: a column per published ratio, and one of R2.
evidence::CoxDesign survival_design(const Scenario& scenario, const CalibratedCourse& calibrated) {
  const auto columns = columns_of(scenario);
  const bool any_r2 = scenario.course->operation.r2.probability > 0;
  evidence::CoxDesign design{scenario.course->survival_ratios.size() + any_r2, {}};
  for (const PatientPattern& pattern : calibrated.resected) {
    for (CovariateEffect indicator : scenario.course->survival_ratios) {
      // A ratio of e marks the patients to whom the effect applies.
      indicator.ratio = math::exp(1.0);
      const double ratio = product_of(factors_of({indicator}, columns), pattern.value);
      design.covariates.push_back(ratio > 1 ? 1.0 : 0.0);
    }
    if (any_r2) design.covariates.push_back(is_r2(pattern, scenario) ? 1.0 : 0.0);
  }
  return design;
}

void calibrate_death_with_disease(const Scenario& scenario, CalibratedCourse& out) {
  const Course& course = *scenario.course;
  out.death_with_disease = course.death_with_disease.effects;
  const auto* target = std::get_if<CalibratedBaseline>(&course.death_with_disease.baseline);
  if (!target) {
    out.hazards.death_with_disease = given(course.death_with_disease);
    return;
  }
  if (course.survival_ratios.empty()) {
    out.hazards.death_with_disease =
        evidence::calibrate_death_with_disease(target->knots, out.patterns, out.hazards);
    return;
  }
  std::vector<evidence::AdjustedRatio> ratios;
  for (const CovariateEffect& published : course.survival_ratios)
    ratios.push_back({ratios.size(), math::log(published.ratio)});
  auto solved = evidence::solve_death_with_disease_effects(
      target->knots, out.patterns, survival_design(scenario, out), ratios, out.hazards,
      published_follow_up(course));
  out.hazards.death_with_disease = std::move(solved.death_with_disease);
  out.refit = std::move(solved.refit);
  for (std::size_t k = 0; k < ratios.size(); ++k) {
    CovariateEffect effect = course.survival_ratios[k];
    effect.ratio = math::exp(solved.log_hazard_ratio[k]);
    effect.source = "solved from " + effect.source;
    out.death_with_disease.push_back(std::move(effect));
  }
  out.patterns = course_patterns(scenario, out.resected, out.death_with_disease);
}

// ---- from the calibrated course to the laws of the arms ----

double odds_ratio_in(const Arm& arm, std::string_view outcome) {
  const auto found = std::ranges::find(arm.odds_effects, outcome, &TreatmentOdds::outcome);
  return found == arm.odds_effects.end() ? 1.0 : found->odds_ratio;
}

cohort::TransitionLaw after_surgery(const Scenario& scenario, const std::string& name,
                                    const survival::PiecewiseHazard& baseline,
                                    const std::vector<CovariateEffect>& effects) {
  TreatedLaws laws = treated_laws(scenario, name, baseline);
  return {std::move(laws.by_arm), factors_of(effects, columns_of(scenario)),
          std::move(laws.subgroups)};
}

// By arm; empty when nobody switches.
std::vector<cohort::Switching> switching(const std::vector<Arm>& arms) {
  std::vector<cohort::Switching> out;
  if (std::ranges::none_of(arms, [](const Arm& arm) { return arm.switching.has_value(); }))
    return out;
  for (const Arm& arm : arms)
    out.push_back(arm.switching.value_or(cohort::Switching{}));
  return out;
}

cohort::TransitionLaw before_surgery(const Scenario& scenario,
                                     survival::PiecewiseHazard BeforeSurgeryPlan::*hazard,
                                     const std::vector<CovariateEffect>& effects) {
  cohort::TransitionLaw law;
  for (const Arm& arm : scenario.arms)
    law.by_arm.emplace_back(arm.before_surgery.*hazard, cohort::PiecewiseRatio{});
  law.factors = factors_of(effects, columns_of(scenario));
  return law;
}

cohort::OddsLaw odds_law(const Scenario& scenario, std::string_view outcome, double odds,
                         const std::vector<CovariateEffect>& odds_ratios) {
  cohort::OddsLaw law;
  for (const Arm& arm : scenario.arms)
    law.odds_by_arm.push_back(odds * odds_ratio_in(arm, outcome));
  law.factors = factors_of(odds_ratios, columns_of(scenario));
  return law;
}

// Odds of response in each arm: its probability is an average over the trial's own population.
cohort::OddsLaw response_law(const Scenario& scenario) {
  const std::vector<CovariateEffect>& effects = scenario.course->response_odds;
  std::vector<std::size_t> covariates;
  for (std::size_t c = 0; c < scenario.population.size(); ++c)
    if (std::ranges::find(effects, scenario.population[c].name, &CovariateEffect::covariate) !=
        effects.end())
      covariates.push_back(c);
  const auto population = patterns_of(scenario, scenario.population, covariates);
  cohort::OddsLaw law;
  for (const Arm& arm : scenario.arms)
    law.odds_by_arm.push_back(odds_of(arm.before_surgery.response, effects, population, scenario));
  law.factors = factors_of(effects, columns_of(scenario));
  return law;
}

cohort::Operation operation(const Scenario& scenario, const CalibratedCourse& calibrated) {
  const OperationPlan& plan = scenario.course->operation;
  cohort::Operation out;
  out.r1 = odds_law(scenario, "r1", calibrated.r1_odds, plan.r1.odds_ratios);
  out.r2 = odds_law(scenario, "r2", calibrated.r2_odds, plan.r2.odds_ratios);
  out.unresectable = odds_law(scenario, "unresectable", calibrated.unresectable_odds,
                              plan.unresectable.odds_ratios);
  out.mortality = after_surgery(scenario, "mortality_90_days", operative_mortality(plan), {});
  const auto chance = [&](const char* name, const Chance& what,
                          const std::vector<PatientPattern>& patients) {
    return odds_law(scenario, name, odds_of(what.probability, what.odds_ratios, patients, scenario),
                    what.odds_ratios);
  };
  out.morbidity = chance("morbidity", plan.morbidity, calibrated.resected);
  const bool split = morbidity_acts_on_disease(*scenario.course);
  out.adjuvant = {
      chance("adjuvant", plan.adjuvant,
             split ? calibrated.resected : with_morbidity(scenario, calibrated.resected)),
      plan.adjuvant_from_months, plan.adjuvant_to_months, plan.adjuvant_delay_by_morbidity_months};
  return out;
}

}  // namespace

evidence::FollowUp published_follow_up(const Course& course) {
  double last_knot = 0;
  if (const auto* target = std::get_if<CalibratedBaseline>(&course.death_with_disease.baseline))
    if (!target->knots.empty()) last_knot = target->knots.back().time_months;
  if (course.published_follow_up.from_months.empty()) return {{{0.0}, {0.0}}, last_knot};
  // Until nobody is at risk: one patient in ten million is followed beyond this time.
  constexpr double all_censored = 16.1;  // log of 10^7
  const double longest = cohort::EventTimeLaw(course.published_follow_up, {}).inverse(all_censored);
  return {course.published_follow_up, std::max(last_knot, std::min(longest, 6000.0))};
}

CalibratedCourse calibrate_course(const Scenario& scenario) {
  const Course& course = *scenario.course;
  CalibratedCourse out;
  operate(scenario, out);
  out.patterns = course_patterns(scenario, out.resected, course.death_with_disease.effects);
  out.hazards.clock = course.clock;
  out.hazards.death_without_recurrence = given(course.death_without_recurrence);
  out.hazards.death_after_surgery = operative_mortality(course.operation);
  if (const auto* target = std::get_if<CalibratedBaseline>(&course.recurrence.baseline))
    out.hazards.recurrence = evidence::calibrate_recurrence(target->knots, out.patterns,
                                                            out.hazards.death_without_recurrence,
                                                            out.hazards.death_after_surgery);
  else
    out.hazards.recurrence = given(course.recurrence);
  calibrate_death_with_disease(scenario, out);
  return out;
}

cohort::Course compile_course(const Scenario& scenario) {
  return compile_course(scenario, calibrate_course(scenario));
}

cohort::Course compile_course(const Scenario& scenario, const CalibratedCourse& calibrated) {
  const Course& course = *scenario.course;
  cohort::Course out;
  for (const Arm& arm : scenario.arms) {
    out.before.surgery_at_months.push_back(arm.before_surgery.surgery_at_months);
    out.before.surgery_after_toxicity_months.push_back(
        arm.before_surgery.surgery_after_toxicity_months);
    out.assessments.push_back(arm.assessments);
  }
  using Plan = BeforeSurgeryPlan;
  out.before.progression = before_surgery(scenario, &Plan::progression, course.progression_ratios);
  out.before.death = before_surgery(scenario, &Plan::death, course.death_before_surgery_ratios);
  out.before.withdrawal = before_surgery(scenario, &Plan::withdrawal, course.withdrawal_ratios);
  out.before.toxicity = before_surgery(scenario, &Plan::toxicity, course.toxicity_ratios);
  out.before.response = response_law(scenario);
  out.operation = operation(scenario, calibrated);
  out.disease.clock = course.clock;
  out.disease.switching = switching(scenario.arms);
  out.disease.recurrence = after_surgery(scenario, "recurrence", calibrated.hazards.recurrence,
                                         course.recurrence.effects);
  out.disease.death_without_recurrence = after_surgery(scenario, "death_without_recurrence",
                                                       calibrated.hazards.death_without_recurrence,
                                                       course.death_without_recurrence.effects);
  out.disease.death_with_disease =
      after_surgery(scenario, "death_with_disease", calibrated.hazards.death_with_disease,
                    calibrated.death_with_disease);
  return out;
}

}  // namespace trialmill::scenario
