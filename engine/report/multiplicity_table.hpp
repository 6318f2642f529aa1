#pragma once

#include <string>

#include "report/text_table.hpp"
#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// For analyses that share one level: what the procedure rejects, a row per design point, and a
/// line of definition for every column. Empty without a procedure.
std::string multiplicity_table(const result::Result& result, const Emphasis& style);

}  // namespace trialmill::report
