#pragma once

#include <string>
#include <vector>

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// What is allowed but easily misread, a sentence each: arms that are operated on at different
/// times and in which nobody dies before, as nothing was said of it; and endpoints that count
/// progression or recurrence but not withdrawal, while at some design point an arm's patients
/// withdraw.
std::vector<std::string> notes_on(const scenario::Study& study);

}  // namespace trialmill::cli
