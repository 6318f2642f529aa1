#pragma once

#include <span>

#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

/// Whether evaluate_distinct applies: nobody enters late and every event has a time of its own, as
/// in trials simulated in continuous time, and a row of covariates fits into eight lanes.
bool is_distinct(const RiskSets& sets, std::size_t covariates);

/// Fills workspace.event_before: the event time at or before each patient of a risk set.
void find_event_before(const RiskSets& sets, std::size_t n, CoxWorkspace& workspace);

/// The log partial likelihood, score and information of cox_likelihood.hpp where `is_distinct`, for
/// the risks and linear predictors in the workspace.
///
/// With m(t) the mean covariates of those at risk, weighted by risk, and S0(t) the sum of their
/// risks, the information is the sum over event times of E[x x'] - m m'. Exchanging sums, the first
/// part is the sum over patients of weight x x', the weight being risk times 1 / S0 summed over the
/// event times up to the patient's own. So the sweep over risk sets adds rows only, and both parts
/// are sums of outer products without dependence between rows.
double evaluate_distinct(std::span<const double> beta, CoxWorkspace& workspace);

}  // namespace trialmill::survival
