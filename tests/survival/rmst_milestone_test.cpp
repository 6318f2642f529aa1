#include <gtest/gtest.h>

#include <cmath>

#include "survival/six_patients.hpp"
#include "trialmill/survival/milestone.hpp"
#include "trialmill/survival/rmst.hpp"

namespace trialmill::survival {
namespace {

constexpr double z975 = 1.959963984540054;  // R: qnorm(0.975)

struct Arms {
  KaplanMeier control;
  KaplanMeier experimental;
};

// control: 2/3 from 2, 1/3 from 4, observed until 5; experimental: 2/3 from 2, 0 from 6.
Arms arms(const PatientColumns& patients = six_patients()) {
  const SortedTimes sorted = patients.sorted();
  return {kaplan_meier(sorted, 0), kaplan_meier(sorted, 1)};
}

// Pooled, to 5: 2 + 2 x 2/3 + 1 x 1/2 = 23/6. What is left after 2 is 11/6, after 4 it is 1/2;
// Greenwood's terms are 1/12 and 1/12: (121/36 + 1/4) / 12 = 65/216.
TEST(RestrictedMean, SixPatientsByHand) {
  const RestrictedMean mean = restricted_mean(kaplan_meier(six_patients().sorted()), 5);
  EXPECT_EQ(mean.status, FitStatus::ok);
  EXPECT_DOUBLE_EQ(mean.estimate, 23.0 / 6);
  EXPECT_DOUBLE_EQ(mean.std_error, std::sqrt(65.0 / 216));
}

TEST(RestrictedMean, BeforeTheFirstEventIsTheHorizon) {
  const RestrictedMean mean = restricted_mean(kaplan_meier(six_patients().sorted()), 1.5);
  EXPECT_EQ(mean.estimate, 1.5);
  EXPECT_EQ(mean.std_error, 0);
}

// control: 2 + 4/3 + 1/3 = 11/3, variance 25/9 x 1/6 + 1/9 x 1/2 = 14/27;
// experimental: 2 + 3 x 2/3 = 4, variance 4 x 1/6 = 2/3. Together 32/27.
TEST(RestrictedMean, ComparisonByHand) {
  const auto [control, experimental] = arms();
  const RestrictedMeanComparison test = compare_restricted_means(control, experimental, 5);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_DOUBLE_EQ(test.reference.estimate, 11.0 / 3);
  EXPECT_DOUBLE_EQ(test.experimental.estimate, 4);
  EXPECT_NEAR(test.difference, 1.0 / 3, 1e-15);
  EXPECT_DOUBLE_EQ(test.std_error, std::sqrt(32.0 / 27));
  EXPECT_NEAR(test.lower, 1.0 / 3 - z975 * std::sqrt(32.0 / 27), 1e-14);
  EXPECT_NEAR(test.z, 1.0 / 3 / std::sqrt(32.0 / 27), 1e-15);
  EXPECT_NEAR(test.p_two_sided, std::erfc(test.z / std::sqrt(2.0)), 1e-15);
  EXPECT_DOUBLE_EQ(test.ratio, 12.0 / 11);
  const double log_se = std::sqrt(14.0 / 27 * 9 / 121 + 2.0 / 3 / 16);
  EXPECT_DOUBLE_EQ(test.log_ratio_std_error, log_se);
  EXPECT_NEAR(test.ratio_upper, 12.0 / 11 * std::exp(z975 * log_se), 1e-14);
  // Time lost: 1 against 4/3.
  EXPECT_NEAR(test.ratio_of_time_lost, 0.75, 1e-15);
  const double lost_se = std::sqrt(14.0 / 27 * 9 / 16 + 2.0 / 3);
  EXPECT_NEAR(test.ratio_of_time_lost_lower, 0.75 * std::exp(-z975 * lost_se), 1e-14);
}

// At 4: 1/3 and 2/3, variances 1/9 (1/6 + 1/2) = 2/27 and 4/9 x 1/6 = 2/27.
TEST(Milestone, SixPatientsByHand) {
  const auto [control, experimental] = arms();
  const MilestoneComparison test = compare_milestone(control, experimental, 4);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_DOUBLE_EQ(test.difference, 1.0 / 3);
  EXPECT_DOUBLE_EQ(test.std_error, std::sqrt(4.0 / 27));
  EXPECT_DOUBLE_EQ(test.z, std::sqrt(3.0) / 2);
  EXPECT_NEAR(test.upper, 1.0 / 3 + z975 * std::sqrt(4.0 / 27), 1e-15);
  const double low = std::log(3.0);   // -log of 1/3
  const double high = std::log(1.5);  // -log of 2/3
  const double difference = std::log(low) - std::log(high);
  const double std_error = std::sqrt(2.0 / 3 / (low * low) + 1.0 / 6 / (high * high));
  EXPECT_EQ(test.log_log_status, FitStatus::ok);
  EXPECT_NEAR(test.log_log_difference, difference, 1e-15);
  EXPECT_NEAR(test.log_log_std_error, std_error, 1e-15);
  EXPECT_NEAR(test.log_log_z, difference / std_error, 1e-15);
}

TEST(RmstAndMilestone, SayWhyThereIsNoComparison) {
  const auto [control, experimental] = arms();
  EXPECT_EQ(compare_restricted_means(control, experimental, 5.5).status,
            FitStatus::follow_up_too_short);
  EXPECT_EQ(compare_milestone(control, experimental, 5.5).status, FitStatus::follow_up_too_short);
  EXPECT_EQ(compare_milestone(control, experimental, 5.5).log_log_status,
            FitStatus::follow_up_too_short);

  EXPECT_EQ(compare_restricted_means(control, experimental, 1).status, FitStatus::no_information);
  EXPECT_EQ(compare_milestone(control, experimental, 1).status, FitStatus::no_information);
  EXPECT_TRUE(std::isnan(compare_restricted_means(control, experimental, 1).ratio_of_time_lost));

  PatientColumns patients = six_patients();
  patients.event.assign(6, 0);
  const Arms censored = arms(patients);
  EXPECT_EQ(compare_restricted_means(censored.control, censored.experimental, 3).status,
            FitStatus::no_events);
  EXPECT_EQ(compare_milestone(censored.control, censored.experimental, 3).status,
            FitStatus::no_events);

  patients = six_patients();
  patients.group.assign(6, 1);
  const Arms single = arms(patients);
  EXPECT_EQ(compare_restricted_means(single.control, single.experimental, 3).status,
            FitStatus::one_group_empty);
  EXPECT_EQ(compare_milestone(single.control, single.experimental, 3).status,
            FitStatus::one_group_empty);
}

TEST(Milestone, OneCurveAtOneLeavesThePlainTestOnly) {
  PatientColumns patients = six_patients();
  patients.event = {1, 0, 0, 0, 1, 1};  // experimental: no event before 6
  const Arms both = arms(patients);
  const MilestoneComparison test = compare_milestone(both.control, both.experimental, 3);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_EQ(test.log_log_status, FitStatus::no_information);
  EXPECT_TRUE(std::isnan(test.log_log_difference));
  EXPECT_EQ(test.log_log_z, 0);
}

Arms two_arms(std::vector<double> time, std::vector<std::uint8_t> event,
              std::vector<std::int32_t> group) {
  PatientColumns patients;
  patients.time = std::move(time);
  patients.event = std::move(event);
  patients.group = std::move(group);
  patients.groups = 2;
  return arms(patients);
}

// Everybody in the reference has died by 8; 4 of 6 live on in the other group, nobody was censored.
TEST(Milestone, AnArmThatHasDiedOutIsTestedByTheOthersVariance) {
  const Arms both =
      two_arms({1, 2, 3, 4, 5, 6, 2, 7, 9, 9, 9, 9}, {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0},
               {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1});
  const MilestoneComparison test = compare_milestone(both.control, both.experimental, 8);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_EQ(test.reference, 0);
  EXPECT_EQ(test.reference_std_error, 0);
  EXPECT_NEAR(test.difference, 2.0 / 3, 1e-15);
  EXPECT_NEAR(test.std_error, std::sqrt(2.0 / 3 * (1.0 / 3) / 6), 1e-15);
  EXPECT_NEAR(test.z, test.difference / test.std_error, 1e-15);
  EXPECT_EQ(test.log_log_status, FitStatus::no_information);
}

TEST(Milestone, ACurveThatFallsToZeroAfterCensoringsHasNoVarianceEither) {
  const Arms both =
      two_arms({1, 2, 3, 4, 5, 6, 2, 7, 9, 9, 9, 9}, {1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0},
               {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1});
  const MilestoneComparison test = compare_milestone(both.control, both.experimental, 8);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_NEAR(test.std_error, std::sqrt(2.0 / 3 * (1.0 / 3) / 6), 1e-15);
}

TEST(Milestone, TwoCurvesAtZeroOrOneHaveADifferenceAndNoTest) {
  for (const bool one_survives : {true, false}) {
    const double last = one_survives ? 9 : 4;
    const auto ends = static_cast<std::uint8_t>(!one_survives);
    const Arms both =
        two_arms({1, 2, 3, last, last, last}, {1, 1, 1, ends, ends, ends}, {0, 0, 0, 1, 1, 1});
    const MilestoneComparison test = compare_milestone(both.control, both.experimental, 8);
    EXPECT_EQ(test.status, FitStatus::no_information);
    EXPECT_EQ(test.difference, one_survives ? 1 : 0);
    EXPECT_EQ(test.std_error, 0);
    EXPECT_EQ(test.z, 0);
  }
}

}  // namespace
}  // namespace trialmill::survival
