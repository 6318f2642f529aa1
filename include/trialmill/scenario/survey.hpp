#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "trialmill/survival/piecewise_hazard.hpp"

/// An observational survey: patients who were operated on and followed, as a publication counted
/// them. Nothing is allotted and nothing is compared by design.
namespace trialmill::scenario {

/// The level of a value that a survey did not record.
constexpr int not_recorded = -1;

/// Patients by what was recorded of them: those with one of these levels.
struct SurveyCondition {
  std::string covariate;    ///< one of `survey_columns_of`
  std::vector<int> levels;  ///< 0 and 1 for a binary covariate, or `not_recorded`
};

/// How a published count is counted in a synthetic survey: patients who meet all conditions `are`.
struct SurveyCount {
  std::string name;  ///< of a covariate, proportion or group at risk of the evidence
  std::vector<SurveyCondition> are;
  /// Among patients who meet all of these and in whom `are` is recorded. Absent: among all.
  std::optional<std::vector<SurveyCondition>> of;
};

/// A published log-rank P of a curve, of patients with and without a characteristic.
struct SurveyComparison {
  std::string quantity;  ///< of the evidence
  std::string curve;
  std::string by;  ///< name of a `SurveyCount`; everybody else is the other group
};

/// What a scenario says of a survey, besides its patients and their course.
struct SurveyPlan {
  survival::PiecewiseHazard follow_up;  ///< hazard of the end of follow-up, from surgery
  std::vector<SurveyCount> counts;      ///< of every published count that the scenario models
  std::vector<SurveyComparison> comparisons;
  /// Figures that the scenario's numbers were chosen to reproduce, by path in the evidence:
  /// "proportions.recurrence", "quantities.follow_up_median", "at_risk.os" for all of a curve.
  std::vector<std::string> tuned_to;
};

}  // namespace trialmill::scenario
