#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/time_to_event.hpp"

/// What is computed from a finished Cox fit. Each function takes the data of the fit again. Dropped
/// (aliased) columns count as coefficient 0, as in coxph; where the fit has no finite coefficients
/// (no_events, no_information, monotone_likelihood) results are NaN.
namespace trialmill::survival {

/// exp(coefficient) with a Wald interval: exp(coefficient +- normal quantile x standard error).
struct HazardRatio {
  double estimate = 0;
  double lower = 0;
  double upper = 0;
};

/// NaN where the coefficient or its standard error is; an infinite coefficient has no interval.
/// @param confidence_level in (0, 1)
HazardRatio hazard_ratio(double coefficient, double standard_error, double confidence_level = 0.95);

/// sum over the columns of coefficient x covariate, n values in input row order.
std::vector<double> linear_predictor(const Covariates& covariates, const CoxFit& fit);

/// The sandwich variance of Lin and Wei (1989), every row its own cluster, as `coxph(robust =
/// TRUE)`: the sum of squared dfbeta residuals, which share tied events out as Efron's method does.
struct RobustVariance {
  std::vector<double> standard_error;  ///< p
  std::vector<double> covariance;      ///< p x p; 0 in aliased rows
  double wald_test = 0;                ///< chi-square with the fit's degrees of freedom
  double score_test = 0;               ///< chi-square at coefficients 0
};

RobustVariance robust_variance(const SortedTimes& sorted, const Covariates& covariates, Ties ties,
                               const CoxFit& fit);

/// What patients undergo at each event time: the baseline hazard h, and h x the mean covariates of
/// those at risk. Values come in rows of 1 + p, one row per event time.
struct HazardPath {
  std::size_t width = 0;
  std::vector<double> before;     ///< summed over earlier event times of the stratum; one row more
                                  ///< at the end of each stratum
  std::vector<double> step;       ///< at the event time itself, for those who go on
  std::vector<double> own;        ///< the same for the tied events, who share it out among
                                  ///< themselves
  std::vector<double> mean;       ///< event times x p: what an event's covariates are compared with
  std::vector<double> undergone;  ///< a row of scratch space
};

/// Scratch space of `robust_standard_errors`, reused from replicate to replicate.
struct RobustWorkspace {
  CoxWorkspace cox;
  HazardPath path;
  std::vector<double> beta, residual, change, covariance;
};

/// The standard errors of `robust_variance` alone, to the last bit.
/// @param standard_error overwritten with p values, keeping its capacity, as the workspace does
void robust_standard_errors(const SortedTimes& sorted, const Covariates& covariates, Ties ties,
                            const CoxFit& fit, RobustWorkspace& workspace,
                            std::vector<double>& standard_error);

/// Cumulative baseline hazard at each distinct time (event or censoring) of each stratum, for a
/// patient whose covariates are all 0: `basehaz(centered = FALSE)`. Increments match the fit's
/// ties: Breslow's events / sum of risks, or Efron's with the tied events' risks taken out in turn.
struct BaselineHazard {
  std::vector<double> time;
  std::vector<double> cumulative_hazard;
  std::vector<std::uint32_t> stratum_begin;  ///< strata + 1: first time of each stratum
};

BaselineHazard baseline_hazard(const SortedTimes& sorted, const Covariates& covariates, Ties ties,
                               const CoxFit& fit);

/// Event minus expected events of each patient, n values in input row order:
/// `residuals(type = "martingale")`.
std::vector<double> martingale_residuals(const SortedTimes& sorted, const Covariates& covariates,
                                         Ties ties, const CoxFit& fit);

/// How often the patient with the higher linear predictor has the event first, over pairs of a
/// stratum in which an event comes while the other patient is at risk and outlives it. Ties in the
/// predictor count 1/2; two events at one time are no pair; a patient censored at the time of an
/// event outlives it. The standard error is the infinitesimal jackknife of `concordance`
/// (Therneau and Watson 2015), which coxph reports. NaN without pairs.
struct Concordance {
  double estimate = 0;
  double standard_error = 0;
  double concordant = 0;  ///< pairs
  double discordant = 0;
  double tied = 0;  ///< pairs with equal predictors
};

/// Takes time proportional to n log n.
/// @param linear_predictor n values in input row order
Concordance concordance(const SortedTimes& sorted, std::span<const double> linear_predictor);

}  // namespace trialmill::survival
