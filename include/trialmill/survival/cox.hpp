#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/risk_sets.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// How the partial likelihood treats events at the same time (Efron 1977, Breslow 1974).
enum class Ties { efron, breslow };

/// Covariates as p columns of n finite values in *input row order* (SortedTimes::row maps to them).
struct Covariates {
  std::vector<std::span<const double>> columns;
};

/// Convergence control. Newton's method stops when the maximum is `tolerance` standard errors away
/// (the square root of score' information^-1 score), far beyond coxph's default.
struct CoxOptions {
  Ties ties = Ties::efron;
  int max_iterations = 60;
  double tolerance = 1e-9;
};

/// A Cox proportional hazards fit, in the units of the covariates.
///
/// `status`, the first that applies:
/// - no_events: nobody had the event.
/// - no_information: no column varies in a risk set, or it does so only where everybody at risk has
///   the event (one patient left; all failing at once), which says nothing about who fails first.
///   coxph has no single answer there; ours is "undefined".
/// - monotone_likelihood: some combination of the covariates is highest, in every risk set, for
///   those who have the event. The likelihood rises for ever: its limit is `log_likelihood`, the
///   terms concerned have coefficient +-infinity and standard error NaN, wald_test is NaN; the
///   score and likelihood-ratio tests are valid, and so are the other terms.
/// - not_converged: max_iterations were not enough; the numbers are the last ones.
/// - singular: columns were dropped because no risk set sees them vary or because they are linear
///   combinations of earlier ones (as coxph does: of a dependent set the later one goes). The rest
///   is a valid fit.
///
/// A dropped column has aliased = 1, coefficient and standard error NaN, covariance 0; without
/// events or information all columns are dropped, the tests are 0 and log_likelihood is the null.
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
  double score_test = 0;      ///< chi-square at coefficients 0
  double wald_test = 0;
  double likelihood_ratio_test = 0;
};

/// Scratch space of the fit, reused from replicate to replicate.
struct CoxWorkspace {
  RiskSets risk_sets;
  bool distinct = false;  ///< every event has a time of its own, nobody enters late, p is 1 to 8
  std::vector<double> columns;  ///< covariates centred and scaled by sorted position, one by one
  std::vector<double> rows;     ///< the same row by row, in steps of row_stride
  double largest = 0;           ///< the largest magnitude in them
  std::vector<double> unit;     ///< p: a covariate's change of one in the scaled rows
  std::vector<double> linear;   ///< linear predictor by sorted position
  std::vector<double> risk;     ///< exp(linear predictor) by sorted position
  std::vector<double> sums;     ///< of the sweep over risk sets
  std::vector<double> tree;     ///< of the sweep, for delayed entry
  std::vector<double> event;    ///< 1 event, 0 censored, by sorted position
  // Distinct events, by event time unless said otherwise.
  std::vector<std::uint32_t> event_before;                  ///< of a patient, by sorted position
  std::vector<double> at_risk, inverse, square_of_inverse;  ///< sum of the risks at risk
  std::vector<double> row_sums;                             ///< of those at risk, times risk
  std::vector<double> hazard;                               ///< Breslow's estimate
  std::vector<double> logarithm;                            ///< of products of at_risk
  std::vector<double> weight;                               ///< of a patient
  std::vector<double> event_sum;  ///< p: scaled covariates summed over the events
  std::vector<double> score;
  std::vector<double> information;  ///< p x p, upper triangle
  std::vector<double> factor;       ///< p x p, Cholesky factor of the columns kept
  std::vector<double> beta;         ///< p, scaled
  std::vector<double> step;         ///< p, scaled
  std::vector<double> trial;        ///< p, scaled
  std::vector<std::int32_t> group;  ///< two groups: 0 or 1 by sorted position
  RiskTable table;                  ///< two groups: their counts at risk
  std::vector<double> low_at_risk;  ///< two groups with ties: by likelihood term
  std::vector<double> high_at_risk;
};

/// Fits by Newton's method with step halving from 0, maximising the log partial likelihood;
/// stratified when `sorted` has strata, with delayed entry when it has entry times. Agrees with
/// `coxph` to 1e-8 on coefficients and standard errors. One covariate with two values (a treatment)
/// needs only the counts at risk and is fitted as below. Everything in `fit` and `workspace`
/// is overwritten, keeping capacity: steady state allocates nothing.
void fit_cox(const SortedTimes& sorted, const Covariates& covariates, const CoxOptions& options,
             CoxWorkspace& workspace, CoxFit& fit);

/// The same for one covariate, 0 in group 0 and 1 in group 1, from the counts at risk that the
/// log-rank test reads.
/// @param table of two groups
void fit_cox(const RiskTable& table, const CoxOptions& options, CoxWorkspace& workspace,
             CoxFit& fit);

}  // namespace trialmill::survival
