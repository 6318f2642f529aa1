#include <cmath>
#include <nlohmann/json.hpp>

#include "result/formula_events_json.hpp"
#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no NaN: a number that does not exist is null.
Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json to_document(const Summary& summary) {
  Json document = {{"mean", number(summary.mean)}, {"sd", number(summary.sd)}};
  if (!summary.quantiles) return document;
  document["mc_se"] = number(summary.mc_se);
  document["q05"] = number(summary.quantiles->q05);
  document["q25"] = number(summary.quantiles->q25);
  document["q50"] = number(summary.quantiles->q50);
  document["q75"] = number(summary.quantiles->q75);
  document["q95"] = number(summary.quantiles->q95);
  return document;
}

Json to_document(const LookResult& look) {
  Json document = {{"look", look.look},
                   {"rejections", look.rejections},
                   {"events_mean", number(look.events_mean)},
                   {"time_mean", number(look.time_mean)},
                   {"patients_mean", number(look.patients_mean)}};
  if (!look.sequential) return document;
  const SequentialLook& more = *look.sequential;
  document.update({{"held", more.held},
                   {"rejection", more.rejection.estimate},
                   {"rejection_mc_se", more.rejection.mc_se},
                   {"cumulative_rejection", more.cumulative_rejection.estimate},
                   {"cumulative_rejection_mc_se", more.cumulative_rejection.mc_se},
                   {"futility_stops", more.futility_stops},
                   {"futility", more.futility.estimate},
                   {"futility_mc_se", more.futility.mc_se},
                   {"cumulative_futility", more.cumulative_futility.estimate},
                   {"cumulative_futility_mc_se", more.cumulative_futility.mc_se},
                   {"undefined", more.undefined},
                   {"time_mc_se", number(more.time_mc_se)},
                   {"events_mc_se", number(more.events_mc_se)},
                   {"time_held_mean", number(more.time_held_mean)},
                   {"enrolled_mean", number(more.enrolled_mean)},
                   {"information_mean", number(more.information_mean)},
                   {"correlation_mean", number(more.correlation_mean)},
                   {"efficacy_z_mean", number(more.efficacy_z_mean)},
                   {"futility_z_mean", number(more.futility_z_mean)}});
  return document;
}

Json to_document(const Stopping& stopping) {
  const SpendingLabel& spending = stopping.spending;
  const bool futility = !spending.futility_spending.empty();
  return {{"spending", spending.spending},
          {"looks_correlate_by", spending.correlation},
          {"futility_spending", futility ? Json(spending.futility_spending) : Json(nullptr)},
          {"binding", futility ? Json(spending.binding) : Json(nullptr)},
          {"obeyed", futility ? Json(spending.obeyed) : Json(nullptr)},
          {"futility", stopping.futility.estimate},
          {"futility_mc_se", stopping.futility.mc_se},
          {"time", to_document(stopping.time)},
          {"events", to_document(stopping.events)},
          {"enrolled", to_document(stopping.enrolled)},
          {"patients_mean", number(stopping.patients_mean)}};
}

Json to_document(const std::optional<EstimatePerformance>& estimate) {
  if (!estimate) return nullptr;
  return {{"estimates", estimate->estimates},
          {"log_hr_mean", number(estimate->log_hr_mean)},
          {"log_hr_sd", number(estimate->log_hr_sd)},
          {"model_se_mean", number(estimate->model_se_mean)},
          {"true_log_hr", number(estimate->true_log_hr)},
          {"true_log_hr_mc_se", number(estimate->true_log_hr_mc_se)},
          {"bias", number(estimate->bias)},
          {"bias_mc_se", number(estimate->bias_mc_se)},
          {"coverage", number(estimate->coverage)},
          {"coverage_mc_se", number(estimate->coverage_mc_se)}};
}

Json to_document(const std::optional<ProportionPerformance>& proportion) {
  if (!proportion) return nullptr;
  return {{"estimates", proportion->estimates},
          {"control_mean", number(proportion->control_mean)},
          {"experimental_mean", number(proportion->experimental_mean)},
          {"risk_difference_mean", number(proportion->risk_difference_mean)},
          {"risk_difference_sd", number(proportion->risk_difference_sd)},
          {"true_risk_difference", number(proportion->true_risk_difference)},
          {"true_risk_difference_mc_se", number(proportion->true_risk_difference_mc_se)},
          {"bias", number(proportion->bias)},
          {"bias_mc_se", number(proportion->bias_mc_se)},
          {"coverage", number(proportion->coverage)},
          {"coverage_mc_se", number(proportion->coverage_mc_se)}};
}

Json to_document(const DifferencePerformance& difference) {
  return {{"estimates", difference.estimates},
          {"mean", number(difference.mean)},
          {"sd", number(difference.sd)},
          {"model_se_mean", number(difference.model_se_mean)},
          {"truth", number(difference.truth)},
          {"truth_mc_se", number(difference.truth_mc_se)},
          {"bias", number(difference.bias)},
          {"bias_mc_se", number(difference.bias_mc_se)},
          {"coverage", number(difference.coverage)},
          {"coverage_mc_se", number(difference.coverage_mc_se)}};
}

