#pragma once

#include <string>
#include <vector>

#include "report/figure_style.hpp"
#include "report/power_chart.hpp"
#include "report/svg.hpp"

/// The parts of a figure of curves: one panel, and the key beside it.
namespace trialmill::report {

constexpr double tick_size = 11;

struct Rectangle {
  double x = 0, y = 0, width = 0, height = 0;
};

/// What the panels of a figure share.
struct PanelAxes {
  std::vector<double> values_;  ///< that occur, increasing
  double y_low = 0, y_high = 1;
  std::vector<Tick> y_ticks;
  std::vector<double> references;  ///< horizontal lines, dashed
};

/// The vertical axis of a chart, 0 to 1 or close up around the nominal level.
PanelAxes panel_axes(const PowerChart& chart);

Scale scale_(const PanelAxes& axes, const Rectangle& plot);
Scale y_scale(const PanelAxes& axes, const Rectangle& plot);

struct PanelLine {
  const ChartLine* line = nullptr;
  LineStyle style;
  std::string words;
  std::vector<const TwinLine*> twins = {};
};

/// How thin the lines of null twins are, and how those of a schedule are dotted.
Stroke twin_stroke(const TwinLine& twin, const LineStyle& style);

/// Grid, reference lines, ticks, then bands, null twins in groups of class "twin", lines and
/// markers, one group of class "curve" a line.
void draw_panel(Svg& svg, const Rectangle& plot, const PanelAxes& axes,
                const std::vector<PanelLine>& lines, bool label_x, bool label_y);

/// One entry of the key: a piece of line with its marker, and words on one or more lines.
struct KeyEntry {
  LineStyle style;
  std::vector<std::string> words;
  double wanted_y = 0;  ///< centre
  bool leader = false;  ///< a thin line from `leader_from` to the entry
  Position leader_from;
};

/// The key to a figure's lines, a column beside the plot.
class Key {
 public:
  /// @param heading what the words of the entries are values of
  Key(const std::string& heading, std::vector<KeyEntry> entries);

  double width() const { return width_; }
  double heading_height() const;
  double height() const;
  /// Entries stand as near to their wanted places as they can. @param corner top left
  void draw(Svg& svg, Position corner, double bottom) const;

  static std::vector<std::string> wrap_words(const std::string& words);

 private:
  std::vector<std::string> heading_;
  std::vector<KeyEntry> entries_;
  double width_ = 0;
};

}  // namespace trialmill::report
