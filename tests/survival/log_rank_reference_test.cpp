// Log-rank family and two-group comparisons against R 4.2.2, survival 3.5-3 (survdiff), simtrial
// 1.0.2 (wlr, milestone) and survRM2's formulae. tests/reference names the call behind each field.
#include <gtest/gtest.h>

#include "survival/reference_case.hpp"
#include "trialmill/survival/log_rank.hpp"
#include "trialmill/survival/milestone.hpp"
#include "trialmill/survival/rmst.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::survival {
namespace {

using nlohmann::json;

void check_log_rank(const LogRank& test, const json& expected, const std::string& what,
                    ReferenceCheck& check) {
  EXPECT_EQ(test.status, FitStatus::ok) << what;
  check.near(test.chi_square, expected.at("chisq"), what + " chisq");
  check.near(test.degrees_of_freedom, expected.at("df"), what + " df");
  check.near(test.p_value, expected.at("p"), what + " p");
  check.near(test.group_size, expected.at("n"), what + " n");
  check.near(test.observed, expected.at("observed"), what + " observed");
  check.near(test.expected, expected.at("expected"), what + " expected");
  std::vector<double> variance;
  for (const json& row : expected.at("variance")) {
    for (const json& value : row)
      variance.push_back(reference::number(value));
  }
  check.near(test.variance, variance, what + " variance");
}

void check_tests(const PatientColumns& patients, const json& expected, ReferenceCheck& check) {
  const RiskTable table = patients.table();
  check_log_rank(log_rank(table), expected.at("logrank"), "logrank", check);
  check_log_rank(log_rank(table, {1, 0}), expected.at("grho_1"), "grho_1", check);
  if (!expected.contains("fleming_harrington")) return;
  LogRankWorkspace workspace;
  for (const json& weight : expected.at("fleming_harrington")) {
    const double rho = reference::number(weight.at("rho"));
    const double gamma = reference::number(weight.at("gamma"));
    const std::string what = "(" + std::to_string(rho) + ", " + std::to_string(gamma) + ")";
    const WeightedLogRank test = weighted_log_rank(table, {rho, gamma}, workspace);
    EXPECT_EQ(test.status, FitStatus::ok) << what;
    // The score is a difference of sums: 15 digits of them leave 1e-14 of their size.
    const double sums = static_cast<double>(patients.time.size());
    check.near(test.score, weight.at("score"), what + " score", 1e-15 * sums);
    check.near(test.variance, weight.at("variance"), what + " variance");
    check.near(test.z, weight.at("z"), what + " z", 1e-14);
  }
  for (const json& weight : expected.at("modestly_weighted")) {
    const LogRankWeight modest = ModestlyWeighted{reference::number(weight.at("t_star"))};
    const WeightedLogRank test = weighted_log_rank(table, modest, workspace);
    EXPECT_EQ(test.status, FitStatus::ok) << name(modest);
    check.near(test.score, weight.at("score"), name(modest) + " score");
    check.near(test.variance, weight.at("variance"), name(modest) + " variance");
    check.near(test.z, weight.at("z"), name(modest) + " z");
  }
}

void check_rmst(const KaplanMeier& control, const KaplanMeier& experimental, const json& expected,
                ReferenceCheck& check) {
  const RestrictedMeanComparison test =
      compare_restricted_means(control, experimental, reference::number(expected.at("tau")), 0.95);
  EXPECT_EQ(test.status, FitStatus::ok);
  check.near(test.reference.estimate, expected.at("reference"), "reference");
  check.near(test.reference.std_error, expected.at("reference_se"), "reference_se");
  check.near(test.experimental.estimate, expected.at("experimental"), "experimental");
  check.near(test.experimental.std_error, expected.at("experimental_se"), "experimental_se");
  check.near(test.difference, expected.at("difference"), "difference");
  check.near(test.std_error, expected.at("std_error"), "std_error");
  check.near(test.lower, expected.at("lower"), "lower");
  check.near(test.upper, expected.at("upper"), "upper");
  check.near(test.z, expected.at("z"), "z");
  check.near(test.p_two_sided, expected.at("p_two_sided"), "p_two_sided");
  check.near(test.ratio, expected.at("ratio"), "ratio");
  check.near(test.ratio_lower, expected.at("ratio_lower"), "ratio_lower");
  check.near(test.ratio_upper, expected.at("ratio_upper"), "ratio_upper");
  check.near(test.log_ratio_std_error, expected.at("log_ratio_se"), "log_ratio_se");
  check.near(test.ratio_of_time_lost, expected.at("ratio_of_time_lost"), "lost");
  check.near(test.ratio_of_time_lost_lower, expected.at("ratio_of_time_lost_lower"), "lost lower");
  check.near(test.ratio_of_time_lost_upper, expected.at("ratio_of_time_lost_upper"), "lost upper");
}

void check_milestone(const KaplanMeier& control, const KaplanMeier& experimental,
                     const json& expected, ReferenceCheck& check) {
  const MilestoneComparison test =
      compare_milestone(control, experimental, reference::number(expected.at("at")), 0.95);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_EQ(test.log_log_status, FitStatus::ok);
  check.near(test.reference, expected.at("reference"), "reference");
  check.near(test.reference_std_error, expected.at("reference_se"), "reference_se");
  check.near(test.experimental, expected.at("experimental"), "experimental");
  check.near(test.experimental_std_error, expected.at("experimental_se"), "experimental_se");
  check.near(test.difference, expected.at("difference"), "difference");
  check.near(test.std_error, expected.at("std_error"), "std_error");
  check.near(test.lower, expected.at("lower"), "lower");
  check.near(test.upper, expected.at("upper"), "upper");
  check.near(test.z, expected.at("z_plain"), "z_plain");
  check.near(test.log_log_difference, expected.at("log_log_difference"), "log_log_difference");
  check.near(test.log_log_std_error, expected.at("log_log_std_error"), "log_log_std_error");
  check.near(test.log_log_z, expected.at("z_log_log"), "z_log_log");
}

void check_differences(const PatientColumns& patients, const json& expected,
                       ReferenceCheck& check) {
  const SortedTimes sorted = patients.sorted();
  const KaplanMeier control = kaplan_meier(sorted, 0);
  const KaplanMeier experimental = kaplan_meier(sorted, 1);
  if (expected.contains("rmst")) check_rmst(control, experimental, expected.at("rmst"), check);
  for (const json& milestone : expected.at("milestone")) {
    check_milestone(control, experimental, milestone, check);
  }
}

/// Values compared per file; each is the number that the file holds, so that none goes unread.
struct FileAndCount {
  const char* id;
  std::size_t values;
};

class LogRankIndependent : public testing::TestWithParam<FileAndCount> {};

TEST_P(LogRankIndependent, AgreesWithSurvdiffOnRealData) {
  const json expected =
      reference::read_json(std::string("expected/survival-") + GetParam().id + ".json");
  const reference::Csv csv = reference::read_csv(expected.at("input").get<std::string>());
  ReferenceCheck check;
  for (const json& tests : expected.at("tests")) {
    ColumnNames names{expected.at("time").get<std::string>(),
                      expected.at("status").get<std::string>(),
                      expected.at("group").get<std::string>(),
                      {}};
    const bool stratified = tests.at("stratified").get<bool>();
    SCOPED_TRACE(stratified ? "stratified" : "unstratified");
    if (stratified) names.strata = expected.at("strata").get<std::vector<std::string>>();
    const ReferenceCase data =
        reference_case(csv, names, {}, expected.at("groups").get<std::vector<std::string>>());
    check_tests(data.patients, tests, check);
    if (!stratified && expected.contains("differences")) {
      check_differences(data.patients, expected.at("differences"), check);
    }
  }
  EXPECT_EQ(check.count(), GetParam().values);
}

INSTANTIATE_TEST_SUITE_P(RealData, LogRankIndependent,
                         testing::Values(FileAndCount{"colon", 141},
                                         FileAndCount{"colon-months", 84},
                                         FileAndCount{"kidney", 76}, FileAndCount{"lung", 141},
                                         FileAndCount{"ovarian", 123}, FileAndCount{"veteran", 141},
                                         FileAndCount{"veteran-celltype", 124}),
                         [](const auto& test) {
                           std::string name = test.param.id;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class LogRankLargeIndependent : public testing::TestWithParam<bool> {};

TEST_P(LogRankLargeIndependent, AgreesWithSurvdiffOnAHundredThousandRows) {
  const bool months = GetParam();
  const json expected = reference::read_json(months ? "expected/numerics-halton-months.json"
                                                    : "expected/numerics-halton-continuous.json");
  const auto rows = expected.at("rows").get<std::size_t>();
  ReferenceCheck check;
  const PatientColumns plain = formula_case(rows, months, false);
  const PatientColumns stratified = formula_case(rows, months, true);
  const json& first = expected.at("check").at("first");
  for (std::size_t i = 0; i < first.size(); ++i) {
    check.near(stratified.time[i], first[i].at("time"), "first time");
    check.near(stratified.event[i], first[i].at("status"), "first status");
    check.near(stratified.group[i], first[i].at("group"), "first group");
    check.near(stratified.stratum[i], first[i].at("stratum"), "first stratum");
  }
  check_tests(plain, expected.at("tests").at(0), check);
  check_tests(stratified, expected.at("tests").at(1), check);
  check_differences(plain, expected.at("differences"), check);
  EXPECT_EQ(check.count(), 155U);
}

INSTANTIATE_TEST_SUITE_P(Formula, LogRankLargeIndependent, testing::Bool(),
                         [](const auto& test) { return test.param ? "months" : "continuous"; });

}  // namespace
}  // namespace trialmill::survival
