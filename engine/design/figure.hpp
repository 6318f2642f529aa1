#pragma once

#include <array>
#include <charconv>
#include <string>

namespace trialmill::design {

/// The shortest text that reads back as the same number.
inline std::string figure(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace trialmill::design
