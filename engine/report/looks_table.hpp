#pragma once

#include <string>

#include "report/text_table.hpp"
#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// For analyses with several looks: a table of what each look decides, one of when trials stop, and
/// a line of definition for every column. Empty without such analyses.
std::string looks_tables(const result::Result& result, const Emphasis& style);

}  // namespace trialmill::report
