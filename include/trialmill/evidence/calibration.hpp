#pragma once

#include <span>
#include <stdexcept>
#include <vector>

#include "trialmill/evidence/published.hpp"
#include "trialmill/survival/piecewise_hazard.hpp"

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

/// The distribution of the sum of independent factors: the product of their patterns, equal ratios
/// merged. @throws std::length_error when the product exceeds 10^6 patterns
std::vector<RiskPattern> combine(std::span<const RiskFactor> factors);

/// Population-averaged survival E[exp(-H(t) exp(log_hazard_ratio))] for cumulative baseline hazard
/// H.
double average_survival(double cumulative_hazard, std::span<const RiskPattern> population);

/// A knot that no non-negative hazard can meet, or a list of knots that is no survival curve.
struct CalibrationError : std::runtime_error {
  CalibrationError(std::size_t knot_index, const std::string& message)
      : std::runtime_error(message), knot(knot_index) {}
  std::size_t knot;  ///< which knot, from 0
};

/// The piecewise-constant baseline hazard (of the patient with log hazard ratio 0) for which the
/// population-averaged survival passes through every knot: one monotone root per knot, in time
/// order. Pieces run from knot to knot; the last hazard continues after the last knot.
/// @param knots times increasing and positive, survival in (0, 1) and not increasing
/// @param population as above, not empty
/// @throws CalibrationError naming the knot, its figures and the range that could be reached
survival::PiecewiseHazard calibrate_baseline(std::span<const SurvivalKnot> knots,
                                             std::span<const RiskPattern> population);

}  // namespace trialmill::evidence
