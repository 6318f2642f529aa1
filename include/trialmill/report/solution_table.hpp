#pragma once

#include <string>

#include "trialmill/result/solution.hpp"

namespace trialmill::report {

/// Solutions as a table, one row per design point, with a line of definition for every column.
std::string solution_table(const result::Solutions& solutions, bool colour);

}  // namespace trialmill::report
