#include "trialmill/report/power_figure.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "report/example_results.hpp"
#include "report/svg_reader.hpp"
#include "report/text.hpp"

namespace trialmill::report {
namespace {

using example::Corner;
using example::corners;
using example::Element;
using example::make;
using example::Picture;
using example::read_svg;
using example::Study;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Picture drawn(const result::Result& result) {
  Picture picture = read_svg(power_figure_svg(result));
  EXPECT_EQ(picture.fault, "");
  return picture;
}

std::string all_text(const Picture& picture) {
  std::string out;
  for (const Element& element : picture.all("text"))
    out += element.text + "\n";
  return out;
}

Study three_ratios() {
  Study study;
  study.hazard_ratios = {0.6, 0.7, 0.8};
  return study;
}

Study two_analyses() {
  Study study;
  study.cox_analyses = {"adjusted"};
  return study;
}

Study twelve_ratios() {
  Study study;
  study.hazard_ratios.clear();
  for (int i = 0; i < 12; ++i)
    study.hazard_ratios.push_back(0.5 + 0.03 * i);
  return study;
}

Study null_twin() {
  Study study = two_analyses();
  study.hazard_ratios = {1};
  return study;
}

Study one_point() {
  Study study = two_analyses();
  study.sample_sizes = {300};
  return study;
}

Study small_multiples() {
  Study study = two_analyses();
  study.hazard_ratios = {0.55, 0.6, 0.65, 0.7, 0.75, 0.8};
  return study;
}

std::vector<result::Result> every_kind() {
  std::vector<result::Result> results;
  for (const Study& study : {three_ratios(), two_analyses(), twelve_ratios(), null_twin(),
                             one_point(), small_multiples()})
    results.push_back(make(study));
  results.emplace_back();
  return results;
}

/// The polyline of powers of each curve, in drawing order.
std::vector<std::vector<Corner>> curves(const Picture& picture) {
  std::vector<std::vector<Corner>> out;
  for (const Element& element : picture.all("polyline", "curve"))
    out.push_back(corners(element));
  return out;
}

/// Left, top, right and bottom of the plot, or of all plots together.
struct Box {
  double left = 1e9, top = 1e9, right = 0, bottom = 0;
};

Box plot_box(const Picture& picture) {
  Box box;
  for (const Element& line : picture.all("line", "grid")) {
    box.left = std::min(box.left, line.number("x1"));
    box.right = std::max(box.right, line.number("x2"));
    box.top = std::min(box.top, line.number("y1"));
    box.bottom = std::max(box.bottom, line.number("y1"));
  }
  return box;
}

/// What a text covers at most; texts that are turned are left out by the callers.
Box text_box(const Element& text) {
  const double size = text.number("font-size");
  const double width = text_width(text.text, size);
  const auto anchor = text.attributes.find("text-anchor");
  const double shift = anchor == text.attributes.end() ? 0
                       : anchor->second == "middle"    ? width / 2
                                                       : width;
  const double left = text.number("x") - shift, base = text.number("y");
  return {left, base - 0.75 * size, left + width, base + 0.2 * size};
}

std::vector<Element> upright_texts(const Picture& picture) {
  std::vector<Element> out;
  for (const Element& text : picture.all("text"))
    if (!text.attributes.contains("transform")) out.push_back(text);
  return out;
}

TEST(PowerFigure, IsWellFormed) {
  for (const auto& result : every_kind())
    drawn(result);
}

TEST(PowerFigure, TheReaderOfTheseTestsFindsFaults) {
  const std::string head = "<?xml version=\"1.0\"?>";
  EXPECT_EQ(read_svg(head + "<svg><g></g></svg>").fault, "");
  EXPECT_NE(read_svg(head + "<svg><g></svg>").fault, "");
  EXPECT_NE(read_svg(head + "<svg>").fault, "");
  EXPECT_NE(read_svg(head + "<svg>a & b</svg>").fault, "");
  EXPECT_NE(read_svg(head + "<svg a=\"1\" a=\"2\"></svg>").fault, "");
  EXPECT_NE(read_svg(head + "<svg>a > b</svg>").fault, "");
}

TEST(PowerFigure, HeightsOfPointsArePowersToAHundredthOfAPixel) {
  const auto result = make(three_ratios());
  const Picture picture = drawn(result);
  const Box box = plot_box(picture);
  const auto lines = curves(picture);
  ASSERT_EQ(lines.size(), 3u);
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    const double power = result.points[i].analyses[0].power.estimate;
    EXPECT_NEAR(lines[i / 9][i % 9].y, box.bottom - power * (box.bottom - box.top), 0.0051);
  }
}

TEST(PowerFigure, HorizontalDistancesAreThoseOfTheSampleSizes) {
  Study study;
  study.sample_sizes = {80, 100, 110, 200, 1000};
  const auto line = curves(drawn(make(study))).at(0);
  const double per_patient = (line[4].x - line[0].x) / 920;
  for (std::size_t i = 0; i < line.size(); ++i)
    EXPECT_NEAR(line[i].x, line[0].x + per_patient * (study.sample_sizes[i] - 80), 0.011);
}

TEST(PowerFigure, PointsStandInOrderWhateverTheirOrderInTheResult) {
  Study study;
  study.sample_sizes = {300, 100, 200};
  const auto line = curves(drawn(make(study))).at(0);
  EXPECT_LT(line[0].x, line[1].x);
  EXPECT_LT(line[1].x, line[2].x);
  EXPECT_GT(line[0].y, line[2].y);
}

TEST(PowerFigure, BandsHoldTheWilsonIntervals) {
  const auto result = make(two_analyses());
  const Picture picture = drawn(result);
  const Box box = plot_box(picture);
  const auto bands = picture.all("polygon", "bands");
  ASSERT_EQ(bands.size(), 2u);
  const auto outline = corners(bands[1]);
  ASSERT_EQ(outline.size(), 18u);
  for (std::size_t i = 0; i < 9; ++i) {
    const auto& power = result.points[i].analyses[1].power;
    const double height = box.bottom - box.top;
    EXPECT_NEAR(outline[i].y, box.bottom - power.ci_upper * height, 0.0051);
    EXPECT_NEAR(outline[17 - i].y, box.bottom - power.ci_lower * height, 0.0051);
  }
}

TEST(PowerFigure, ReferenceLinesStandAtTheUsualPowers) {
  const Picture picture = drawn(make(three_ratios()));
  const Box box = plot_box(picture);
  const auto lines = picture.all("line", "references");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NEAR(lines[0].number("y1"), box.bottom - 0.8 * (box.bottom - box.top), 0.0051);
  EXPECT_NEAR(lines[1].number("y1"), box.bottom - 0.9 * (box.bottom - box.top), 0.0051);
}

TEST(PowerFigure, NullTwinIsCloseUpAroundTheLevel) {
  const auto result = make(null_twin());
  const Picture picture = drawn(result);
  const std::string text = all_text(picture);
  EXPECT_THAT(text, HasSubstr("Rejection rate"));
  EXPECT_THAT(text, Not(HasSubstr("Power (")));
  EXPECT_THAT(text, HasSubstr("dashed line: nominal level 0.025"));
  const auto reference = picture.all("line", "references");
  ASSERT_EQ(reference.size(), 1u);
  // A rate of 0.025 is drawn at the reference line, and one standard error is seen.
  EXPECT_EQ(result.points[0].analyses[1].power.estimate, 0.025);
  EXPECT_NEAR(curves(picture).at(1)[0].y, reference[0].number("y1"), 0.0051);
  const auto band = corners(picture.all("polygon", "bands").at(0));
  EXPECT_GT(band[17].y - band[0].y, 100);
}

TEST(PowerFigure, OnePowerOfATenthIsNoNullTwin) {
  auto result = make(null_twin());
  result.points[4].analyses[0].power = example::proportion(0.1, 10000);
  EXPECT_THAT(all_text(drawn(result)), HasSubstr("Power (probability of rejecting"));
}

TEST(PowerFigure, KeyStandsBesideThePlotInsideThePicture) {
  for (const Study& study :
       {three_ratios(), two_analyses(), twelve_ratios(), null_twin(), small_multiples()}) {
    const Picture picture = drawn(make(study));
    const Box plot = plot_box(picture);
    const double width = picture.elements[0].number("width");
    const auto texts = picture.all("text", "key");
    ASSERT_GE(texts.size(), 2u);
    for (const Element& text : texts) {
      EXPECT_GT(text_box(text).left, plot.right) << text.text;
      EXPECT_LE(text_box(text).right, width) << text.text;
    }
  }
}

TEST(PowerFigure, NoTextCoversAnother) {
  for (const auto& result : every_kind()) {
    const auto texts = upright_texts(drawn(result));
    for (std::size_t i = 0; i < texts.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const Box a = text_box(texts[i]), b = text_box(texts[j]);
        EXPECT_FALSE(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
            << texts[i].text << " | " << texts[j].text;
      }
  }
}

TEST(PowerFigure, NoTextLeavesThePicture) {
  for (auto& result : every_kind()) {
    result.title = std::string(400, 'm') + " " + std::string(90, 'W') + " end";
    const Picture picture = drawn(result);
    for (const Element& text : upright_texts(picture)) {
      EXPECT_GE(text_box(text).left, 0) << text.text;
      EXPECT_LE(text_box(text).right, picture.elements[0].number("width")) << text.text;
      EXPECT_LE(text_box(text).bottom, picture.elements[0].number("height")) << text.text;
    }
  }
}

TEST(PowerFigure, ManyLinesOfSeveralAnalysesBecomeOnePanelAnAnalysis) {
  const Picture picture = drawn(make(small_multiples()));
  EXPECT_EQ(curves(picture).size(), 12u);
  std::size_t panels = 0;
  for (const Element& group : picture.all("g"))
    panels += group.attributes.at("class") == "axes";
  EXPECT_EQ(panels, 2u);
  EXPECT_THAT(all_text(picture), HasSubstr("Adjusted (Cox)"));
  EXPECT_EQ(picture.all("text", "key").size(), 8u);  // heading of two lines and six ratios
}

TEST(PowerFigure, LinesOfOnePanelAllLookDifferent) {
  for (const Study& study : {three_ratios(), two_analyses(), twelve_ratios()}) {
    std::vector<std::string> looks;
    for (const Element& line : drawn(make(study)).all("polyline", "curve")) {
      const auto dashes = line.attributes.find("stroke-dasharray");
      looks.push_back(line.attributes.at("stroke") +
                      (dashes == line.attributes.end() ? "" : dashes->second));
    }
    for (std::size_t i = 0; i < looks.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        EXPECT_NE(looks[i], looks[j]);
  }
}

TEST(PowerFigure, OnePointIsARowAnAnalysis) {
  const auto result = make(one_point());
  const Picture picture = drawn(result);
  EXPECT_EQ(picture.all("path", "interval").size(), 2u);
  const std::string text = all_text(picture);
  EXPECT_THAT(text, HasSubstr("primary (log-rank)"));
  EXPECT_THAT(text, HasSubstr("0.664 (0.654 to 0.673)"));
  EXPECT_THAT(text, HasSubstr("Patients randomised: 300"));
  EXPECT_THAT(text, HasSubstr("10,000 replicates, one-sided level 0.025"));
}

TEST(PowerFigure, WithoutSampleSizesTheFirstSweptKeyIsTheAxis) {
  Study study;
  study.sample_sizes = {300};
  study.hazard_ratios = {0.6, 0.7, 0.8};
  const std::string text = all_text(drawn(make(study)));
  EXPECT_THAT(text, HasSubstr("Hazard ratio, experimental over control\n"));
  EXPECT_THAT(text, HasSubstr("Patients randomised: 300"));
}

TEST(PowerFigure, TextFromTheScenarioIsEscaped) {
  auto result = make(two_analyses());
  result.title = "A & B <i>\"both\"</i> 'x' \x01\xff Überleben 生存";
  for (auto& point : result.points)
    point.analyses[1].name = "p<0.05 & q";
  const std::string svg = power_figure_svg(result);
  EXPECT_EQ(read_svg(svg).fault, "");
  EXPECT_THAT(svg, HasSubstr("A &amp; B &lt;i&gt;&quot;both&quot;&lt;/i&gt; &#39;x&#39;"));
  EXPECT_THAT(svg, HasSubstr("\xEF\xBF\xBD Überleben 生存"));
  EXPECT_THAT(svg, HasSubstr("data-name=\"p&lt;0.05 &amp; q (Cox)\""));
  EXPECT_THAT(svg, Not(Contains('\x01')));
}

TEST(PowerFigure, AnIncompleteRunSaysSoAndLeavesEmptyPointsOut) {
  auto result = make(three_ratios());
  EXPECT_THAT(all_text(drawn(result)), Not(HasSubstr("Incomplete")));
  result.complete = false;
  result.points[8].replicates = 0;
  result.points[8].analyses[0].power.estimate = std::numeric_limits<double>::quiet_NaN();
  const Picture picture = drawn(result);
  EXPECT_THAT(all_text(picture), HasSubstr("Incomplete: only 0 to 10,000 of "
                                           "10,000 replicates per point were computed."));
  EXPECT_EQ(curves(picture).at(0).size(), 8u);
  EXPECT_EQ(curves(picture).at(1).size(), 9u);
}

TEST(PowerFigure, UndefinedTestsAreMentioned) {
  auto result = make(two_analyses());
  result.points[2].analyses[1].undefined = 7;
  EXPECT_THAT(all_text(drawn(result)),
              HasSubstr("Tests that could not be computed (7) count as no rejection."));
}

std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Golden pictures were looked at when they were made. TRIALMILL_UPDATE_GOLDENS=1 rewrites them.
void expect_golden(const std::string& name, const Study& study) {
  const std::string path = std::string(TRIALMILL_TEST_DATA) + "/report/golden/" + name + ".svg";
  const std::string svg = power_figure_svg(make(study));
  const char* update = std::getenv("TRIALMILL_UPDATE_GOLDENS");
  if (update && std::string(update) == "1") std::ofstream(path, std::ios::binary) << svg;
  EXPECT_TRUE(svg == file_bytes(path)) << path << " differs";
}

TEST(PowerFigure, Golden) {
  expect_golden("three-hazard-ratios", three_ratios());
  expect_golden("two-analyses", two_analyses());
  expect_golden("null-twin", null_twin());
  expect_golden("one-point", one_point());
  expect_golden("small-multiples", small_multiples());
}

}  // namespace
}  // namespace trialmill::report
