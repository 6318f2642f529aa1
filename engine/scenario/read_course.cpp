#include <algorithm>

#include "scenario/sections.hpp"
#include "trialmill/scenario/published_cohort.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

const survival::PiecewiseHazard no_hazard{{0.0}, {0.0}};

// A course follows patients from state to state; only piecewise-constant hazards do so exactly.
Baseline without_weibull(const Value& baseline, Baseline read) {
  if (!std::holds_alternative<cohort::WeibullHazard>(read)) return read;
  baseline.record().value("weibull").reject_key(
      "a whole course takes piecewise-constant hazards: `hazard_per_month` in pieces");
  return no_hazard;
}

Baseline read_course_baseline(const Value& baseline, const Scenario& scenario) {
  Baseline read = without_weibull(baseline, read_baseline(baseline, scenario));
  if (const auto cohort = baseline.record().optional_value("cohort"))
    cohort->reject_key(
        "a course has one published cohort for all its curves: `disease.published_cohort`");
  if (const auto* calibrated = std::get_if<CalibratedBaseline>(&read))
    require_origin(baseline, *calibrated, scenario, evidence::TimeOrigin::surgery);
  return read;
}

survival::PiecewiseHazard read_given_hazard(const Value& baseline, const Scenario& scenario,
                                            const std::string& why_not_calibrated) {
  const Baseline read = without_weibull(baseline, read_baseline(baseline, scenario));
  if (const auto* hazard = std::get_if<survival::PiecewiseHazard>(&read)) return *hazard;
  if (std::holds_alternative<CalibratedBaseline>(read)) baseline.reject_key(why_not_calibrated);
  return no_hazard;
}

// Notes a published curve of other patients than those this transition is calibrated in.
void require_patients(const Value& baseline, const Baseline& read, const Scenario& scenario,
                      bool resected_r0_r1) {
  const auto* calibrated = std::get_if<CalibratedBaseline>(&read);
  const auto* curve =
      calibrated && scenario.evidence ? scenario.evidence->find_curve(calibrated->curve) : nullptr;
  if (!curve || (curve->population == evidence::CurvePopulation::r0_r1) == resected_r0_r1) return;
  baseline.record()
      .value("published")
      .reject_because("the patients of the curve " + input::in_backquotes(curve->name) + " are " +
                      input::in_backquotes(word(curve->population)) + "; " +
                      (resected_r0_r1
                           ? "recurrence is calibrated to recurrence-free survival of `r0_r1`"
                           : "death with disease is calibrated to overall survival of all "
                             "patients resected"));
}

std::string curve_of(const Transition& transition) {
  const auto* calibrated = std::get_if<CalibratedBaseline>(&transition.baseline);
  return calibrated && !calibrated->curve.empty() ? calibrated->curve : transition.name;
}

Transition read_recurrence(const Record& disease, const Scenario& scenario) {
  const Record record = disease.record("recurrence");
  const Value baseline = record.value("baseline");
  Transition transition{"recurrence", read_course_baseline(baseline, scenario), {}};
  require_patients(baseline, transition.baseline, scenario, true);
  const RatioPlace place{known_with(scenario, cohort::attribute_count), curve_of(transition)};
  transition.effects = read_ratios(record, "hazard_ratios", place, scenario).effects;
  return transition;
}

Transition read_death_without_recurrence(const Record& disease, const Scenario& scenario) {
  Transition transition{"death_without_recurrence", no_hazard, {}};
  const auto record = disease.optional_record("death_without_recurrence");
  if (!record) return transition;
  transition.baseline = read_given_hazard(
      record->value("baseline"), scenario,
      "recurrence-free survival does not tell these deaths from recurrences, so their hazard is "
      "stated: `hazard_per_month`, `median_months` or `survival` with `at_months`");
  const RatioPlace place{known_with(scenario, cohort::attribute_count)};
  transition.effects = read_ratios(*record, "hazard_ratios", place, scenario).effects;
  return transition;
}

