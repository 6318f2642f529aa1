#include "report/power_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/wording.hpp"

namespace trialmill::report {
namespace {

constexpr double null_twin_limit = 0.1;

using Points = std::vector<const result::PointResult*>;

Points simulated_points(const result::Result& result) {
  Points points;
  for (const auto& point : result.points)
    if (point.replicates > 0) points.push_back(&point);
  return points;
}

/// Values of one key over the points, in order of first appearance.
std::vector<double> values_of(const std::string& key, const Points& points) {
  std::vector<double> values;
  for (const auto* point : points) {
    const double value = setting(*point, key);
    if (!std::isnan(value) && std::find(values.begin(), values.end(), value) == values.end())
      values.push_back(value);
  }
  return values;
}

std::optional<std::string> horizontal_key(const std::vector<std::string>& keys,
                                          const Points& points) {
  const auto varies = [&](const std::string& key) { return values_of(key, points).size() > 1; };
  const bool has_sizes = std::find(keys.begin(), keys.end(), "sample_size") != keys.end();
  if (has_sizes && varies("sample_size")) return "sample_size";
  const auto found = std::find_if(keys.begin(), keys.end(), varies);
  if (found == keys.end()) return std::nullopt;
  return *found;
}

std::vector<std::string> analysis_names(const result::Result& result, const Points& points) {
  const bool with_endpoint = has_several_endpoints(result);
  std::vector<std::string> names;
  for (const auto* point : points)
    for (const auto& analysis : point->analyses) {
      const std::string words = analysis_words(analysis, with_endpoint);
      if (std::find(names.begin(), names.end(), words) == names.end()) names.push_back(words);
    }
  return names;
}

/// Where the settings of a chart come from, beside its dimensions.
struct Sources {
  std::vector<std::string> keys;  ///< of the leading dimensions
  std::vector<std::vector<double>> values;
  std::vector<std::string> analyses;
};

std::size_t index_of(const auto& values, const auto& value) {
  return static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
}

std::vector<std::size_t> levels_of(const result::PointResult& point, const std::string& analysis,
                                   const Sources& sources) {
  std::vector<std::size_t> levels;
  for (std::size_t i = 0; i < sources.keys.size(); ++i)
    levels.push_back(index_of(sources.values[i], setting(point, sources.keys[i])));
  if (sources.analyses.size() > 1) levels.push_back(index_of(sources.analyses, analysis));
  return levels;
}

/// The dimensions of the chart; settings with one value become constants instead.
Sources split_settings(const result::Result& result, const Points& points,
                       const std::optional<std::string>& key_, PowerChart& chart) {
  const auto keys = swept_keys(result);
  Sources sources;
  for (const std::string& key : keys) {
    if (key_ == key) continue;
    const auto values = values_of(key, points);
    if (values.size() == 1)
      chart.constants.push_back(
          fmt::format("{}: {}", key_words(key, keys), number_words(values[0])));
    if (values.size() < 2) continue;
    Dimension dimension{key_words(key, keys), short_key_words(key, keys), {}};
    for (const double value : values)
      dimension.levels.push_back(number_words(value));
    chart.dimensions.push_back(std::move(dimension));
    sources.keys.push_back(key);
    sources.values.push_back(values);
  }
  sources.analyses = analysis_names(result, points);
  if (sources.analyses.size() > 1)
    chart.dimensions.push_back({"Analysis", "", sources.analyses});
  else if (!sources.analyses.empty())
    chart.constants.push_back("Analysis: " + sources.analyses[0]);
  if (const std::string words = multiplicity_words(result); !words.empty())
    chart.constants.push_back(words);
  return sources;
}

void add_point(PowerChart& chart, std::vector<std::size_t> levels, const ChartPoint& point) {
  auto line = std::find_if(chart.lines.begin(), chart.lines.end(),
                           [&](const ChartLine& known) { return known.levels == levels; });
  if (line == chart.lines.end()) line = chart.lines.insert(line, {std::move(levels), {}});
  line->points.push_back(point);
}

void add_twin_points(PowerChart& chart, const std::vector<std::size_t>& levels, double x,
                     const result::AnalysisResult& analysis) {
  for (const bool schedule : {false, true}) {
    const auto& twin = schedule ? analysis.schedule_twin : analysis.null_twin;
    if (!twin || !twin->absent_because.empty()) continue;
    auto known = std::ranges::find_if(chart.twins, [&](const TwinLine& one) {
      return one.schedule == schedule && one.line.levels == levels;
    });
    if (known == chart.twins.end())
      known = chart.twins.insert(known, TwinLine{schedule, {levels, {}}});
    known->line.points.push_back({x, twin->rejection});
  }
}

std::string named_levels(const PowerChart& chart, const ChartLine& line,
                         const std::vector<std::size_t>& dimensions, bool named) {
  std::string words;
  for (const std::size_t d : dimensions) {
    const Dimension& dimension = chart.dimensions[d];
    if (!words.empty()) words += ", ";
    if (named && !dimension.short_words.empty()) words += dimension.short_words + " ";
    words += dimension.levels[line.levels[d]];
  }
  return words;
}

}  // namespace

PowerChart power_chart(const result::Result& result, bool twins) {
  PowerChart chart;
  const Points points = simulated_points(result);
  const auto keys = swept_keys(result);
  const auto key_ = horizontal_key(keys, points);
  if (key_) chart.words_ = key_words(*key_, keys);
  const Sources sources = split_settings(result, points, key_, chart);
  const bool with_endpoint = has_several_endpoints(result);
  chart.null_twin = !points.empty();
  for (const auto* point : points)
    for (const auto& analysis : point->analyses) {
      const double x = key_ ? setting(*point, *key_) : 0;
      if (std::isnan(x)) continue;
      const auto levels = levels_of(*point, analysis_words(analysis, with_endpoint), sources);
      add_point(chart, levels, {x, analysis.power});
      if (twins) add_twin_points(chart, levels, x, analysis);
      chart.null_twin = chart.null_twin && analysis.power.estimate < null_twin_limit;
      if (std::find(chart.alphas.begin(), chart.alphas.end(), analysis.alpha) == chart.alphas.end())
        chart.alphas.push_back(analysis.alpha);
    }
  const auto sort_points = [](ChartLine& line) {
    std::ranges::stable_sort(line.points, {}, &ChartPoint::x);
  };
  std::ranges::for_each(chart.lines, sort_points);
  std::ranges::for_each(chart.twins, sort_points, &TwinLine::line);
  return chart;
}

std::string line_words(const PowerChart& chart, const ChartLine& line,
                       const std::vector<std::size_t>& dimensions) {
  const auto settings = std::count_if(dimensions.begin(), dimensions.end(), [&](std::size_t d) {
    return !chart.dimensions[d].short_words.empty();
  });
  // One setting is named by the heading; several need their names beside their values.
  return named_levels(chart, line, dimensions, settings > 1);
}

std::string facet_words(const PowerChart& chart, const ChartLine& line,
                        const std::vector<std::size_t>& dimensions) {
  return capitalised(named_levels(chart, line, dimensions, true));
}

std::string power_axis_words(const PowerChart& chart) {
  return chart.null_twin ? "Rejection rate"
                         : "Power (probability of rejecting the null hypothesis)";
}

}  // namespace trialmill::report
