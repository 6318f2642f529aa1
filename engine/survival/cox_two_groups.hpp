#pragma once

#include <cstddef>
#include <span>

#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

/// One covariate that takes two values, as a treatment does. Every denominator of the partial
/// likelihood is then low + high x hazard ratio, with weights that do not change while iterating.
struct TwoGroups {
  std::span<const double> low_at_risk;   ///< by likelihood term, one per event
  std::span<const double> high_at_risk;  ///< the same of the group with the higher value
  double events = 0;
  double high_events = 0;      ///< events in the group with the higher value
  bool informative = false;    ///< both groups at risk somewhere where not everybody has the event
  std::size_t with_high = 0;   ///< terms with the higher value at risk
  std::size_t with_low = 0;    ///< terms with the lower value at risk
  double smallest_weight = 1;  ///< the least positive weight
  double largest_weight = 1;   ///< the greatest sum of both

  /// The likelihood rises for ever exactly when all events with a group at risk are in that group.
  bool rises_for_ever() const {
    return informative && static_cast<double>(with_high) <= high_events;
  }
  bool falls_for_ever() const {
    return informative && static_cast<double>(with_low) <= events - high_events;
  }
};

/// The terms of a table of two groups: its own columns where events are distinct, else columns of
/// the workspace with a term for each tied event.
TwoGroups list_terms(const RiskTable& table, Ties ties, CoxWorkspace& workspace);

/// The log partial likelihood's limit as one group outweighs the other by any factor: towards
/// +infinity when it rises for ever, else towards -infinity.
double limiting_log_likelihood(const TwoGroups& groups);

/// The log partial likelihood at a log hazard ratio of high over low; fills workspace.score and
/// information.
double evaluate_two_groups(const TwoGroups& groups, double log_hazard_ratio,
                           CoxWorkspace& workspace);

}  // namespace trialmill::survival
