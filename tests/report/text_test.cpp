#include "report/text.hpp"

#include <gmock/gmock.h>

namespace trialmill::report {
namespace {

using testing::ElementsAre;

TEST(Text, BytesThatAreNotUtf8AreReplaced) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(clean_text("a\xFF"), "a" + replaced);
  EXPECT_EQ(clean_text("\xC3"), replaced);                                // cut short
  EXPECT_EQ(clean_text("\xC0\xAF"), replaced + replaced);                 // overlong
  EXPECT_EQ(clean_text("\xED\xA0\x80"), replaced + replaced + replaced);  // surrogate
  EXPECT_EQ(clean_text("\xEF\xBF\xBF"), replaced);                        // U+FFFF, not in XML
  EXPECT_EQ(clean_text("é 生 😀"), "é 生 😀");
}

TEST(Text, ControlCharactersAreBlanks) {
  EXPECT_EQ(clean_text("a\tb\nc\x1b[0m\x7F\xC2\x9B"), "a b c [0m  ");
}

TEST(Text, EscapesWhatXmlReserves) {
  EXPECT_EQ(xml_escape("<a b='c' d=\"e\">&</a>"),
            "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;&lt;/a&gt;");
}

TEST(Text, WidthsAreThoseOfTheWidestFont) {
  // Advance widths of DejaVu Sans in units of 1/2048 em: a 1255, i 569, W 2025.
  EXPECT_NEAR(text_width("aiW", 2048), 1255 + 569 + 2025, 3);
  EXPECT_EQ(text_width("生存", 10), 20);
  EXPECT_EQ(text_width("e\xCC\x81", 10), text_width("e", 10));
}

TEST(Text, WrapsAtBlanksAndInsideLongWords) {
  EXPECT_THAT(wrap_cells("one two  three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap_cells("abcdefgh i", 3), ElementsAre("abc", "def", "gh", "i"));
  EXPECT_THAT(wrap_cells("生存生存", 5), ElementsAre("生存", "生存"));
  EXPECT_THAT(wrap_cells("生", 1), ElementsAre("生"));
  EXPECT_THAT(wrap_cells("  ", 5), ElementsAre());
}

TEST(Text, BalancedLinesLeaveNoOrphan) {
  EXPECT_THAT(wrap_text("aaaa bbbb cccc d", text_width("aaaa bbbb cccc", 10), 10),
              ElementsAre("aaaa bbbb cccc", "d"));
  EXPECT_THAT(wrap_balanced("aaaa bbbb cccc d", text_width("aaaa bbbb cccc", 10), 10),
              ElementsAre("aaaa bbbb", "cccc d"));
}

TEST(Text, CountsTerminalCells) {
  EXPECT_EQ(terminal_width("abc"), 3u);
  EXPECT_EQ(terminal_width("é–"), 2u);
  EXPECT_EQ(terminal_width("生😀"), 4u);
}

}  // namespace
}  // namespace trialmill::report
