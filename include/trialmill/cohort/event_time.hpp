#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "trialmill/survival/piecewise_hazard.hpp"

namespace trialmill::cohort {

/// Cumulative hazard (t / scale)^shape.
struct WeibullHazard {
  double shape = 1;
  double scale_months = 1;
};

/// The hazard of the reference patient in the control arm.
using BaselineHazard = std::variant<survival::PiecewiseHazard, WeibullHazard>;

/// A hazard ratio that may change with time since the origin: constant on [from[k], from[k+1]), the
/// last value for ever. from[0] = 0. One piece is a constant ratio; 1 then 0.6 a delayed effect.
struct PiecewiseRatio {
  std::vector<double> from_months{0.0};
  std::vector<double> hazard_ratio{1.0};

  bool constant() const { return hazard_ratio.size() == 1; }
};

/// A distribution of event times, ready to be sampled by inversion: the inverse of the cumulative
/// hazard H(t) = integral of baseline x ratio. Built once per arm.
class EventTimeLaw {
 public:
  EventTimeLaw() = default;
  EventTimeLaw(const BaselineHazard& baseline, const PiecewiseRatio& ratio);

  /// Cumulative hazard at time t >= 0 in months.
  double cumulative(double t_months) const;

  /// The time at which the cumulative hazard reaches `cumulative_hazard`: a unit exponential
  /// divided by the patient's own hazard multiplier gives a time of event. Infinite when it never
  /// does.
  /// @param cumulative_hazard positive
  double inverse(double cumulative_hazard) const;

  /// The same for the patients of one arm.
  /// @param cumulative_hazard n positive values @param arm n arms
  /// @param months n times, written where `arm` is `which`
  void inverse(std::span<const double> cumulative_hazard, std::span<const std::int32_t> arm,
               std::int32_t which, std::span<double> months) const;

  /// Cumulative hazards at n times of patients of one arm, written where `arm` is `which`.
  void cumulative(std::span<const double> t_months, std::span<const std::int32_t> arm,
                  std::int32_t which, std::span<double> cumulative_hazard) const;

  /// True when the event cannot happen: the hazard is 0 at all times.
  bool never() const;

 private:
  // H is linear between knots of an operational time s: s = t for a piecewise baseline, and
  // s = (t / scale)^shape for Weibull.
  double operational(double t_months) const;
  double months(double s) const;

  std::vector<double> knot_;        // operational times where the slope changes, the first 0
  std::vector<double> cumulative_;  // H at those knots
  std::vector<double> slope_;       // dH/ds after each knot
  std::vector<double> inverse_slope_;
  bool weibull_ = false;
  double shape_ = 1, inverse_shape_ = 1, scale_ = 1;
};

/// The times at which n cumulative hazards are reached, each patient's by the law of his arm.
/// @param cumulative_hazard n positive values @param months n times, another column
void invert_by_arm(std::span<const EventTimeLaw> law_by_arm,
                   std::span<const double> cumulative_hazard, std::span<const std::int32_t> arm,
                   std::span<double> months);

/// The cumulative hazards at n times, each patient's by the law of his arm; another column.
void accumulate_by_arm(std::span<const EventTimeLaw> law_by_arm, std::span<const double> t_months,
                       std::span<const std::int32_t> arm, std::span<double> cumulative_hazard);

/// The cumulative hazards of the reference patient at which n events strike: unit exponentials
/// divided by the patients' multipliers.
/// @param multiplier n multipliers of the patients' hazards, or empty for none
/// @param uniform n uniforms in (0, 1), overwritten
void draw_cumulative_hazards(std::span<const double> multiplier, std::span<double> uniform);

/// Draws n times by inversion, each patient's from the law of his arm.
/// @param law_by_arm one per arm
/// @param multiplier n multipliers of the patients' hazards, or empty for none
/// @param uniform n uniforms in (0, 1); overwritten with the patients' cumulative hazards
/// @param months n times, infinite when the event never happens
void draw_event_times(std::span<const EventTimeLaw> law_by_arm, std::span<const std::int32_t> arm,
                      std::span<const double> multiplier, std::span<double> uniform,
                      std::span<double> months);

}  // namespace trialmill::cohort
