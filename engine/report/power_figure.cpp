#include "trialmill/report/power_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/curve_panel.hpp"
#include "report/interval_rows.hpp"
#include "report/power_chart.hpp"
#include "report/svg.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

constexpr double figure_width = 760;
constexpr double faceted_width = 900;
constexpr double margin_left = 66, margin_right = 16;
constexpr double plot_height = 360, panel_height = 270;
constexpr std::size_t most_lines_in_a_panel = 8;
constexpr std::string_view warning_colour = "#b03a00";

using Indices = std::vector<std::size_t>;

std::string reference_words(const PowerChart& chart) {
  std::vector<std::string> levels;
  for (const double alpha : chart.alphas)
    levels.push_back(number_words(alpha));
  return "dashed line: nominal level " + joined(levels, ", ");
}

/// What the reader has to know beside the curves.
std::string subtitle(const result::Result& result, const PowerChart& chart) {
  std::string words = fmt::format("{}, {}; {}: 95 % Monte-Carlo interval", replicates_words(result),
                                  level_words(result), chart.words_ ? "bands" : "bars");
  if (chart.null_twin) words += "; " + reference_words(chart);
  for (const bool schedule : {false, true})
    if (std::ranges::any_of(chart.twins,
                            [&](const TwinLine& twin) { return twin.schedule == schedule; }))
      words += schedule ? "; thin and dotted: the schedule alone"
                        : "; thin: the null twin, without an effect of treatment";
  return words;
}

std::uint64_t count_undefined(const result::Result& result) {
  std::uint64_t sum = 0;
  for (const auto& point : result.points)
    for (const auto& analysis : point.analyses)
      sum += analysis.undefined;
  return sum;
}

/// Title and notes from the top down; returns where the next thing may begin.
double draw_header(Svg& svg, const result::Result& result, const PowerChart& chart, double width) {
  double y = 14;
  const auto paragraph = [&](const std::string& words, const TextStyle& style, double leading) {
    // Bold is a tenth wider than the regular widths that wrapping knows.
    const double room = (width - 2 * margin_right) / (style.bold ? 1.1 : 1.0);
    for (const std::string& line : wrap_text(words, room, style.size))
      svg.text({margin_right, y += leading}, line, style);
  };
  svg.open_group("header");
  paragraph(result.title, {16, "start", "#000000", true}, 20);
  y += 3;
  if (chart.lines.empty()) {
    paragraph("No replicate was finished: there is nothing to draw.", {12}, 17);
  } else {
    paragraph(subtitle(result, chart), {12, "start", "#444444"}, 17);
    paragraph(joined(chart.constants, "; "), {12, "start", "#444444"}, 17);
    if (const auto undefined = count_undefined(result); undefined > 0)
      paragraph(fmt::format("Tests that could not be computed ({}) count as no rejection.",
                            count_words(undefined)),
                {12, "start", "#444444"}, 17);
  }
  if (!result.complete)
    paragraph(incomplete_words(result), {12, "start", warning_colour, true}, 17);
  svg.close_group();
  return y + 18;
}

/// Which dimensions part the panels, and which the lines of one panel.
struct Facets {
  Indices within, between;
};

Facets split_dimensions(const PowerChart& chart) {
  Facets facets;
  for (std::size_t d = 0; d < chart.dimensions.size(); ++d)
    facets.within.push_back(d);
  const auto lines = [&] {
    std::size_t product = 1;
    for (const std::size_t d : facets.within)
      product *= chart.dimensions[d].levels.size();
    return product;
  };
  while (lines() > most_lines_in_a_panel && facets.within.size() > 1) {
    facets.between.insert(facets.between.begin(), facets.within.back());
    facets.within.pop_back();
  }
  return facets;
}

Indices levels_in(const ChartLine& line, const Indices& dimensions) {
  Indices levels;
  for (const std::size_t d : dimensions)
    levels.push_back(line.levels[d]);
  return levels;
}

LineStyle style_in_panel(const PowerChart& chart, const ChartLine& line, const Indices& within) {
  if (within.empty()) return line_style(0, 1, 0, 1);
  std::size_t further = 0, further_count = 1;
  for (std::size_t i = 1; i < within.size(); ++i) {
    const std::size_t count = chart.dimensions[within[i]].levels.size();
    further = further * count + line.levels[within[i]];
    further_count *= count;
  }
  return line_style(line.levels[within[0]], chart.dimensions[within[0]].levels.size(), further,
                    further_count);
}

struct Panel {
  Indices levels;
  std::string words;
  std::vector<PanelLine> lines;
};

std::vector<Panel> panels_of(const PowerChart& chart, const Facets& facets) {
  std::vector<Panel> panels;
  for (const ChartLine& line : chart.lines) {
    const Indices levels = levels_in(line, facets.between);
    auto panel = std::find_if(panels.begin(), panels.end(),
                              [&](const Panel& known) { return known.levels == levels; });
    if (panel == panels.end())
      panel = panels.insert(panel, {levels, facet_words(chart, line, facets.between), {}});
    panel->lines.push_back({&line, style_in_panel(chart, line, facets.within),
                            line_words(chart, line, facets.within)});
    for (const TwinLine& twin : chart.twins)
      if (twin.line.levels == line.levels) panel->lines.back().twins.push_back(&twin);
  }
  return panels;
}

std::string key_heading(const PowerChart& chart, const Indices& within) {
  Indices settings;
  for (const std::size_t d : within)
    if (!chart.dimensions[d].short_words.empty()) settings.push_back(d);
  if (settings.size() == 1) return chart.dimensions[settings[0]].words;
  return settings.empty() && !within.empty() ? chart.dimensions[within[0]].words : "";
}

