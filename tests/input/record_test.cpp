#include "trialmill/input/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "input/expect_input_error.hpp"

namespace trialmill::input {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// What a reader that does `read` has to say about the text.
std::string complaint(const std::string& text, const std::function<void(const Record&)>& read) {
  const Document document = read_yaml_text(text, "t.yaml");
  Reading reading;
  read(reading.open(document));
  return text_of_error([&] { reading.finish(); });
}

void accept(const std::string& text, const std::function<void(const Record&)>& read) {
  const Document document = read_yaml_text(text, "t.yaml");
  Reading reading;
  read(reading.open(document));
  EXPECT_FALSE(reading.failed());
  EXPECT_NO_THROW(reading.finish());
}

std::string complaint_on_number(const std::string& text, const Interval& allowed = {}) {
  return complaint("a: " + text,
                   [&](const Record& r) { EXPECT_TRUE(std::isnan(r.number("a", allowed))); });
}

std::string complaint_on_integer(const std::string& text, const WholeNumbers& allowed = {}) {
  return complaint("a: " + text,
                   [&](const Record& r) { EXPECT_EQ(r.integer("a", allowed), allowed.lower); });
}

TEST(Record, ReadsNumbersByItsOwnGrammar) {
  accept("{a: 1, b: -2.5, c: 1e-3, d: +4, e: .5, f: 5., g: 1E6, h: 0, i: 0.1}",
         [](const Record& r) {
           EXPECT_EQ(r.number("a"), 1.0);
           EXPECT_EQ(r.number("b"), -2.5);
           EXPECT_EQ(r.number("c"), 1e-3);
           EXPECT_EQ(r.number("d"), 4.0);
           EXPECT_EQ(r.number("e"), 0.5);
           EXPECT_EQ(r.number("f"), 5.0);
           EXPECT_EQ(r.number("g"), 1e6);
           EXPECT_EQ(r.number("h"), 0.0);
           EXPECT_EQ(r.number("i"), 0.1);
         });
}

TEST(Record, RefusesWhatOnlyLooksLikeANumber) {
  for (const std::string text : {"0x10", ".nan", ".inf", "-.inf", "nan", "inf", "yes", "true", "1e",
                                 "--1", "1.2.3", "five", "1 2", "e5", "[1]", "{x: 1}", "."})
    EXPECT_THAT(complaint_on_number(text), HasSubstr("allowed is a number")) << text;
  EXPECT_THAT(complaint_on_number("010"), HasSubstr("leading zero"));
  EXPECT_THAT(complaint_on_number("1e999"), HasSubstr("exponent"));
  EXPECT_THAT(complaint_on_number("1_000"), HasSubstr("no separators"));
  EXPECT_THAT(complaint_on_number("1,000"), HasSubstr("no separators"));
  EXPECT_THAT(complaint_on_number("50%"), HasSubstr("write a percentage as a fraction"));
  EXPECT_THAT(complaint_on_number("'5'"), HasSubstr("found the text `5` in quotes"));
  EXPECT_THAT(complaint_on_number("'5'"), HasSubstr("leave them out"));
}

TEST(Record, ChecksTheRangeAndSaysWhy) {
  EXPECT_EQ(
      complaint("disease:\n  rfs:\n    hazard_ratios: {grade_g3: -4.1}\n",
                [](const Record& r) {
                  r.record("disease")
                      .record("rfs")
                      .record("hazard_ratios")
                      .number("grade_g3", above(0).because("a ratio, not its logarithm"));
                }),
      "t.yaml:3:31: disease.rfs.hazard_ratios.grade_g3: found -4.1, allowed is a number above "
      "0 (a ratio, not its logarithm)\n"
      "      hazard_ratios: {grade_g3: -4.1}\n"
      "                                ^");
}

TEST(Record, ReadsIntegersInDigitsOnly) {
  accept("{a: 20210728, b: -3, c: 9223372036854775807}", [](const Record& r) {
    EXPECT_EQ(r.integer("a"), 20210728);
    EXPECT_EQ(r.integer("b", whole_from_to(-5, 5)), -3);
    EXPECT_EQ(r.integer("c"), 9223372036854775807);
  });
  EXPECT_THAT(complaint_on_integer("1e6"), HasSubstr("in digits, without point or exponent"));
  EXPECT_THAT(complaint_on_integer("2.0"), HasSubstr("in digits"));
  EXPECT_THAT(complaint_on_integer("9223372036854775808"),
              HasSubstr("a whole number from 0 (the largest is 9223372036854775807)"));
  EXPECT_THAT(complaint_on_integer("0", whole_at_least(1)), HasSubstr("a whole number from 1"));
  EXPECT_THAT(complaint_on_integer("017"), HasSubstr("leading zero"));
}

TEST(Record, ReadsTextBooleansAndChoices) {
  enum class Method { log_rank, cox };
  const std::vector<Choice<Method>> tests = {{"log-rank", Method::log_rank}, {"cox", Method::cox}};
  accept("{t: cox, b: true, s: 'a b', n: 12}", [&](const Record& r) {
    EXPECT_EQ(r.one_of("t", tests), Method::cox);
    EXPECT_EQ(r.one_of_or("u", Method::cox, tests), Method::cox);
    EXPECT_TRUE(r.boolean("b"));
    EXPECT_TRUE(r.boolean_or("c", true));
    EXPECT_EQ(r.text("s"), "a b");
    EXPECT_EQ(r.text("n"), "12");
    EXPECT_EQ(r.text_or("m", "x"), "x");
    EXPECT_EQ(r.optional_text("m"), std::nullopt);
  });
  EXPECT_THAT(complaint("t: logrank", [&](const Record& r) { r.one_of("t", tests); }),
              StartsWith("t.yaml:1:4: t: found `logrank`, allowed is one of `log-rank`, `cox`; did "
                         "you mean `log-rank`?"));
  EXPECT_THAT(complaint("b: yes", [](const Record& r) { r.boolean("b"); }),
              HasSubstr("found `yes`, allowed is true or false"));
  EXPECT_THAT(complaint("s: [a]", [](const Record& r) { r.text("s"); }),
              HasSubstr("found a list, allowed is a text"));
}

TEST(Record, ReadsLists) {
  accept("{n: [1, 2.5], t: [a, b], r: [{x: 1}, {x: 2}], empty: []}", [](const Record& r) {
    EXPECT_THAT(r.numbers("n"), ElementsAre(1, 2.5));
    EXPECT_THAT(r.texts("t"), ElementsAre("a", "b"));
    const auto records = r.records("r");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].number("x"), 1);
    EXPECT_EQ(records[1].number("x"), 2);
    EXPECT_TRUE(r.value("empty").list().empty());
    EXPECT_TRUE(r.numbers_if_any("absent").empty());
    EXPECT_TRUE(r.texts_if_any("absent").empty());
    EXPECT_TRUE(r.records_if_any("absent").empty());
  });
  EXPECT_THAT(complaint("n: [1, x, 3]", [](const Record& r) { r.numbers("n"); }),
              StartsWith("t.yaml:1:8: n[1]: found `x`, allowed is a number"));
  EXPECT_THAT(complaint("n: []", [](const Record& r) { r.numbers("n"); }),
              StartsWith("t.yaml:1:4: n: the list has 0 items, at least 1 are needed"));
  EXPECT_THAT(complaint("n: 4", [](const Record& r) { r.numbers("n"); }),
              HasSubstr("found 4, allowed is a list"));
  EXPECT_THAT(complaint("r: [{x: 1}, 5]", [](const Record& r) { r.records("r")[0].number("x"); }),
              StartsWith("t.yaml:1:13: r[1]: found 5, allowed is a mapping"));
}

