#pragma once

#include <vector>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// The function of time with which a hazard ratio is suspected to change.
enum class TimeTransform {
  identity,  ///< the time itself
  km,        ///< 1 - Kaplan-Meier of everybody, strata pooled, just before the time
  rank,      ///< rank of the time among all times, tied times sharing their mean rank
  log,       ///< natural logarithm; no test when an event is at time 0
};

/// Tests of proportional hazards: score tests of covariate x g(time) added to the fitted model
/// (Grambsch and Therneau 1994, without their approximation of the variance), as `cox.zph` of R's
/// survival from version 3.0 on. Large values speak against a constant hazard ratio.
///
/// `status`: that of the fit when it has no finite coefficients (all values NaN), no_information
/// when g does not vary over the event times or does not exist there, else ok.
struct ProportionalHazardsTest {
  FitStatus status = FitStatus::ok;
  std::vector<double> chi_square;  ///< p, with one degree of freedom each; NaN where dropped
  double global = 0;               ///< chi-square of all covariates together
  int degrees_of_freedom = 0;      ///< of the global test
};

/// Agrees with `cox.zph(transform =, terms = FALSE)` to 1e-8. Takes the data of the fit again.
ProportionalHazardsTest proportional_hazards_test(const SortedTimes& sorted,
                                                  const Covariates& covariates, Ties ties,
                                                  const CoxFit& fit, TimeTransform transform);

}  // namespace trialmill::survival
