#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "input/expect_input_error.hpp"
#include "trialmill/input/document.hpp"

namespace trialmill::input {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(const std::string& text) {
  return text_of_error([&] { read_yaml_text(text, "t.yaml"); });
}

std::string canonical(const std::string& text) {
  return read_yaml_text(text, "t.yaml").canonical_text();
}

TEST(ReadYaml, KeepsOrderAndNormalisesScalars) {
  EXPECT_EQ(canonical("b: 1.50\na: [x, 'y', \"5\", true, ~, 1e3, +7, 9007199254740993]\n"),
            R"({"b":1.5,"a":["x","y","5",true,null,1000,7,9007199254740993]})");
}

TEST(ReadYaml, CanonicalTextDoesNotSeeLayout) {
  EXPECT_EQ(canonical("a: {x: 0.50}   # half\n\nb:\n  - q\n"),
            canonical("a:\n  x: 5e-1\nb: ['q']"));
  EXPECT_NE(canonical("a: 5"), canonical("a: '5'"));
  EXPECT_NE(canonical("a: 5\nb: 6"), canonical("b: 6\na: 5"));
  EXPECT_EQ(canonical("a: \"\\\"\\x1b\\\\\""), "{\"a\":\"\\\"\\u001b\\\\\"}");
}

TEST(ReadYaml, SaysWhatToWriteForATabAndForAColonInAText) {
  EXPECT_THAT(error_of("title: base\narms:\n  a: {}\n\tb: {}\nsize: 1\n"),
              StartsWith("t.yaml:4:1: a tab cannot indent; use blanks"));
  EXPECT_THAT(error_of("trialmill: 1\ntitle: A trial: the sequel\n"),
              StartsWith("t.yaml:2:15: a colon and a blank begin a value: put the title in quotes, "
                         "title: \"A trial: the sequel\""));
  EXPECT_THAT(error_of("arms:\n  note: see: there\n"), HasSubstr("note: \"see: there\""));
  EXPECT_THAT(error_of("title: A \"b\": c\n"), HasSubstr("in quotes"));
}

TEST(ReadYaml, ResolvesAliases) {
  EXPECT_EQ(canonical("a: &x {p: 1}\nb: *x\nc: [*x, *x]"),
            R"({"a":{"p":1},"b":{"p":1},"c":[{"p":1},{"p":1}]})");
}

TEST(ReadYaml, AcceptsByteOrderMarkAndCarriageReturns) {
  EXPECT_EQ(canonical("\xEF\xBB\xBF"
                      "a: 1\r\nb: x\r\n"),
            R"({"a":1,"b":"x"})");
  EXPECT_THAT(error_of("\xEF\xBB\xBF"
                       "a: 1\r\nb: 1\r\na: 2\r\n"),
              StartsWith("t.yaml:3:1: key `a` stands twice"));
}

TEST(ReadYaml, RefusesRepeatedKeys) {
  EXPECT_EQ(error_of("a: 1\nb: {c: 1, d: 2, c: 3}\n"),
            "t.yaml:2:17: key `c` stands twice in this mapping, first in line 2\n"
            "  b: {c: 1, d: 2, c: 3}\n"
            "                  ^");
}

TEST(ReadYaml, RefusesMergeKeysTagsAndOddKeys) {
  EXPECT_THAT(error_of("a: &x {p: 1}\nb:\n  <<: *x\n"), StartsWith("t.yaml:3:3: merge keys"));
  EXPECT_THAT(error_of("a: !!str 5"), StartsWith("t.yaml:1:4: tags such as"));
  EXPECT_THAT(error_of("a: !mine [5]"), StartsWith("t.yaml:1:4: tags such as `!mine`"));
  EXPECT_THAT(error_of("{[1, 2]: 3}"), StartsWith("t.yaml:1:2: a key is a word, not a list"));
  EXPECT_THAT(error_of("a: 1\n~: 3"), StartsWith("t.yaml:2:1: a key is a word, not no value"));
}

TEST(ReadYaml, RefusesWhatIsNotOneMapping) {
  EXPECT_THAT(error_of(""), StartsWith("t.yaml:1:1: there is nothing in this file"));
  EXPECT_THAT(error_of("# only a comment\n"), StartsWith("t.yaml:1:1: there is nothing"));
  EXPECT_THAT(error_of("---\n"), StartsWith("t.yaml:1:1: there is nothing"));
  EXPECT_THAT(error_of("\n- 1\n- 2\n"), StartsWith("t.yaml:2:1: found a list, allowed is a map"));
  EXPECT_THAT(error_of("a:1"), StartsWith("t.yaml:1:1: found `a:1`, allowed is a mapping"));
  EXPECT_THAT(error_of("a: 1\n---\nb: 1\n"), StartsWith("t.yaml:2:1: a second document"));
}

TEST(ReadYaml, RefusesBrokenSyntaxWithItsPlace) {
  EXPECT_THAT(error_of("a: [1, 2\nb: 3\n"), StartsWith("t.yaml:2:"));
  EXPECT_THAT(error_of("a:\n\t- 1\n"), StartsWith("t.yaml:2:"));
  EXPECT_THAT(error_of("a: *nobody"), StartsWith("t.yaml:1:4: cannot be read as YAML"));
  EXPECT_THAT(error_of("a: }"), StartsWith("t.yaml:1:"));
}

TEST(ReadYaml, RefusesQuotesThatNeverClose) {
  EXPECT_THAT(error_of("a: 'x"), StartsWith("t.yaml:1:6: cannot be read as YAML"));
  EXPECT_THAT(error_of("a: 'x\nb: 1\n"), StartsWith("t.yaml:1:4: this quote is never closed"));
  EXPECT_THAT(error_of("a: \"x\\\"\nb: 1\n"), StartsWith("t.yaml:1:4: this quote is never"));
  EXPECT_THAT(error_of("a: &n # why\n 'it''s\n\n"), StartsWith("t.yaml:2:2: this quote is never"));
  EXPECT_EQ(canonical("a: 'it''s'\nb: \"\\\"\"\nc: &n # why\n  'x'\n"),
            R"({"a":"it's","b":"\"","c":"x"})");
}

TEST(ReadYaml, RefusesWhatIsNotText) {
  EXPECT_THAT(error_of(std::string("a: 1\nb: \0", 9)),
              StartsWith("t.yaml:2:4: this is not a text file"));
  EXPECT_THAT(error_of("a: \xFF"), StartsWith("t.yaml:1:4: byte 0xff is not UTF-8"));
  EXPECT_THAT(error_of("a: \xC0\xAF"), HasSubstr("is not UTF-8"));      // overlong
  EXPECT_THAT(error_of("a: \xED\xA0\x80"), HasSubstr("is not UTF-8"));  // surrogate
  EXPECT_THAT(error_of("a: \xC2"), HasSubstr("is not UTF-8"));          // cut off
  EXPECT_THAT(error_of("a: \xC2\x9B"), HasSubstr("control character 0x9b"));
  EXPECT_THAT(error_of("a: 1\rb: 2"), HasSubstr("carriage return"));
  EXPECT_EQ(canonical("a: \xE2\x82\xAC\xF0\x9F\x99\x82"),
            "{\"a\":\"\xE2\x82\xAC\xF0\x9F\x99\x82\"}");
}

TEST(ReadYaml, CountsColumnsInCharacters) {
  EXPECT_EQ(error_of("{\xC3\xA4\xC3\xB6: 1, b: 1, b: 2}"),
            "t.yaml:1:15: key `b` stands twice in this mapping, first in line 1\n"
            "  {\xC3\xA4\xC3\xB6: 1, b: 1, b: 2}\n"
            "                ^");
}

TEST(ReadYaml, ShowsAWindowOfALongLine) {
  const std::string text = "{a: '" + std::string(300, 'x') + "', b: 1, b: 2, c: 3}";
  EXPECT_EQ(error_of(text),
            "t.yaml:1:315: key `b` stands twice in this mapping, first in line 1\n"
            "  " +
                std::string(41, 'x') + "', b: 1, b: 2, c: 3}\n  " + std::string(50, ' ') + "^");
}

TEST(ReadYaml, RefusesAliasBombAtOnce) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level <= 9; ++level) {
    const std::string inner = std::string("*a").append(std::to_string(level - 1));
    bomb.append("a").append(std::to_string(level)).append(": &a").append(std::to_string(level));
    bomb.append(" [").append(inner);
    for (int i = 1; i < 10; ++i)
      bomb.append(", ").append(inner);
    bomb += "]\n";
  }
  EXPECT_THAT(error_of(bomb), HasSubstr("more than 200000 values"));
}