TEST(Record, TellsKindsApart) {
  accept("{a: 1, b: true, c: x, d: '1', e: [], f: {}, g: }", [](const Record& r) {
    EXPECT_EQ(r.value("a").kind(), Value::Kind::number);
    EXPECT_EQ(r.value("b").kind(), Value::Kind::boolean);
    EXPECT_EQ(r.value("c").kind(), Value::Kind::text);
    EXPECT_EQ(r.value("d").kind(), Value::Kind::text);
    EXPECT_EQ(r.value("e").kind(), Value::Kind::list);
    EXPECT_EQ(r.value("f").kind(), Value::Kind::record);
    EXPECT_EQ(r.value("g").kind(), Value::Kind::empty);
    EXPECT_FALSE(r.optional_value("h").has_value());
  });
}

TEST(Record, GivesEntriesInOrderWithPositions) {
  accept("arms:\n  upfront: 1\n  neoadjuvant: 2\n", [](const Record& r) {
    const auto entries = r.record("arms").entries();
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].first, "upfront");
    EXPECT_EQ(entries[1].first, "neoadjuvant");
    EXPECT_EQ(entries[1].second.integer(), 2);
    EXPECT_EQ(entries[1].second.path(), "arms.neoadjuvant");
    EXPECT_EQ(entries[1].second.position(), (Position{"t.yaml", 3, 16}));
    EXPECT_EQ(entries[1].second.key_position(), (Position{"t.yaml", 3, 3}));
  });
}

TEST(Record, ReportsUnknownKeysAtTheirPlace) {
  EXPECT_EQ(complaint("trial:\n  rate: 1\n  durration: 2\n",
                      [](const Record& r) {
                        const Record trial = r.record("trial");
                        trial.number("rate");
                        trial.optional_number("duration");
                      }),
            "t.yaml:3:3: trial.durration: unknown key; did you mean `duration`?\n"
            "    durration: 2\n"
            "    ^");
  EXPECT_THAT(complaint("{a: 1, zzz: 2}",
                        [](const Record& r) {
                          r.number("a");
                          r.has("bcd");
                        }),
              HasSubstr("zzz: unknown key; known here: a, bcd"));
}

