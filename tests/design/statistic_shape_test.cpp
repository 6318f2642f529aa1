#include "trialmill/design/statistic_shape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "design/trial_course.hpp"
#include "trialmill/design/crossing.hpp"
#include "trialmill/design/expected_cox.hpp"
#include "trialmill/design/expected_events.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::design {
namespace {

using survival::PiecewiseHazard;

PiecewiseHazard constant(double hazard) {
  return {{0}, {hazard}};
}

TwoArmModel trial(double patients, double allocation, double control, double ratio) {
  TwoArmModel model;
  model.accrual = {{0}, {patients / 12}, 12};
  model.allocation = allocation;
  model.groups = {{1, 0, constant(control), constant(control * ratio), constant(0), constant(0)}};
  return model;
}

// What is exactly so when patients are so many that those at risk hardly change: of d events a
// binomial number is in the experimental arm, and every statistic is a function of it.
struct Moments {
  double mean = 0, sd = 0, skewness = 0;
};

template <class Z>
Moments of_binomial(int events, double probability, const Z& z) {
  double mass = std::pow(1 - probability, events);
  std::vector<double> masses;
  Moments out;
  for (int k = 0; k <= events; ++k) {
    masses.push_back(mass);
    if (k > 0 && k < events) out.mean += mass * z(k);
    mass *= probability / (1 - probability) * (events - k) / (k + 1);
  }
  double variance = 0, third = 0;
  for (int k = 1; k < events; ++k) {
    const double from_mean = z(k) - out.mean;
    variance += masses[static_cast<std::size_t>(k)] * from_mean * from_mean;
    third += masses[static_cast<std::size_t>(k)] * std::pow(from_mean, 3);
  }
  out.sd = std::sqrt(variance);
  out.skewness = third / std::pow(variance, 1.5);
  return out;
}

// What is left is of third order, most for the root, which is taken by its series.
void expect_shape(const StatisticShape& found, const Moments& exact, double margin,
                  const std::string& which) {
  EXPECT_NEAR(found.mean, exact.mean, margin) << which;
  EXPECT_NEAR(found.sd, exact.sd, margin) << which;
  EXPECT_NEAR(found.skewness, exact.skewness, 4 * margin) << which;
}

// The standard deviation is up to 0.1 from 1 here.
TEST(StatisticShape, DoubleProgrammedFewEventsAmongManyPatients) {
  constexpr int d = 240;
  constexpr double ratio = 0.65;
  for (const double allocation : {1.0, 2.0, 1.0 / 3, 3.0}) {
    const TwoArmModel model = trial(1e8, allocation, 1e-7, ratio);
    const double time = time_of_events(model, d);
    const double at_risk = allocation / (1 + allocation);
    const double expected = allocation * ratio / (1 + allocation * ratio);
    const auto score = [&](int k) {
      return (d * at_risk - k) / std::sqrt(d * at_risk * (1 - at_risk));
    };
    const auto log_ratio = [&](int k) {
      return std::log(double(k) / (d - k)) - std::log(allocation);
    };
    const auto wald = [&](int k) { return -log_ratio(k) * std::sqrt(double(k) * (d - k) / d); };
    const auto margin = [&](int k) {
      return (std::log(0.9) - log_ratio(k)) * std::sqrt(double(k) * (d - k) / d);
    };
    const auto root = [&](int k) {
      const double gain =
          k * std::log(k / (d * at_risk)) + (d - k) * std::log((d - k) / (d * (1 - at_risk)));
      return std::copysign(std::sqrt(std::max(0.0, 2 * gain)), -log_ratio(k));
    };
    const std::string which = "allocation " + std::to_string(allocation);
    expect_shape(log_rank_shape(model, time, Timing::events), of_binomial(d, expected, score),
                 0.003, "score, " + which);
    expect_shape(cox_wald_shape(model, time, Timing::events), of_binomial(d, expected, wald), 0.005,
                 "wald, " + which);
    expect_shape(cox_wald_shape(model, time, Timing::events, std::log(0.9)),
                 of_binomial(d, expected, margin), 0.005, "margin, " + which);
    expect_shape(cox_likelihood_ratio_shape(model, time, Timing::events),
                 of_binomial(d, expected, root), 0.02, "root, " + which);
  }
}

// Without an effect the mean is 0 but for the drift of the risk sets, the variance 1, and the
// skewness that of the binomial score, however many patients have the event.
TEST(StatisticShape, UnderTheNullHypothesisOnlyTheSkewnessIsLeft) {
  for (const double allocation : {1.0, 0.5, 3.0}) {
    const TwoArmModel model = trial(300, allocation, 0.05, 1);
    const double time = time_of_events(model, 150), control = 1 / (1 + allocation);
    const double skewness = (1 - 2 * control) / std::sqrt(150 * control * (1 - control));
    for (const StatisticShape& shape : {log_rank_shape(model, time, Timing::events),
                                        cox_wald_shape(model, time, Timing::calendar)}) {
      EXPECT_NEAR(shape.sd, 1, 1e-6);
      EXPECT_NEAR(shape.skewness, skewness, 1e-4);
      EXPECT_NEAR(shape.mean, 0, 0.02);
    }
    EXPECT_NEAR(cox_likelihood_ratio_shape(model, time, Timing::events).skewness, 0, 1e-4);
  }
}

// Of a large trial both are the same.
TEST(StatisticShape, TendsToTheFirstOrder) {
  TwoArmModel model = trial(4e6, 2, 0.05, 0.999);
  model.groups = {{0.4, 0, constant(0.1), constant(0.0999), constant(0), constant(0.01)},
                  {0.6, 1, constant(0.02), constant(0.01998), constant(0), constant(0.01)}};
  for (const survival::FlemingHarrington weight :
       {survival::FlemingHarrington{}, {0, 1}, {1, 0}, {0.5, 0.5}}) {
    const StatisticShape shape = log_rank_shape(model, 30, Timing::calendar, weight);
    EXPECT_NEAR(shape.mean, expected_score(model, 30, weight).z_mean, 2e-3);
    EXPECT_NEAR(shape.sd, 1, 2e-3);
    EXPECT_NEAR(shape.skewness, 0, 2e-3);
  }
  EXPECT_NEAR(cox_wald_shape(model, 30, Timing::calendar).mean, expected_cox(model, 30).wald_z,
              2e-3);
}

TEST(StatisticShape, ArmsChangeRolesWithTheSign) {
  const TwoArmModel one = trial(216, 2, 0.05, 0.6);
  const TwoArmModel other = trial(216, 0.5, 0.03, 1 / 0.6);
  const auto expect_mirrored = [](const StatisticShape& a, const StatisticShape& b) {
    EXPECT_NEAR(a.mean, -b.mean, 1e-9);
    EXPECT_NEAR(a.sd, b.sd, 1e-9);
    EXPECT_NEAR(a.skewness, -b.skewness, 1e-6);
  };
  for (const Timing timing : {Timing::calendar, Timing::events}) {
    expect_mirrored(log_rank_shape(one, 30, timing, {0, 1}),
                    log_rank_shape(other, 30, timing, {0, 1}));
    expect_mirrored(cox_wald_shape(one, 30, timing), cox_wald_shape(other, 30, timing));
    expect_mirrored(cox_likelihood_ratio_shape(one, 30, timing),
                    cox_likelihood_ratio_shape(other, 30, timing));
  }
}

// Long after the last patient has had the event nothing changes any more.
TEST(StatisticShape, StaysFiniteWhenEverybodyHasHadTheEvent) {
  TwoArmModel model = trial(60, 1, 0.2, 0.6);
  model.groups.push_back(
      {0, 1, constant(0.2), constant(0.2), constant(0), constant(0)});  // nobody is in it
  const StatisticShape shape = log_rank_shape(model, 4000, Timing::calendar);
  const StatisticShape earlier = log_rank_shape(model, 400, Timing::calendar);
  EXPECT_NEAR(shape.mean, earlier.mean, 1e-6);
  EXPECT_NEAR(shape.sd, earlier.sd, 1e-6);
  EXPECT_NEAR(shape.sd, 1, 0.2);
  EXPECT_TRUE(std::isfinite(cox_wald_shape(model, 4000, Timing::calendar).skewness));
}

TEST(StatisticShape, NormalScoresIncreaseAndKeepInfinity) {
  const StatisticShape shape{2, 1.1, 0.6};
  double before = -HUGE_VAL;
  for (double z = -8; z <= 12; z += 0.25) {
    const double score = normal_score(shape, z);
    EXPECT_GE(score, before);
    before = score;
  }
  EXPECT_EQ(normal_score(shape, HUGE_VAL), HUGE_VAL);
  EXPECT_EQ(normal_score(shape, -HUGE_VAL), -HUGE_VAL);
  EXPECT_NEAR(normal_score({2, 1, 0}, 1.96), -0.04, 1e-12);
}

TEST(StatisticShape, LooksOfNormalStatisticsCrossAsByTheirMeans) {
  GroupSequentialDesign design;
  design.information = {0.4, 0.7, 1};
  design.futility = FutilitySpending{};
  const Boundaries bounds = compute_boundaries(design);
  const std::vector<double> mean = {1.5, 2.2, 2.9};
  const CrossingProbabilities by_mean = crossing_probabilities(bounds, mean);
  const CrossingProbabilities by_shape = crossing_probabilities(
      bounds, std::vector<StatisticShape>{{1.5, 1, 0}, {2.2, 1, 0}, {2.9, 1, 0}});
  for (std::size_t k = 0; k < mean.size(); ++k) {
    EXPECT_NEAR(by_mean.efficacy[k], by_shape.efficacy[k], 1e-12);
    EXPECT_NEAR(by_mean.futility[k], by_shape.futility[k], 1e-12);
  }
}

TEST(StatisticShape, CurvesAreIntegratedFromBothEnds) {
  const TwoArmModel model = trial(100, 1, 0.05, 0.7);
  const FollowUp follow_up(model, 30);
  const TimeAxis axis(follow_up);
  Curve months;
  for (const FollowUpPanel& panel : follow_up.panels())
    months.insert(months.end(), panel.months.begin(), panel.months.end());
  const Curve rate = curve(axis, [&](std::size_t i) { return std::exp(-0.1 * months[i]); });
  const Curve since = axis.since_entry(rate), until = axis.until_end(rate);
  for (std::size_t i = 0; i < months.size(); ++i) {
    EXPECT_NEAR(since[i], 10 * (1 - std::exp(-0.1 * months[i])), 1e-12);
    EXPECT_NEAR(since[i] + until[i], axis.integral(rate), 1e-12);
  }
}

}  // namespace
}  // namespace trialmill::design
