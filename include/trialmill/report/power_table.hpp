#pragma once

#include <string>

#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// A result as a table for the terminal: UTF-8 text, one row per point and analysis, with what is
/// the same in every row lifted above the table, and footnotes below it that explain each column.
/// Times are months. Powers carry three decimals, or four when their Monte-Carlo error is below
/// 0.0005. Figures that do not exist are "-".
///
/// @param colour emphasis by ANSI escape sequences; without it the text is plain
std::string power_table(const result::Result& result, bool colour);

/// Of that table the part on null twins alone: what they reject beside every power, by look, with
/// notes. Empty when nobody asked for them.
std::string level_table(const result::Result& result);

}  // namespace trialmill::report