TEST(Record, CountsASlipInANeededKeyOnce) {
  const auto text = complaint("enrollment: 4", [](const Record& r) { r.number("enrolment"); });
  EXPECT_THAT(text, StartsWith("t.yaml:1:1: enrollment: unknown key; did you mean `enrolment`?"));
  EXPECT_THAT(text, Not(HasSubstr("missing")));
}

TEST(Record, ReportsMissingKeysAndKeysWithoutValue) {
  EXPECT_THAT(complaint("a: 1\nb: {c: 2}",
                        [](const Record& r) {
                          r.number("a");
                          const Record b = r.record("b");
                          b.number("c");
                          EXPECT_TRUE(std::isnan(b.number("needed")));
                        }),
              StartsWith("t.yaml:2:1: b.needed: is missing"));
  EXPECT_THAT(complaint("a:\nb: ~",
                        [](const Record& r) {
                          r.number("a");
                          r.text("b");
                        }),
              testing::AllOf(StartsWith("t.yaml:1:1: a: found no value, allowed is a number"),
                             HasSubstr("t.yaml:2:1: b: found no value, allowed is a text")));
}

TEST(Record, CollectsEverythingInOnePassSorted) {
  const Document document = read_yaml_text("c: x\nb: -1\na: 1\nextra: 0\n", "t.yaml");
  Reading reading;
  const Record r = reading.open(document);
  r.number("a", above(5));
  r.number("b", above(0));
  r.number("c");
  r.number("d");
  EXPECT_TRUE(reading.failed());
  try {
    reading.finish();
    FAIL();
  } catch (const InputError& error) {
    std::vector<int> lines;
    for (const auto& diagnostic : error.diagnostics())
      lines.push_back(diagnostic.position.line);
    EXPECT_THAT(lines, ElementsAre(1, 1, 2, 3, 4));
  }
}

TEST(Record, AnswersQuietlyBelowAMistake) {
  const auto text = complaint("a: 5", [](const Record& r) {
    const Record a = r.record("a");
    EXPECT_TRUE(std::isnan(a.number("x")));
    EXPECT_EQ(a.integer("n", whole_at_least(3)), 3);
    EXPECT_EQ(a.text("t"), "");
    EXPECT_TRUE(a.numbers("l").empty());
    EXPECT_TRUE(a.record("deeper").entries().empty());
    EXPECT_EQ(a.one_of<int>("c", {{"one", 1}, {"two", 2}}), 1);
    a.value("v").reject("anything");
    a.forgive_unread();
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '^'), 1) << text;
}

TEST(Record, ForgivesUnreadKeysOnDemand) {
  accept("{kind: 1, whatever: 2}", [](const Record& r) { r.forgive_unread(); });
}

TEST(Record, RejectsWithTheCallersWords) {
  const std::vector<std::string> names = {"grade_g3", "age_ge_60"};
  EXPECT_THAT(complaint("grade_g33: 2",
                        [&](const Record& r) {
                          r.entries()[0].second.reject_key("is not a covariate of `population`",
                                                           names);
                        }),
              StartsWith("t.yaml:1:1: grade_g33: is not a covariate of `population`; did you mean "
                         "`grade_g3`?"));
  EXPECT_THAT(complaint("of: grade_g33",
                        [&](const Record& r) {
                          r.value("of").reject("a covariate of `population`", "", names);
                        }),
              StartsWith("t.yaml:1:5: of: found `grade_g33`, allowed is a covariate of "
                         "`population`; did you mean `grade_g3`?"));
  EXPECT_THAT(complaint("b: {}", [](const Record& r) { r.record("b").reject_because("is empty"); }),
              StartsWith("t.yaml:1:1: b: is empty"));
}

TEST(Record, PlacesAnAliasWhereItIsUsed) {
  EXPECT_THAT(complaint("a: &x -1\nb: *x\n",
                        [](const Record& r) {
                          r.number("a");
                          r.number("b", above(0));
                        }),
              StartsWith("t.yaml:2:4: b: found -1"));
}

TEST(Reading, JoinsSeveralDocuments) {
  Reading reading;
  reading.open(read_yaml_text("a: x", "one.yaml")).number("a");
  reading.open(read_yaml_text("a: y", "two.yaml")).number("a");
  EXPECT_THAT(text_of_error([&] { reading.finish(); }),
              testing::AllOf(HasSubstr("one.yaml:1:4: a"), HasSubstr("two.yaml:1:4: a")));
}

TEST(Reading, CountsAThousandMistakes) {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text.append("k").append(std::to_string(i)).append(": 1\n");
  EXPECT_THAT(complaint(text, [](const Record&) {}), testing::EndsWith("\nand 980 more"));
}

}  // namespace
}  // namespace trialmill::input
