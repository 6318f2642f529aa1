#include "report/interval_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/curve_panel.hpp"
#include "report/figure_style.hpp"
#include "report/text.hpp"

namespace trialmill::report {
namespace {

constexpr std::string_view grey = "#444444";
constexpr double margin = 16;
constexpr double widest_name = 230;
constexpr double row_gap = 22;
constexpr double leading = 15;

struct Row {
  LineStyle style;
  std::vector<std::string> name;
  result::SimulatedProportion power;
  std::vector<const TwinLine*> twins = {};
};

std::vector<Row> rows_of(const PowerChart& chart) {
  std::vector<Row> rows;
  for (const ChartLine& line : chart.lines)
    for (const ChartPoint& point : line.points) {
      const std::string words =
          chart.dimensions.empty() ? "" : chart.dimensions[0].levels[line.levels[0]];
      rows.push_back({line_style(rows.size(), chart.lines.size(), 0, 1),
                      wrap_text(words, widest_name, 12), point.power});
      for (const TwinLine& twin : chart.twins)
        if (twin.line.levels == line.levels) rows.back().twins.push_back(&twin);
    }
  return rows;
}

double height_of(const Row& row) {
  return leading * static_cast<double>(std::max<std::size_t>(row.name.size(), 1)) + row_gap;
}

std::string numbers(const result::SimulatedProportion& power) {
  const int decimals = power.mc_se > 0 && power.mc_se < 0.0005 ? 4 : 3;
  return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", power.estimate, decimals, power.ci_lower,
                     decimals, power.ci_upper, decimals);
}

void draw_row(Svg& svg, const Row& row, const Scale& x, double y, double numbers_x) {
  const double first = y + 4 - leading * (static_cast<double>(row.name.size()) - 1) / 2;
  for (std::size_t i = 0; i < row.name.size(); ++i)
    svg.text({margin, first + leading * static_cast<double>(i)}, row.name[i], {12});
  const double from = x(row.power.ci_lower), to = x(row.power.ci_upper);
  const Stroke stroke{row.style.colour, 1.8};
  svg.open_group("interval");
  svg.line({from, y}, {to, y}, stroke);
  svg.line({from, y - 7}, {from, y + 7}, stroke);
  svg.line({to, y - 7}, {to, y + 7}, stroke);
  svg.marker({x(row.power.estimate), y}, {row.style.shape, row.style.colour, true, 2.8}, "");
  svg.close_group();
  for (const TwinLine* twin : row.twins) {
    const double at = x(twin->line.points.front().power.estimate);
    svg.open_group("twin");
    svg.line({at, y - 9}, {at, y + 9}, twin_stroke(*twin, row.style));
    svg.close_group();
  }
  svg.text({numbers_x, y + 4}, numbers(row.power), {12});
}

}  // namespace

double draw_interval_rows(Svg& svg, const PowerChart& chart, double top, double width) {
  const PanelAxes axes = panel_axes(chart);
  const auto rows = rows_of(chart);
  double name_width = 0, number_width = 0, bottom = top;
  for (const Row& row : rows) {
    for (const std::string& line : row.name)
      name_width = std::max(name_width, text_width(line, 12));
    number_width = std::max(number_width, text_width(numbers(row.power), 12));
    bottom += height_of(row);
  }
  const double left = margin + (name_width > 0 ? name_width + 18 : 8);
  const double numbers_x = width - margin - number_width;
  const Scale x{axes.y_low, axes.y_high, left, numbers_x - 22};
  svg.open_group("grid");
  for (const Tick& tick : axes.y_ticks) {
    svg.line({x(tick.value), top}, {x(tick.value), bottom}, {"#e6e6e6", 1});
    svg.line({x(tick.value), bottom}, {x(tick.value), bottom + 5}, {grey, 1});
    svg.text({x(tick.value), bottom + 18}, tick.words, {tick_size, "middle", grey});
  }
  for (const double reference : axes.references)
    svg.line({x(reference), top}, {x(reference), bottom}, {"#777777", 1, "4 3"});
  svg.line({x.at_low, bottom}, {x.at_high, bottom}, {grey, 1});
  svg.close_group();
  double y = top;
  for (const Row& row : rows) {
    draw_row(svg, row, x, y + height_of(row) / 2, numbers_x);
    y += height_of(row);
  }
  svg.text({(x.at_low + x.at_high) / 2, bottom + 40}, power_axis_words(chart), {12, "middle"});
  return bottom + 56;
}

}  // namespace trialmill::report