void read_death_with_disease(const Record& disease, const Scenario& scenario, Course& course) {
  using enum survival::CourseClock;
  const Record record = disease.record("death_with_disease");
  const Value baseline = record.value("baseline");
  Transition& transition = course.death_with_disease;
  transition = {"death_with_disease", read_course_baseline(baseline, scenario), {}};
  require_patients(baseline, transition.baseline, scenario, false);
  const RatioPlace place{known_with(scenario, cohort::attribute_count), curve_of(transition), true};
  Ratios ratios = read_ratios(record, "hazard_ratios", place, scenario);
  transition.effects = std::move(ratios.effects);
  course.survival_ratios = std::move(ratios.of_survival);
  const bool calibrated = std::holds_alternative<CalibratedBaseline>(transition.baseline);
  if (!calibrated && !course.survival_ratios.empty())
    record.value("hazard_ratios")
        .reject_key(
            "ratios of overall survival are solved together with a calibrated baseline "
            "(`published` or `knots`); beside a stated hazard, state ratios of it");
  course.clock = record.one_of_or<survival::CourseClock>("clock", forward,
                                                         {{"forward", forward}, {"reset", reset}});
}

// Everything that acts from surgery on, in the published cohort too.
std::vector<CovariateEffect> effects_after_surgery(const Course& course) {
  const OperationPlan& operation = course.operation;
  std::vector<CovariateEffect> effects;
  for (const auto* some :
       {&operation.r1.odds_ratios, &operation.r2.odds_ratios, &operation.unresectable.odds_ratios,
        &operation.morbidity.odds_ratios, &operation.adjuvant.odds_ratios,
        &course.recurrence.effects, &course.death_without_recurrence.effects,
        &course.death_with_disease.effects, &course.survival_ratios})
    effects.insert(effects.end(), some->begin(), some->end());
  // What patients acquired before surgery they acquired by their covariates.
  using cohort::Attribute;
  for (const auto& [attribute, some] : {std::pair{Attribute::toxicity, &course.toxicity_ratios},
                                        {Attribute::response, &course.response_odds}})
    if (acts_after_surgery(course, attribute) && published_share(course, attribute) > 0)
      effects.insert(effects.end(), some->begin(), some->end());
  return effects;
}

bool has_published_curve(const Transition& transition) {
  const auto* calibrated = std::get_if<CalibratedBaseline>(&transition.baseline);
  return calibrated && !calibrated->curve.empty();
}

std::vector<cohort::Covariate> read_published_cohort(const Record& disease,
                                                     const Scenario& scenario,
                                                     const Course& course) {
  const bool published =
      has_published_curve(course.recurrence) || has_published_curve(course.death_with_disease);
  std::vector<cohort::Covariate> cohort;
  for (auto& law : read_published_laws(disease, "published_cohort", effects_after_surgery(course),
                                       published, scenario))
    if (law) cohort.push_back(std::move(*law));
  return cohort;
}

}  // namespace

bool describes_course(const Record& disease) {
  bool named = false;
  for (const char* transition : {"recurrence", "death_without_recurrence", "death_with_disease"})
    named = disease.has(transition) || named;
  return named && disease.size() > 1;
}

void read_course(const Record& file, Scenario& scenario) {
  const Record disease = file.record("disease");
  Course& course = scenario.course.emplace();
  for (const char* transition : {"recurrence", "death_without_recurrence", "death_with_disease"})
    if (const auto record = disease.optional_record(transition))
      if (const auto cured = record->optional_value("cured"))
        cured->reject_key(
            "a cure fraction belongs to a `disease` with a single event; in a course state "
            "pieces of the hazard, the last one 0");
  course.recurrence = read_recurrence(disease, scenario);
  course.death_without_recurrence = read_death_without_recurrence(disease, scenario);
  read_death_with_disease(disease, scenario, course);
  if (const auto follow_up = disease.optional_value("published_follow_up"))
    course.published_follow_up =
        read_given_hazard(*follow_up, scenario,
                          "the end of follow-up is stated: `median_months`, `survival` with "
                          "`at_months`, or `hazard_per_month`");
  read_pathway(file, scenario, course);
  read_published_attributes(disease, scenario, course);
  course.published_cohort = read_published_cohort(disease, scenario, course);
}

void read_time_zero(const Record& file, Scenario& scenario) {
  using enum evidence::TimeOrigin;
  std::vector<input::Choice<evidence::TimeOrigin>> choices;
  for (const auto origin : {randomisation, diagnosis, surgery, recurrence, treatment})
    choices.push_back({word(origin), origin});
  scenario.time_zero = file.one_of_or("time_zero", randomisation, choices);
}

}  // namespace trialmill::scenario
