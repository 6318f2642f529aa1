#pragma once

#include <string>
#include <vector>

#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// Which patients of an endpoint are analysed, where it is not everybody: a line per endpoint and
/// number of months.
std::vector<std::string> analysis_set_words(const result::Result& result);

}  // namespace trialmill::report
