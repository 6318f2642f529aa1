#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "trialmill/result/result.hpp"

namespace trialmill::result {

/// Text quoted when it needs to be (RFC 4180).
inline std::string csv_text(const std::string& raw) {
  if (raw.find_first_of(",\"\r\n") == std::string::npos) return raw;
  std::string quoted = "\"";
  for (const char c : raw)
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

/// Shortest text that reads back as the same number; empty when there is none.
inline std::string csv_number(double x) {
  return std::isfinite(x) ? fmt::format("{}", x) : std::string();
}

/// A last column that every table of an incomplete result has, and no other: its heading and its
/// cell, with the comma before.
inline std::string incomplete_heading(const Result& result) {
  return result.complete ? "" : ",complete";
}
inline std::string incomplete_cell(const Result& result) {
  return result.complete ? "" : ",false";
}

}  // namespace trialmill::result
