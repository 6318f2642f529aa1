#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/model_check.hpp"
#include "trialmill/result/outcome.hpp"
#include "trialmill/scenario/refit.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/published_sample.hpp"

namespace trialmill::cli {

/// A published point of a curve, and what patients drawn from the model's published cohort make of
/// it, from surgery.
struct CourseKnot {
  double month = 0;
  double published = 0;
  simulation::SampledShare model;
  std::optional<double> r0_r1, r2;  ///< overall survival by radicality
};

/// What patients of the published cohort had acquired that acts on what came later.
struct PublishedShare {
  std::string attribute;
  double share = 0;  ///< of the patients operated on, of morbidity of those resected
  bool stated = false;
};

/// A published curve of the course.
struct CourseCurve {
  std::string name;  ///< in the evidence: "rfs"
  std::vector<CourseKnot> knots;
};

/// Ratios of one endpoint: what the model shows and what the paper printed.
struct EndpointRatios {
  scenario::RefitRatio refit;
  std::optional<evidence::PublishedRatio> univariable, multivariable;
};

/// A covariate, a level of one, or an attribute, with what it does to each transition.
struct CourseEffect {
  std::string covariate, level;
  /// Hazard ratios of the generator, with their sources; absent: no effect.
  std::optional<scenario::CovariateEffect> recurrence, death_without_recurrence, death_with_disease;
  std::optional<EndpointRatios> recurrence_free, overall;  ///< absent: not in the published cohort
  /// It has no effect of its own on any transition, and no figure of it was fitted: what the model
  /// shows follows from the state in which it leaves patients.
  bool predicted = false;
};

/// What something acquired on the way does later: treatment acts *through* it.
struct AttributeEffect {
  std::string attribute, level;
  std::string on;        ///< transition, or outcome of surgery
  bool on_odds = false;  ///< the ratio is one of odds
  double ratio = 1;
};

/// What a course says of the paper, and what its pathway makes of the trial's patients.
struct CourseCheck {
  std::vector<CovariateCheck> covariates;
  CourseCurve recurrence_free, overall;
  std::vector<PublishedShare> published_shares;
  survival::IllnessDeathHazards hazards;
  double mortality_90_days = 0;
  std::vector<CourseEffect> effects;
  std::vector<AttributeEffect> attribute_effects;
  std::vector<result::PathwayCounts> pathway;  ///< by arm, a Monte-Carlo sample
  double full_enrolment_months = 0;
};

/// Patients followed in each arm to count the pathway: shares have a standard error of at most
/// 0.11 percentage points.
constexpr std::size_t pathway_patients = 200000;

/// Checks the first design point of a study with a course. Everything but `pathway` and the curves
/// is computed, not simulated. @throws as scenario::calibrate_course
CourseCheck check_course_model(const scenario::Study& study);

}  // namespace trialmill::cli
