#include <gmock/gmock.h>

#include <set>

#include "report/figure_style.hpp"

namespace trialmill::report {
namespace {

using testing::ElementsAre;

std::vector<std::string> words(const std::vector<Tick>& ticks) {
  std::vector<std::string> out;
  for (const Tick& tick : ticks)
    out.push_back(tick.words);
  return out;
}

TEST(Axis, RoundTicks) {
  EXPECT_THAT(words(round_ticks(0, 1, 5)), ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(words(round_ticks(0, 1, 10)).size(), 11u);
  EXPECT_THAT(words(round_ticks(0.0231, 0.0268, 4)), ElementsAre("0.024", "0.025", "0.026"));
  EXPECT_THAT(words(round_ticks(80, 1040, 4)), ElementsAre("250", "500", "750", "1,000"));
  EXPECT_THAT(words(round_ticks(-1, 1, 4)), ElementsAre("-1.0", "-0.5", "0.0", "0.5", "1.0"));
}

TEST(Axis, ValuesThemselvesAreTicksWhenTheyHaveRoom) {
  const Scale scale{100, 500, 0, 400};
  EXPECT_THAT(words(value_ticks({100, 220, 500}, scale, 11)), ElementsAre("100", "220", "500"));
  EXPECT_THAT(words(value_ticks({100, 105, 500}, scale, 11)),
              ElementsAre("100", "200", "300", "400", "500"));
}

TEST(Axis, LabelsMoveApartAsLittleAsNeeded) {
  const std::vector<double> heights{10, 10, 10};
  EXPECT_THAT(spread_labels({20, 50, 80}, heights, 0, 100), ElementsAre(20, 50, 80));
  EXPECT_THAT(spread_labels({20, 22, 80}, heights, 0, 100), ElementsAre(20, 30, 80));
  EXPECT_THAT(spread_labels({0, 0, 0}, heights, 0, 100), ElementsAre(5, 15, 25));
  EXPECT_THAT(spread_labels({99, 99, 99}, heights, 0, 100), ElementsAre(75, 85, 95));
  EXPECT_THAT(spread_labels({9, 9, 9}, heights, 0, 20), ElementsAre(5, 15, 25));
}

TEST(Axis, StylesOfOneDimensionDiffer) {
  for (const std::size_t count : {2u, 7u, 8u, 20u}) {
    std::set<std::string> colours;
    for (std::size_t i = 0; i < count; ++i)
      colours.insert(line_style(i, count, 0, 1).colour);
    EXPECT_EQ(colours.size(), count);
  }
}

TEST(Axis, FurtherDimensionsKeepTheColourAndChangeTheDashes) {
  const LineStyle first = line_style(2, 3, 0, 2), second = line_style(2, 3, 1, 2);
  EXPECT_EQ(first.colour, second.colour);
  EXPECT_EQ(first.shape, second.shape);
  EXPECT_NE(first.dashes, second.dashes);
  EXPECT_TRUE(first.filled);
  EXPECT_FALSE(second.filled);
}

}  // namespace
}  // namespace trialmill::report
