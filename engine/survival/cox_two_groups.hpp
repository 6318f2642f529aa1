#pragma once

#include <cstddef>
#include <optional>

#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

/// One covariate that takes two values, as a treatment does. Every denominator of the partial
/// likelihood is then low + high x hazard ratio, with weights that do not change while iterating.
struct TwoGroups {
  double unit = 1;             ///< higher minus lower value of the covariate
  double high_events = 0;      ///< events in the group with the higher value
  double low_events = 0;       ///< events in the other
  bool informative = false;    ///< both groups at risk somewhere where not everybody has the event
  std::size_t terms = 0;       ///< one per event, padded to whole lanes with terms that add 0
  std::size_t with_high = 0;   ///< terms with the higher value at risk
  std::size_t with_low = 0;    ///< terms with the lower value at risk

  /// The likelihood rises for ever exactly when all events with a group at risk are in that group.
  bool rises_for_ever() const {
    return informative && static_cast<double>(with_high) <= high_events;
  }
  bool falls_for_ever() const { return informative && static_cast<double>(with_low) <= low_events; }
};

/// Counts the terms into workspace.low_at_risk and high_at_risk; nothing when the covariate takes
/// one value only, or more than two.
std::optional<TwoGroups> find_two_groups(const SortedTimes& sorted,
                                         std::span<const double> covariate, Ties ties,
                                         CoxWorkspace& workspace);

/// The log partial likelihood's limit as one group outweighs the other by any factor: towards
/// +infinity when it rises for ever, else towards -infinity.
double limiting_log_likelihood(const TwoGroups& groups, const CoxWorkspace& workspace);

/// The log partial likelihood at a log hazard ratio of high over low; fills workspace.score and
/// information.
double evaluate_two_groups(const TwoGroups& groups, double log_hazard_ratio,
                           CoxWorkspace& workspace);

}  // namespace trialmill::survival
