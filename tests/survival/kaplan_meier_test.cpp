#include "trialmill/survival/kaplan_meier.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "survival/six_patients.hpp"

namespace trialmill::survival {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::NanSensitiveDoubleEq;

const double nan = std::nan("");
constexpr double z975 = 1.959963984540054;  // R: qnorm(0.975)

// Pooled curve of the six patients: 2/3 after 2, 2/3 x 3/4 = 1/2 after 4, 0 after 6.
// Greenwood sums: 2/(6 x 4) = 1/12 after 2, 1/12 + 1/(4 x 3) = 1/6 after 4.
TEST(KaplanMeier, SixPatientsByHand) {
  const KaplanMeier curve = kaplan_meier(six_patients().sorted());
  EXPECT_EQ(curve.n, 6U);
  EXPECT_EQ(curve.events, 4U);
  EXPECT_THAT(curve.time, ElementsAre(2, 4, 5, 6));
  EXPECT_THAT(curve.n_risk, ElementsAre(6, 4, 2, 1));
  EXPECT_THAT(curve.n_event, ElementsAre(2, 1, 0, 1));
  EXPECT_THAT(curve.n_censor, ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(curve.survival, ElementsAre(DoubleEq(2.0 / 3), DoubleEq(0.5), DoubleEq(0.5), 0));
  const double at_4 = 0.5 * std::sqrt(1.0 / 6);
  EXPECT_THAT(curve.std_error, ElementsAre(DoubleEq(2.0 / 3 * std::sqrt(1.0 / 12)), DoubleEq(at_4),
                                           DoubleEq(at_4), NanSensitiveDoubleEq(nan)));
  EXPECT_THAT(curve.cumulative_hazard, ElementsAre(DoubleEq(1.0 / 3), DoubleEq(7.0 / 12),
                                                   DoubleEq(7.0 / 12), DoubleEq(19.0 / 12)));
  const double hazard_at_4 = std::sqrt(1.0 / 18 + 1.0 / 16);
  EXPECT_THAT(curve.std_error_cumulative_hazard,
              ElementsAre(DoubleEq(std::sqrt(1.0 / 18)), DoubleEq(hazard_at_4),
                          DoubleEq(hazard_at_4), DoubleEq(std::sqrt(1.0 / 18 + 1.0 / 16 + 1))));
}

TEST(KaplanMeier, IntervalsByHand) {
  const SortedTimes sorted = six_patients().sorted();
  const double se = 0.5 * std::sqrt(1.0 / 6);  // at 4, where S = 1/2
  const KaplanMeier plain = kaplan_meier(sorted, {}, {IntervalType::plain});
  EXPECT_NEAR(plain.lower[1], 0.5 - z975 * se, 1e-15);
  EXPECT_NEAR(plain.upper[1], 0.5 + z975 * se, 1e-15);
  EXPECT_EQ(plain.upper[0], 1);  // clipped: 2/3 + 1.96 x 0.192
  const KaplanMeier log = kaplan_meier(sorted, {}, {IntervalType::log});
  EXPECT_NEAR(log.lower[1], 0.5 * std::exp(-z975 * std::sqrt(1.0 / 6)), 1e-15);
  EXPECT_EQ(log.upper[1], 1);
  const KaplanMeier log_log = kaplan_meier(sorted, {}, {IntervalType::log_log});
  const double reach = z975 * std::sqrt(1.0 / 6) / std::log(2.0);
  EXPECT_NEAR(log_log.lower[1], std::pow(0.5, std::exp(reach)), 1e-15);
  EXPECT_NEAR(log_log.upper[1], std::pow(0.5, std::exp(-reach)), 1e-15);
  for (const KaplanMeier* curve : {&plain, &log, &log_log}) {
    EXPECT_TRUE(std::isnan(curve->lower[3])) << "the curve is 0 there";
    EXPECT_TRUE(std::isnan(curve->upper[3]));
  }
  const KaplanMeier narrower = kaplan_meier(sorted, {}, {IntervalType::plain, 0.9});
  EXPECT_NEAR(narrower.lower[1], 0.5 - 1.6448536269514722 * se, 1e-15);  // R: qnorm(0.95)
}

TEST(KaplanMeier, WhereNobodyHasFailedYet) {
  PatientColumns patients;
  patients.time = {1, 2, 3};
  patients.event = {0, 1, 0};
  const SortedTimes sorted = patients.sorted();
  EXPECT_EQ(kaplan_meier(sorted, {}, {IntervalType::plain}).lower[0], 1);
  EXPECT_EQ(kaplan_meier(sorted, {}, {IntervalType::log}).upper[0], 1);
  EXPECT_TRUE(std::isnan(kaplan_meier(sorted, {}, {IntervalType::log_log}).lower[0]));
}

TEST(KaplanMeier, OneGroupByHand) {
  const SortedTimes sorted = six_patients().sorted();
  const KaplanMeier control = kaplan_meier(sorted, 0);
  EXPECT_THAT(control.time, ElementsAre(2, 4, 5));
  EXPECT_THAT(control.n_risk, ElementsAre(3, 2, 1));
  EXPECT_THAT(control.survival,
              ElementsAre(DoubleEq(2.0 / 3), DoubleEq(1.0 / 3), DoubleEq(1.0 / 3)));
  const KaplanMeier experimental = kaplan_meier(sorted, 1);
  EXPECT_THAT(experimental.time, ElementsAre(2, 4, 6));
  EXPECT_THAT(experimental.survival, ElementsAre(DoubleEq(2.0 / 3), DoubleEq(2.0 / 3), 0));
}

TEST(KaplanMeier, DelayedEntryByHand) {
  PatientColumns patients = six_patients();
  patients.entry = {4, 3.5, 0, 2, 0, 1};  // of the times 6, 4+, 2, 5+, 4, 2
  const KaplanMeier curve = kaplan_meier(patients.sorted());
  // Before 2: those who entered at 0, 0, 1. Before 4: also 3.5 and 2, less two events. Before 5:
  // also 4, less two endings.
  EXPECT_THAT(curve.n_risk, ElementsAre(3, 3, 2, 1));
  EXPECT_THAT(curve.survival,
              ElementsAre(DoubleEq(1.0 / 3), DoubleEq(2.0 / 9), DoubleEq(2.0 / 9), 0));
}

TEST(KaplanMeier, QuantilesByHand) {
  const SortedTimes sorted = six_patients().sorted();
  const KaplanMeier curve = kaplan_meier(sorted, {}, {IntervalType::plain});
  // The curve is exactly 1/2 from 4 to 6: the middle. The lower limit first falls to 1/2 or below
  // at 2 (2/3 - 1.96 x 0.192 = 0.29); the upper limit is 0.9 at 4 and unknown at 6.
  const SurvivalQuantile median = survival_quantile(curve, 0.5);
  EXPECT_EQ(median.estimate, 5);
  EXPECT_EQ(median.lower, 2);
  EXPECT_TRUE(std::isnan(median.upper));
  EXPECT_EQ(survival_quantile(curve, 0.25).estimate, 2);
  EXPECT_EQ(survival_quantile(curve, 0.6).estimate, 6);
  EXPECT_EQ(survival_quantile(curve, 0).estimate, 0);
  EXPECT_EQ(survival_quantile(curve, 1).estimate, 6);
  // Control stays at 1/3: its two-thirds quantile is the middle of 4 and the last time 5.
  const KaplanMeier control = kaplan_meier(sorted, 0);
  EXPECT_EQ(survival_quantile(control, 2.0 / 3).estimate, 4.5);
  EXPECT_TRUE(std::isnan(survival_quantile(control, 0.7).estimate));
}

// Censorings at 4 (4 at risk, the event there among them) and at 5 (2 at risk): 3/4, 3/8.
TEST(KaplanMeier, FollowUpByHand) {
  const KaplanMeier follow_up = reverse_kaplan_meier(six_patients().sorted());
  EXPECT_THAT(follow_up.survival, ElementsAre(1, DoubleEq(0.75), DoubleEq(0.375), DoubleEq(0.375)));
  EXPECT_EQ(survival_quantile(follow_up, 0.5).estimate, 5);
}

TEST(KaplanMeier, AtGivenTimes) {
  const KaplanMeier curve = kaplan_meier(six_patients().sorted());
  const std::array<double, 6> times{0, 2, 3, 4.5, 6, 7};
  std::vector<double> n_risk;
  std::vector<double> survival;
  for (const CurvePoint& point : survival_at(curve, times)) {
    n_risk.push_back(point.n_risk);
    survival.push_back(point.survival);
  }
  EXPECT_THAT(n_risk, ElementsAre(6, 6, 4, 2, 1, 0));
  EXPECT_THAT(survival, ElementsAre(1, DoubleEq(2.0 / 3), DoubleEq(2.0 / 3), DoubleEq(0.5), 0, 0));
  const CurvePoint start = survival_at(curve, 1);
  EXPECT_EQ(start.lower, 1);
  EXPECT_EQ(start.upper, 1);
  EXPECT_EQ(start.std_error, 0);
}

TEST(KaplanMeier, CoversWhatWasFollowed) {
  const SortedTimes sorted = six_patients().sorted();
  const KaplanMeier control = kaplan_meier(sorted, 0);
  EXPECT_TRUE(covers(control, 5));
  EXPECT_FALSE(covers(control, 5.1));
  EXPECT_TRUE(covers(kaplan_meier(sorted, 1), 100)) << "everybody has had the event";
  EXPECT_FALSE(covers(kaplan_meier(sorted, 7), 1)) << "nobody is in the group";
}

TEST(KaplanMeier, OfNobodyIsEmpty) {
  const KaplanMeier curve = kaplan_meier(PatientColumns{}.sorted());
  EXPECT_EQ(curve.size(), 0U);
  EXPECT_TRUE(std::isnan(survival_quantile(curve, 0.5).estimate));
  EXPECT_EQ(survival_at(curve, 1).survival, 1);
}

}  // namespace
}  // namespace trialmill::survival
