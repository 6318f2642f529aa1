#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "result/csv_cells.hpp"
#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

// Whether any analysis has something to say in the last columns.
bool has_options_or_differences(const Result& result) {
  return std::ranges::any_of(result.points, [](const PointResult& point) {
    return std::ranges::any_of(point.analyses, [](const AnalysisResult& analysis) {
      return analysis.difference || !analysis.options.empty();
    });
  });
}

// "tau_months=24;margin=2".
std::string options_text(const AnalysisResult& analysis) {
  std::string words;
  for (const AnalysisOption& option : analysis.options) {
    words += (words.empty() ? "" : ";") + option.key + "=";
    if (const auto* figure = std::get_if<double>(&option.value))
      words += csv_number(*figure);
    else
      words += std::get<std::string>(option.value);
  }
  return words;
}

bool names_arms(const Result& result) {
  return std::ranges::any_of(result.points, [](const PointResult& point) {
    return std::ranges::any_of(point.analyses,
                               [](const AnalysisResult& one) { return !one.arms.empty(); });
  });
}

// "control;high".
std::string arms_text(const AnalysisResult& analysis) {
  std::string text;
  for (const std::string& arm : analysis.arms)
    text += (text.empty() ? "" : ";") + arm;
  return text;
}

std::string difference_columns(const AnalysisResult& analysis) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const DifferencePerformance difference = analysis.difference.value_or(
      DifferencePerformance{0, none, none, none, none, none, none, none, none, none});
  std::string line = ',' + csv_text(options_text(analysis));
  for (const double x : {difference.mean, difference.sd, difference.model_se_mean, difference.truth,
                         difference.bias, difference.coverage})
    line += ',' + csv_number(x);
  return line;
}

bool has_twins(const Result& result) {
  return std::ranges::any_of(result.points, [](const PointResult& point) {
    return std::ranges::any_of(point.analyses, [](const AnalysisResult& analysis) {
      return analysis.analytic && analysis.analytic->absent_because.empty();
    });
  });
}

std::string twin_columns(const AnalysisResult& analysis) {
  const AnalyticTwin twin = analysis.analytic.value_or(AnalyticTwin{});
  std::string line;
  for (const double x : {twin.power, twin.events_mean, twin.time_mean, twin.power_first_order})
    line += ',' + csv_number(x);
  return line;
}

bool has_analysis_sets(const Result& result) {
  return std::ranges::any_of(result.points, [](const PointResult& point) {
    return std::ranges::any_of(point.analyses, [](const AnalysisResult& analysis) {
      return analysis.set.from_months > 0;
    });
  });
}

bool has_assurance(const Result& result) {
  return std::ranges::any_of(result.points, [](const PointResult& point) {
    return std::ranges::any_of(point.analyses, [](const AnalysisResult& analysis) {
      return analysis.assurance.has_value();
    });
  });
}

std::string assurance_columns(const AnalysisResult& analysis) {
  std::string line;
  if (!analysis.assurance) return ",,,,,,";
  const Assurance& assurance = *analysis.assurance;
  for (const double x : {assurance.estimate, assurance.mc_se, assurance.power_sd,
                         assurance.power.q05, assurance.power.q50, assurance.power.q95})
    line += ',' + csv_number(x);
  return line;
}

std::string null_twin_columns(const AnalysisResult& analysis) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  std::string line;
  for (const auto* twin : {&analysis.null_twin, &analysis.schedule_twin}) {
    const bool there = *twin && (*twin)->absent_because.empty();
    line += ',' + csv_number(there ? (*twin)->rejection.estimate : none);
    line += ',' + csv_number(there ? (*twin)->rejection.mc_se : none);
  }
  return line;
}

/// Columns that only some results have.
struct FurtherColumns {
  bool differences = false, twins = false, arms = false, assurance = false, sets = false,
       null_twins = false;
};

