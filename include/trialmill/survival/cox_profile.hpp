#pragma once

#include <vector>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// An interval of a log hazard ratio, per unit of the covariate, by profile likelihood: the values
/// at which twice the log-likelihood lost, with all other coefficients at their best, is the
/// quantile of the chi-square distribution with one degree of freedom.
///
/// `status`: that of the fit when it has no coefficients (no_events, no_information), singular when
/// the column was dropped, not_converged when a limit was not found; the limits are then NaN. Of a
/// monotone likelihood one limit is finite and the other +-infinity.
struct ProfileInterval {
  FitStatus status = FitStatus::ok;
  double lower = 0;
  double upper = 0;
};

/// The interval of every coefficient of a fit, limits good to 1e-8 standard errors. Takes the data
/// and options of the fit again; everything in `workspace` is overwritten.
/// @param level two-sided, in (0, 1)
std::vector<ProfileInterval> profile_intervals(const SortedTimes& sorted,
                                               const Covariates& covariates,
                                               const CoxOptions& options, const CoxFit& fit,
                                               double level, CoxWorkspace& workspace);

}  // namespace trialmill::survival
