#include "trialmill/survival/log_rank.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "survival/six_patients.hpp"

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
