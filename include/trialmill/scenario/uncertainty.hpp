#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// How well the numbers of a scenario are known: distributions of hazard ratios and of published
/// survival, from which sets of numbers are drawn.
namespace trialmill::scenario {

struct Scenario;

/// A hazard ratio whose logarithm is normal.
struct UncertainRatio {
  std::string path;  ///< of the number in the file: "arms.experimental.effects.os.hazard_ratio"
  double log_mean = 0, log_sd = 0;
  std::string arm;         ///< of an effect of treatment; empty for an effect of a covariate
  std::size_t piece = 0;   ///< of a treatment's effect that changes with time
  std::string transition;  ///< the event or transition that it acts on
  std::string covariate;   ///< of an effect of a covariate
  std::string level;       ///< of a categorical covariate
};

/// Published survival that a baseline is calibrated to. Between two knots the survival of those who
/// reached the first is a proportion of so many patients, independent of the others, as
/// Kaplan-Meier's is by Greenwood's formula; its logit is drawn from a normal distribution with the
/// variance 1 / (patients p (1 - p)). So survival never rises, and stays above 0.
struct UncertainSurvival {
  std::string transition;
  std::vector<double> at_risk;  ///< patients behind each knot's step from the one before
};

/// What is uncertain in a scenario.
struct Uncertainty {
  std::size_t draws = 200;  ///< sets of numbers, among which the replicates are divided
  std::vector<UncertainRatio> ratios;
  std::vector<UncertainSurvival> survival;

  /// How many normal scores one set takes: one per ratio, then one per knot.
  std::size_t scores() const;
};

/// The scenario with one set of numbers, everything else as it is.
/// @param score standard normal, as many as `scenario.uncertainty` takes; all 0 for the medians
Scenario drawn(const Scenario& scenario, std::span<const double> score);

}  // namespace trialmill::scenario