Json to_document(const std::vector<AnalysisOption>& options) {
  Json document = Json::object();
  for (const AnalysisOption& option : options)
    std::visit([&](const auto& value) { document[option.key] = value; }, option.value);
  return document;
}

Json to_document(const std::vector<PathwayShare>& pathway) {
  Json arms = Json::array();
  for (const PathwayShare& share : pathway) {
    Json arm = {{"arm", share.arm}, {"patients", share.patients}};
    for (const auto& [step, proportion] : share.steps)
      arm[step] = number(proportion);
    arms.push_back(arm);
  }
  return arms;
}

Json to_document(const std::array<std::string, 2>& arms, const ArmEvents& events) {
  Json document = Json::object();
  document[arms[0]] = number(events.reference);
  document[arms[1]] = number(events.compared);
  return document;
}

Json to_document(const AnalyticTwin& twin) {
  if (!twin.absent_because.empty())
    return {{"power", nullptr}, {"reason", "no analytic twin: " + twin.absent_because}};
  Json document = {{"power", number(twin.power)},
                   {"power_first_order", number(twin.power_first_order)},
                   {"events_mean", number(twin.events_mean)},
                   {"events_by_arm", to_document(twin.arms, twin.events_by_arm)},
                   {"time_mean", number(twin.time_mean)},
                   {"method", twin.method}};
  if (!twin.by_look.empty()) document["by_look"] = Json::array();
  for (const AnalyticLook& look : twin.by_look)
    document["by_look"].push_back({{"look", look.look},
                                   {"time", number(look.time)},
                                   {"events", number(look.events)},
                                   {"events_by_arm", to_document(twin.arms, look.by_arm)},
                                   {"rejection", number(look.rejection)},
                                   {"rejection_first_order", number(look.rejection_first_order)},
                                   {"futility", number(look.futility)},
                                   {"correlation", number(look.correlation)}});
  if (!twin.formula_events.events.empty())
    document["formula_events"] = to_document(twin.formula_events);
  return document;
}

Json to_document(const std::vector<ArmImbalance>& imbalance) {
  Json rows = Json::array();
  for (const ArmImbalance& one : imbalance) {
    const bool of_all = one.label.covariate.empty();
    rows.push_back({{"covariate", of_all ? Json(nullptr) : Json(one.label.covariate)},
                    {"level", of_all ? Json(nullptr) : Json(one.label.level)},
                    {"mean", number(one.mean)},
                    {"mc_se", number(one.mc_se)},
                    {"q95", number(one.q95)},
                    {"largest", number(one.largest)}});
  }
  return rows;
}

Json to_document(const Assurance& assurance) {
  return {{"estimate", assurance.estimate},   {"mc_se", assurance.mc_se},
          {"ci_lower", assurance.ci_lower},   {"ci_upper", assurance.ci_upper},
          {"draws", assurance.draws},         {"replicates", assurance.replicates},
          {"redrawn", assurance.redrawn},     {"power_sd", assurance.power_sd},
          {"power_q05", assurance.power.q05}, {"power_q25", assurance.power.q25},
          {"power_q50", assurance.power.q50}, {"power_q75", assurance.power.q75},
          {"power_q95", assurance.power.q95}};
}

Json to_document(const NullTwinRejections& twin) {
  if (!twin.absent_because.empty())
    return {{"rejection", nullptr}, {"reason", "no null twin: " + twin.absent_because}};
  Json looks = Json::array();
  for (const LookResult& look : twin.by_look)
    looks.push_back(to_document(look));
  Json document = {{"rejection", twin.rejection.estimate}, {"mc_se", twin.rejection.mc_se},
                   {"ci_lower", twin.rejection.ci_lower},  {"ci_upper", twin.rejection.ci_upper},
                   {"replicates", twin.replicates},        {"rejections", twin.rejections},
                   {"undefined", twin.undefined}};
  if (twin.margin) document["margin"] = *twin.margin;
  document["by_look"] = looks;
  return document;
}

Json to_document(const AnalysisResult& analysis, std::uint64_t replicates) {
  Json flags = Json::object();
  for (const auto& [status, count] : analysis.flags)
    flags[status] = count;
  Json looks = Json::array();
  for (const LookResult& look : analysis.by_look)
    looks.push_back(to_document(look));
  Json document = {{"name", analysis.name},
                   {"test", analysis.test},
                   {"weight", analysis.weight.empty() ? Json(nullptr) : Json(analysis.weight)},
                   {"endpoint", analysis.endpoint}};
  if (!analysis.arms.empty()) document["arms"] = analysis.arms;
  if (analysis.set.from_months > 0) document["analysed_from_months"] = analysis.set.from_months;
  if (analysis.set.before_known) document["analysed_before_known"] = true;
  document.update({{"alpha", analysis.alpha},
                   {"sided", analysis.sided},
                   {"power", analysis.power.estimate},
                   {"mc_se", analysis.power.mc_se},
                   {"ci_lower", analysis.power.ci_lower},
                   {"ci_upper", analysis.power.ci_upper},
                   {"rejections", analysis.rejections},
                   {"undefined", analysis.undefined},
                   {"flags", flags},
                   {"by_look", looks},
                   {"estimate", to_document(analysis.estimate)},
                   {"proportion", to_document(analysis.proportion)}});
  if (analysis.difference) document["difference"] = to_document(*analysis.difference);
  if (!analysis.options.empty()) document["options"] = to_document(analysis.options);
  if (analysis.stopping) document["stopping"] = to_document(*analysis.stopping);
  if (analysis.analytic) document["analytic"] = to_document(*analysis.analytic);
  if (analysis.assurance) document["assurance"] = to_document(*analysis.assurance);
  if (analysis.null_twin) document["null_twin"] = to_document(*analysis.null_twin);
  if (analysis.schedule_twin) document["schedule_twin"] = to_document(*analysis.schedule_twin);
  const std::vector<std::string> warned = warnings(analysis, replicates);
  if (!warned.empty()) document["warnings"] = warned;
  return document;
}

