#include "report/curve_panel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/text.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

constexpr std::string_view axis_colour = "#444444";
constexpr std::string_view grid_colour = "#e6e6e6";
constexpr std::string_view reference_colour = "#777777";
constexpr double band_opacity = 0.18;
// Two bands that cover each other are told apart by their edges.
constexpr double edge_width = 0.6, edge_opacity = 0.4;

constexpr double key_text_size = 11.5;
constexpr double key_leading = 14;
constexpr double key_gap = 5;  // between entries
constexpr double key_swatch = 30;
constexpr double key_text_width = 190;

double entry_height(const KeyEntry& entry) {
  return static_cast<double>(entry.words.size()) * key_leading + key_gap;
}

PanelAxes close_up_axes(const PowerChart& chart, PanelAxes axes) {
  double low = *std::min_element(chart.alphas.begin(), chart.alphas.end());
  double high = *std::max_element(chart.alphas.begin(), chart.alphas.end());
  for (const ChartLine& line : chart.lines)
    for (const ChartPoint& point : line.points) {
      low = std::min(low, point.power.ci_lower);
      high = std::max(high, point.power.ci_upper);
    }
  for (const TwinLine& twin : chart.twins)
    for (const ChartPoint& point : twin.line.points)
      high = std::max(high, point.power.estimate);
  const double margin = std::max(0.12 * (high - low), 0.04 * high);
  axes.y_low = low < high / 2 ? 0 : low - margin;
  axes.y_high = high + margin;
  axes.y_ticks = round_ticks(axes.y_low, axes.y_high, 7);
  axes.references = chart.alphas;
  return axes;
}

void draw_grid(Svg& svg, const Rectangle& plot, const PanelAxes& axes, const Scale& y) {
  const double right = plot.x + plot.width;
  svg.open_group("grid");
  for (const Tick& tick : axes.y_ticks)
    svg.line({plot.x, y(tick.value)}, {right, y(tick.value)}, {grid_colour, 1});
  svg.close_group();
}

void draw_references(Svg& svg, const Rectangle& plot, const PanelAxes& axes, const Scale& y) {
  svg.open_group("references");
  for (const double reference : axes.references)
    svg.line({plot.x, y(reference)}, {plot.x + plot.width, y(reference)},
             {reference_colour, 1, "4 3"});
  svg.close_group();
}

void draw_axes(Svg& svg, const Rectangle& plot, const PanelAxes& axes, bool label_x, bool label_y) {
  const Scale x = scale_(axes, plot), y = y_scale(axes, plot);
  const double bottom = plot.y + plot.height;
  svg.open_group("axes");
  svg.line({plot.x, bottom}, {plot.x + plot.width, bottom}, {axis_colour, 1});
  svg.line({plot.x, plot.y}, {plot.x, bottom}, {axis_colour, 1});
  for (const Tick& tick : value_ticks(axes.values_, x, tick_size)) {
    svg.line({x(tick.value), bottom}, {x(tick.value), bottom + 5}, {axis_colour, 1});
    if (label_x)
      svg.text({x(tick.value), bottom + 18}, tick.words, {tick_size, "middle", axis_colour});
  }
  for (const Tick& tick : axes.y_ticks) {
    svg.line({plot.x - 5, y(tick.value)}, {plot.x, y(tick.value)}, {axis_colour, 1});
    if (label_y)
      svg.text({plot.x - 9, y(tick.value) + 4}, tick.words, {tick_size, "end", axis_colour});
  }
  svg.close_group();
}

/// The band, or the interval of a line of one point.
void draw_band(Svg& svg, const PanelLine& drawn, const Scale& x, const Scale& y) {
  const auto& points = drawn.line->points;
  if (points.size() == 1) {
    const Position from{x(points[0].x), y(points[0].power.ci_lower)};
    svg.line(from, {from.x, y(points[0].power.ci_upper)}, {drawn.style.colour, 1.5});
    return;
  }
  std::vector<Position> upper, lower;
  for (const ChartPoint& point : points) {
    upper.push_back({x(point.x), y(point.power.ci_upper)});
    lower.push_back({x(point.x), y(point.power.ci_lower)});
  }
  const Stroke edge{drawn.style.colour, edge_width, "", edge_opacity};
  svg.polyline(upper, edge);
  svg.polyline(lower, edge);
  upper.insert(upper.end(), lower.rbegin(), lower.rend());
  svg.polygon(upper, drawn.style.colour, band_opacity);
}

void draw_twins(Svg& svg, const PanelLine& drawn, const Scale& x, const Scale& y) {
  for (const TwinLine* twin : drawn.twins) {
    std::vector<Position> course;
    for (const ChartPoint& point : twin->line.points)
      course.push_back({x(point.x), y(point.power.estimate)});
    if (course.size() == 1)
      course = {{course[0].x - 5, course[0].y}, {course[0].x + 5, course[0].y}};
    svg.open_group("twin", drawn.words);
    svg.polyline(course, twin_stroke(*twin, drawn.style));
    svg.close_group();
  }
}