/// The entries of the key, each line style of the figure once.
std::vector<KeyEntry> key_entries(const std::vector<Panel>& panels) {
  std::vector<KeyEntry> entries;
  std::vector<std::string> known;
  for (const Panel& panel : panels)
    for (const PanelLine& line : panel.lines) {
      if (std::find(known.begin(), known.end(), line.words) != known.end()) continue;
      known.push_back(line.words);
      entries.push_back({line.style, Key::wrap_words(line.words), 0, false, {}});
    }
  return entries;
}

void draw_axis_titles(Svg& svg, const PowerChart& chart, const Rectangle& area, double y_title_x) {
  svg.text({y_title_x, area.y + area.height / 2}, power_axis_words(chart),
           {12, "middle", "#222222", false, true});
  svg.text({area.x + area.width / 2, area.y + area.height + 40}, *chart.words_, {12, "middle"});
}

/// One panel with the key's entries at the ends of their lines. Returns the figure's height.
double draw_single_panel(Svg& svg, const PowerChart& chart, const Facets& facets, double top) {
  const PanelAxes axes = panel_axes(chart);
  const auto panels = panels_of(chart, facets);
  auto entries = chart.dimensions.empty() ? std::vector<KeyEntry>{} : key_entries(panels);
  const std::string heading = key_heading(chart, facets.within);
  const Key measured(heading, entries);
  const double key_room = entries.empty() ? 12 : measured.width() + 18;
  // The heading stands higher than the plot, so that the first entry can stand at its top.
  const double heading_room = entries.empty() ? 0 : std::max(0.0, measured.heading_height() - 12);
  const double height = std::max(plot_height, measured.height() + 10);
  const Rectangle plot{margin_left, top + heading_room,
                       figure_width - margin_left - margin_right - key_room, height};
  draw_panel(svg, plot, axes, panels[0].lines, true, true);
  draw_axis_titles(svg, chart, plot, 22);
  const double bottom = plot.y + plot.height;
  if (!entries.empty()) {
    const Scale x = scale_(axes, plot), y = y_scale(axes, plot);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const ChartPoint& last = panels[0].lines[i].line->points.back();
      entries[i].wanted_y = y(last.power.estimate);
      entries[i].leader = last.x == axes.values_.back();
      entries[i].leader_from = {x(last.x) + 6, entries[i].wanted_y};
    }
    Key(heading, entries).draw(svg, {plot.x + plot.width + 18, top}, bottom);
  }
  return bottom + 56;
}

/// Small multiples, the key beside them. Returns the figure's height.
double draw_panels(Svg& svg, const PowerChart& chart, const Facets& facets, double top) {
  constexpr double gap_x = 22, gap_y = 34;
  const PanelAxes axes = panel_axes(chart);
  const auto panels = panels_of(chart, facets);
  const Key key(key_heading(chart, facets.within), key_entries(panels));
  const std::size_t columns = panels.size() <= 4 ? 2 : 3;
  const std::size_t rows = (panels.size() + columns - 1) / columns;
  const double room = faceted_width - margin_left - margin_right - key.width() - 24;
  const double width =
      (room - gap_x * static_cast<double>(columns - 1)) / static_cast<double>(columns);
  std::size_t heading_lines = 1;
  for (const Panel& panel : panels)
    heading_lines = std::max(heading_lines, wrap_text(panel.words, width / 1.1, 12).size());
  const double heading = 15 * static_cast<double>(heading_lines) + 4;
  const double row_pitch = heading + panel_height + gap_y;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const double x = margin_left + static_cast<double>(i % columns) * (width + gap_x);
    const double y = top + static_cast<double>(i / columns) * row_pitch;
    double base = y + heading - 7;
    const auto words = wrap_text(panels[i].words, width / 1.1, 12);
    for (auto line = words.rbegin(); line != words.rend(); ++line, base -= 15)
      svg.text({x, base}, *line, {12, "start", "#222222", true});
    draw_panel(svg, {x, y + heading, width, panel_height}, axes, panels[i].lines,
               i + columns >= panels.size(), i % columns == 0);
  }
  const double bottom = top + static_cast<double>(rows) * row_pitch - gap_y;
  const Rectangle area{margin_left, top, room, bottom - top};
  draw_axis_titles(svg, chart, area, 22);
  key.draw(svg, {faceted_width - margin_right - key.width(), top + heading}, bottom);
  return std::max(bottom, top + heading + key.height()) + 56;
}

}  // namespace

std::string power_figure_svg(const result::Result& result, bool twins) {
  const PowerChart chart = power_chart(result, twins);
  const Facets facets = split_dimensions(chart);
  const bool curves = chart.words_.has_value();
  const double width = curves && !facets.between.empty() ? faceted_width : figure_width;
  Svg svg;
  double height = draw_header(svg, result, chart, width);
  if (!chart.lines.empty() && !curves)
    height = draw_interval_rows(svg, chart, height, width);
  else if (!chart.lines.empty() && facets.between.empty())
    height = draw_single_panel(svg, chart, facets, height);
  else if (!chart.lines.empty())
    height = draw_panels(svg, chart, facets, height);
  const std::string made_by =
      fmt::format("{}. trialmill {}, scenario {} ({}), seed {}.", power_axis_words(chart),
                  result.version, result.file, result.digest, result.seed);
  return svg.document(width, height, result.title, made_by);
}

}  // namespace trialmill::report
