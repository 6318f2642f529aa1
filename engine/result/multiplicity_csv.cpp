#include <fmt/format.h>

#include "result/csv_cells.hpp"
#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

std::string cells(const std::optional<SimulatedProportion>& proportion) {
  if (!proportion) return ",,,,";
  return fmt::format(",{},{},{},{}", proportion->estimate, proportion->mc_se, proportion->ci_lower,
                     proportion->ci_upper);
}

std::string row(const Result& result, const PointResult& point, bool null_twins) {
  const MultiplicityResult& multiplicity = *point.multiplicity;
  std::string line;
  for (const auto& [key, value] : point.set)
    line += csv_number(value) + ',';
  line += fmt::format("{},{},{}", multiplicity.label.procedure, multiplicity.label.alpha,
                      point.replicates);
  line += cells(multiplicity.any) + cells(multiplicity.all);
  line += ',' + csv_number(multiplicity.rejections.mean);
  line += ',' + csv_number(multiplicity.rejections.mc_se);
  line += cells(multiplicity.familywise_error);
  if (null_twins) line += cells(multiplicity.null_twin) + cells(multiplicity.schedule_twin);
  return line + incomplete_cell(result) + '\n';
}

}  // namespace

std::string multiplicity_to_csv(const Result& result) {
  std::string csv;
  if (!result.points.empty())
    for (const auto& [key, value] : result.points.front().set)
      csv += csv_text("set." + key) + ',';
  csv += "procedure,alpha,replicates";
  const auto proportion = [&](const std::string& name) {
    csv += "," + name + "," + name + "_mc_se," + name + "_ci_lower," + name + "_ci_upper";
  };
  proportion("any");
  proportion("all");
  csv += ",rejections_mean,rejections_mc_se";
  proportion("familywise_error");
  const bool null_twins = has_null_twins(result);
  if (null_twins) {
    proportion("null_twin");
    proportion("schedule_twin");
  }
  csv += incomplete_heading(result);
  csv += '\n';
  for (const PointResult& point : result.points)
    if (point.multiplicity) csv += row(result, point, null_twins);
  return csv;
}

}  // namespace trialmill::result
