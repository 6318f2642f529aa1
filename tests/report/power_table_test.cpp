#include "trialmill/report/power_table.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "report/example_results.hpp"
#include "report/text.hpp"

namespace trialmill::report {
namespace {

using example::make;
using example::Study;
using example::widest_line;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Study two_by_two() {
  Study study;
  study.sample_sizes = {100, 1000};
  study.hazard_ratios = {0.7, 0.8};
  study.cox_analyses = {"adjusted"};
  return study;
}

/// Cells of the first line whose first cells are these.
std::vector<std::string> row(const std::string& table, const std::vector<std::string>& first) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    const std::vector<std::string> cells{std::istream_iterator<std::string>(words), {}};
    if (cells.size() > first.size() && std::equal(first.begin(), first.end(), cells.begin()))
      return cells;
  }
  return {};
}

result::Result with_known_figures() {
  result::Result result = make(two_by_two());
  auto& point = result.points[3];  // 1,000 patients, hazard ratio 0.8
  point.events = {612.34, 20};
  point.duration = {59.96, 2};
  auto& cox = point.analyses[1];
  cox.power = {0.81234, 0.0039, 0.80456, 0.81987};
  cox.estimate->log_hr_mean = -0.22827;  // exp is 0.79591
  cox.estimate->bias = -0.00513;
  cox.estimate->coverage = 0.95049;
  cox.undefined = 12345;
  cox.by_look = {{1, 8123, 612.34, 59.96, 1000}};
  return result;
}

TEST(PowerTable, CoursesShowTheTruthTheDifferenceOfProportionsAndThePathway) {
  result::Result result = with_known_figures();
  for (result::PointResult& point : result.points) {
    point.pathway = {{"upfront", 5000, {{"surgery", 0.97}, {"r0", 0.6213}, {"withdrawal", 0}}}};
    result::ProportionPerformance proportion;
    proportion.risk_difference_mean = 0.0816;
    proportion.true_risk_difference = 0.0796;
    proportion.bias = 0.002;
    proportion.coverage = 0.944;
    point.analyses[0].estimate.reset();
    point.analyses[0].proportion = proportion;
  }
  const std::string table = power_table(result, false);
  EXPECT_THAT(row(table, {"1,000", "0.8", "adjusted"}),
              ElementsAre("1,000", "0.8", "adjusted", "0.812", "0.0039", "0.805–0.820", "612.3",
                          "60.0", "0.796", "0.800", "-0.005", "0.950", "12,345"));
  const auto proportions = row(table, {"100", "0.7", "primary"});
  EXPECT_THAT(std::vector(proportions.end() - 5, proportions.end()),
              ElementsAre("0.082", "0.080", "0.002", "0.944", "0"));
  EXPECT_THAT(table, HasSubstr("upfront: surgery 97.0 %, R0 62.1 %"));
  EXPECT_THAT(table, Not(HasSubstr("withdrawal")));
  EXPECT_LE(widest_line(table), 100u);
}

TEST(PowerTable, ShowsADifferenceWhereThereIsNoHazardRatio) {
  result::Result result = with_known_figures();
  for (result::PointResult& point : result.points) {
    result::DifferencePerformance difference;
    difference.mean = 2.054;
    difference.bias = 0.001;
    difference.coverage = 0.95;
    point.analyses[0].difference = difference;
  }
  const std::string table = power_table(result, false);
  const auto cells = row(table, {"1,000", "0.8", "primary"});
  EXPECT_THAT(std::vector(cells.end() - 4, cells.end()),
              ElementsAre("2.054", "0.001", "0.950", "0"));
  EXPECT_THAT(table, HasSubstr("HR or"));
  EXPECT_THAT(table, HasSubstr("restricted means in months"));
}

TEST(PowerTable, OneRowPerPointAndAnalysis) {
  const std::string table = power_table(with_known_figures(), false);
  EXPECT_THAT(row(table, {"1,000", "0.8", "adjusted"}),
              ElementsAre("1,000", "0.8", "adjusted", "0.812", "0.0039", "0.805–0.820", "612.3",
                          "60.0", "0.796", "-0.005", "0.950", "12,345"));
  EXPECT_THAT(row(table, {"1,000", "0.8", "primary"}).at(8), "-");
  for (const char* patients : {"100", "1,000"})
    for (const char* hazard_ratio : {"0.7", "0.8"})
      for (const char* analysis : {"primary", "adjusted"})
        EXPECT_EQ(row(table, {patients, hazard_ratio, analysis}).size(), 12u);
}