std::string row(const Result& result, const PointResult& point, const AnalysisResult& analysis,
                const FurtherColumns& further) {
  std::string line;
  for (const auto& [key, value] : point.set)
    line += csv_number(value) + ',';
  const double none = std::numeric_limits<double>::quiet_NaN();
  EstimatePerformance estimate{0, none, none, none, none, none, none, none, none, none};
  if (analysis.estimate) estimate = *analysis.estimate;
  line += fmt::format("{},{},{},{},{},{},", csv_text(analysis.name), analysis.test,
                      csv_text(analysis.weight), csv_text(analysis.endpoint), analysis.alpha,
                      analysis.sided);
  line += fmt::format("{},{},{},{},{},{},{},", point.replicates, analysis.power.estimate,
                      analysis.power.mc_se, analysis.power.ci_lower, analysis.power.ci_upper,
                      analysis.rejections, analysis.undefined);
  for (const double x :
       {estimate.log_hr_mean, estimate.log_hr_sd, estimate.model_se_mean, estimate.bias,
        estimate.coverage, point.events.mean, point.events.sd, point.duration.mean,
        point.duration.sd, point.last_patient_in.mean, point.enrolled.mean, point.dropouts.mean})
    line += csv_number(x) + ',';
  line += fmt::format("{}", point.events_not_reached);
  ProportionPerformance proportion{0, none, none, none, none, none, none, none, none, none, none};
  if (analysis.proportion) proportion = *analysis.proportion;
  const LookResult& look = analysis.by_look.back();
  const std::optional<Stopping>& stop = analysis.stopping;
  for (const double x :
       {estimate.true_log_hr, proportion.control_mean, proportion.experimental_mean,
        proportion.risk_difference_mean, proportion.true_risk_difference,
        stop ? stop->patients_mean : look.patients_mean,
        stop ? stop->events.mean : look.events_mean, stop ? stop->time.mean : look.time_mean})
    line += ',' + csv_number(x);
  if (further.differences) line += difference_columns(analysis);
  if (further.twins) line += twin_columns(analysis);
  if (further.arms) line += ',' + csv_text(arms_text(analysis));
  if (further.assurance) line += assurance_columns(analysis);
  if (further.sets) line += ',' + csv_number(analysis.set.from_months);
  if (further.null_twins) line += null_twin_columns(analysis);
  return line + incomplete_cell(result) + '\n';
}

}  // namespace

std::string to_csv(const Result& result) {
  std::string csv;
  if (!result.points.empty())
    for (const auto& [key, value] : result.points.front().set)
      csv += csv_text("set." + key) + ',';
  csv +=
      "analysis,test,weight,endpoint,alpha,sided,replicates,power,mc_se,ci_lower,ci_upper,"
      "rejections,undefined,log_hr_mean,log_hr_sd,model_se_mean,bias,coverage,events_mean,events_"
      "sd,"
      "duration_mean,duration_sd,last_patient_in_mean,enrolled_mean,dropouts_mean,"
      "events_not_reached,true_log_hr,control_mean,experimental_mean,risk_difference_mean,"
      "true_risk_difference,analysis_patients_mean,analysis_events_mean,analysis_time_mean";
  const FurtherColumns further{has_options_or_differences(result),
                               has_twins(result),
                               names_arms(result),
                               has_assurance(result),
                               has_analysis_sets(result),
                               has_null_twins(result)};
  if (further.differences)
    csv +=
        ",options,difference_mean,difference_sd,difference_model_se_mean,true_difference,"
        "difference_bias,difference_coverage";
  if (further.twins)
    csv += ",analytic_power,analytic_events_mean,analytic_time_mean,analytic_power_first_order";
  if (further.arms) csv += ",arms";
  if (further.assurance) csv += ",assurance,assurance_mc_se,power_sd,power_q05,power_q50,power_q95";
  if (further.sets) csv += ",analysed_from_months";
  if (further.null_twins) csv += ",null_twin,null_twin_mc_se,schedule_twin,schedule_twin_mc_se";
  csv += incomplete_heading(result);
  csv += '\n';
  for (const PointResult& point : result.points)
    for (const AnalysisResult& analysis : point.analyses)
      csv += row(result, point, analysis, further);
  return csv;
}

}  // namespace trialmill::result
