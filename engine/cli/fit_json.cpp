#include <cmath>

#include "cli/fit_json.hpp"
#include "trialmill/survival/p_value.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::cli {
namespace {

// What nobody was followed to is not known.
Json known(survival::FitStatus status, double x) {
  return status == survival::FitStatus::follow_up_too_short ? Json(nullptr) : number(x);
}

Json to_document(const GroupCurve& group) {
  const survival::KaplanMeier& curve = group.curve;
  Json out = {{"group", group.name},
              {"n", curve.n},
              {"events", curve.events},
              {"time", numbers(curve.time)},
              {"n_risk", numbers(curve.n_risk)},
              {"n_event", numbers(curve.n_event)},
              {"n_censor", numbers(curve.n_censor)},
              {"survival", numbers(curve.survival)},
              {"std_error", numbers(curve.std_error)},
              {"lower", numbers(curve.lower)},
              {"upper", numbers(curve.upper)},
              {"median",
               {{"estimate", number(group.median.estimate)},
                {"lower", number(group.median.lower)},
                {"upper", number(group.median.upper)}}},
              {"median_follow_up", number(group.median_follow_up)}};
  if (group.rmst)
    out["rmst"] = {{"tau", group.rmst->horizon},
                   {"estimate", known(group.rmst->status, group.rmst->estimate)},
                   {"se", known(group.rmst->status, group.rmst->std_error)},
                   {"status", name(group.rmst->status)}};
  return out;
}

Json to_document(const FitReport& report, const survival::LogRank& test) {
  Json out = {{"status", name(test.status)}};
  const bool exists = test.status == survival::FitStatus::ok;
  out["chisq"] = exists ? number(test.chi_square) : Json(nullptr);
  out["df"] = test.degrees_of_freedom;
  out["p"] = exists ? number(test.p_value) : Json(nullptr);
  if (report.two_group)
    out["z"] = report.two_group->status == survival::FitStatus::ok ? number(report.two_group->z)
                                                                   : Json(nullptr);
  out["observed"] = numbers(test.observed);
  out["expected"] = numbers(test.expected);
  return out;
}

Json to_document(const WeightedTest& weighted) {
  const bool exists = weighted.test.status == survival::FitStatus::ok;
  return {
      {"weight", survival::name(weighted.weight)},
      {"status", name(weighted.test.status)},
      {"z", exists ? number(weighted.test.z) : Json(nullptr)},
      {"p_one_sided", exists ? number(survival::upper_tail_p(weighted.test.z)) : Json(nullptr)}};
}

Json to_document(const survival::MaxCombo& test) {
  const bool exists = test.status == survival::FitStatus::ok;
  const std::size_t m = test.z.size();
  Json out = {{"status", name(test.status)},
              {"z_max", exists ? number(test.z_max) : Json(nullptr)},
              {"p_one_sided", exists ? number(test.p_one_sided) : Json(nullptr)},
              {"p", exists ? number(survival::two_sided_p(test)) : Json(nullptr)}};
  if (!exists) return out;
  out["z"] = numbers(test.z);
  out["correlation"] = Json::array();
  for (std::size_t a = 0; a < m; ++a) {
    const auto row = test.correlation.begin() + static_cast<std::ptrdiff_t>(a * m);
    out["correlation"].push_back(numbers({row, row + static_cast<std::ptrdiff_t>(m)}));
  }
  return out;
}

// What the comparisons of two curves at a time have in common.
template <class Comparison>
Json difference_document(const char* time_key, double time, const Comparison& comparison) {
  const auto status = comparison.status;
  const auto tested = [status](double x) {
    return status == survival::FitStatus::ok ? number(x) : Json(nullptr);
  };
  return {{time_key, time},
          {"status", name(status)},
          {"estimate", known(status, comparison.difference)},
          {"se", known(status, comparison.std_error)},
          {"lower", tested(comparison.lower)},
          {"upper", tested(comparison.upper)},
          {"z", tested(comparison.z)},
          {"p", tested(comparison.p_two_sided)}};
}

Json to_document(const survival::RestrictedMeanComparison& comparison) {
  Json out = difference_document("tau", comparison.reference.horizon, comparison);
  for (const auto& [key, value] :
       {std::pair("ratio", comparison.ratio), std::pair("ratio_lower", comparison.ratio_lower),
        std::pair("ratio_upper", comparison.ratio_upper),
        std::pair("log_ratio_se", comparison.log_ratio_std_error),
        std::pair("ratio_of_time_lost", comparison.ratio_of_time_lost),
        std::pair("ratio_of_time_lost_lower", comparison.ratio_of_time_lost_lower),
        std::pair("ratio_of_time_lost_upper", comparison.ratio_of_time_lost_upper)})
    out[key] = known(comparison.status, value);
  return out;
}

Json to_document(const survival::MilestoneComparison& comparison) {
  Json out = difference_document("at", comparison.time, comparison);
  const bool exists = comparison.log_log_status == survival::FitStatus::ok;
  out["z_log_log"] = exists ? number(comparison.log_log_z) : Json(nullptr);
  out["p_log_log"] = exists ? number(comparison.log_log_p_two_sided) : Json(nullptr);
  return out;
}

// A statistic that is large when the experimental group has more successes.
Json z_test(survival::FitStatus status, double z) {
  const bool exists = status == survival::FitStatus::ok;
  const auto defined = [&](double x) { return exists ? number(x) : Json(nullptr); };
  return {{"status", name(status)},
          {"z", defined(z)},
          {"p_one_sided", defined(survival::upper_tail_p(z))},
          {"p", defined(survival::two_sided_p(z))}};
}

Json to_document(const survival::FisherExact& test) {
  const bool exists = test.status == survival::FitStatus::ok;
  return {{"status", name(test.status)},
          {"p_one_sided", exists ? number(test.p_more) : Json(nullptr)},
          {"p", exists ? number(test.p_two_sided) : Json(nullptr)}};
}

Json to_document(const std::string& outcome, const ProportionReport& report) {
  const survival::TwoByTwo& table = report.table;
  const survival::ProportionComparison& comparison = report.comparison;
  Json out = {{"outcome", outcome},
              {"group", report.groups},
              {"n", {table.control_patients, table.experimental_patients}},
              {"successes", {table.control_successes, table.experimental_successes}},
              {"rate", numbers({comparison.control, comparison.experimental})},
              {"risk_difference",
               {{"estimate", number(comparison.difference)},
                {"lower", number(comparison.lower)},
                {"upper", number(comparison.upper)},
                {"interval", "newcombe"}}},
              {"risk_ratio", number(comparison.risk_ratio)},
              {"odds_ratio", number(comparison.odds_ratio)},
              {"score", z_test(comparison.status, comparison.z)},
              {"unpooled", z_test(comparison.unpooled_status, comparison.unpooled_z)},
              {"fisher", to_document(report.fisher)}};
  if (report.non_inferiority) out["non_inferiority"] = margin_document(*report.non_inferiority);
  if (report.stratified) {
    const survival::MantelHaenszel& stratified = *report.stratified;
    Json& test = out["mantel_haenszel"] = z_test(stratified.status, stratified.z);
    test["risk_difference"] = number(stratified.difference);
    test["se"] = number(stratified.std_error);
    test["lower"] = number(stratified.lower);
    test["upper"] = number(stratified.upper);
    test["odds_ratio"] = number(stratified.odds_ratio);
  }
  return out;
}

Json to_document(const FitRequest& request, const survival::WinRatio& result) {
  using survival::FitStatus;
  const bool compared = result.status != FitStatus::one_group_empty;
  const bool exists = result.status == FitStatus::ok;
  const auto estimate = [&](double value, double lower, double upper) {
    if (!compared) return Json(nullptr);
    Json out = {{"estimate", number(value)}, {"lower", number(lower)}, {"upper", number(upper)}};
    if (std::isinf(value)) out["limit"] = "inf";
    return out;
  };
  Json outcomes = Json::array();
  for (std::size_t o = 0; o < request.win_ratio.size(); ++o)
    outcomes.push_back({{"time", request.win_ratio[o].time},
                        {"status", request.win_ratio[o].status},
                        {"wins", result.by_outcome[o].wins},
                        {"losses", result.by_outcome[o].losses}});
  Json out = {
      {"status", name(result.status)},
      {"wins", result.wins},
      {"losses", result.losses},
      {"ties", result.ties},
      {"win_ratio", estimate(result.win_ratio, result.win_ratio_lower, result.win_ratio_upper)},
      {"log_win_ratio_se", number(result.log_win_ratio_std_error)},
      {"win_odds", estimate(result.win_odds, result.win_odds_lower, result.win_odds_upper)},
      {"net_benefit",
       estimate(result.net_benefit, result.net_benefit_lower, result.net_benefit_upper)},
      {"z", exists ? number(result.z) : Json(nullptr)},
      {"p_one_sided", exists ? number(survival::upper_tail_p(result.z)) : Json(nullptr)},
      {"p", exists ? number(result.p_two_sided) : Json(nullptr)},
      {"outcomes", outcomes}};
  return out;
}

// One element for each group and cause.
Json incidence_documents(const FitReport& report) {
  Json out = Json::array();
  for (const GroupIncidence& group : report.incidence) {
    const survival::CumulativeIncidence& curve = group.curve;
    const auto rows = static_cast<std::ptrdiff_t>(curve.size());
    for (std::size_t c = 0; c < report.cause_code.size(); ++c) {
      const auto column = [&](const std::vector<double>& all) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(c) * rows;
        return numbers({begin, begin + rows});
      };
      out.push_back({{"group", group.name},
                     {"cause", report.cause_code[c]},
                     {"events", curve.events[c]},
                     {"time", numbers(curve.time)},
                     {"estimate", column(curve.estimate)},
                     {"std_error", column(curve.std_error)}});
    }
  }
  return out;
}

