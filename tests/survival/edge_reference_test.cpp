// Degenerate data: Kaplan-Meier and log-rank against R 4.2.2, survival 3.5-3 where R has an
// answer; where it stops or answers 0 for want of information, the status must say so.
#include <gtest/gtest.h>

#include "survival/reference_curves.hpp"
#include "trialmill/survival/log_rank.hpp"

namespace trialmill::survival {
namespace {

struct EdgeCase {
  const char* id;
  std::size_t curve_values;  ///< numbers compared, as many as the file holds
  FitStatus log_rank;
  FitStatus late_weight;  ///< of the Fleming-Harrington (0, 1) test
};

class EdgeIndependent : public testing::TestWithParam<EdgeCase> {
 protected:
  json expected_ = reference::read_json(std::string("expected/edge-") + GetParam().id + ".json");
  reference::Csv csv_ = reference::read_csv(std::string("input/edge-") + GetParam().id + ".csv");

  ReferenceCase data(bool stratified) const {
    ColumnNames names{"time", "status", csv_.has("group") ? "group" : "", {}};
    if (stratified) names.strata = {"stratum"};
    return reference_case(csv_, names);
  }
};

TEST_P(EdgeIndependent, KaplanMeier) {
  ReferenceCheck check;
  check_curves(data(false), expected_, check);
  EXPECT_EQ(check.count(), GetParam().curve_values);
}

void check_weighted(const RiskTable& table, const json& expected, ReferenceCheck& check) {
  LogRankWorkspace workspace;
  for (const json& weight : expected) {
    const double rho = reference::number(weight.at("rho"));
    const double gamma = reference::number(weight.at("gamma"));
    const WeightedLogRank test = weighted_log_rank(table, {rho, gamma}, workspace);
    check.near(test.score, weight.at("score"), "score", 1e-14);
    check.near(test.variance, weight.at("variance"), "variance", 1e-16);
    if (weight.at("z").is_null()) {
      EXPECT_NE(test.status, FitStatus::ok) << rho << ", " << gamma;
      EXPECT_EQ(test.z, 0);
    } else {
      EXPECT_EQ(test.status, FitStatus::ok) << rho << ", " << gamma;
      check.near(test.z, weight.at("z"), "z");
    }
  }
}

void check_log_rank(const RiskTable& table, const json& expected, ReferenceCheck& check) {
  const LogRank test = log_rank(table);
  check.near(test.chi_square, expected.at("chisq"), "chisq");
  check.near(test.p_value, expected.at("p"), "p");
  check.near(test.group_size, expected.at("n"), "n");
  check.near(test.observed, expected.at("observed"), "observed");
  check.near(test.expected, expected.at("expected"), "expected");
  for (std::size_t g = 0; g < 2; ++g) {
    for (std::size_t h = 0; h < 2; ++h) {
      check.near(test.variance[2 * g + h], expected.at("variance").at(g).at(h), "variance");
    }
  }
}

TEST_P(EdgeIndependent, LogRank) {
  const RiskTable table = data(false).patients.table();
  const LogRank test = log_rank(table);
  EXPECT_EQ(test.status, GetParam().log_rank) << name(test.status);
  if (!expected_.contains("logrank")) {
    EXPECT_EQ(table.groups, 1) << "one group or none is named: there is nothing to compare";
    return;
  }
  LogRankWorkspace workspace;
  EXPECT_EQ(weighted_log_rank(table, FlemingHarrington{}, workspace).status, GetParam().log_rank);
  EXPECT_EQ(weighted_log_rank(table, {0, 1}, workspace).status, GetParam().late_weight);
  ReferenceCheck check;
  check_weighted(table, expected_.at("fleming_harrington"), check);
  EXPECT_GE(check.count(), 12U);
  if (!expected_.at("logrank").contains("r_error")) {
    ReferenceCheck groups;
    check_log_rank(table, expected_.at("logrank"), groups);
    EXPECT_EQ(groups.count(), 12U);
  }
  if (expected_.contains("logrank_stratified")) {
    const RiskTable stratified = data(true).patients.table();
    ReferenceCheck both;
    check_weighted(stratified, expected_.at("fleming_harrington_stratified"), both);
    check_log_rank(stratified, expected_.at("logrank_stratified"), both);
    EXPECT_EQ(both.count(), 30U);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Degenerate, EdgeIndependent,
    testing::Values(
        EdgeCase{"all-censored", 120, FitStatus::no_events, FitStatus::no_events},
        EdgeCase{"arm-without-events", 162, FitStatus::ok, FitStatus::ok},
        EdgeCase{"collinear", 172, FitStatus::one_group_empty, FitStatus::one_group_empty},
        EdgeCase{"constant-covariate", 172, FitStatus::one_group_empty, FitStatus::one_group_empty},
        EdgeCase{"duplicate-rows", 204, FitStatus::ok, FitStatus::ok},
        EdgeCase{"huge-scale", 172, FitStatus::one_group_empty, FitStatus::one_group_empty},
        EdgeCase{"n1-censored", 32, FitStatus::one_group_empty, FitStatus::one_group_empty},
        EdgeCase{"n1-event", 32, FitStatus::one_group_empty, FitStatus::one_group_empty},
        EdgeCase{"nearly-tied", 120, FitStatus::ok, FitStatus::ok},
        EdgeCase{"one-event", 120, FitStatus::ok, FitStatus::no_information},
        EdgeCase{"one-time", 64, FitStatus::no_information, FitStatus::no_information},
        EdgeCase{"tied-event-and-censoring", 120, FitStatus::ok, FitStatus::ok},
        EdgeCase{"uninformative-stratum", 134, FitStatus::ok, FitStatus::ok},
        EdgeCase{"zero-times", 134, FitStatus::ok, FitStatus::ok}),
    [](const auto& test) {
      std::string name = test.param.id;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace trialmill::survival
