#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "program.hpp"

namespace trialmill {

/// The columns that most files of these tests have.
inline const std::string times = " --time time --status status ";

/// What `trialmill fit ... --json` prints; nothing, and a failure, where it refuses.
inline nlohmann::json fitted(const Scratch& folder, const std::string& arguments) {
  const Finished finished = run_program(folder, "fit " + arguments + " --json");
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  return finished.exit_status == 0 ? nlohmann::json::parse(finished.output) : nlohmann::json();
}

}  // namespace trialmill