// By analysis: the rows that it left out, and which column cost how many.
Json left_out_document(const FitReport& report) {
  Json out = Json::object();
  for (const LeftOutOf& analysis : report.left_out) {
    Json columns = Json::object();
    for (const auto& [column, rows] : analysis.left_out.by_column)
      columns[column] = rows;
    out[analysis.key] = {{"rows", analysis.left_out.rows}, {"by_column", columns}};
  }
  return out;
}

}  // namespace

Json margin_document(const survival::NonInferiority& test) {
  const bool exists = test.status == survival::FitStatus::ok;
  return {{"status", name(test.status)},
          {"margin", test.margin},
          {"z", exists ? number(test.z) : Json(nullptr)},
          {"p_one_sided", exists ? number(test.p_one_sided) : Json(nullptr)}};
}

std::string to_json(const FitRequest& request, const FitReport& report) {
  Json curves = Json::array();
  for (const GroupCurve& group : report.curves)
    curves.push_back(to_document(group));
  Json out = {{"n", report.n}};
  if (!request.time.empty()) out["events"] = report.events;
  out["dropped"] = report.left_out.front().left_out.rows;
  out["left_out"] = left_out_document(report);
  if (!report.groups.empty()) out["reference"] = report.groups.front();
  if (!request.strata.empty()) out["pooled_over_strata"] = report.strata.pooled_keys;
  if (request.time.empty() && report.win_ratio) out["merged_times"] = report.merged_times;
  if (!request.time.empty()) {
    out["merged_times"] = report.merged_times;
    out["kaplan_meier"] = curves;
  }
  if (request.competing) out["cumulative_incidence"] = incidence_documents(report);
  if (report.log_rank) out["logrank"] = to_document(report, *report.log_rank);
  if (!report.weighted.empty()) {
    out["weighted"] = Json::array();
    for (const WeightedTest& weighted : report.weighted)
      out["weighted"].push_back(to_document(weighted));
  }
  if (report.max_combo) {
    Json& test = out["maxcombo"] = to_document(*report.max_combo);
    test["weights"] = Json::array();
    for (const survival::LogRankWeight& weight : request.max_combo)
      test["weights"].push_back(survival::name(weight));
  }
  if (report.rmst_difference) out["rmst_difference"] = to_document(*report.rmst_difference);
  if (report.milestone_difference)
    out["milestone_difference"] = to_document(*report.milestone_difference);
  if (report.rmst_non_inferiority)
    out["rmst_difference"]["non_inferiority"] = margin_document(*report.rmst_non_inferiority);
  if (report.milestone_non_inferiority)
    out["milestone_difference"]["non_inferiority"] =
        margin_document(*report.milestone_non_inferiority);
  if (report.cox) out["cox"] = cox_document(request, *report.cox);
  if (report.proportion) out["proportion"] = to_document(request.proportion, *report.proportion);
  if (report.win_ratio) out["win_ratio"] = to_document(request, *report.win_ratio);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace trialmill::cli
