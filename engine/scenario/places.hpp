#pragma once

#include <string>

#include "trialmill/scenario/scenario.hpp"

/// Places in a scenario by the names that the file has for them; null where there is no such place.
namespace trialmill::scenario {

/// The event, or a transition of the course.
Transition* find_transition(Scenario& scenario, const std::string& name);

/// The baseline of a transition that is calibrated to survival.
CalibratedBaseline* find_calibrated(Scenario& scenario, const std::string& transition);

/// The effect of the covariate, or its level, that the ratio is of.
CovariateEffect* find_effect(Scenario& scenario, const UncertainRatio& ratio);

}  // namespace trialmill::scenario
