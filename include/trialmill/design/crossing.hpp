#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "trialmill/design/boundaries.hpp"
#include "trialmill/design/statistic_shape.hpp"

namespace trialmill::design {

/// Probabilities of stopping first at each look. Futility is acted upon where the design has it.
struct CrossingProbabilities {
  std::vector<double> efficacy;  ///< Z from the efficacy bound on, one per look
  /// Below the futility bound, one per look; at the last look, failing to reject. Empty without
  /// futility.
  std::vector<double> futility;
  std::vector<double> harm;  ///< at or below minus the efficacy bound; empty when one-sided
};

/// Ignores the futility bounds, as somebody who overrules all of them.
Boundaries without_futility(Boundaries boundaries);

/// @param drift E[Z] at information 1: 0 under the null hypothesis
CrossingProbabilities crossing_probabilities(const Boundaries& boundaries, double drift);

/// The same when the effect is not constant, as under a delayed effect.
/// @param z_mean E[Z] at each look, as many as the design has looks
CrossingProbabilities crossing_probabilities(const Boundaries& boundaries,
                                             std::span<const double> z_mean);

/// The same for a statistic that is not quite normal: each bound is moved to where a normal
/// variable is as likely to be beyond it. @param shapes as many as the design has looks
CrossingProbabilities crossing_probabilities(const Boundaries& boundaries,
                                             std::span<const StatisticShape> shapes);

/// The probability of crossing the efficacy bound at any look.
double power(const Boundaries& boundaries, double drift);

/// Information at which the trial stops, expected, as a fraction of the maximum.
double expected_information(const Boundaries& boundaries, double drift);

/// The drift at which the design has this power. @param power in (alpha, 1)
/// @throws DesignError "beta" when it is not
double drift_for_power(const Boundaries& boundaries, double power);

/// Maximum information of the design over that of a trial without interim looks with the same alpha
/// (per side) and power: (drift_for_power / (z_{1 - alpha} + z_power))^2.
double inflation_factor(const Boundaries& boundaries, double power);

/// The probability of crossing an efficacy bound at a later look, given the trial went on from this
/// one with this statistic; futility is acted upon where the design has it (see
/// `without_futility`).
/// @param look from 0, not the last one @param z there
/// @param drift E[Z] at information 1: that of the alternative, or the current trend,
/// `trend(boundaries, look, z)`
double conditional_power(const Boundaries& boundaries, std::size_t look, double z, double drift);

/// The drift that a statistic estimates: z / sqrt(information of the look).
double trend(const Boundaries& boundaries, std::size_t look, double z);

/// Conditional power averaged over what the data leave open about the drift, with a flat prior: a
/// normal distribution about the trend with variance 1 / information (Spiegelhalter, Freedman and
/// Blackburn 1986).
double predictive_power(const Boundaries& boundaries, std::size_t look, double z);

}  // namespace trialmill::design
