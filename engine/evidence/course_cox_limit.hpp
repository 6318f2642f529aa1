#pragma once

#include <span>
#include <vector>

#include "trialmill/evidence/cox_limit.hpp"

namespace trialmill::evidence {

/// Nodes of the quadrature over the follow-up, between all changes of hazard, and their weights
/// times the probability of not being censored before.
struct ObservedTimes {
  ObservedTimes(const survival::IllnessDeathHazards& hazards, const FollowUp& follow_up);
  std::vector<double> time_months;
  std::vector<double> weight;
};

/// `overall_survival_cox_limit` for a population whose ratios are at hand.
CoxLimit overall_survival_limit(const survival::IllnessDeathHazards& hazards,
                                std::span<const double> probability,
                                std::span<const survival::IllnessDeathRatios> ratios,
                                const CoxDesign& design, const ObservedTimes& times,
                                std::span<const CoxTerm> terms);

}  // namespace trialmill::evidence
