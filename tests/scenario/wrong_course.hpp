#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "complaints.hpp"
#include "course_scenario.hpp"
#include "replaced.hpp"

namespace trialmill::scenario {

/// The course with one mistake, and the one message that it deserves.
struct WrongCourseFile {
  const char* before;    // text of the file ...
  const char* after;     // ... replaced by this
  const char* position;  // file:line:column of the message
  const char* message;
};

inline void PrintTo(const WrongCourseFile& wrong, std::ostream* out) {
  *out << wrong.after;
}

inline void expect_one_message(const WrongCourseFile& wrong) {
  const auto lines = complaints(replaced(course_text, wrong.before, wrong.after), "course.yaml");
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], testing::StartsWith(wrong.position));
  EXPECT_THAT(lines[0], testing::HasSubstr(wrong.message));
}

}  // namespace trialmill::scenario
