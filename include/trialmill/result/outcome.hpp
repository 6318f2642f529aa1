#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "trialmill/survival/fit_status.hpp"

/// What trials and simulations conclude: one replicate, a block of them, the whole run.
namespace trialmill::result {

/// One analysis of one replicate. An undefined test is no rejection.
struct AnalysisOutcome {
  survival::FitStatus status = survival::FitStatus::ok;
  double z = 0;  ///< positive when the experimental arm does better; NaN when undefined
  bool rejected = false;
  /// Cox analyses only; NaN otherwise and when undefined.
  double log_hazard_ratio = std::numeric_limits<double>::quiet_NaN();
  double standard_error = std::numeric_limits<double>::quiet_NaN();
};

/// One replicate at one design point.
struct Outcome {
  double analysis_months = 0;  ///< calendar time of the analysis from the opening of enrolment
  double last_patient_in_months = 0;
  std::size_t enrolled = 0;
  std::size_t events = 0;
  std::size_t dropouts = 0;
  bool events_reached = true;  ///< false: follow-up ended before the condition was met
  std::vector<AnalysisOutcome> analyses;
};

}  // namespace trialmill::result
