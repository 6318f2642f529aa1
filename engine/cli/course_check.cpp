#include "cli/course_check.hpp"

#include <algorithm>
#include <utility>

#include "trialmill/scenario/course_model.hpp"
#include "trialmill/scenario/published_cohort.hpp"
#include "trialmill/simulation/pathway_counts.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::cli {
namespace {

using scenario::CalibratedCourse;
using scenario::Course;
using scenario::CovariateEffect;
using scenario::RefitRatio;
using scenario::Scenario;

std::string curve_of(const scenario::Transition& transition) {
  const auto* calibrated = std::get_if<scenario::CalibratedBaseline>(&transition.baseline);
  return calibrated && !calibrated->curve.empty() ? calibrated->curve : transition.name;
}

CourseCurve check_curve(const scenario::Transition& transition) {
  CourseCurve curve{curve_of(transition), {}};
  if (const auto* calibrated = std::get_if<scenario::CalibratedBaseline>(&transition.baseline))
    for (const evidence::SurvivalKnot& knot : calibrated->knots)
      curve.knots.push_back({knot.time_months, knot.survival, {}, {}, {}});
  return curve;
}

std::vector<double> months_of(const CourseCurve& curve) {
  std::vector<double> months;
  for (const CourseKnot& knot : curve.knots)
    months.push_back(knot.month);
  return months;
}

// By patients of the published cohort, not by the equations that the hazards were solved from.
void check_curves(const Scenario& scenario, const CalibratedCourse& calibrated, std::uint64_t seed,
                  CourseCheck& check) {
  const cohort::TrialModel model = scenario::published_model(scenario, calibrated);
  const simulation::SampledCourse sample = simulation::sample_published_course(
      model, seed, published_patients, months_of(check.recurrence_free), months_of(check.overall));
  for (std::size_t k = 0; k < check.recurrence_free.knots.size(); ++k)
    check.recurrence_free.knots[k].model = sample.recurrence_free[k];
  for (std::size_t k = 0; k < check.overall.knots.size(); ++k) {
    CourseKnot& knot = check.overall.knots[k];
    knot.model = sample.overall[k];
    if (sample.overall_r0_r1.empty() || sample.overall_r2.empty()) continue;
    knot.r0_r1 = sample.overall_r0_r1[k].share;
    knot.r2 = sample.overall_r2[k].share;
  }
}

std::vector<PublishedShare> check_published_shares(const Course& course) {
  using enum cohort::Attribute;
  std::vector<PublishedShare> shares;
  for (const cohort::Attribute attribute : {toxicity, response, morbidity})
    if (scenario::acts_after_surgery(course, attribute))
      shares.push_back({cohort::attribute_descriptions()[static_cast<std::size_t>(attribute)].name,
                        scenario::published_share(course, attribute),
                        scenario::states_published_share(course, attribute)});
  return shares;
}

// The row of a covariate or level, made where there is none yet.
CourseEffect& row_of(std::vector<CourseEffect>& rows, const std::string& covariate,
                     const std::string& level) {
  const auto found = std::ranges::find_if(rows, [&](const CourseEffect& row) {
    return row.covariate == covariate && row.level == level;
  });
  if (found != rows.end()) return *found;
  rows.push_back({covariate, level, {}, {}, {}, {}, {}});
  return rows.back();
}

// A paper's table has a row per binary factor; a level stands there under its own name ("r2").
void add_refits(const Scenario& scenario, const std::string& curve,
                const std::vector<RefitRatio>& refits,
                std::optional<EndpointRatios> CourseEffect::*place,
                std::vector<CourseEffect>& rows) {
  for (const RefitRatio& refit : refits) {
    EndpointRatios& ratios = (row_of(rows, refit.covariate, refit.level).*place).emplace();
    ratios.refit = refit;
    const auto* factor = scenario.evidence
                             ? scenario.evidence->find_factor(
                                   curve, refit.level.empty() ? refit.covariate : refit.level)
                             : nullptr;
    if (!factor) continue;
    ratios.univariable = factor->univariable;
    ratios.multivariable = factor->multivariable;
  }
}

void add_effects(const std::vector<CovariateEffect>& effects,
                 std::optional<CovariateEffect> CourseEffect::*place,
                 std::vector<CourseEffect>& rows) {
  for (const CovariateEffect& effect : effects)
    row_of(rows, effect.covariate, effect.level).*place = effect;
}

void check_effects(const Scenario& scenario, const CalibratedCourse& calibrated,
                   CourseCheck& check) {
  const Course& course = *scenario.course;
  std::vector<CourseEffect>& rows = check.effects;
  add_refits(scenario, check.recurrence_free.name,
             scenario::refit_recurrence_free(scenario, calibrated), &CourseEffect::recurrence_free,
             rows);
  add_refits(scenario, check.overall.name, scenario::refit_overall_survival(scenario, calibrated),
             &CourseEffect::overall, rows);
  add_effects(course.recurrence.effects, &CourseEffect::recurrence, rows);
  add_effects(course.death_without_recurrence.effects, &CourseEffect::death_without_recurrence,
              rows);
  add_effects(calibrated.death_with_disease, &CourseEffect::death_with_disease, rows);
  const auto attribute =
      cohort::attribute_descriptions()[static_cast<std::size_t>(cohort::Attribute::radicality)];
  for (CourseEffect& row : rows)
    row.predicted = row.covariate == attribute.name && row.overall && !row.recurrence &&
                    !row.death_without_recurrence && !row.death_with_disease;
}

bool is_attribute(const std::string& name) {
  return std::ranges::any_of(cohort::attribute_descriptions(),
                             [&](const auto& attribute) { return attribute.name == name; });
}

std::vector<AttributeEffect> check_attributes(const Course& course) {
  std::vector<AttributeEffect> out;
  const auto add = [&](const std::string& on, bool on_odds,
                       const std::vector<CovariateEffect>& effects) {
    for (const CovariateEffect& effect : effects)
      if (is_attribute(effect.covariate))
        out.push_back({effect.covariate, effect.level, on, on_odds, effect.ratio});
  };
  const scenario::OperationPlan& plan = course.operation;
  add("response", true, course.response_odds);
  add("r1", true, plan.r1.odds_ratios);
  add("r2", true, plan.r2.odds_ratios);
  add("unresectable", true, plan.unresectable.odds_ratios);
  add("morbidity", true, plan.morbidity.odds_ratios);
  add("adjuvant", true, plan.adjuvant.odds_ratios);
  for (const scenario::Transition* transition :
       {&course.recurrence, &course.death_without_recurrence, &course.death_with_disease})
    add(transition->name, false, transition->effects);
  return out;
}

std::vector<result::PathwayCounts> sample_first_point(const scenario::Study& study) {
  scenario::Study first = study;
  first.points.resize(1);
  const simulation::Plan plan = simulation::compile_plan(first);
  return simulation::sample_pathway(plan.designs.front().model, study.seed, pathway_patients);
}

}  // namespace

CourseCheck check_course_model(const scenario::Study& study) {
  const Scenario& scenario = study.points.front().scenario;
  const Course& course = *scenario.course;
  const CalibratedCourse calibrated = scenario::calibrate_course(scenario);
  CourseCheck check;
  check.covariates = check_covariates(scenario);
  check.recurrence_free = check_curve(course.recurrence);
  check.overall = check_curve(course.death_with_disease);
  check_curves(scenario, calibrated, study.seed, check);
  check.published_shares = check_published_shares(course);
  check.hazards = calibrated.hazards;
  check.mortality_90_days = course.operation.mortality_90_days;
  check_effects(scenario, calibrated, check);
  check.attribute_effects = check_attributes(course);
  check.pathway = sample_first_point(study);
  check.full_enrolment_months = full_enrolment_months(scenario);
  return check;
}

}  // namespace trialmill::cli
