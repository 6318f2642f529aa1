#pragma once

#include <string>
#include <vector>

#include "trialmill/result/result.hpp"

namespace trialmill::report {

/// How far the arms were from the allocation, over all patients and within levels; no lines when
/// nobody asked. Of several design points the first.
std::vector<std::string> imbalance_words(const result::Result& result);

}  // namespace trialmill::report
