#pragma once

#include <string>
#include <vector>

#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// What stands in the way of reading the figures, a paragraph for each analysis: of several design
/// points that have something to say, the one with most tests that cannot be computed.
std::vector<std::string> warning_words(const result::Result& result);

/// What analyses leave out of their models, a sentence for each.
std::vector<std::string> left_out_words(const result::Result& result);

}  // namespace trialmill::report
