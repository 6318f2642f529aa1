#pragma once

#include <string>
#include <vector>

#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// What became of the patients of each arm before and at surgery, a line per arm; nothing for
/// trials without a pathway. Of the first design point, which the words say when there are more.
std::vector<std::string> pathway_words(const result::Result& result);

}  // namespace trialmill::report
