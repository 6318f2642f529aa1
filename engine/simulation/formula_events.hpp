#pragma once

#include "trialmill/design/two_arm_model.hpp"
#include "trialmill/result/result.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::simulation {

/// The events that closed formulae ask of one look at this power, each with its formula's name.
/// Empty where they do not apply: weights, a margin, a hazard ratio that is 1 or changes with time,
/// patients of different prognosis within a stratum of the analysis, a power not above alpha.
/// @param time_months of the analysis, for Lachin and Foulkes
result::EventsForPower formula_events(const scenario::Analysis& analysis,
                                      const design::TwoArmModel& model, double time_months,
                                      double power);

}  // namespace trialmill::simulation
