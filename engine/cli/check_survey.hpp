#pragma once

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// Prints every published figure beside its reproductions: `check` of a scenario that is a survey.
/// @return the exit status
int check_survey(const scenario::Study& study, bool json);

}  // namespace trialmill::cli
