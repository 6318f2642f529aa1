#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "trialmill/survival/piecewise_hazard.hpp"

namespace trialmill::design {

/// How patients are expected to arrive: a piecewise-constant rate that ends at `duration_months`.
struct Accrual {
  std::vector<double> from_months{0.0};  ///< increasing, the first 0
  std::vector<double> per_month;         ///< not negative, one per piece
  double duration_months = 0;            ///< above 0

  /// Patients expected by calendar time t (0 for t <= 0).
  double patients(double t_months) const;
};

/// The duration after which this many patients are expected, infinite if never.
/// @param accrual its duration is not read
double accrual_duration(const Accrual& accrual, double patients);

/// Patients who share their hazards. A test stratified by `stratum` compares arms within strata; a
/// stratum of several groups is one whose patients differ in ways the test does not see.
struct RiskGroup {
  double fraction = 1;      ///< of all patients; fractions add up to 1
  std::size_t stratum = 0;  ///< from 0
  survival::PiecewiseHazard control_hazard, experimental_hazard;    ///< of the event, from entry
  survival::PiecewiseHazard control_dropout, experimental_dropout;  ///< of loss to follow-up
};

/// A trial of two arms in expectation.
struct TwoArmModel {
  Accrual accrual;
  double allocation = 1;  ///< experimental patients per control patient, above 0
  std::vector<RiskGroup> groups;
  /// The randomisation fixes how many patients of each arm a stratum has, about.
  bool balanced_within_strata = true;
  /// Every patient leaves after this, counted from entry.
  double follow_up_months = std::numeric_limits<double>::infinity();
};

/// @throws DesignError "accrual", "allocation", "groups" or "follow-up", saying what is wrong
void require_model(const TwoArmModel& model);

}  // namespace trialmill::design
