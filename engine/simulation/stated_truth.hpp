#pragma once

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// The difference that a restricted mean or a milestone estimates, from the survival of each arm
/// averaged over the population, by integration; NaN for other tests, and where there are too many
/// patterns of covariates to average over.
/// @param model of a scenario with a single event
double stated_difference(const scenario::Scenario& scenario, const cohort::TrialModel& model,
                         const AnalysisPlan& plan);

/// Does the null hypothesis of an analysis hold, by the hazard ratios that the scenario states: is
/// treatment of no benefit, or with a margin by so much worse, at all times? Of a restricted mean
/// or a milestone by its difference, however that comes about; of several arms, do they all have
/// the same hazard? None where the ratio is on both sides.
/// @param ratios of the arms compared, the reference first @param difference as
/// `stated_difference`
std::optional<bool> stated_null_hypothesis(const std::vector<cohort::PiecewiseRatio>& ratios,
                                           double difference, const AnalysisPlan& plan);

}  // namespace trialmill::simulation
