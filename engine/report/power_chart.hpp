#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "trialmill/result/result.hpp"

/// What a power figure shows, before it has a size or a place on the page.
namespace trialmill::report {

/// Something that differs between lines: a swept setting, or the analysis.
struct Dimension {
  std::string words;        ///< heading of a legend, "Hazard ratio, experimental over control"
  std::string short_words;  ///< in front of a level; empty for the analysis
  std::vector<std::string> levels;
};

struct ChartPoint {
  double x = 0;
  result::SimulatedProportion power;
};

struct ChartLine {
  std::vector<std::size_t> levels;  ///< one per dimension
  std::vector<ChartPoint> points;   ///< by increasing x
};

/// What a null twin rejects, beside the line of the same levels.
struct TwinLine {
  bool schedule = false;  ///< the schedule alone; else identical arms, or a margin
  ChartLine line;
};

struct PowerChart {
  std::optional<std::string> words_;  ///< none when no setting has more than one value
  std::vector<Dimension> dimensions;  ///< those with several levels; the analysis comes last
  std::vector<ChartLine> lines;
  std::vector<TwinLine> twins;  ///< when they are drawn
  bool null_twin = false;       ///< every power is below 0.1
  std::vector<double> alphas;   ///< nominal levels, each once
  /// What holds for the whole figure: "Hazard ratio, experimental over control: 0.7".
  std::vector<std::string> constants;
};

/// @param twins null twins are drawn
PowerChart power_chart(const result::Result& result, bool twins);

/// How a line is called given the dimensions that still tell it from its neighbours: "0.6",
/// "0.6, log-rank", "hazard ratio 0.6, cure fraction 0.2".
std::string line_words(const PowerChart& chart, const ChartLine& line,
                       const std::vector<std::size_t>& dimensions);

/// The heading of a panel, every setting named: "Hazard ratio 0.6, primary (log-rank)".
std::string facet_words(const PowerChart& chart, const ChartLine& line,
                        const std::vector<std::size_t>& dimensions);

/// What the axis of powers is called.
std::string power_axis_words(const PowerChart& chart);

}  // namespace trialmill::report
