#include "trialmill/input/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <string>

#include "input/expect_input_error.hpp"

namespace trialmill::input {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Table table(const std::string& text) {
  return read_csv_text(text, "d.csv");
}

std::string error_of(const std::string& text) {
  return text_of_error([&] { table(text); });
}

TEST(Table, ReadsColumnsByName) {
  const Table data = table("time,status,arm\n1.5,1,A\n2,0,B\n");
  EXPECT_EQ(data.row_count(), 2U);
  EXPECT_THAT(data.column_names(), ElementsAre("time", "status", "arm"));
  EXPECT_THAT(data.numbers("time").values, ElementsAre(1.5, 2));
  EXPECT_THAT(data.numbers("status").values, ElementsAre(1, 0));
  EXPECT_THAT(data.texts("arm").values, ElementsAre("A", "B"));
  EXPECT_TRUE(data.is_numeric("time"));
  EXPECT_FALSE(data.is_numeric("arm"));
  EXPECT_TRUE(data.has_column("arm"));
  EXPECT_FALSE(data.has_column("Arm"));
}

TEST(Table, ReadsQuotedFields) {
  const Table data = table("a,\"b \"\"x\"\"\",c\n\"1,5\",\"two\nlines\", \"3\" \n");
  EXPECT_THAT(data.column_names(), ElementsAre("a", "b \"x\"", "c"));
  EXPECT_EQ(data.texts("a").values[0], "1,5");
  EXPECT_EQ(data.texts("b \"x\"").values[0], "two\nlines");
  EXPECT_EQ(data.numbers("c").values[0], 3);
}

TEST(Table, ReadsWindowsFilesAndTheLastLineWithoutEnd) {
  const Table data = table("\xEF\xBB\xBF\"x\",y\r\n1,\"a\"\r\n\r\n2,b");
  EXPECT_THAT(data.column_names(), ElementsAre("x", "y"));
  EXPECT_THAT(data.numbers("x").values, ElementsAre(1, 2));
  EXPECT_THAT(data.texts("y").values, ElementsAre("a", "b"));
}

TEST(Table, TwoColumnsOfANameMatterOnlyToThoseWhoAskForIt) {
  const Table data = table("a,b,a\n1,2,3\n");
  EXPECT_THAT(data.numbers("b").values, ElementsAre(2));
  EXPECT_THAT(text_of_error([&] { data.numbers("a"); }),
              StartsWith("d.csv:1:5: two columns have the name `a`"));
}

TEST(Table, RecognisesSemicolonsWithDecimalCommasAndTabs) {
  const Table european = table("time;\"a;b\"\n5,5;x\n-0,25;y\n1.5;z\n");
  EXPECT_EQ(european.format().delimiter, ';');
  EXPECT_THAT(european.column_names(), ElementsAre("time", "a;b"));
  EXPECT_THAT(european.numbers("time").values, ElementsAre(5.5, -0.25, 1.5));
  const Table tabs = table("time\tarm\n5\tnew drug\n\t\n");
  EXPECT_THAT(tabs.numbers("time").missing, ElementsAre(0, 1));
  EXPECT_THAT(tabs.texts("arm").values, ElementsAre("new drug", ""));
  // A comma in the first line wins; thousands are no decimals.
  EXPECT_EQ(table("a,b;c\n1,2\n").format().delimiter, ',');
  EXPECT_FALSE(table("a;b\n1.234,5;1\n").is_numeric("a"));
  EXPECT_FALSE(table("a,b\n\"5,5\",1\n").is_numeric("a"));
}

TEST(Table, ReadsTheFormatItIsTold) {
  const Table data = read_csv_text("a|b\n1,5|2\n", "d.csv", {'|', ','});
  EXPECT_THAT(data.numbers("a").values, ElementsAre(1.5));
  const Table point = read_csv_text("a;b\n1,5;2\n", "d.csv", {';', '.'});
  EXPECT_FALSE(point.is_numeric("a"));
}

TEST(Table, MarksMissingFields) {
  const Table data = table("x,y\n1,\nNA,a\n\"NA\",b\nNaN,c\n.,d\n\"\",e\n -1e3 , f \n");
  const auto x = data.numbers("x");
  EXPECT_THAT(x.missing, ElementsAre(0, 1, 1, 1, 1, 1, 0));
  EXPECT_TRUE(std::isnan(x.values[1]));
  EXPECT_EQ(x.values[6], -1000);
  EXPECT_THAT(data.texts("y").missing, ElementsAre(1, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(data.texts("y").values[6], "f");
}

TEST(Table, ReadsWhatRWrites) {  // write.csv(data.frame(t = c(1, NA)), row.names = TRUE)
  const Table data = table("\"\",\"t\"\n\"1\",1\n\"2\",NA\n");
  EXPECT_THAT(data.numbers("t").missing, ElementsAre(0, 1));
  EXPECT_FALSE(data.has_column(""));
  EXPECT_THROW(data.texts(""), InputError);
}

TEST(Table, NamesEveryFieldThatIsNoNumber) {
  const Table data = table("t,s\n1,0\nx,1\n\"a,\nb\",0\n0x10,1\nInf,1\n");
  try {
    data.numbers("t");
    FAIL();
  } catch (const InputError& error) {
    ASSERT_EQ(error.diagnostics().size(), 4U);
    EXPECT_EQ(to_text(error.diagnostics()[0]),
              "d.csv:3:1: t: found `x`, allowed is a number, or NA\n  x,1\n  ^");
    EXPECT_EQ(error.diagnostics()[2].position, (Position{"d.csv", 6, 1}));
  }
}

TEST(Table, SaysWhichColumnsThereAre) {
  const Table data = table("time,status\n1,1\n");
  EXPECT_THAT(text_of_error([&] { data.numbers("tmie"); }),
              StartsWith("d.csv:1:1: there is no column `tmie`; the columns are time, status; did "
                         "you mean `time`?"));
}

TEST(Table, KnowsWhereFieldsStand) {
  const Table data = table("a,b\n1,22\n\"x\ny\",333\n");
  EXPECT_EQ(data.position(0, "b"), (Position{"d.csv", 2, 3}));
  EXPECT_EQ(data.position(1, "b"), (Position{"d.csv", 4, 4}));
  EXPECT_EQ(to_text(data.diagnose(0, "b", "0 or 1", "a status")),
            "d.csv:2:3: b: found 22, allowed is 0 or 1 (a status)\n  1,22\n    ^");
}

TEST(Table, RefusesRaggedRowsAll) {
  EXPECT_EQ(error_of("a,b\n1,2\n1\n1,2,3\n"),
            "d.csv:3:1: found 1 field, allowed is 2 fields (as many as the first line)\n  1\n  ^\n"
            "d.csv:4:5: found 3 fields, allowed is 2 fields (as many as the first line)\n"
            "  1,2,3\n      ^");
  std::string many = "a,b\n";
  for (int i = 0; i < 1000; ++i)
    many += "1\n";
  EXPECT_THAT(error_of(many), testing::EndsWith("\nand 980 more"));
}

TEST(Table, RefusesBrokenQuotes) {
  EXPECT_THAT(error_of("a,b\n1,\"x\n2,y\n"), StartsWith("d.csv:2:3: this quote is never closed"));
  EXPECT_THAT(error_of("a,b\n1,x\"y\n"), StartsWith("d.csv:2:4: a quote inside a field"));
  EXPECT_THAT(error_of("a,b\n1,\"x\"y\n"), StartsWith("d.csv:2:6: text after the closing quote"));
}

TEST(Table, DemandsAHeader) {
  EXPECT_THAT(error_of(""), HasSubstr("there is nothing in this file"));
  EXPECT_THAT(error_of("\n\n"), HasSubstr("there is nothing in this file"));
  EXPECT_THAT(error_of("1,2\n3,4\n"), HasSubstr("it must name the columns"));
  EXPECT_THAT(error_of(std::string(1U << 20U, ',')),
              HasSubstr("1048577 columns; allowed are at most"));
  EXPECT_EQ(table("a,b\n").row_count(), 0U);
}

TEST(Table, RefusesWhatIsNotText) {
  EXPECT_THAT(error_of(std::string("a,b\n1,\0\n", 8)), StartsWith("d.csv:2:3: this is not a text"));
  EXPECT_THAT(error_of("a\nM\xFCller\n"), StartsWith("d.csv:2:2: byte 0xfc is not UTF-8"));
}

TEST(TableFile, NamesTheFileItCannotRead) {
  EXPECT_THAT(text_of_error([] { read_csv_file("no-such.csv"); }),
              HasSubstr("no-such.csv: cannot be opened"));
}

double cpu_seconds_to_read(int rows) {
  std::string text = "id,time,status,arm,x1,x2\n";
  for (int i = 0; i < rows; ++i)
    text += std::to_string(i) + ",12.3456789,1,\"treated\",-0.5,1.25e-3\n";
  const std::clock_t start = std::clock();
  const Table data = table(text);
  const auto id = data.numbers("id").values;
  const auto time = data.numbers("time").values;
  for (const auto* name : {"status", "x1", "x2"})
    data.numbers(name);
  const std::clock_t end = std::clock();
  EXPECT_EQ(data.row_count(), static_cast<std::size_t>(rows));
  EXPECT_EQ(id.back(), rows - 1);
  EXPECT_THAT(time, testing::Each(12.3456789));
  return static_cast<double>(end - start) / CLOCKS_PER_SEC;
}

// Ten times the rows take ten times the time; quadratic work would take a hundred times.
TEST(Table, TakesTimeInProportionToItsRows) {
  const double ten_thousand = cpu_seconds_to_read(10'000);
  const double hundred_thousand = cpu_seconds_to_read(100'000);
  EXPECT_LT(hundred_thousand, 40 * ten_thousand);
  RecordProperty("cpu_seconds_of_100000_rows", std::to_string(hundred_thousand));
}

}  // namespace
}  // namespace trialmill::input
