#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "course_scenario.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

std::string refusal(std::string text) {
  try {
    read_study(input::read_yaml_text(text, "course.yaml"));
  } catch (const input::InputError& error) {
    return error.what();
  }
  return "accepted";
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

TEST(Columns, EndpointsMayNotTakeTheNameOfAnotherColumn) {
  const std::string text = course_text;
  for (const char* name : {"arm", "grade_g3", "response", "radicality_r1", "death_months",
                           "enrolment_months", "time_os"}) {
    const std::string message = refusal(replaced(text, "r0_rate", name));
    EXPECT_THAT(message, testing::HasSubstr("two columns `" + std::string(name) + "`")) << name;
  }
}

}  // namespace
}  // namespace trialmill::scenario
