// Ten further analyses of real data by R 4.2.2, survival 3.5-3: tests/reference/survival.json. Made
// by a program of its own, so that an error in the making of one set shows in the other.
#include <gtest/gtest.h>

#include "survival/reference_case.hpp"
#include "trialmill/survival/kaplan_meier.hpp"
#include "trialmill/survival/log_rank.hpp"
#include "trialmill/survival/milestone.hpp"
#include "trialmill/survival/rmst.hpp"

namespace trialmill::survival {
namespace {

using nlohmann::json;

/// A name, several names or null.
std::vector<std::string> column_list(const json& names) {
  if (names.is_null()) return {};
  if (names.is_string()) return {names.get<std::string>()};
  return names.get<std::vector<std::string>>();
}

IntervalType interval_type(const std::string& name) {
  if (name == "plain") return IntervalType::plain;
  return name == "log" ? IntervalType::log : IntervalType::log_log;
}

void check_curve(const KaplanMeier& curve, const json& expected, const json& tau,
                 ReferenceCheck& check) {
  check.near(static_cast<double>(curve.n), expected.at("n"), "n");
  check.near(static_cast<double>(curve.events), expected.at("events"), "events");
  check.near(curve.time, expected.at("time"), "time");
  check.near(curve.n_risk, expected.at("n_risk"), "n_risk");
  check.near(curve.n_event, expected.at("n_event"), "n_event");
  check.near(curve.n_censor, expected.at("n_censor"), "n_censor");
  check.near(curve.survival, expected.at("survival"), "survival");
  check.near(curve.std_error, expected.at("std_error"), "std_error");
  check.near(curve.lower, expected.at("lower"), "lower");
  check.near(curve.upper, expected.at("upper"), "upper");
  const SurvivalQuantile median = survival_quantile(curve, 0.5);
  check.near(median.estimate, expected.at("median").at("estimate"), "median");
  check.near(median.lower, expected.at("median").at("lower"), "median lower");
  check.near(median.upper, expected.at("median").at("upper"), "median upper");
  if (!expected.contains("rmst")) return;
  const RestrictedMean mean = restricted_mean(curve, reference::number(tau));
  check.near(mean.estimate, expected.at("rmst").at("estimate"), "rmst");
  check.near(mean.std_error, expected.at("rmst").at("se"), "rmst se");
}

void check_tests(const PatientColumns& patients, const json& expected, ReferenceCheck& check) {
  const RiskTable table = patients.table();
  const LogRank test = log_rank(table);
  const json& log_rank_test = expected.at("logrank");
  check.near(test.chi_square, log_rank_test.at("chisq"), "chisq");
  check.near(test.degrees_of_freedom, log_rank_test.at("df"), "df");
  check.near(test.p_value, log_rank_test.at("p"), "p");
  check.near(test.observed, log_rank_test.at("observed"), "observed");
  check.near(test.expected, log_rank_test.at("expected"), "expected");
  LogRankWorkspace workspace;
  if (log_rank_test.contains("z")) {
    check.near(weighted_log_rank(table, FlemingHarrington{}, workspace).z, log_rank_test.at("z"),
               "z");
  }
  if (!expected.contains("weighted")) return;
  for (const json& weight : expected.at("weighted")) {
    const FlemingHarrington exponents{reference::number(weight.at("rho")),
                                      reference::number(weight.at("gamma"))};
    const WeightedLogRank weighted = weighted_log_rank(table, exponents, workspace);
    // Without variance R has 0/0; here the status says so and z is 0.
    check.near(weighted.status == FitStatus::no_information ? std::nan("") : weighted.z,
               weight.at("z"), "weighted z");
  }
}

void check_case(const json& each, ReferenceCheck& check) {
  SCOPED_TRACE(each.at("id").get<std::string>());
  const json& expected = each.at("expected");
  const reference::Csv csv = reference::read_csv(each.at("data").get<std::string>());
  const ColumnNames names{each.at("time").get<std::string>(), each.at("status").get<std::string>(),
                          each.at("group").get<std::string>(), column_list(each.at("strata"))};
  std::vector<std::string> levels;
  for (const json& curve : expected.at("kaplan_meier")) {
    levels.push_back(curve.at("group").get<std::string>());
  }
  const ReferenceCase data = reference_case(csv, names, column_list(each.at("cox")), levels);
  check.near(static_cast<double>(data.patients.time.size()), expected.at("n"), "n");
  check.near(static_cast<double>(csv.rows - data.patients.time.size()), expected.at("dropped"),
             "dropped");
  check_tests(data.patients, expected, check);

  PatientColumns pooled = data.patients;
  pooled.stratum.clear();
  pooled.strata = 1;
  const SortedTimes sorted = pooled.sorted();
  const ConfidenceBand band{interval_type(each.at("conf_type").get<std::string>()), 0.95};
  check.near(static_cast<double>(kaplan_meier(sorted).events), expected.at("events"), "events");
  std::vector<KaplanMeier> curves;
  for (std::size_t g = 0; g < levels.size(); ++g) {
    curves.push_back(kaplan_meier(sorted, static_cast<std::int32_t>(g), band));
    check_curve(curves[g], expected.at("kaplan_meier").at(g), each.at("tau"), check);
  }
  if (expected.contains("rmst_difference")) {
    const auto test =
        compare_restricted_means(curves[0], curves[1], reference::number(each.at("tau")));
    check.near(test.difference, expected.at("rmst_difference").at("estimate"), "rmst difference");
    check.near(test.std_error, expected.at("rmst_difference").at("se"), "rmst difference se");
  }
  if (expected.contains("milestone_difference")) {
    const auto test =
        compare_milestone(curves[0], curves[1], reference::number(each.at("milestone")));
    const json& difference = expected.at("milestone_difference");
    check.near(test.difference, difference.at("estimate"), "milestone difference");
    check.near(test.std_error, difference.at("se"), "milestone difference se");
  }
}

TEST(SmallerSetIndependent, AgreesWithSurvival) {
  ReferenceCheck check;
  const json file = reference::read_json("survival.json");
  for (const json& each : file.at("cases"))
    check_case(each, check);
  EXPECT_EQ(check.count(), 11632U);
}

}  // namespace
}  // namespace trialmill::survival
