#include <fmt/format.h>

#include "result/csv_cells.hpp"
#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

// What a null twin has rejected by a look.
std::string twin_columns(const std::optional<NullTwinRejections>& twin, int look) {
  if (!twin || !twin->absent_because.empty()) return ",,";
  const SequentialLook& more = *twin->by_look[static_cast<std::size_t>(look) - 1].sequential;
  return ',' + csv_number(more.cumulative_rejection.estimate) + ',' +
         csv_number(more.cumulative_rejection.mc_se);
}

std::string row(const Result& result, const PointResult& point, const AnalysisResult& analysis,
                const LookResult& look, bool null_twins) {
  std::string line;
  for (const auto& [key, value] : point.set)
    line += csv_number(value) + ',';
  const SequentialLook& more = *look.sequential;
  line += fmt::format("{},{},{},{},{},{},{}", csv_text(analysis.name), look.look, point.replicates,
                      more.held, look.rejections, more.futility_stops, more.undefined);
  for (const double x :
       {more.rejection.estimate, more.rejection.mc_se, more.cumulative_rejection.estimate,
        more.cumulative_rejection.mc_se, more.futility.estimate, more.futility.mc_se,
        more.cumulative_futility.estimate, more.cumulative_futility.mc_se, look.time_mean,
        more.time_mc_se, more.time_held_mean, look.events_mean, more.events_mc_se,
        look.patients_mean, more.enrolled_mean, more.information_mean, more.correlation_mean,
        more.efficacy_z_mean, more.futility_z_mean})
    line += ',' + csv_number(x);
  if (null_twins)
    line += twin_columns(analysis.null_twin, look.look) +
            twin_columns(analysis.schedule_twin, look.look);
  return line + incomplete_cell(result) + '\n';
}

}  // namespace

std::string looks_to_csv(const Result& result) {
  std::string csv;
  if (!result.points.empty())
    for (const auto& [key, value] : result.points.front().set)
      csv += csv_text("set." + key) + ',';
  csv +=
      "analysis,look,replicates,held,rejections,futility_stops,undefined,rejection,rejection_mc_se,"
      "cumulative_rejection,cumulative_rejection_mc_se,futility,futility_mc_se,cumulative_futility,"
      "cumulative_futility_mc_se,time_mean,time_mc_se,time_held_mean,events_mean,events_mc_se,"
      "patients_mean,enrolled_mean,information_mean,correlation_mean,efficacy_z_mean,futility_z_"
      "mean";
  const bool null_twins = has_null_twins(result);
  if (null_twins)
    csv +=
        ",null_twin_cumulative,null_twin_cumulative_mc_se,schedule_twin_cumulative,"
        "schedule_twin_cumulative_mc_se";
  csv += incomplete_heading(result);
  csv += '\n';
  for (const PointResult& point : result.points)
    for (const AnalysisResult& analysis : point.analyses)
      for (const LookResult& look : analysis.by_look)
        if (look.sequential) csv += row(result, point, analysis, look, null_twins);
  return csv;
}

}  // namespace trialmill::result
