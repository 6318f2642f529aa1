#include "report/looks_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "report/text.hpp"
#include "trialmill/report/power_table.hpp"

namespace trialmill::report {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

result::SimulatedProportion share(double estimate) {
  return {estimate, 0.004, estimate, estimate};
}

result::LookResult look(int number, double information, double z, double futility_z) {
  result::LookResult out{number, 100, 130 * information, 40 * information, 200, {}};
  result::SequentialLook& more = out.sequential.emplace();
  more.held = 1000;
  more.rejection = share(0.123);
  more.cumulative_rejection = share(0.456);
  more.futility = share(0.078);
  more.cumulative_futility = share(0.09);
  more.enrolled_mean = 198.7;
  more.information_mean = information;
  more.correlation_mean = number == 1 ? none : 0.707;
  more.efficacy_z_mean = z;
  more.futility_z_mean = futility_z;
  return out;
}

result::AnalysisResult analysis(const std::string& name, const std::string& futility) {
  result::AnalysisResult out;
  out.name = name;
  out.test = "log-rank";
  out.endpoint = "efs";
  out.power = share(0.9);
  out.by_look = {look(1, 0.5, 2.963, futility.empty() ? none : 0.456), look(2, 1, 1.969, none)};
  result::Stopping& stopping = out.stopping.emplace();
  stopping.spending = {"obf", futility};
  stopping.spending.correlation = "events";
  const result::Quantiles quantiles{20, 22, 23.4, 30, 42};
  stopping.time = {25.7, 6.3, 0.06, quantiles};
  stopping.events = {76.5, 21.5, 0.2, quantiles};
  stopping.enrolled = {192.1, 9.7, 0.1, quantiles};
  return out;
}

result::Result with_looks(std::vector<result::AnalysisResult> analyses) {
  result::Result out;
  out.title = "looks";
  out.replicates = 1000;
  result::PointResult point;
  point.set = {{"sample_size", 200}};
  point.replicates = 1000;
  point.analyses = std::move(analyses);
  point.duration = {119.3, 6.8, 0.15, result::Quantiles{100, 110, 120, 120, 120}};
  point.enrolled = {200, 0, 0, result::Quantiles{200, 200, 200, 200, 200}};
  out.points.push_back(point);
  return out;
}

TEST(LooksTable, HasARowPerLook) {
  const std::string table = looks_tables(with_looks({analysis("primary", "")}), {});
  EXPECT_THAT(
      table,
      HasSubstr("   1  0.500      -   2.963    20.0    65.0   198.7   0.123   0.456  0.0040\n"));
  EXPECT_THAT(
      table,
      HasSubstr("   2  1.000  0.707   1.969    40.0   130.0   198.7   0.123   0.456  0.0040\n"));
  EXPECT_THAT(table, HasSubstr("primary         Months     25.7   0.06   6.3  20.0  22.0  23.4"));
  EXPECT_THAT(table,
              HasSubstr("Bounds of primary: alpha spent by obf, looks correlated by events.\n"));
  EXPECT_THAT(table, Not(HasSubstr("util")));
  EXPECT_THAT(table, Not(HasSubstr("whole trial  ")));
}

TEST(LooksTable, TellsAnalysesFutilityAndTheWholeTrialApart) {
  const std::string table = looks_tables(
      with_looks({analysis("event-free survival", "hsd(-2)"), analysis("overall survival", "")}),
      {});
  EXPECT_THAT(
      table,
      HasSubstr("event-free survival: alpha spent by obf, beta by hsd(-2), non-binding, looks "));
  EXPECT_THAT(table, HasSubstr("Futile below: mean bound"));
  EXPECT_THAT(table, HasSubstr("whole trial          Months    119.3"));
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(terminal_width(line), terminal_columns) << line;
}

TEST(LooksTable, StandsInThePowerTableOfResultsWithLooksOnly) {
  result::Result result = with_looks({analysis("primary", "")});
  EXPECT_THAT(power_table(result, false), HasSubstr("At stopping of"));
  result.points[0].analyses[0].stopping.reset();
  result.points[0].analyses[0].by_look = {{1, 900, 130, 40, 200, {}}};
  EXPECT_EQ(looks_tables(result, {}), "");
  EXPECT_THAT(power_table(result, false), Not(HasSubstr("stop")));
}

}  // namespace
}  // namespace trialmill::report
