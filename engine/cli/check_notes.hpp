#pragma once

#include <string>
#include <vector>

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// What is allowed but easily misread, a sentence each: endpoints analysed before they are known;
/// levels of covariates that analyses leave out; a control arm that switches treatment beside
/// survival that is calibrated; arms that are operated on at different times and
/// in which nobody dies before, as nothing was said of it; and endpoints that count progression or
/// recurrence but not withdrawal, while at some design point an arm's patients withdraw.
std::vector<std::string> notes_on(const scenario::Study& study);

/// The same as a section of the page; nothing where there is nothing to say.
void print_notes(const scenario::Study& study);

}  // namespace trialmill::cli