void draw_curve(Svg& svg, const PanelLine& drawn, const Scale& x, const Scale& y) {
  const auto& points = drawn.line->points;
  std::vector<Position> course;
  for (const ChartPoint& point : points)
    course.push_back({x(point.x), y(point.power.estimate)});
  const double pitch = (course.back().x - course.front().x) / static_cast<double>(course.size());
  const double radius = course.size() == 1 ? 3.6 : std::clamp(pitch / 4, 1.8, 3.6);
  svg.open_group("curve", drawn.words);
  if (course.size() > 1) svg.polyline(course, {drawn.style.colour, 1.8, drawn.style.dashes});
  for (std::size_t i = 0; i < course.size(); ++i) {
    const auto& power = points[i].power;
    svg.marker(course[i], {drawn.style.shape, drawn.style.colour, drawn.style.filled, radius},
               fmt::format("{}: {:.4f} ({:.4f} to {:.4f})", number_words(points[i].x),
                           power.estimate, power.ci_lower, power.ci_upper));
  }
  svg.close_group();
}

}  // namespace

PanelAxes panel_axes(const PowerChart& chart) {
  PanelAxes axes;
  for (const ChartLine& line : chart.lines)
    for (const ChartPoint& point : line.points)
      axes.values_.push_back(point.x);
  std::sort(axes.values_.begin(), axes.values_.end());
  axes.values_.erase(std::unique(axes.values_.begin(), axes.values_.end()), axes.values_.end());
  if (chart.null_twin) return close_up_axes(chart, std::move(axes));
  axes.y_ticks = round_ticks(0, 1, 10);
  axes.references = {0.8, 0.9};
  return axes;
}

Scale scale_(const PanelAxes& axes, const Rectangle& plot) {
  const double inset = std::min(16.0, 0.05 * plot.width);
  return {axes.values_.front(), axes.values_.back(), plot.x + inset, plot.x + plot.width - inset};
}

Scale y_scale(const PanelAxes& axes, const Rectangle& plot) {
  return {axes.y_low, axes.y_high, plot.y + plot.height, plot.y};
}

Stroke twin_stroke(const TwinLine& twin, const LineStyle& style) {
  return {style.colour, 0.9, twin.schedule ? "1.5 2.5" : ""};
}

void draw_panel(Svg& svg, const Rectangle& plot, const PanelAxes& axes,
                const std::vector<PanelLine>& lines, bool label_x, bool label_y) {
  const Scale x = scale_(axes, plot), y = y_scale(axes, plot);
  draw_grid(svg, plot, axes, y);
  draw_axes(svg, plot, axes, label_x, label_y);
  svg.open_group("bands");
  for (const PanelLine& line : lines)
    draw_band(svg, line, x, y);
  svg.close_group();
  draw_references(svg, plot, axes, y);
  for (const PanelLine& line : lines)
    draw_twins(svg, line, x, y);
  for (const PanelLine& line : lines)
    draw_curve(svg, line, x, y);
}

Key::Key(const std::string& heading, std::vector<KeyEntry> entries)
    : heading_(wrap_balanced(heading, key_text_width, tick_size)), entries_(std::move(entries)) {
  for (const std::string& line : heading_)
    width_ = std::max(width_, text_width(line, tick_size));
  for (const KeyEntry& entry : entries_)
    for (const std::string& line : entry.words)
      width_ = std::max(width_, key_swatch + 8 + text_width(line, key_text_size));
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const KeyEntry& a, const KeyEntry& b) { return a.wanted_y < b.wanted_y; });
}

std::vector<std::string> Key::wrap_words(const std::string& words) {
  return wrap_text(words, key_text_width - key_swatch, key_text_size);
}

double Key::heading_height() const {
  return static_cast<double>(heading_.size()) * key_leading + 4;
}

double Key::height() const {
  return std::accumulate(
      entries_.begin(), entries_.end(), heading_height(),
      [](double sum, const KeyEntry& entry) { return sum + entry_height(entry); });
}

void Key::draw(Svg& svg, Position corner, double bottom) const {
  svg.open_group("key");
  std::vector<double> wanted, heights;
  for (const KeyEntry& entry : entries_) {
    wanted.push_back(entry.wanted_y);
    heights.push_back(entry_height(entry));
  }
  const auto centres = spread_labels(wanted, heights, corner.y + heading_height(), bottom);
  const double heading_top = centres[0] - heights[0] / 2 - heading_height();
  for (std::size_t i = 0; i < heading_.size(); ++i)
    svg.text({corner.x, heading_top + 10 + static_cast<double>(i) * key_leading}, heading_[i],
             {tick_size, "start", axis_colour});
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const KeyEntry& entry = entries_[i];
    const double y = centres[i];
    if (entry.leader)
      svg.line(entry.leader_from, {corner.x - 3, y}, {entry.style.colour, 0.7, "", 0.6});
    svg.line({corner.x, y}, {corner.x + key_swatch, y},
             {entry.style.colour, 1.8, entry.style.dashes});
    svg.marker({corner.x + key_swatch / 2, y},
               {entry.style.shape, entry.style.colour, entry.style.filled}, "");
    const double first = y + 4 - static_cast<double>(entry.words.size() - 1) * key_leading / 2;
    for (std::size_t line = 0; line < entry.words.size(); ++line)
      svg.text({corner.x + key_swatch + 8, first + static_cast<double>(line) * key_leading},
               entry.words[line], {key_text_size});
  }
  svg.close_group();
}

}  // namespace trialmill::report
