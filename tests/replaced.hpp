#pragma once

#include <gtest/gtest.h>

#include <string>

namespace trialmill {

/// The text with one passage, which must be there, replaced by another.
inline std::string replaced(std::string text, const std::string& before, const std::string& after) {
  const auto place = text.find(before);
  EXPECT_NE(place, std::string::npos) << before;
  return place == std::string::npos ? text : text.replace(place, before.size(), after);
}

}  // namespace trialmill
