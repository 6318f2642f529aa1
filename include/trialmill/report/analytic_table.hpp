#pragma once

#include <string>

#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// The analytic twins of a result as a table, one row per point and analysis: power, expected
/// events and months, and the events by each closed formula; for analyses with looks a row per
/// look. Empty when no analysis has a twin.
std::string analytic_table(const result::Result& result, bool colour);

/// "None for a max-combo test, a milestone test."; empty when every analysis has a twin.
std::string missing_twins_words(const result::Result& result);

}  // namespace trialmill::report
