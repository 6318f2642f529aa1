#include "trialmill/survival/log_rank.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "survival/six_patients.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::survival {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

WeightedLogRank weighted(const RiskTable& table, FlemingHarrington weight) {
  LogRankWorkspace workspace;
  return weighted_log_rank(table, weight, workspace);
}

// Expected events of group 1: 2 x 3/6 + 1 x 2/4 + 1 x 1/1 = 2.5, observed 2.
// Variance: 2 x 1/2 x 1/2 x 4/5 + 1 x 1/2 x 1/2 x 3/3 + 0 = 0.65.
TEST(LogRank, SixPatientsByHand) {
  const WeightedLogRank test = weighted(six_patients().table(), {});
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_DOUBLE_EQ(test.score, -0.5);
  EXPECT_DOUBLE_EQ(test.variance, 0.65);
  EXPECT_DOUBLE_EQ(test.z, 0.5 / std::sqrt(0.65));
}

// Left-continuous pooled curve at 2, 4, 6: 1, 2/3, 1/2. Only the time 4 has observed other than
// expected (0 - 1/2); the variances are 0.4, 0.25, 0.
TEST(LogRank, SixPatientsWeightedByHand) {
  const RiskTable table = six_patients().table();
  const WeightedLogRank late = weighted(table, {0, 1});
  EXPECT_DOUBLE_EQ(late.score, -1.0 / 6);
  EXPECT_DOUBLE_EQ(late.variance, 1.0 / 36);
  EXPECT_DOUBLE_EQ(late.z, 1);
  const WeightedLogRank early = weighted(table, {1, 0});
  EXPECT_DOUBLE_EQ(early.score, -1.0 / 3);
  EXPECT_DOUBLE_EQ(early.variance, 23.0 / 45);
  const WeightedLogRank middle = weighted(table, {0.5, 0.5});
  EXPECT_DOUBLE_EQ(middle.score, -0.5 * std::sqrt(2.0 / 9));
  EXPECT_DOUBLE_EQ(middle.variance, 0.25 * 2.0 / 9);
  // An exponent that needs the logarithm: the weight at 4 is (2/3)^2.
  const WeightedLogRank squared = weighted(table, {2, 0});
  EXPECT_NEAR(squared.score, -0.5 * 4.0 / 9, 1e-15);
  EXPECT_NEAR(squared.variance, 0.4 + 0.25 * 16.0 / 81, 1e-15);
}

// Until 4 the curve falls to 1/2, and just before 4 it is 2/3: weights at 2, 4, 6 are 1, 3/2, 2
// with t* = 4; with t* = 3 the curve is held at 2/3, so that 3/2 is the most; with t* = 6 it has
// reached 0 at t*, and the weights are those of t* = 4. Observed other than expected is -1/2 at 4
// only.
TEST(LogRank, SixPatientsModestlyWeightedByHand) {
  const RiskTable table = six_patients().table();
  std::vector<double> weight;
  modest_weights(table, {4}, weight);
  EXPECT_THAT(weight, ElementsAre(1, DoubleEq(1.5), DoubleEq(2)));
  modest_weights(table, {6}, weight);
  EXPECT_THAT(weight, ElementsAre(1, DoubleEq(1.5), DoubleEq(2)));
  modest_weights(table, {3}, weight);
  EXPECT_THAT(weight, ElementsAre(1, DoubleEq(1.5), DoubleEq(1.5)));
  LogRankWorkspace workspace;
  const WeightedLogRank test =
      weighted_log_rank(table, LogRankWeight{ModestlyWeighted{4}}, workspace);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_DOUBLE_EQ(test.score, -0.75);
  EXPECT_DOUBLE_EQ(test.variance, 0.4 + 0.25 * 2.25);
  EXPECT_DOUBLE_EQ(test.z, 0.75 / std::sqrt(0.9625));
  // Before the first event the weight is 1 throughout.
  EXPECT_EQ(weighted_log_rank(table, LogRankWeight{ModestlyWeighted{1}}, workspace).score,
            weighted(table, {}).score);
}

TEST(LogRank, WeightsHaveNames) {
  EXPECT_EQ(parse_weight(" fh(0, 0.5)"), LogRankWeight(FlemingHarrington{0, 0.5}));
  EXPECT_EQ(parse_weight("mwlr( 6 )"), LogRankWeight(ModestlyWeighted{6}));
  for (const LogRankWeight& weight :
       {LogRankWeight(FlemingHarrington{0.5, 1}), LogRankWeight(ModestlyWeighted{12.25})})
    EXPECT_EQ(parse_weight(name(weight)), weight);
  for (const char* wrong : {"", "fh", "fh(1)", "fh(0,11)", "fh(0,1)x", "mwlr(-1)", "mwlr()",
                            "mwlr(1,2)", "mwlr(nan)", "mw(6)", "(6)"})
    EXPECT_FALSE(parse_weight(wrong)) << wrong;
}

TEST(LogRank, GroupsTableByHand) {
  const LogRank test = log_rank(six_patients().table());
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_EQ(test.degrees_of_freedom, 1);
  EXPECT_THAT(test.group_size, ElementsAre(3, 3));
  EXPECT_THAT(test.observed, ElementsAre(2, 2));
  EXPECT_THAT(test.expected, ElementsAre(DoubleEq(1.5), DoubleEq(2.5)));
  EXPECT_THAT(test.variance,
              ElementsAre(DoubleEq(0.65), DoubleEq(-0.65), DoubleEq(-0.65), DoubleEq(0.65)));
  EXPECT_DOUBLE_EQ(test.chi_square, 0.25 / 0.65);
  // The chi-square distribution with one degree of freedom is that of a squared normal.
  EXPECT_NEAR(test.p_value, std::erfc(std::sqrt(0.25 / 0.65 / 2)), 1e-15);
}

