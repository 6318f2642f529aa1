#include <algorithm>

#include "cli/fit_report.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::cli {
namespace {

survival::SortedTimes sorted(const FitData& data, bool stratified) {
  survival::Observations observations;
  observations.time = data.time;
  observations.event = data.status;
  observations.entry = data.entry;
  observations.group = data.group;
  observations.groups = static_cast<std::int32_t>(data.group_names.size());
  if (stratified && !data.stratum.empty()) {
    observations.stratum = data.stratum;
    observations.strata = data.strata;
  }
  survival::SortedTimes out;
  survival::sort_times(observations, out);
  return out;
}

std::vector<GroupCurve> curves(const FitRequest& request, const FitData& data,
                               const survival::SortedTimes& all) {
  std::vector<GroupCurve> out;
  const survival::ConfidenceBand band{request.interval, 0.95};
  for (std::size_t g = 0; g < data.group_names.size(); ++g) {
    const auto group = static_cast<std::int32_t>(g);
    GroupCurve curve;
    curve.name = data.group_names[g];
    curve.curve = survival::kaplan_meier(all, group, band);
    curve.median = survival::survival_quantile(curve.curve, 0.5);
    curve.median_follow_up =
        survival::survival_quantile(survival::reverse_kaplan_meier(all, group, band), 0.5).estimate;
    if (request.rmst) curve.rmst = survival::restricted_mean(curve.curve, *request.rmst);
    out.push_back(std::move(curve));
  }
  return out;
}

void compare_groups(const FitRequest& request, const survival::SortedTimes& within_strata,
                    FitReport& report) {
  survival::RiskTable table;
  survival::tabulate_risk(within_strata, table);
  report.log_rank = survival::log_rank(table);
  if (report.curves.size() != 2) return;
  survival::LogRankWorkspace workspace;
  report.two_group = survival::weighted_log_rank(table, survival::FlemingHarrington{}, workspace);
  for (const survival::LogRankWeight& weight : request.weights)
    report.weighted.push_back({weight, survival::weighted_log_rank(table, weight, workspace)});
  if (!request.max_combo.empty()) report.max_combo = survival::max_combo(table, request.max_combo);
  const survival::KaplanMeier& reference = report.curves[0].curve;
  const survival::KaplanMeier& experimental = report.curves[1].curve;
  if (request.rmst)
    report.rmst_difference =
        survival::compare_restricted_means(reference, experimental, *request.rmst);
  if (request.milestone)
    report.milestone_difference =
        survival::compare_milestone(reference, experimental, *request.milestone);
  if (request.rmst_margin)
    report.rmst_non_inferiority =
        survival::non_inferiority(*report.rmst_difference, *request.rmst_margin);
  if (request.milestone_margin)
    report.milestone_non_inferiority =
        survival::non_inferiority(*report.milestone_difference, *request.milestone_margin);
}

std::vector<GroupIncidence> incidences(const FitData& data, const survival::SortedTimes& all) {
  std::vector<GroupIncidence> out;
  const auto causes = static_cast<std::int32_t>(data.cause_code.size());
  for (std::size_t g = 0; g < data.group_names.size(); ++g)
    out.push_back(
        {data.group_names[g],
         survival::cumulative_incidence(all, data.cause, causes, static_cast<std::int32_t>(g))});
  return out;
}

ProportionReport compare_proportions(const FitRequest& request, const FitData& data) {
  ProportionReport report;
  report.groups = data.group_names;
  std::vector<survival::TwoByTwo> tables;
  survival::count_successes(data.success, data.group, data.stratum, data.strata, tables);
  report.table = survival::pooled(tables);
  report.comparison = survival::compare_proportions(report.table);
  report.fisher = survival::fisher_exact(report.table);
  if (!data.stratum.empty()) report.stratified = survival::mantel_haenszel(tables);
  if (request.proportion_margin)
    report.non_inferiority = survival::non_inferiority(report.table, *request.proportion_margin);
  return report;
}

survival::WinRatio compare_outcomes(const FitData& data) {
  std::vector<survival::PrioritisedOutcome> outcomes;
  for (std::size_t o = 0; o < data.outcome_time.size(); ++o)
    outcomes.push_back({data.outcome_time[o], data.outcome_event[o]});
  return survival::win_ratio(outcomes, data.group);
}

CoxReport fit_cox(const FitRequest& request, const FitData& data,
                  const survival::SortedTimes& within_strata) {
  survival::Covariates covariates;
  for (const std::vector<double>& column : data.covariates)
    covariates.columns.push_back(column);
  survival::CoxOptions options;
  options.ties = request.ties;
  survival::CoxWorkspace workspace;
  CoxReport report;
  survival::fit_cox(within_strata, covariates, options, workspace, report.fit);
  report.robust = survival::robust_variance(within_strata, covariates, request.ties, report.fit);
  report.baseline = survival::baseline_hazard(within_strata, covariates, request.ties, report.fit);
  report.stratum_values = data.stratum_values;
  report.concordance =
      survival::concordance(within_strata, survival::linear_predictor(covariates, report.fit));
  using enum survival::TimeTransform;
  for (const auto& [name, transform] : {std::pair("identity", identity), std::pair("km", km),
                                        std::pair("rank", rank), std::pair("log", log)})
    report.proportional_hazards.push_back(
        {name, survival::proportional_hazards_test(within_strata, covariates, request.ties,
                                                   report.fit, transform)});
  const auto treatment = std::ranges::find(request.cox, request.group);
  if (treatment != request.cox.end())
    report.treatment = static_cast<std::size_t>(treatment - request.cox.begin());
  if (request.hazard_ratio_margin)
    report.non_inferiority =
        survival::non_inferiority(report.fit, report.treatment, *request.hazard_ratio_margin);
  if (request.profile)
    report.profile = survival::profile_intervals(within_strata, covariates, options, report.fit,
                                                 0.95, workspace);
  if (request.firth) {
    FirthReport& firth = report.firth.emplace();
    survival::FirthWorkspace penalised;
    survival::fit_firth(within_strata, covariates, options, penalised, firth.fit);
    firth.interval =
        survival::profile_intervals(within_strata, covariates, options, firth.fit, 0.95, penalised);
  }
  return report;
}

}  // namespace

FitReport analyse(const FitRequest& request, const FitData& data) {
  FitReport report;
  report.n = data.group.size();
  report.events = static_cast<std::size_t>(std::ranges::count(data.status, 1));
  report.dropped = data.dropped;
  report.merged_times = data.merged_times;
  if (!request.proportion.empty()) report.proportion = compare_proportions(request, data);
  if (!request.win_ratio.empty()) report.win_ratio = compare_outcomes(data);
  if (request.time.empty()) return report;
  const survival::SortedTimes all = sorted(data, false);
  report.curves = curves(request, data, all);
  report.cause_code = data.cause_code;
  if (request.competing) report.incidence = incidences(data, all);
  const survival::SortedTimes within_strata = sorted(data, true);
  if (!request.group.empty()) compare_groups(request, within_strata, report);
  if (!request.cox.empty()) report.cox = fit_cox(request, data, within_strata);
  return report;
}

}  // namespace trialmill::cli
