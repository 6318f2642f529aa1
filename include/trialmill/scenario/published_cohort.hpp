#pragma once

#include <vector>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/scenario/course_model.hpp"
#include "trialmill/scenario/scenario.hpp"

/// The published cohort, that calibration averages over: what its patients had acquired, and a
/// model that they can be drawn from. Drawn patients show what a calibrated model makes of the
/// published curves by another way than the equations that were solved.
namespace trialmill::scenario {

/// The share of the published cohort's patients operated on with an attribute, toxicity, response
/// or morbidity: as stated, else nobody and, of morbidity, as on the pathway.
double published_share(const Course& course, cohort::Attribute attribute);
/// Is that share stated?
bool states_published_share(const Course& course, cohort::Attribute attribute);

/// Does toxicity, response or morbidity act on anything that is averaged over the published cohort:
/// outcomes of surgery, later attributes, or transitions of the disease?
bool acts_after_surgery(const Course& course, cohort::Attribute attribute);

/// Patients of a course's published cohort, all of them operated on in month 1, none lost, and
/// treated as the hazards of the first arm say. Nobody switches treatment: what switching does to
/// an arm is no part of the published figures.
/// @param calibrated of this scenario
cohort::TrialModel published_model(const Scenario& scenario, const CalibratedCourse& calibrated);

/// The published cohort of a single event with a calibrated baseline, treated as in the first arm.
/// @throws evidence::CalibrationError as `resolve_baseline`
cohort::TrialModel published_model(const Transition& event);

}  // namespace trialmill::scenario