TEST(LogRank, TwoGroupChiSquareIsExactlyZSquared) {
  for (const FlemingHarrington weight :
       {FlemingHarrington{0, 0}, FlemingHarrington{0, 1}, FlemingHarrington{0.3, 0.7}}) {
    const RiskTable table = six_patients().table();
    const double z = weighted(table, weight).z;
    EXPECT_EQ(log_rank(table, weight).chi_square, z * z);
  }
}

TEST(LogRank, SumsOverStrata) {
  PatientColumns patients = six_patients();
  const WeightedLogRank one = weighted(patients.table(), {0, 1});
  const std::size_t n = patients.time.size();
  for (std::size_t i = 0; i < n; ++i) {
    patients.time.push_back(10 * patients.time[i]);
    patients.event.push_back(patients.event[i]);
    patients.group.push_back(patients.group[i]);
  }
  patients.stratum.assign(n, 0);
  patients.stratum.resize(2 * n, 1);
  patients.strata = 2;
  const WeightedLogRank both = weighted(patients.table(), {0, 1});
  EXPECT_DOUBLE_EQ(both.score, 2 * one.score);
  EXPECT_DOUBLE_EQ(both.variance, 2 * one.variance);
}

TEST(LogRank, SwappingTheGroupsChangesTheSignOnly) {
  PatientColumns patients = six_patients();
  const WeightedLogRank before = weighted(patients.table(), {0, 1});
  for (std::int32_t& group : patients.group)
    group = 1 - group;
  const WeightedLogRank after = weighted(patients.table(), {0, 1});
  EXPECT_DOUBLE_EQ(after.z, -before.z);
}

TEST(LogRank, FourGroupsAndASplitOfThemAgreeWithTheRank) {
  // Groups 0, 1 meet in stratum 0 and groups 2, 3 in stratum 1 only: two comparisons, not three.
  PatientColumns patients = six_patients();
  const double single = log_rank(patients.table()).chi_square;
  const std::size_t n = patients.time.size();
  for (std::size_t i = 0; i < n; ++i) {
    patients.time.push_back(patients.time[i]);
    patients.event.push_back(patients.event[i]);
    patients.group.push_back(patients.group[i] + 2);
  }
  patients.stratum.assign(n, 0);
  patients.stratum.resize(2 * n, 1);
  patients.strata = 2;
  patients.groups = 4;
  const LogRank test = log_rank(patients.table());
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_EQ(test.degrees_of_freedom, 2);
  EXPECT_NEAR(test.chi_square, 2 * single, 1e-12);
}

TEST(LogRank, LeavesOutAGroupThatIsNeverAtRisk) {
  PatientColumns patients = six_patients();
  const LogRank two = log_rank(patients.table());
  patients.time.push_back(1);  // censored before the first event
  patients.event.push_back(0);
  patients.group.push_back(2);
  patients.groups = 4;  // and nobody in group 3
  const LogRank test = log_rank(patients.table());
  EXPECT_EQ(test.degrees_of_freedom, 1);
  EXPECT_NEAR(test.chi_square, two.chi_square, 1e-14);
  EXPECT_THAT(test.group_size, ElementsAre(3, 3, 1, 0));
}

TEST(LogRank, SaysWhyThereIsNoTest) {
  PatientColumns patients = six_patients();
  patients.event.assign(6, 0);
  EXPECT_EQ(weighted(patients.table(), {}).status, FitStatus::no_events);
  EXPECT_EQ(log_rank(patients.table()).status, FitStatus::no_events);

  patients = six_patients();
  patients.group.assign(6, 0);
  EXPECT_EQ(weighted(patients.table(), {}).status, FitStatus::one_group_empty);
  EXPECT_EQ(log_rank(patients.table()).status, FitStatus::one_group_empty);
  EXPECT_EQ(log_rank(PatientColumns{}.table()).status, FitStatus::one_group_empty);

  // Everybody fails at one time: nothing is left to chance.
  patients = six_patients();
  patients.time.assign(6, 2);
  patients.event.assign(6, 1);
  EXPECT_EQ(weighted(patients.table(), {}).status, FitStatus::no_information);
  EXPECT_EQ(weighted(patients.table(), {}).z, 0);
  EXPECT_EQ(log_rank(patients.table()).status, FitStatus::no_information);

  // A single event time: the weight (0, 1) is 0 there, though the log-rank test exists.
  patients = six_patients();
  patients.event = {0, 0, 1, 0, 0, 0};
  EXPECT_EQ(weighted(patients.table(), {}).status, FitStatus::ok);
  EXPECT_EQ(weighted(patients.table(), {0, 1}).status, FitStatus::no_information);
  EXPECT_EQ(log_rank(patients.table(), {0, 1}).status, FitStatus::no_information);

  // Three groups, of which only one is at risk when events happen.
  patients = six_patients();
  patients.time = {1, 1, 2, 3, 4, 5};
  patients.event = {0, 0, 1, 1, 0, 1};
  patients.group = {0, 1, 2, 2, 2, 2};
  patients.groups = 3;
  EXPECT_EQ(log_rank(patients.table()).status, FitStatus::no_information);
}

}  // namespace
}  // namespace trialmill::survival
