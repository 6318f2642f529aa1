#pragma once

#include "sample_model.hpp"

namespace trialmill::cohort {

inline EventTimeLaw constant_law(double hazard_per_month, double hazard_ratio = 1) {
  return EventTimeLaw(survival::PiecewiseHazard{{0.0}, {hazard_per_month}},
                      PiecewiseRatio{{0.0}, {hazard_ratio}});
}

inline TransitionLaw same_in_both_arms(const survival::PiecewiseHazard& hazard) {
  return {{EventTimeLaw(hazard, {}), EventTimeLaw(hazard, {})}, {}};
}

/// Columns of the sample model: grade_g3, primary, age, then the attributes.
inline constexpr std::size_t toxicity_column = 3, response_column = 4, radicality_column = 5;

/// A neoadjuvant trial in which everything that can happen happens: surgery at month 1 or 5.
inline TrialModel sample_course(double recurrence_ratio = 0.7) {
  TrialModel model = sample_model();
  model.hazard_factors.clear();
  model.event_time_by_arm.clear();
  Course course;
  course.before.surgery_at_months = {1, 5};
  course.before.surgery_after_toxicity_months = {1, 1};
  course.before.progression = {{constant_law(0.01), constant_law(0.02)}, {{0, {1.0, 2.0}, 0}}};
  course.before.death = same_in_both_arms({{0.0}, {0.002}});
  course.before.withdrawal = {{constant_law(0), constant_law(0.01)}, {}};
  course.before.toxicity = {{constant_law(0), constant_law(0.02)}, {}};
  course.before.response = {{0, 1.2}, {{toxicity_column, {1.0, 0.5}, 0}}};
  course.operation.r1 = {{0.15, 0.12}, {}};
  course.operation.r2 = {{0.4, 0.25}, {{response_column, {1.0, 0.5}, 0}}};
  course.operation.unresectable = {{0.05, 0.05}, {}};
  course.operation.mortality = same_in_both_arms({{0.0, 3.0}, {0.004, 0.0}});
  course.operation.morbidity = {{0.15, 0.15}, {}};
  course.operation.adjuvant = {{{2.0, 2.0}, {}}, 1.0, 2.5, 1.0};
  course.disease.recurrence = {
      {EventTimeLaw(survival::PiecewiseHazard{{0, 12}, {0.05, 0.03}}, {}),
       EventTimeLaw(survival::PiecewiseHazard{{0, 12}, {0.05, 0.03}}, {{0.0}, {recurrence_ratio}})},
      {{0, {1.0, 2.4}, 0}, {response_column, {1.0, 0.8}, 0}}};
  course.disease.death_without_recurrence = same_in_both_arms({{0.0}, {0.0006}});
  course.disease.death_with_disease = same_in_both_arms({{0, 12, 36}, {0.015, 0.006, 0.009}});
  course.disease.death_with_disease.factors = {{radicality_column, {1, 1, 1.2, 2.0}, 0}};
  course.assessments = {VisitSchedule{{0, 24}, {3, 6}, 0.5, 0.1},
                        VisitSchedule{{0, 24}, {3, 6}, 0.5, 0.1}};
  model.course = course;
  return model;
}

/// Patients operated on at once, without attrition: the disease course alone.
inline TrialModel after_surgery_only(const DiseaseCourse& disease, double r2_odds) {
  TrialModel model = sample_model();
  model.population.clear();
  model.randomisation_strata = {};
  model.randomisation.strata = 1;
  model.hazard_factors.clear();
  model.event_time_by_arm.clear();
  Course course;
  course.before.surgery_at_months = {0, 0};
  course.before.surgery_after_toxicity_months = {0, 0};
  course.operation.r2 = {{r2_odds, r2_odds}, {}};
  course.disease = disease;
  course.assessments.resize(2);
  model.course = course;
  return model;
}

}  // namespace trialmill::cohort
