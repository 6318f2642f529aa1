#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "input/expect_input_error.hpp"
#include "trialmill/input/document.hpp"
#include "trialmill/input/record.hpp"

namespace trialmill::input {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Document trial() {
  return read_yaml_text(
      "enrolment: {rate: 4}\n"
      "analyses:\n"
      "  - {name: primary, alpha: 0.025}\n"
      "  - {name: second, alpha: 0.01}\n"
      "weights: {fh.0.1: 2}\n",
      "t.yaml");
}

std::string error_of_set(const std::string& path, const std::string& text) {
  return text_of_error([&] { trial().set(path, text); });
}

TEST(Override, ReplacesValuesByPath) {
  Document document = trial();
  document.set("enrolment.rate", "8");
  document.set("analyses[1].alpha", "0.02");
  document.set("analyses.primary.alpha", "5e-2");
  document.set("weights.fh.0.1", "[1, x]");
  EXPECT_EQ(document.canonical_text(),
            R"({"enrolment":{"rate":8},"analyses":[{"name":"primary","alpha":0.05},)"
            R"({"name":"second","alpha":0.02}],"weights":{"fh.0.1":[1,"x"]}})");
}

TEST(Override, LeavesCopiesAlone) {
  const Document before = trial();
  Document after = before;
  after.set("enrolment.rate", "8");
  EXPECT_EQ(before.canonical_text(), trial().canonical_text());
  EXPECT_NE(after.canonical_text(), before.canonical_text());
}

TEST(Override, AddsAnAbsentLastKey) {
  Document document = trial();
  document.set("sample_size", "300");
  document.set("enrolment.until", "24");
  EXPECT_THAT(document.canonical_text(), HasSubstr(R"("enrolment":{"rate":4,"until":24})"));
  EXPECT_THAT(document.canonical_text(), HasSubstr(R"("sample_size":300)"));
}

TEST(Override, RefusesPathsThatLeadNowhere) {
  EXPECT_EQ(error_of_set("enrollment.rate", "8"),
            "--set enrollment.rate=8: enrollment.rate: there is no `enrollment`; did you mean "
            "`enrolment`?");
  EXPECT_THAT(error_of_set("analyses[2].alpha", "1"), HasSubstr("the list has 2 items"));
  EXPECT_THAT(error_of_set("analyses[x].alpha", "1"), HasSubstr("the list has 2 items"));
  EXPECT_THAT(error_of_set("analyses[-1].alpha", "1"), HasSubstr("the list has 2 items"));
  EXPECT_THAT(error_of_set("analyses[0", "1"), HasSubstr("`[` without `]`"));
  EXPECT_THAT(error_of_set("analyses.primry.alpha", "1"), HasSubstr("did you mean `primary`?"));
  EXPECT_THAT(error_of_set("enrolment.rate.x", "1"), HasSubstr("4 has nothing below it"));
  EXPECT_THAT(error_of_set("enrolment[0]", "1"), HasSubstr("a mapping has nothing below it"));
  EXPECT_THAT(error_of_set("", "1"), HasSubstr("a path is missing"));
  EXPECT_THAT(error_of_set("enrolment.", "1"), HasSubstr("ends in a dot"));
  EXPECT_THAT(error_of_set("enrolment..rate", "1"), HasSubstr("there is no ``"));
}

TEST(Override, RefusesBrokenValues) {
  EXPECT_THAT(error_of_set("enrolment.rate", "[1"), StartsWith("--set enrolment.rate=[1: "));
  EXPECT_THAT(error_of_set("enrolment.rate", "a: 1\n---\nb"), HasSubstr("second document"));
}

TEST(Override, IsJudgedByTheReaderUnderItsOwnName) {
  Document document = trial();
  document.set("enrolment.rate", "-8");
  document.set("enrolment.rte", "1");
  Reading reading;
  const Record root = reading.open(document);
  root.forgive_unread();
  root.record("enrolment").number("rate", above(0));
  EXPECT_EQ(text_of_error([&] { reading.finish(); }),
            "--set enrolment.rate=-8: enrolment.rate: found -8, allowed is a number above 0\n"
            "--set enrolment.rte=1: enrolment.rte: unknown key; did you mean `rate`?");
}

TEST(Override, TakesThePositionItIsGiven) {
  Document document = trial();
  document.set("enrolment.rate", "-8", Position{"t.yaml", 1, 13});
  Reading reading;
  const Record root = reading.open(document);
  root.forgive_unread();
  root.record("enrolment").number("rate", above(0));
  EXPECT_EQ(text_of_error([&] { reading.finish(); }),
            "t.yaml:1:13: enrolment.rate: found -8, allowed is a number above 0\n"
            "  enrolment: {rate: 4}\n"
            "              ^");
}

TEST(NumberAt, FindsNumbersOnly) {
  const Document document = trial();
  EXPECT_EQ(document.number_at("analyses[1].alpha"), 0.01);
  EXPECT_EQ(document.number_at("analyses.second.alpha"), 0.01);
  EXPECT_EQ(document.number_at("sample_size"), std::nullopt);
  EXPECT_THAT(text_of_error([&] { document.number_at("analyses[0].name"); }),
              HasSubstr("names `primary`, not a number"));
  EXPECT_THAT(text_of_error([&] {
                document.number_at("enrolmnt.rate", Position{"t.yaml", 3, 5});
              }),
              StartsWith("t.yaml:3:5: enrolmnt.rate: there is no `enrolmnt`; did you mean"));
}

}  // namespace
}  // namespace trialmill::input
