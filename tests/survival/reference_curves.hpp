#pragma once

#include <optional>
#include <string>
#include <vector>

#include "survival/reference_case.hpp"
#include "trialmill/survival/kaplan_meier.hpp"
#include "trialmill/survival/rmst.hpp"

/// Compares Kaplan-Meier curves and all that is read from them with the `kaplan_meier` part of a
/// reference file (survfit, quantile.survfit, summary.survfit). Every number there is compared
/// once.
namespace trialmill::survival {

using nlohmann::json;

struct NamedInterval {
  const char* name;
  IntervalType type;
};
inline constexpr NamedInterval intervals[] = {
    {"plain", IntervalType::plain}, {"log", IntervalType::log}, {"log_log", IntervalType::log_log}};

/// The rows of a column that the file lists (`row`), or all of them.
inline std::vector<double> listed(const std::vector<double>& column, const json& expected) {
  if (!expected.contains("row")) return column;
  std::vector<double> result;
  for (const auto& row : expected.at("row"))
    result.push_back(column.at(row.get<std::size_t>()));
  return result;
}

inline void check_limits(const SurvivalQuantile& quantile, const json& expected,
                         const char* interval, const std::string& what, ReferenceCheck& check) {
  const json& limits = expected.at("interval").at(interval);
  check.near(quantile.lower, limits.at("lower"), what + " lower");
  check.near(quantile.upper, limits.at("upper"), what + " upper");
}

inline void check_interval(const SortedTimes& sorted, std::optional<std::int32_t> group,
                           const NamedInterval& interval, const json& expected,
                           ReferenceCheck& check) {
  const KaplanMeier curve = kaplan_meier(sorted, group, {interval.type, 0.95});
  const std::string what = interval.name;
  const json& limits = expected.at("interval").at(interval.name);
  check.near(listed(curve.lower, expected), limits.at("lower"), what + " lower");
  check.near(listed(curve.upper, expected), limits.at("upper"), what + " upper");
  check_limits(survival_quantile(curve, 0.5), expected.at("median"), interval.name,
               what + " median", check);
  check_limits(survival_quantile(curve, 0.25), expected.at("quantile_25"), interval.name,
               what + " quantile_25", check);
  if (!expected.contains("at")) return;
  const json& at = expected.at("at");
  std::vector<double> lower, upper;
  for (const CurvePoint& point : survival_at(curve, reference::numbers(at.at("time")))) {
    lower.push_back(point.lower);
    upper.push_back(point.upper);
  }
  check.near(lower, at.at("interval").at(interval.name).at("lower"), what + " at lower");
  check.near(upper, at.at("interval").at(interval.name).at("upper"), what + " at upper");
}

inline void check_summaries(const KaplanMeier& curve, const json& expected, ReferenceCheck& check) {
  check.near(survival_quantile(curve, 0.5).estimate, expected.at("median").at("estimate"),
             "median");
  check.near(survival_quantile(curve, 0.25).estimate, expected.at("quantile_25").at("estimate"),
             "quantile_25");
  if (expected.contains("at")) {
    const json& at = expected.at("at");
    std::vector<double> n_risk, survival, std_error;
    for (const CurvePoint& point : survival_at(curve, reference::numbers(at.at("time")))) {
      n_risk.push_back(point.n_risk);
      survival.push_back(point.survival);
      std_error.push_back(point.std_error);
    }
    check.near(n_risk, at.at("n_risk"), "at n_risk");
    check.near(survival, at.at("survival"), "at survival");
    check.near(std_error, at.at("std_error"), "at std_error");
  }
  if (expected.contains("rmst")) {
    const json& rmst = expected.at("rmst");
    const RestrictedMean mean = restricted_mean(curve, reference::number(rmst.at("tau")));
    EXPECT_EQ(mean.status, FitStatus::ok);
    check.near(mean.estimate, rmst.at("estimate"), "rmst");
    check.near(mean.std_error, rmst.at("std_error"), "rmst std_error");
  }
}

inline void check_curve(const SortedTimes& sorted, std::optional<std::int32_t> group,
                        const json& expected, ReferenceCheck& check) {
  SCOPED_TRACE("group " + expected.at("group").get<std::string>());
  const KaplanMeier curve = kaplan_meier(sorted, group);
  check.near(static_cast<double>(curve.n), expected.at("n"), "n");
  check.near(static_cast<double>(curve.events), expected.at("events"), "events");
  check.near(static_cast<double>(curve.size()), expected.at("rows_in_full_table"), "rows");
  check.near(listed(curve.time, expected), expected.at("time"), "time");
  check.near(listed(curve.n_risk, expected), expected.at("n_risk"), "n_risk");
  check.near(listed(curve.n_event, expected), expected.at("n_event"), "n_event");
  check.near(listed(curve.n_censor, expected), expected.at("n_censor"), "n_censor");
  check.near(listed(curve.survival, expected), expected.at("survival"), "survival");
  check.near(listed(curve.std_error, expected), expected.at("std_error"), "std_error");
  check.near(listed(curve.cumulative_hazard, expected), expected.at("cumulative_hazard"), "cumhaz");
  check.near(listed(curve.std_error_cumulative_hazard, expected),
             expected.at("std_error_cumulative_hazard"), "std_error_cumulative_hazard");
  for (const NamedInterval& interval : intervals) {
    check_interval(sorted, group, interval, expected, check);
  }
  check_summaries(curve, expected, check);
  check.near(survival_quantile(reverse_kaplan_meier(sorted, group), 0.5).estimate,
             expected.at("follow_up_median"), "follow_up_median");
}

inline void check_curves(const ReferenceCase& data, const json& expected, ReferenceCheck& check) {
  const SortedTimes sorted = data.patients.sorted();
  for (const json& curve : expected.at("kaplan_meier")) {
    const std::string label = curve.at("group").get<std::string>();
    std::optional<std::int32_t> group;
    if (label != "all") group = codes({label}, data.levels).front();
    check_curve(sorted, group, curve, check);
  }
}

}  // namespace trialmill::survival