Json to_document(const SimulatedProportion& proportion) {
  return {{"estimate", proportion.estimate},
          {"mc_se", proportion.mc_se},
          {"ci_lower", proportion.ci_lower},
          {"ci_upper", proportion.ci_upper}};
}

Json to_document(const MultiplicityResult& multiplicity) {
  const MultiplicityLabel& label = multiplicity.label;
  Json hypotheses = Json::array();
  for (std::size_t h = 0; h < label.hypotheses.size(); ++h) {
    const std::optional<bool>& holds = multiplicity.null_holds[h];
    hypotheses.push_back({{"name", label.hypotheses[h].name},
                          {"weight", label.hypotheses[h].weight},
                          {"null_holds", holds ? Json(*holds) : Json(nullptr)}});
  }
  const auto& error = multiplicity.familywise_error;
  Json document = {
      {"procedure", label.procedure},
      {"alpha", label.alpha},
      {"past_looks", label.past_looks.empty() ? Json(nullptr) : Json(label.past_looks)},
      {"hypotheses", hypotheses},
      {"any", to_document(multiplicity.any)},
      {"all", to_document(multiplicity.all)},
      {"rejections_mean", number(multiplicity.rejections.mean)},
      {"rejections_mc_se", number(multiplicity.rejections.mc_se)},
      {"familywise_error", error ? to_document(*error) : Json(nullptr)}};
  if (multiplicity.null_twin) document["null_twin"] = to_document(*multiplicity.null_twin);
  if (multiplicity.schedule_twin)
    document["schedule_twin"] = to_document(*multiplicity.schedule_twin);
  return document;
}

Json to_document(const PointResult& point) {
  Json set = Json::object();
  for (const auto& [key, value] : point.set) {
    // Whole numbers stay whole: a sample size reads 300, not 300.0.
    if (value == std::floor(value) && std::abs(value) < 1e15)
      set[key] = static_cast<std::int64_t>(value);
    else
      set[key] = value;
  }
  Json analyses = Json::array();
  for (const AnalysisResult& analysis : point.analyses)
    analyses.push_back(to_document(analysis, point.replicates));
  Json document = {{"set", set},
                   {"replicates", point.replicates},
                   {"analyses", analyses},
                   {"events", to_document(point.events)},
                   {"duration", to_document(point.duration)},
                   {"last_patient_in", to_document(point.last_patient_in)},
                   {"enrolled", to_document(point.enrolled)},
                   {"dropouts", to_document(point.dropouts)},
                   {"events_not_reached", point.events_not_reached},
                   {"pathway", to_document(point.pathway)}};
  if (point.multiplicity) document["multiplicity"] = to_document(*point.multiplicity);
  if (!point.imbalance.empty()) document["imbalance"] = to_document(point.imbalance);
  return document;
}

Json to_document(const Runtime& runtime) {
  return {{"wall_seconds", runtime.wall_seconds},
          {"cpu_seconds", runtime.cpu_seconds},
          {"cpu_microseconds_per_replicate", number(runtime.cpu_microseconds_per_replicate)},
          {"threads", runtime.threads},
          {"host", runtime.host},
          {"started", runtime.started},
          {"instruction_set", runtime.instruction_set}};
}

}  // namespace

std::string to_json(const AnalyticTwin& twin) {
  return to_document(twin).dump();
}

std::string to_json(const NullTwinRejections& twin) {
  return to_document(twin).dump();
}

std::string to_json(const Result& result) {
  Json points = Json::array();
  for (const PointResult& point : result.points)
    points.push_back(to_document(point));
  Json document = {
      {"schema", "trialmill.result/1"},
      {"version", result.version},
      {"scenario", {{"title", result.title}, {"file", result.file}, {"digest", result.digest}}},
      {"seed", result.seed},
      {"replicates", result.replicates}};
  if (!result.twin.empty()) document["scenario"]["null_twin"] = result.twin;
  if (result.precision) document["precision"] = {{"power", *result.precision}};
  document["complete"] = result.complete;
  document["points"] = points;
  if (result.runtime) document["runtime"] = to_document(*result.runtime);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace trialmill::result
