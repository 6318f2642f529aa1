#include "report/figure_style.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/text.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

constexpr std::array<std::string_view, 7> okabe_ito{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                    "#e69f00", "#56b4e9", "#000000"};
constexpr std::array<MarkerShape, 7> shapes{
    MarkerShape::circle,        MarkerShape::square, MarkerShape::triangle_up, MarkerShape::diamond,
    MarkerShape::triangle_down, MarkerShape::cross,  MarkerShape::plus};
constexpr std::array<std::string_view, 5> dash_patterns{"", "7 3", "2 2.5", "9 3 2 3",
                                                        "9 3 2 3 2 3"};

/// Viridis from dark to light, without its yellow end.
std::string viridis(double position) {
  using Rgb = std::array<double, 3>;
  constexpr std::array<Rgb, 6> stops{Rgb{68, 1, 84},    Rgb{65, 68, 135},  Rgb{42, 120, 142},
                                     Rgb{34, 168, 132}, Rgb{122, 209, 81}, Rgb{180, 210, 40}};
  const double along = position * (stops.size() - 1);
  const auto stop = std::min(static_cast<std::size_t>(along), stops.size() - 2);
  const double share = along - static_cast<double>(stop);
  std::array<int, 3> mixed{};
  for (std::size_t c = 0; c < 3; ++c)
    mixed[c] = static_cast<int>(stops[stop][c] + share * (stops[stop + 1][c] - stops[stop][c]));
  return fmt::format("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2]);
}

double round_step(double span, int wanted) {
  const double least = span / wanted;
  double decade = 1;
  while (decade > least)
    decade /= 10;
  while (decade * 10 <= least)
    decade *= 10;
  for (const double factor : {1.0, 2.0, 2.5, 5.0})
    if (decade * factor >= least * (1 - 1e-9)) return decade * factor;
  return decade * 10;
}

/// Decimals that write every multiple of `step` exactly.
int decimals_of(double step) {
  int decimals = 0;
  for (double scaled = step; decimals < 9 && std::abs(scaled - std::round(scaled)) > 1e-6 * scaled;
       scaled *= 10)
    ++decimals;
  return decimals;
}

}  // namespace

LineStyle line_style(std::size_t first, std::size_t first_count, std::size_t further,
                     std::size_t further_count) {
  LineStyle style;
  style.colour = first_count <= okabe_ito.size()
                     ? std::string(okabe_ito[first])
                     : viridis(static_cast<double>(first) / static_cast<double>(first_count - 1));
  style.shape = shapes[first % shapes.size()];
  const std::size_t dashes = further_count > 1 ? further : first;
  style.dashes = dash_patterns[dashes % dash_patterns.size()];
  style.filled = further % 2 == 0;
  return style;
}

std::vector<Tick> round_ticks(double low, double high, int wanted) {
  const double step = round_step(high - low, wanted);
  const int decimals = decimals_of(step);
  std::vector<Tick> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) {
    const double value = i == 0 ? 0 : i * step;
    ticks.push_back(
        {value, decimals == 0 ? number_words(value) : fmt::format("{:.{}f}", value, decimals)});
  }
  return ticks;
}

std::vector<Tick> value_ticks(const std::vector<double>& values, const Scale& scale,
                              double font_size) {
  constexpr double gap = 8;
  std::vector<Tick> ticks;
  double free_from = -1e9;
  for (const double value : values) {
    const std::string words = number_words(value);
    const double half = text_width(words, font_size) / 2;
    if (scale(value) - half < free_from + gap)
      return round_ticks(scale.low, scale.high,
                         std::max(2, static_cast<int>((scale.at_high - scale.at_low) / 55)));
    free_from = scale(value) + half;
    ticks.push_back({value, words});
  }
  return ticks;
}

std::vector<double> spread_labels(const std::vector<double>& centres,
                                  const std::vector<double>& heights, double top, double bottom) {
  std::vector<double> placed(centres.size());
  double free_from = top;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    placed[i] = std::max(centres[i], free_from + heights[i] / 2);
    free_from = placed[i] + heights[i] / 2;
  }
  double free_to = std::max(bottom, top);
  for (double total = 0; const double height : heights) {
    total += height;
    free_to = std::max(free_to, top + total);
  }
  for (std::size_t i = centres.size(); i-- > 0;) {
    placed[i] = std::min(placed[i], free_to - heights[i] / 2);
    free_to = placed[i] - heights[i] / 2;
  }
  return placed;
}

}  // namespace trialmill::report
