#pragma once

#include <string>
#include <vector>

#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {

/// All that reading a file complains of, a line each, without the excerpts.
template <typename Read>
std::vector<std::string> complaints_of(Read read) {
  std::vector<std::string> lines;
  try {
    read();
  } catch (const input::InputError& error) {
    for (input::Diagnostic diagnostic : error.diagnostics()) {
      diagnostic.excerpt.clear();
      lines.push_back(to_text(diagnostic));
    }
  }
  return lines;
}

/// The same of a scenario. @param name of the file
inline std::vector<std::string> complaints(const std::string& text, const std::string& name) {
  return complaints_of([&] { read_study(input::read_yaml_text(text, name)); });
}

}  // namespace trialmill::scenario
