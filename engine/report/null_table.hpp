#pragma once

#include <string>

#include "report/text_table.hpp"
#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// What the schedule alone rejects where that makes a third of the power or more; empty where there
/// is no such analysis.
std::string schedule_words(const result::Result& result);

/// The rejections of null twins beside every power, by look; empty when nobody asked for them.
std::string null_table(const result::Result& result, const Emphasis& style);

}  // namespace trialmill::report
