#pragma once

#include <vector>

namespace trialmill::survival {

/// A hazard that is constant on [from[k], from[k+1]) and stays at its last value for ever.
/// from[0] = 0, increasing; hazards are not negative.
struct PiecewiseHazard {
  std::vector<double> from_months;
  std::vector<double> hazard_per_month;
  bool operator==(const PiecewiseHazard&) const = default;

  /// Cumulative hazard at t >= 0.
  double cumulative(double t_months) const;
};

}  // namespace trialmill::survival
