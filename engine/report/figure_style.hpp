#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/svg.hpp"

/// How lines look and where ticks stand.
namespace trialmill::report {

struct LineStyle {
  std::string colour;
  std::string_view dashes;
  MarkerShape shape = MarkerShape::circle;
  bool filled = true;
};

/// The style of a line by its place in the first and in all further dimensions of its panel. The
/// first decides on colour and marker, the further ones on dashes and filling; a single dimension
/// decides on everything. Up to seven colours are those of Okabe and Ito (2008) without yellow;
/// more are steps of viridis, whose lightness alone tells them apart.
LineStyle line_style(std::size_t first, std::size_t first_count, std::size_t further,
                     std::size_t further_count);

/// Linear map from values to pixels; `low` lies at `at_low`.
struct Scale {
  double low = 0, high = 1;
  double at_low = 0, at_high = 1;

  double operator()(double value) const {
    return at_low + (value - low) / (high - low) * (at_high - at_low);
  }
};

struct Tick {
  double value = 0;
  std::string words;
};

/// Multiples of 1, 2, 2.5 or 5 times a power of ten within [low, high], about `wanted` of them.
std::vector<Tick> round_ticks(double low, double high, int wanted);

/// Ticks at the data's own values if their labels have room beside each other, else round ones.
/// @param values increasing
std::vector<Tick> value_ticks(const std::vector<double>& values, const Scale& scale,
                              double font_size);

/// Moves labels of the given heights apart until none overlaps, each as near to its wanted centre
/// as its neighbours allow, all below `top`. Takes and returns centres, increasing.
std::vector<double> spread_labels(const std::vector<double>& centres,
                                  const std::vector<double>& heights, double top, double bottom);

}  // namespace trialmill::report
