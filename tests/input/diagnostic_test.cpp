#include "trialmill/input/diagnostic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "trialmill/input/allowed.hpp"
#include "trialmill/input/digest.hpp"

namespace trialmill::input {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Diagnostic mistake_in_line(int line) {
  Diagnostic diagnostic;
  diagnostic.position = {"a.yaml", line, 1};
  diagnostic.why = "wrong";
  return diagnostic;
}

TEST(Diagnostic, ReadsAsProblemWhyAndRemedy) {
  Diagnostic diagnostic;
  diagnostic.position = {"jnets.yaml", 14, 22};
  diagnostic.path = "disease.rfs.hazard_ratios.grade_g3";
  diagnostic.found = "-4.1";
  diagnostic.allowed = "a number above 0";
  diagnostic.why = "a ratio, not its logarithm";
  EXPECT_EQ(to_text(diagnostic),
            "jnets.yaml:14:22: disease.rfs.hazard_ratios.grade_g3: found -4.1, allowed is a number "
            "above 0 (a ratio, not its logarithm)");
  diagnostic.suggestion = "4.1";
  diagnostic.excerpt = "  grade_g3: -4.1\n            ^";
  EXPECT_THAT(to_text(diagnostic),
              EndsWith("; did you mean `4.1`?\n  grade_g3: -4.1\n            ^"));
}

TEST(InputError, IsSortedByPositionAndShowsTwenty) {
  std::vector<Diagnostic> diagnostics;
  for (int line = 25; line >= 1; --line)
    diagnostics.push_back(mistake_in_line(line));
  const InputError error(diagnostics, 3);
  EXPECT_EQ(error.diagnostics().front().position.line, 1);
  EXPECT_EQ(error.diagnostics().size(), 25U);
  EXPECT_THAT(error.what(), HasSubstr("a.yaml:1:1: wrong\na.yaml:2:1: wrong\n"));
  EXPECT_THAT(error.what(), HasSubstr("a.yaml:20:1"));
  EXPECT_THAT(error.what(), Not(HasSubstr("a.yaml:21:1")));
  EXPECT_THAT(error.what(), EndsWith("\nand 8 more"));
}

TEST(InputError, OfOneMistakeIsThatMistake) {
  EXPECT_STREQ(InputError(mistake_in_line(7)).what(), "a.yaml:7:1: wrong");
}

TEST(NearestSpelling, FindsSlips) {
  const std::vector<std::string> keys = {"enrolment", "follow_up", "arms", "analyses"};
  EXPECT_EQ(nearest_spelling("enrollment", keys), "enrolment");
  EXPECT_EQ(nearest_spelling("Enrolment", keys), "enrolment");
  EXPECT_EQ(nearest_spelling("followup", keys), "follow_up");
  EXPECT_EQ(nearest_spelling("amrs", keys), "arms");  // neighbours swapped: one edit
  EXPECT_EQ(nearest_spelling("anaylsis", keys), "analyses");
}

TEST(NearestSpelling, DoesNotGuessWildly) {
  const std::vector<std::string> keys = {"enrolment", "a", "of"};
  EXPECT_EQ(nearest_spelling("dropout", keys), std::nullopt);
  EXPECT_EQ(nearest_spelling("b", keys), std::nullopt);
  EXPECT_EQ(nearest_spelling("", keys), std::nullopt);
  EXPECT_EQ(nearest_spelling("x", {}), std::nullopt);
}

TEST(InBackquotes, ShowsControlCharactersAndCutsLongText) {
  EXPECT_EQ(in_backquotes("a\x1b[31m\n"), "`a\\x1b[31m\\n`");
  EXPECT_EQ(in_backquotes(std::string(61, 'x')), "`" + std::string(60, 'x') + "...`");
  EXPECT_EQ(in_backquotes("h\xC3\xA4ufig"), "`h\xC3\xA4ufig`");
}

TEST(Interval, SaysWhatItAllows) {
  EXPECT_EQ(any_number().to_text(), "a number");
  EXPECT_EQ(above(0).to_text(), "a number above 0");
  EXPECT_EQ(at_least(0.5).to_text(), "a number from 0.5");
  EXPECT_EQ(below(1).to_text(), "a number below 1");
  EXPECT_EQ(at_most(1).to_text(), "a number up to 1");
  EXPECT_EQ(from_to(0, 1).to_text(), "a number from 0 to 1");
  EXPECT_EQ(between(0, 1).to_text(), "a number above 0 and below 1");
  EXPECT_EQ(above_to(0, 1).to_text(), "a number above 0 and up to 1");
  EXPECT_EQ(whole_at_least(1).to_text(), "a whole number from 1");
  EXPECT_EQ(whole_from_to(1, 9).to_text(), "a whole number from 1 to 9");
}

TEST(Interval, ContainsItsEndsAsItSays) {
  EXPECT_FALSE(above(0).contains(0));
  EXPECT_TRUE(at_least(0).contains(0));
  EXPECT_FALSE(between(0, 1).contains(1));
  EXPECT_TRUE(above_to(0, 1).contains(1));
  EXPECT_TRUE(from_to(0, 1).contains(0));
  EXPECT_FALSE(any_number().contains(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(any_number().contains(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_TRUE(whole_from_to(1, 9).contains(9));
  EXPECT_FALSE(whole_from_to(1, 9).contains(10));
}

// The published test vectors of the algorithm's authors (test_fnv.c of their reference code).
TEST(Digest, PublishedVectorsIndependent) {
  EXPECT_EQ(digest(""), "6c62272e07bb014262b821756295c58d");
  EXPECT_EQ(digest("a"), "d228cb696f1a8caf78912b704e4a8964");
  EXPECT_EQ(digest("foobar"), "343e1662793c64bf6f0d3597ba446f18");
}

}  // namespace
}  // namespace trialmill::input
