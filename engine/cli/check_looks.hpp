#pragma once

#include <nlohmann/json.hpp>

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// The looks of the analyses: how many, what they spend by, and how they correlate. Nothing without
/// looks.
void print_looks(const scenario::Scenario& scenario);
nlohmann::ordered_json looks_document(const scenario::Scenario& scenario);

}  // namespace trialmill::cli
