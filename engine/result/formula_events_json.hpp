#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

#include "trialmill/result/result.hpp"

namespace trialmill::result {

/// The power they are for, and the events by the name of each formula.
inline nlohmann::ordered_json to_document(const EventsForPower& needed) {
  nlohmann::ordered_json document = {{"power", needed.power}};
  for (const FormulaEvents& one : needed.events)
    document[one.formula] =
        std::isfinite(one.events) ? nlohmann::ordered_json(one.events) : nlohmann::ordered_json();
  return document;
}

}  // namespace trialmill::result
