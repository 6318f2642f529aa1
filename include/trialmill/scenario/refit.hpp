#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trialmill/scenario/course_model.hpp"
#include "trialmill/scenario/scenario.hpp"

/// What Cox models fitted to the published cohort would show if the scenario's model were true.
///
/// A ratio in the generator is conditional on the other covariates and on the patient's state; a
/// paper's univariable ratio is neither. These are the limits of the Cox estimates in many patients
/// (evidence/cox_limit.hpp), to be laid beside the published ones: no sampling error, nothing
/// simulated.
namespace trialmill::scenario {

/// One covariate, or one level of a categorical covariate, in refitted Cox models of one endpoint.
struct RefitRatio {
  std::string covariate;
  std::string level;  ///< empty unless the covariate is categorical
  /// Hazard ratio in the model of that covariate alone, all levels of it together. Absent when it
  /// has no finite limit or the covariate is constant.
  std::optional<double> univariable;
  /// In the model of several covariates together; absent too for covariates that are not in it.
  std::optional<double> multivariable;
};

/// A single event: every covariate of its published cohort, everybody followed to the last
/// published point. The covariates with an effect are the multivariable model, which is the true
/// one, so its ratios are those of the generator. Empty for a baseline that is not calibrated,
/// which has no published cohort, and where the covariates combine to more patterns than can be
/// tabulated.
std::vector<RefitRatio> refit_single_event(const Transition& event);

/// Recurrence-free survival of the patients resected R0 or R1, in the published follow-up: every
/// covariate of the published cohort, and R1 if it has an effect. The multivariable model holds
/// those with an effect on recurrence or on death without recurrence. Empty when nothing says how
/// long the published cohort was followed.
std::vector<RefitRatio> refit_recurrence_free(const Scenario& scenario,
                                              const CalibratedCourse& calibrated);

/// Overall survival of all patients resected: every covariate of the published cohort, and R2
/// against R0 and R1. The multivariable model is the published one, whose ratios the effects on
/// death with disease were solved from, or, without such ratios, that of the covariates with an
/// effect on any transition; and R2.
std::vector<RefitRatio> refit_overall_survival(const Scenario& scenario,
                                               const CalibratedCourse& calibrated);

}  // namespace trialmill::scenario
