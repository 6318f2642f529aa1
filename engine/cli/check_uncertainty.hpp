#pragma once

#include <nlohmann/json.hpp>

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// The distributions that a scenario draws uncertain numbers from; null without any.
nlohmann::ordered_json uncertainty_document(const scenario::Scenario& scenario);

/// The same as a table; nothing without any.
void print_uncertainty(const scenario::Scenario& scenario);

}  // namespace trialmill::cli