TEST(PowerTable, FitsAHundredColumns) {
  EXPECT_LE(widest_line(power_table(make(two_by_two()), false)), 100u);
  Study long_name = two_by_two();
  long_name.cox_analyses = {"sensitivity_analysis_of_everyone_ever_randomised"};
  EXPECT_LE(widest_line(power_table(make(long_name), false)), 100u);
}

TEST(PowerTable, ColumnsAlignInTerminalCells) {
  Study study = two_by_two();
  study.cox_analyses = {"ärztlich", "解析"};
  std::istringstream lines(power_table(make(study), false));
  std::size_t rows = 0;
  std::set<std::size_t> columns;
  for (std::string line; std::getline(lines, line);)
    if (line.find("0.951") != std::string::npos) {
      ++rows;
      columns.insert(terminal_width(line.substr(0, line.find("0.951"))));
    }
  EXPECT_EQ(rows, 8u);
  EXPECT_EQ(columns.size(), 1u);
}

TEST(PowerTable, WhatIsTheSameEverywhereStandsAbove) {
  Study study;
  study.sample_sizes = {200, 300};
  const std::string table = power_table(make(study), false);
  EXPECT_THAT(table, HasSubstr("Hazard ratio, experimental over control: 0.7\n"));
  EXPECT_THAT(table, HasSubstr("Analysis: primary (log-rank)\n"));
  EXPECT_EQ(row(table, {"300"}).size(), 7u);
  EXPECT_THAT(table, Not(HasSubstr("Coverage")));
}

TEST(PowerTable, FineMonteCarloErrorsAreWorthAFourthDecimal) {
  Study study;
  study.hazard_ratios = {1};
  study.sample_sizes = {200, 300};
  study.replicates = 200000;  // standard error 0.00035
  const auto cells = row(power_table(make(study), false), {"300"});
  EXPECT_EQ(cells.at(1).size(), 6u);
  EXPECT_EQ(cells.at(2), "0.00035");
  study.replicates = 10000;
  EXPECT_EQ(row(power_table(make(study), false), {"300"}).at(1).size(), 5u);
}

TEST(PowerTable, FiguresThatDoNotExistAreDashes) {
  auto result = with_known_figures();
  auto& estimate = *result.points[3].analyses[1].estimate;
  estimate.bias = estimate.coverage = std::numeric_limits<double>::quiet_NaN();
  const auto cells = row(power_table(result, false), {"1,000", "0.8", "adjusted"});
  EXPECT_EQ(cells.at(9), "-");
  EXPECT_EQ(cells.at(10), "-");
}

TEST(PowerTable, NotesAppearWhenThereIsSomethingToNote) {
  auto result = make(two_by_two());
  EXPECT_THAT(power_table(result, false), Not(HasSubstr("Note:")));
  EXPECT_THAT(power_table(result, false), Not(HasSubstr("Incomplete")));
  result.points[0].events_not_reached = 250;
  result.points[1].analyses[1].undefined = 3;
  result.points[1].analyses[1].flags = {{"monotone likelihood", 2}, {"no events", 1}};
  result.complete = false;
  result.points[2].replicates = 4000;
  const std::string table = power_table(result, false);
  EXPECT_THAT(table, HasSubstr("Note: 3 of 68,000 tests could not be computed (fits by status: "
                               "monotone likelihood 2, no events 1)."));
  EXPECT_THAT(table, HasSubstr("Note: in 250 of 34,000 replicates follow-up ended"));
  EXPECT_THAT(table, HasSubstr("2.5 % of a point's replicates."));
  EXPECT_THAT(table, HasSubstr("only 4,000 to 10,000 of 10,000 replicates per point were"));
}

TEST(PowerTable, ColourOnlyAddsEscapes) {
  const auto result = with_known_figures();
  const std::string plain = power_table(result, false), colour = power_table(result, true);
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  std::string stripped;
  for (std::size_t i = 0; i < colour.size(); ++i) {
    if (colour[i] == '\x1b')
      i = colour.find('m', i);
    else
      stripped += colour[i];
  }
  EXPECT_NE(colour, plain);
  EXPECT_EQ(stripped, plain);
}

TEST(PowerTable, TextFromTheScenarioCannotSteerTheTerminal) {
  auto result = make(two_by_two());
  result.title = "red \x1b[31m alert";
  for (auto& point : result.points)
    point.analyses[1].name = "bell\x07";
  const std::string table = power_table(result, false);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(table.find('\x07'), std::string::npos);
}

TEST(PowerTable, AnEmptyResultHasNoTable) {
  result::Result result;
  result.title = "Nothing";
  EXPECT_EQ(power_table(result, false), "Nothing\nNo replicate was finished.\n");
}

}  // namespace
}  // namespace trialmill::report
