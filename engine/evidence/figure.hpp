#pragma once

#include <charconv>
#include <cstddef>
#include <string>

namespace trialmill::evidence {

/// The shortest decimal that reads back as the same number: what the author of the figure typed.
inline std::string figure(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

/// With this many decimals.
inline std::string rounded(double value, int decimals) {
  char text[400];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr;
  return {text, end};
}

/// How many decimals the figure was typed with, zeros at its end left out.
inline int decimals(double value) {
  char text[400];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
  const std::string typed(text, end);
  const auto point = typed.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(typed.size() - point - 1);
}

}  // namespace trialmill::evidence
