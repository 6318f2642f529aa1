#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/fit_report.hpp"
#include "trialmill/survival/p_value.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;

// JSON has neither NaN nor infinity: a number that does not exist is null.
Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json numbers(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double x : values)
    out.push_back(number(x));
  return out;
}

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

// What the comparisons of two curves at a time have in common.
template <class Comparison>
Json difference_document(const char* time_key, double time, const Comparison& comparison) {
  const auto status = comparison.status;
  return {{time_key, time},
          {"status", name(status)},
          {"estimate", known(status, comparison.difference)},
          {"se", known(status, comparison.std_error)},
          {"lower", known(status, comparison.lower)},
          {"upper", known(status, comparison.upper)},
          {"z", known(status, comparison.z)},
          {"p", known(status, comparison.p_two_sided)}};
}

Json to_document(const survival::RestrictedMeanComparison& comparison) {
  Json out = difference_document("tau", comparison.reference.horizon, comparison);
  out["ratio"] = known(comparison.status, comparison.ratio);
  out["ratio_lower"] = known(comparison.status, comparison.ratio_lower);
  out["ratio_upper"] = known(comparison.status, comparison.ratio_upper);
  return out;
}

Json to_document(const survival::MilestoneComparison& comparison) {
  Json out = difference_document("at", comparison.time, comparison);
  out["z_log_log"] = known(comparison.log_log_status, comparison.log_log_z);
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

Json to_document(const std::string& term, std::size_t k, const CoxReport& cox) {
  const survival::CoxFit& fit = cox.fit;
  const double coefficient = fit.coefficient[k];
  const double z = coefficient / fit.standard_error[k];
  const survival::HazardRatio ratio = survival::hazard_ratio(coefficient, fit.standard_error[k]);
  Json out = {{"name", term},
              {"coef", number(coefficient)},
              {"hazard_ratio", number(ratio.estimate)},
              {"se", number(fit.standard_error[k])},
              {"robust_se", number(cox.robust.standard_error[k])},
              {"z", number(z)},
              {"p", std::isfinite(z) ? number(survival::two_sided_p(z)) : Json(nullptr)},
              {"lower", number(ratio.lower)},
              {"upper", number(ratio.upper)}};
  if (std::isinf(coefficient)) {
    // The likelihood has no maximum: only the direction is known.
    out["hazard_ratio"] = nullptr;
    out["limit"] = coefficient > 0 ? "inf" : "-inf";
  }
  return out;
}

// The strata one after the other; with strata, `stratum` has the values of each time's own.
Json baseline_document(const FitRequest& request, const CoxReport& cox) {
  Json out = {{"time", numbers(cox.baseline.time)},
              {"cumulative_hazard", numbers(cox.baseline.cumulative_hazard)}};
  if (request.strata.empty()) return out;
  Json strata = Json::array();
  for (std::size_t s = 0; s + 1 < cox.baseline.stratum_begin.size(); ++s) {
    Json values = Json::object();
    for (std::size_t c = 0; c < request.strata.size(); ++c)
      values[request.strata[c]] = cox.stratum_values[s][c];
    for (auto row = cox.baseline.stratum_begin[s]; row < cox.baseline.stratum_begin[s + 1]; ++row)
      strata.push_back(values);
  }
  out["stratum"] = std::move(strata);
  return out;
}

Json to_document(const FitRequest& request, const CoxReport& cox) {
  const survival::CoxFit& fit = cox.fit;
  Json terms = Json::array(), dropped = Json::array();
  for (std::size_t k = 0; k < request.cox.size(); ++k) {
    terms.push_back(to_document(request.cox[k], k, cox));
    if (fit.aliased[k]) dropped.push_back(request.cox[k]);
  }
  const bool undefined = fit.status == survival::FitStatus::no_events ||
                         fit.status == survival::FitStatus::no_information;
  const auto defined = [&](double x) { return undefined ? Json(nullptr) : number(x); };
  return {{"ties", request.ties == survival::Ties::efron ? "efron" : "breslow"},
          {"n", fit.n},
          {"events", fit.events},
          {"status", name(fit.status)},
          {"dropped_terms", dropped},
          {"iterations", fit.iterations},
          {"loglik_null", number(fit.log_likelihood_null)},
          {"loglik", number(fit.log_likelihood)},
          {"wald", defined(fit.wald_test)},
          {"robust_wald", defined(cox.robust.wald_test)},
          {"score", defined(fit.score_test)},
          {"robust_score", defined(cox.robust.score_test)},
          {"likelihood_ratio", defined(fit.likelihood_ratio_test)},
          {"df", fit.degrees_of_freedom},
          {"concordance", defined(cox.concordance.estimate)},
          {"concordance_se", defined(cox.concordance.standard_error)},
          {"terms", terms},
          {"baseline", baseline_document(request, cox)}};
}

}  // namespace

std::string to_json(const FitRequest& request, const FitReport& report) {
  Json curves = Json::array();
  for (const GroupCurve& group : report.curves)
    curves.push_back(to_document(group));
  Json out = {{"n", report.n}};
  if (!request.time.empty()) out["events"] = report.events;
  out["dropped"] = report.dropped;
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
  if (report.rmst_difference) out["rmst_difference"] = to_document(*report.rmst_difference);
  if (report.milestone_difference)
    out["milestone_difference"] = to_document(*report.milestone_difference);
  if (report.cox) out["cox"] = to_document(request, *report.cox);
  if (report.proportion) out["proportion"] = to_document(request.proportion, *report.proportion);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace trialmill::cli
