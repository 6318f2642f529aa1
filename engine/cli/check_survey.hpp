#pragma once

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// Prints every published figure beside its reproductions: `check` of a scenario that is a survey.
/// @param threads that draw surveys; 0: as many as the machine has
/// @return the exit status
int check_survey(const scenario::Study& study, bool json, int threads);

}  // namespace trialmill::cli
