#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "trialmill/evidence/published.hpp"
#include "trialmill/survival/piecewise_hazard.hpp"

/// Calibration of a baseline hazard to a published survival curve.
///
/// A paper prints the survival of its patients, a mixture; a simulation needs the hazard of one
/// patient. With a proportional hazard exp(b'X) the two are linked by
///   S(t) = E[exp(-H0(t) exp(b'X))],
/// the expectation taken over the covariates of the published cohort. H0 is solved for, so that the
/// simulated cohort reproduces the curve whatever hazard ratios are put into the model.
namespace trialmill::evidence {

/// One stratum of a population as the hazard sees it: its share, and the log hazard ratio of its
/// members against the reference patient. A population is a list whose probabilities add up to 1.
struct RiskPattern {
  double probability = 1;
  double log_hazard_ratio = 0;
};

/// A factor of a linear predictor with finitely many values (a binary covariate has two patterns, a
/// categorical one one per level, a continuous one the nodes of a quadrature rule).
using RiskFactor = std::vector<RiskPattern>;

/// A covariate that is present with probability `prevalence` in [0, 1].
RiskFactor binary_factor(double prevalence, double log_hazard_ratio);

/// A covariate with levels. @param probabilities of the levels, adding up to 1
/// @param log_hazard_ratios one per level, 0 for the reference level
RiskFactor categorical_factor(std::span<const double> probabilities,
                              std::span<const double> log_hazard_ratios);

/// A normally distributed covariate, as nodes of a trapezoidal rule in the standard score. For the
/// smooth integrand of `average_survival` that rule converges exponentially; the step shrinks as
/// |sd * log_ratio_per_unit| grows, so that average survival is exact to 1e-12 (some 25 nodes for a
/// hazard ratio up to 1.4 per standard deviation, 117 for one of 7).
/// @param log_ratio_per_unit log hazard ratio per unit of the covariate
RiskFactor normal_factor(double mean, double sd, double log_ratio_per_unit);

/// A covariate of any continuous law with a smooth quantile function (uniform, lognormal, truncated
/// normal, ...), as 197 nodes of the tanh-sinh rule on (0, 1), which tolerates quantiles that grow
/// without bound at either end (Takahasi and Mori 1974). Average survival is exact to 1e-8. A law
/// with steps is not smooth: give its values to `categorical_factor`.
/// @param quantile called with probabilities strictly between 0 and 1; returns a finite value
RiskFactor quantile_factor(const std::function<double(double)>& quantile,
                           double log_ratio_per_unit);

/// The distribution of the sum of independent factors: the product of their patterns in order of
/// log hazard ratio, equal ratios merged, patterns of probability 0 left out. No factors: the
/// reference patient alone. @throws std::length_error when the product exceeds 10^6 patterns
std::vector<RiskPattern> combine(std::span<const RiskFactor> factors);

/// Population-averaged survival E[exp(-H(t) exp(log_hazard_ratio))] for cumulative baseline hazard
/// H.
double average_survival(double cumulative_hazard, std::span<const RiskPattern> population);

/// The cumulative baseline hazard at which the population-averaged survival equals `survival`: the
/// inverse of `average_survival`, to rounding. @param survival in (0, 1]
double cumulative_hazard_at(double survival, std::span<const RiskPattern> population);

/// A knot that no non-negative hazard can meet, or a list of knots that is no survival curve.
struct CalibrationError : std::runtime_error {
  CalibrationError(std::size_t knot_index, const std::string& message)
      : std::runtime_error(message), knot(knot_index) {}
  std::size_t knot;  ///< which knot, from 0
};

/// The piecewise-constant baseline hazard (of the patient with log hazard ratio 0) for which the
/// population-averaged survival passes through every knot: one monotone root per knot, in time
/// order. Pieces run from knot to knot; the last hazard continues after the last knot.
/// The result has the same bits on every CPU.
/// @param knots times increasing and positive, survival in (0, 1) and not increasing
/// @param population as above, not empty
/// @throws CalibrationError naming the knot, its figures and the range that could be reached
survival::PiecewiseHazard calibrate_baseline(std::span<const SurvivalKnot> knots,
                                             std::span<const RiskPattern> population);

}  // namespace trialmill::evidence
