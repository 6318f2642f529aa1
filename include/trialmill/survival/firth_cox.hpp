#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/cox_profile.hpp"
#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// A Cox fit by Firth's penalised likelihood (Heinze and Schemper 2001; R's `coxphf`): the log
/// partial likelihood plus half the log determinant of its information. The coefficients have less
/// bias in small samples, and they are finite where the likelihood itself is monotone, as when one
/// arm has no event.
///
/// `status`, the first that applies: no_events, no_information (as of `CoxFit`, all columns
/// dropped), not_converged, singular (columns were dropped; the rest is a valid fit).
struct FirthFit {
  FitStatus status = FitStatus::ok;
  std::size_t n = 0;
  std::size_t events = 0;
  int iterations = 0;
  int degrees_of_freedom = 0;
  std::vector<double> coefficient;     ///< p log hazard ratios per unit of the covariate
  std::vector<double> standard_error;  ///< p, from the inverse information, not penalised
  std::vector<double> covariance;      ///< p x p; 0 in aliased rows
  std::vector<std::uint8_t> aliased;   ///< p: 1 where the column was dropped
  double log_likelihood_null = 0;      ///< penalised, at coefficients 0
  double log_likelihood = 0;           ///< penalised
  double likelihood_ratio_test = 0;    ///< chi-square by the penalised likelihood
};

/// Scratch space of the fit, reused from replicate to replicate.
struct FirthWorkspace {
  CoxWorkspace cox;
  std::vector<double> inverse;              ///< p x p, of the information
  std::vector<double> sums;                 ///< of the sweep for the penalty's slope
  std::vector<double> slope;                ///< p
  std::vector<std::uint8_t> held, dropped;  ///< p
};

/// Fits by modified scores with step halving; stratified and with delayed entry as `sorted` is. The
/// penalty uses the information of the same treatment of ties. Iterates until a step is
/// options.tolerance standard errors or smaller, at most 10 x options.max_iterations times (the
/// information is not the penalised curvature, so that convergence is linear). Everything in `fit`
/// and `workspace` is overwritten, keeping its capacity.
void fit_firth(const SortedTimes& sorted, const Covariates& covariates, const CoxOptions& options,
               FirthWorkspace& workspace, FirthFit& fit);

/// Intervals by profile penalised likelihood, the determinant being that of the information of all
/// coefficients. Heinze and Schemper recommend them over Wald's where the likelihood is lopsided.
std::vector<ProfileInterval> profile_intervals(const SortedTimes& sorted,
                                               const Covariates& covariates,
                                               const CoxOptions& options, const FirthFit& fit,
                                               double level, FirthWorkspace& workspace);

}  // namespace trialmill::survival
