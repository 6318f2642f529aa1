// What null twins reject, in the table and in the figure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/example_results.hpp"
#include "report/svg_reader.hpp"
#include "report/text.hpp"
#include "trialmill/report/power_figure.hpp"
#include "trialmill/report/power_table.hpp"

namespace trialmill::report {
namespace {

using example::make;
using example::Study;
using example::widest_line;
using testing::HasSubstr;
using testing::Not;

result::NullTwinRejections rejections(double rate) {
  result::NullTwinRejections twin;
  twin.replicates = 10000;
  twin.rejection = example::proportion(rate, 10000);
  return twin;
}

result::Result with_twins(double null, double schedule, std::vector<double> sizes = {100, 500}) {
  Study study;
  study.sample_sizes = std::move(sizes);
  result::Result result = make(study);
  for (result::PointResult& point : result.points) {
    point.analyses[0].null_twin = rejections(null);
    point.analyses[0].schedule_twin = rejections(schedule);
  }
  return result;
}

TEST(NullTable, StandsBesideThePowerWithItsError) {
  const std::string table = power_table(with_twins(0.0243, 0.0251), false);
  EXPECT_THAT(table, HasSubstr("0.0243  0.00154"));
  EXPECT_THAT(table, HasSubstr("Null twin: share of trials of the same patients"));
  EXPECT_THAT(table, Not(HasSubstr("With the schedule alone")));
  EXPECT_THAT(table, Not(HasSubstr("Warning")));
  EXPECT_LE(widest_line(table), 100u);
  EXPECT_THAT(power_table(make({}), false), Not(HasSubstr("Null twin")));
}

TEST(NullTable, AThirdOfThePowerFromTheScheduleIsSaidInTheFirstLines) {
  // Powers are about 0.28 and 0.87.
  const std::string table = power_table(with_twins(0.025, 0.3), false);
  const auto said = table.find("With the schedule alone, and no effect of treatment, 30.0 %");
  ASSERT_NE(said, std::string::npos) << table;
  EXPECT_LT(said, table.find("Analysis: "));
}

TEST(NullTable, LessThanAThirdIsSaidBelowTheTable) {
  const std::string table = power_table(with_twins(0.025, 0.05, {500}), false);
  const auto said = table.find("With the schedule alone, and no effect of treatment, 5.0 %");
  ASSERT_NE(said, std::string::npos) << table;
  EXPECT_GT(said, table.find("Analysis: "));
  EXPECT_THAT(table, HasSubstr("more than the level"));
}

TEST(NullTable, ALevelThatIsExceededIsAWarning) {
  EXPECT_THAT(power_table(with_twins(0.031, 0.02), false),
              HasSubstr("Warning: null twins reject more than the level"));
  // 0.0296 is 2.9 standard errors above 0.025.
  EXPECT_THAT(power_table(with_twins(0.0295, 0.02), false), Not(HasSubstr("Warning")));
}

TEST(NullTable, WhatHasNoTwinSaysWhy) {
  result::Result result = with_twins(0.025, 0.025);
  for (result::PointResult& point : result.points) {
    point.analyses[0].schedule_twin.reset();
    point.analyses[0].null_twin.emplace().absent_because = "a margin that is no hazard ratio";
  }
  EXPECT_THAT(power_table(result, false),
              HasSubstr("No null twin: primary (a margin that is no hazard ratio)."));
}

TEST(NullTwinFigure, DrawsThinLinesOnRequest) {
  const result::Result result = with_twins(0.025, 0.3, {100, 200, 500});
  EXPECT_TRUE(example::read_svg(power_figure_svg(result)).all("polyline", "twin").empty());
  const example::Picture picture = example::read_svg(power_figure_svg(result, true));
  EXPECT_EQ(picture.fault, "");
  const auto twins = picture.all("polyline", "twin");
  ASSERT_EQ(twins.size(), 2u);
  for (const example::Element& line : twins)
    EXPECT_LT(line.number("stroke-width"), 1);
  EXPECT_EQ(twins[0].attributes.count("stroke-dasharray"), 0u);
  EXPECT_EQ(twins[1].attributes.count("stroke-dasharray"), 1u);
  // The rest of the figure is as it was.
  EXPECT_EQ(picture.all("polyline", "curve").size(), 1u);
}

TEST(NullTwinFigure, MarksThemInIntervalsOfOnePoint) {
  const example::Picture picture =
      example::read_svg(power_figure_svg(with_twins(0.025, 0.3, {300}), true));
  EXPECT_EQ(picture.all("line", "twin").size(), 2u);
}

}  // namespace
}  // namespace trialmill::report
