#include <algorithm>

#include "cli/fit_report.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::cli {
namespace {

// @param groups 1 where they are not told apart
survival::SortedTimes sorted(const FitRows& rows, std::size_t groups) {
  survival::Observations observations;
  observations.time = rows.time;
  observations.event = rows.status;
  observations.entry = rows.entry;
  if (groups > 1) observations.group = rows.group;
  observations.groups = static_cast<std::int32_t>(groups);
  if (!rows.stratum.empty()) {
    observations.stratum = rows.stratum;
    observations.strata = rows.strata;
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
        {data.group_names[g], survival::cumulative_incidence(all, data.curves.cause, causes,
                                                             static_cast<std::int32_t>(g))});
  return out;
}

ProportionReport compare_proportions(const FitRequest& request, const FitData& data) {
  ProportionReport report;
  report.groups = data.group_names;
  std::vector<survival::TwoByTwo> tables;
  const FitRows& rows = data.proportion;
  survival::count_successes(rows.success, rows.group, {}, 1, tables);
  report.table = survival::pooled(tables);
  report.comparison = survival::compare_proportions(report.table);
  report.fisher = survival::fisher_exact(report.table);
  if (!request.strata.empty()) {
    const FitRows& within = data.proportion_in_strata;
    survival::count_successes(within.success, within.group, within.stratum, within.strata, tables);
    report.stratified = survival::mantel_haenszel(tables);
  }
  if (request.proportion_margin)
    report.non_inferiority = survival::non_inferiority(report.table, *request.proportion_margin);
  return report;
}

survival::WinRatio compare_outcomes(const FitData& data) {
  std::vector<survival::PrioritisedOutcome> outcomes;
  const FitRows& rows = data.outcomes;
  for (std::size_t o = 0; o < rows.outcome_time.size(); ++o)
    outcomes.push_back({rows.outcome_time[o], rows.outcome_event[o]});
  return survival::win_ratio(outcomes, rows.group);
}

CoxReport fit_cox(const FitRequest& request, const FitData& data) {
  const survival::SortedTimes within_strata = sorted(data.cox, 1);
  survival::Covariates covariates;
  for (const std::vector<double>& column : data.cox.covariates)
    covariates.columns.push_back(column);
  survival::CoxOptions options;
  options.ties = request.ties;
  survival::CoxWorkspace workspace;
  CoxReport report;
  report.terms = data.terms;
  survival::fit_cox(within_strata, covariates, options, workspace, report.fit);
  report.robust = survival::robust_variance(within_strata, covariates, request.ties, report.fit);
  report.baseline = survival::baseline_hazard(within_strata, covariates, request.ties, report.fit);
  report.stratum_values = data.cox.stratum_values;
  report.concordance =
      survival::concordance(within_strata, survival::linear_predictor(covariates, report.fit));
  using enum survival::TimeTransform;
  for (const auto& [name, transform] : {std::pair("identity", identity), std::pair("km", km),
                                        std::pair("rank", rank), std::pair("log", log)})
    report.proportional_hazards.push_back(
        {name, survival::proportional_hazards_test(within_strata, covariates, request.ties,
                                                   report.fit, transform)});
  const auto treatment = std::ranges::find(report.terms, request.group, &CoxTerm::column);
  if (treatment != report.terms.end())
    report.treatment = static_cast<std::size_t>(treatment - report.terms.begin());
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

// Every analysis made, by the rows that it left out.
std::vector<LeftOutOf> rows_left_out(const FitRequest& request, const FitData& data) {
  std::vector<LeftOutOf> out;
  const auto add = [&](bool made, const char* key, const char* analyses, const FitRows& rows) {
    if (made) out.push_back({key, analyses, rows.left_out});
  };
  const bool stratified = !request.strata.empty(), times = !request.time.empty();
  add(times, "kaplan_meier", "the curves", data.curves);
  add(times && stratified && !request.group.empty(), "log_rank", "the log-rank tests", data.tests);
  add(!request.cox.empty(), "cox", "Cox regression", data.cox);
  add(!request.proportion.empty(), "proportion", "the proportions", data.proportion);
  add(!request.proportion.empty() && stratified, "mantel_haenszel", "the Mantel-Haenszel test",
      data.proportion_in_strata);
  add(!request.win_ratio.empty(), "win_ratio", "the win ratio", data.outcomes);
  return out;
}

UseOfStrata use_of_strata(const FitRequest& request) {
  UseOfStrata use;
  if (request.strata.empty()) return use;
  const bool times = !request.time.empty();
  const auto within = [&](bool made, const char* words) {
    if (made) use.within.emplace_back(words);
  };
  within(times && !request.group.empty(), "the log-rank tests");
  within(!request.cox.empty(), "Cox regression");
  within(!request.proportion.empty(), "the Mantel-Haenszel test");
  const auto pooled = [&](bool made, const char* key, const char* words) {
    if (!made) return;
    use.pooled.emplace_back(words);
    use.pooled_keys.emplace_back(key);
  };
  pooled(times, "kaplan_meier", "the Kaplan-Meier curves");
  pooled(request.competing, "cumulative_incidence", "the cumulative incidences");
  pooled(request.rmst.has_value(), "rmst_difference", "RMST");
  pooled(request.milestone.has_value(), "milestone_difference", "the milestone");
  pooled(!request.proportion.empty(), "proportion", "the other tests of proportions");
  pooled(!request.win_ratio.empty(), "win_ratio", "the win ratio");
  return use;
}

}  // namespace

FitReport analyse(const FitRequest& request, const FitData& data) {
  FitReport report;
  const FitRows& first = !request.time.empty()         ? data.curves
                         : !request.proportion.empty() ? data.proportion
                                                       : data.outcomes;
  report.n = first.size;
  report.events = static_cast<std::size_t>(std::ranges::count(first.status, 1));
  report.left_out = rows_left_out(request, data);
  report.strata = use_of_strata(request);
  report.merged_times = data.merged_times;
  report.format = data.format;
  if (!request.group.empty()) report.groups = data.group_names;
  if (!request.proportion.empty()) report.proportion = compare_proportions(request, data);
  if (!request.win_ratio.empty()) report.win_ratio = compare_outcomes(data);
  if (request.time.empty()) return report;
  const std::size_t groups = data.group_names.size();
  const survival::SortedTimes all = sorted(data.curves, groups);
  report.curves = curves(request, data, all);
  report.cause_code = data.cause_code;
  if (request.competing) report.incidence = incidences(data, all);
  if (!request.group.empty()) compare_groups(request, sorted(data.tests, groups), report);
  if (!request.cox.empty()) report.cox = fit_cox(request, data);
  return report;
}

}  // namespace trialmill::cli
