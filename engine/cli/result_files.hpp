#pragma once

#include <ctime>
#include <filesystem>

#include "trialmill/result/result.hpp"

namespace trialmill::cli {

/// Adds to times and threads what else is told of a run: cost per replicate, host, start, CPU.
result::Runtime complete_runtime(result::Runtime runtime, const result::Result& result,
                                 std::time_t started);

/// Writes `result.json`, `power.csv`, `power.svg` and, where there is something for them,
/// `looks.csv` and `multiplicity.csv`, and prints the table or the document. Nothing of that when
/// not one replicate was finished.
/// @param folder empty: nothing is written
/// @param draw_twins null twins are drawn in `power.svg`
/// @return was anything finished?
bool give_result(const result::Result& result, const std::filesystem::path& folder, bool json,
                 bool draw_twins);

}  // namespace trialmill::cli
