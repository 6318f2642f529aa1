#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// How the partial likelihood treats events at the same time (Efron 1977, Breslow 1974).
enum class Ties { efron, breslow };

/// Covariates as p columns of n values in *input row order* (SortedTimes::row maps to them).
struct Covariates {
  std::vector<std::span<const double>> columns;
};

/// Convergence control; the defaults are tighter than coxph's (eps 1e-9) so that coefficients agree
/// with a fully converged fit to 1e-8.
struct CoxOptions {
  Ties ties = Ties::efron;
  int max_iterations = 50;
  double tolerance = 1e-13;  ///< relative change of the log partial likelihood
};

/// A Cox proportional hazards fit. Terms that could not be estimated hold NaN (aliased column) or
/// +-infinity (monotone likelihood) as coefficient and NaN as standard error; `status` says why.
struct CoxFit {
  FitStatus status = FitStatus::ok;
  std::size_t n = 0;
  std::size_t events = 0;
  int iterations = 0;
  int degrees_of_freedom = 0;          ///< columns estimated
  std::vector<double> coefficient;     ///< p log hazard ratios per unit of the covariate
  std::vector<double> standard_error;  ///< p, from the inverse information
  std::vector<double> covariance;      ///< p x p inverse information; 0 in aliased rows
  std::vector<std::uint8_t> aliased;   ///< p: 1 where the column was dropped as singular
  double log_likelihood_null = 0;
  double log_likelihood = 0;  ///< the limit, when the likelihood is monotone
  double score_test = 0;
  double wald_test = 0;
  double likelihood_ratio_test = 0;
};

/// Scratch space of the fit, reused from replicate to replicate.
struct CoxWorkspace {
  std::vector<double> columns;  ///< covariates centred, scaled and sorted, column after column
  std::vector<double> risk;     ///< exp(linear predictor) by sorted position
  std::vector<double> linear;   ///< linear predictor by sorted position
  std::vector<double> small;    ///< p and p x p accumulators, sums, steps
};

/// Fits by Newton's method with step halving from 0, maximising the log partial likelihood;
/// stratified when `sorted` has strata. Risk sets are accumulated from the last time backwards, by
/// additions only. Agrees with `coxph` to 1e-8 on coefficients and standard errors.
/// Everything in `fit` and `workspace` is overwritten, keeping capacity: steady state allocates
/// nothing.
void fit_cox(const SortedTimes& sorted, const Covariates& covariates, const CoxOptions& options,
             CoxWorkspace& workspace, CoxFit& fit);

}  // namespace trialmill::survival
