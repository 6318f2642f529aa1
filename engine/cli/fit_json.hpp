#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/fit_report.hpp"

namespace trialmill::cli {

using Json = nlohmann::ordered_json;

/// JSON has neither NaN nor infinity: a number that does not exist is null.
inline Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

inline Json numbers(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double x : values)
    out.push_back(number(x));
  return out;
}

/// A test against a margin.
Json margin_document(const survival::NonInferiority& test);

Json cox_document(const FitRequest& request, const CoxReport& cox);

}  // namespace trialmill::cli
