#include <gtest/gtest.h>

#include "survival/reference_case.hpp"
#include "trialmill/survival/p_value.hpp"
#include "trialmill/survival/proportion.hpp"

namespace trialmill::survival {
namespace {

TwoByTwo table_of(const nlohmann::json& counts) {
  return {counts[0], counts[1], counts[2], counts[3]};
}

struct Published {
  TwoByTwo table;
  double lower, upper;
};

// Newcombe, Statistics in Medicine 1998; 17:873-890, table II, method 10, four decimals; his
// difference is the second pair less the first.
TEST(Proportion, IndependentIntervalsOfNewcombe) {
  const std::vector<Published> published{
      {{48, 80, 56, 70}, 0.0524, 0.3339}, {{3, 10, 9, 10}, 0.1705, 0.8090},
      {{2, 7, 6, 7}, 0.0582, 0.8062},     {{0, 29, 5, 56}, -0.0381, 0.1926},
      {{0, 20, 0, 10}, -0.1611, 0.2775},  {{0, 10, 0, 10}, -0.2775, 0.2775},
      {{0, 20, 10, 10}, 0.6791, 1.0000},  {{0, 10, 10, 10}, 0.6075, 1.0000}};
  for (const Published& example : published) {
    const ProportionComparison test = compare_proportions(example.table);
    EXPECT_NEAR(test.lower, example.lower, 5.1e-5);
    EXPECT_NEAR(test.upper, example.upper, 5.1e-5);
  }
}

TEST(Proportion, IndependentTwoByTwoAgreesWithR) {
  const nlohmann::json document = reference::read_json("expected/proportions.json");
  ReferenceCheck check;
  for (const nlohmann::json& expected : document["two_by_two"]) {
    const std::string what = expected["table"].dump();
    const TwoByTwo table = table_of(expected["table"]);
    const ProportionComparison test = compare_proportions(table);
    ASSERT_EQ(test.status, FitStatus::ok) << what;
    check.near(test.z * test.z, expected["chi_square"], what + " chi-square");
    check.near(two_sided_p(test.z), expected["p"], what + " p");
    check.near({test.lower, test.upper}, expected["newcombe"], what + " Newcombe");
    const FisherExact fisher = fisher_exact(table);
    check.near(fisher.p_two_sided, expected["fisher_two_sided"], what + " two-sided");
    check.near(fisher.p_more, expected["fisher_more"], what + " more");
    check.near(fisher.p_fewer, expected["fisher_fewer"], what + " fewer");
  }
  EXPECT_EQ(document["two_by_two"].size(), 15u);
}

TEST(Proportion, IndependentStrataAgreeWithRAndMetafor) {
  const nlohmann::json document = reference::read_json("expected/proportions.json");
  ReferenceCheck check;
  for (const nlohmann::json& expected : document["stratified"]) {
    const std::string what = expected["id"];
    std::vector<TwoByTwo> strata;
    for (const nlohmann::json& counts : expected["strata"])
      strata.push_back(table_of(counts));
    const MantelHaenszel test = mantel_haenszel(strata);
    ASSERT_EQ(test.status, FitStatus::ok) << what;
    check.near(test.z * test.z, expected["chi_square"], what + " chi-square");
    check.near(two_sided_p(test.z), expected["p"], what + " p");
    check.near(test.odds_ratio, expected["odds_ratio"], what + " odds ratio");
    check.near(test.difference, expected["difference"], what + " difference");
    check.near(test.std_error, expected["std_error"], what + " standard error");
    check.near(test.lower, expected["lower"], what + " lower");
    check.near(test.upper, expected["upper"], what + " upper");
  }
  EXPECT_EQ(check.count(), 21u);
}

}  // namespace
}  // namespace trialmill::survival
