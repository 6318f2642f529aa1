#pragma once

#include <string>
#include <vector>

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// What is allowed but easily misread, a sentence each: endpoints that count progression or
/// recurrence but not withdrawal, while at some design point an arm's patients withdraw.
std::vector<std::string> notes_on(const scenario::Study& study);

}  // namespace trialmill::cli
