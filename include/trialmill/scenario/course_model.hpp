#pragma once

#include <optional>
#include <vector>

#include "trialmill/cohort/course.hpp"
#include "trialmill/evidence/course_calibration.hpp"
#include "trialmill/evidence/cox_limit.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/survival/illness_death.hpp"

/// From a course as its statistician wrote it down to one that patients can be drawn from.
namespace trialmill::scenario {

/// A kind of patient, and its share.
struct PatientPattern {
  double probability = 0;
  std::vector<double> value;  ///< of every column of the cohort, attributes among them
};

/// The published cohort after surgery, and the baselines and effects that reproduce its curves.
struct CalibratedCourse {
  std::vector<PatientPattern> resected;  ///< R0, R1 and R2, in the published cohort, with what
                                         ///< they had acquired
  double r1_odds = 0, r2_odds = 0, unresectable_odds = 0;  ///< against R0, of the reference patient
  survival::IllnessDeathHazards hazards;            ///< of the reference patient in the control arm
  std::vector<CovariateEffect> death_with_disease;  ///< effects stated and solved
  std::vector<evidence::CoursePattern> patterns;    ///< of `resected`, as the hazards see them
  std::optional<evidence::CoxLimit> refit;  ///< of the published model of overall survival: the
                                            ///< columns of `survival_ratios`, then R2 if any
};

/// Solves the outcomes of surgery, the recurrence baseline from its knots, and death with disease
/// from the knots of overall survival and its published ratios.
/// @throws evidence::CalibrationError or evidence::CoxLimitError when published figures cannot be
/// met, std::length_error when the covariates combine to too many patterns
CalibratedCourse calibrate_course(const Scenario& scenario);

/// Follow-up of the published cohort.
evidence::FollowUp published_follow_up(const Course& course);

/// The course of every arm. @throws as `calibrate_course`
cohort::Course compile_course(const Scenario& scenario);
/// The same of a course that has been calibrated.
cohort::Course compile_course(const Scenario& scenario, const CalibratedCourse& calibrated);

}  // namespace trialmill::scenario
