#pragma once

#include <optional>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// The ratio of the hazards of two arms, from those of either against the control; none where it
/// changes with time.
std::optional<double> stated_ratio(const cohort::PiecewiseRatio& reference,
                                   const cohort::PiecewiseRatio& compared);

/// The difference that a restricted mean or a milestone estimates, from the survival of each arm
/// averaged over the population, by integration; NaN for other tests, and where there are too many
/// patterns of covariates to average over.
/// @param model of a scenario with a single event
double stated_difference(const scenario::Scenario& scenario, const cohort::TrialModel& model,
                         const AnalysisPlan& plan);

}  // namespace trialmill::simulation