TEST(ReadYaml, RefusesAliasInsideItsOwnValue) {
  EXPECT_THAT(error_of("a: &x [1, *x]"), StartsWith("t.yaml:1:11: this alias stands inside"));
  EXPECT_THAT(error_of("a: &x {b: {c: *x}}"), HasSubstr("this alias stands inside"));
}

TEST(ReadYaml, RefusesDeepNestingOfEveryKind) {
  for (const std::string opening : {"[", "{a: ", "- ", "? ", "[a: ", "{? ", "[[? "}) {
    std::string text = "k:\n ";
    for (int i = 0; i < 200'000; ++i)
      text += opening;
    EXPECT_THAT(error_of(text), StartsWith("t.yaml:2:")) << opening;
  }
  std::string blocks;
  for (std::size_t i = 0; i < 1000; ++i)
    blocks += std::string(i, ' ') + "a:\n";
  EXPECT_THAT(error_of(blocks), HasSubstr("nested more than 64 levels"));
  EXPECT_THAT(error_of("a: &a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
                       "b: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
              HasSubstr("nested more than 64 levels"));
}

TEST(ReadYaml, RefusesTooManyValuesAndTooManyBytes) {
  std::string text = "a: [";
  for (int i = 0; i < 250'000; ++i)
    text += "1,";
  EXPECT_THAT(error_of(text + "1]"), HasSubstr("more than 200000 values"));
  EXPECT_THAT(error_of("a: " + std::string((1U << 20U) + 1, 'x')),
              StartsWith("t.yaml:1:1: too large to be read: more than 1 MiB"));
}

TEST(ReadYamlFile, NamesTheFileItCannotRead) {
  const std::filesystem::path folder = testing::TempDir();
  EXPECT_THAT(text_of_error([&] { read_yaml_file(folder / "no-such.yaml"); }),
              HasSubstr("no-such.yaml: cannot be opened: No such file or directory"));
  EXPECT_THAT(text_of_error([&] { read_yaml_file(folder); }), HasSubstr("it is a directory"));
}

TEST(ReadYamlFile, RefusesAPipeOrADeviceWithoutOpeningIt) {
  const auto pipe =
      std::filesystem::path(testing::TempDir()) / ("trialmill-pipe-" + std::to_string(getpid()));
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(text_of_error([&] { read_yaml_file(pipe); }),
              HasSubstr("cannot be read: it is not a regular file"));
  std::filesystem::remove(pipe);
  EXPECT_THAT(text_of_error([&] { read_yaml_file("/dev/zero"); }),
              HasSubstr("it is not a regular file"));
}

TEST(ReadYamlFile, ReadsAFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "trialmill-read-yaml.yaml";
  std::ofstream(path) << "a: 1\n";
  const Document document = read_yaml_file(path);
  EXPECT_EQ(document.name(), path.string());
  EXPECT_EQ(document.canonical_text(), R"({"a":1})");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace trialmill::input
