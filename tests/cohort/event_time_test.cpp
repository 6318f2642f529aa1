#include "trialmill/cohort/event_time.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "trialmill/math/elementary.hpp"
#include "trialmill/random/stream.hpp"

namespace trialmill::cohort {
namespace {

// The cumulative hazard by the midpoint rule on a fine grid: a second route to the inverse.
double integrate(const std::function<double(double)>& hazard, double end) {
  const int steps = 400000;
  const double step = end / steps;
  double sum = 0;
  for (int k = 0; k < steps; ++k)
    sum += hazard((k + 0.5) * step);
  return sum * step;
}

TEST(EventTimeLaw, ExponentialIsALine) {
  const EventTimeLaw law(survival::PiecewiseHazard{{0}, {0.05}}, {});
  EXPECT_DOUBLE_EQ(law.inverse(std::log(2.0)), std::log(2.0) / 0.05);
  EXPECT_DOUBLE_EQ(law.cumulative(10), 0.5);
}

TEST(EventTimeLaw, DoubleProgrammedPiecewiseBaselineTimesPiecewiseRatio) {
  const survival::PiecewiseHazard baseline{{0, 6, 24}, {0.05, 0.03, 0.01}};
  const PiecewiseRatio delayed{{0, 3, 12}, {1.0, 0.6, 1.2}};
  const EventTimeLaw law(baseline, delayed);
  const auto hazard = [](double t) {
    return (t < 6 ? 0.05 : t < 24 ? 0.03 : 0.01) * (t < 3 ? 1.0 : t < 12 ? 0.6 : 1.2);
  };
  for (const double t : {0.5, 3.0, 4.0, 6.0, 11.0, 13.0, 24.0, 50.0}) {
    const double cumulative = integrate(hazard, t);
    EXPECT_NEAR(law.cumulative(t), cumulative, 1e-6);
    EXPECT_NEAR(law.inverse(cumulative), t, 1e-3);
    EXPECT_NEAR(law.inverse(law.cumulative(t)), t, 1e-11);
  }
}

TEST(EventTimeLaw, DoubleProgrammedWeibullWithDelayedEffect) {
  const WeibullHazard weibull{1.4, 18};
  const EventTimeLaw law(weibull, PiecewiseRatio{{0, 6}, {1.0, 0.5}});
  const auto hazard = [](double t) {
    return 1.4 / 18 * std::pow(t / 18, 0.4) * (t < 6 ? 1.0 : 0.5);
  };
  for (const double t : {1.0, 5.0, 6.0, 7.0, 30.0}) {
    EXPECT_NEAR(law.cumulative(t), integrate(hazard, t), 1e-6);
    EXPECT_NEAR(law.inverse(law.cumulative(t)), t, 1e-11);
  }
}

TEST(EventTimeLaw, DoubleProgrammedColumnsAreThePatientsOneByOne) {
  const survival::PiecewiseHazard pauses{{0, 2, 5, 30}, {0.1, 0, 0.1, 0}};
  const std::vector<EventTimeLaw> laws{
      EventTimeLaw(pauses, {}), EventTimeLaw(pauses, PiecewiseRatio{{0, 3, 12}, {1.0, 0.6, 1.2}}),
      EventTimeLaw(WeibullHazard{1.4, 18}, PiecewiseRatio{{0, 6}, {1.0, 0.5}})};
  std::vector<double> hazard, time;
  std::vector<std::int32_t> arm;
  for (int k = 0; k < 1001; ++k) {
    hazard.push_back(0.004 * (k + 1));
    time.push_back(k % 4 == 0 ? k % 60 : 0.05 * k);  // also on knots
    arm.push_back(k % 3);
  }
  std::vector<double> inverted(hazard.size()), accumulated(hazard.size());
  invert_by_arm(laws, hazard, arm, inverted);
  accumulate_by_arm(laws, time, arm, accumulated);
  for (std::size_t i = 0; i < arm.size(); ++i) {
    const EventTimeLaw& law = laws[static_cast<std::size_t>(arm[i])];
    ASSERT_EQ(inverted[i], law.inverse(hazard[i])) << hazard[i];
    ASSERT_EQ(accumulated[i], law.cumulative(time[i])) << time[i];
  }
}

TEST(EventTimeLaw, AHazardThatEndsLeavesSomeForEver) {
  const EventTimeLaw cured(survival::PiecewiseHazard{{0, 10}, {0.1, 0}}, {});
  EXPECT_NEAR(cured.inverse(0.99), 9.9, 1e-12);
  EXPECT_TRUE(std::isinf(cured.inverse(1.01)));
  EXPECT_FALSE(cured.never());
  const EventTimeLaw none(survival::PiecewiseHazard{{0}, {0}}, {});
  EXPECT_TRUE(none.never());
  EXPECT_TRUE(std::isinf(none.inverse(1e-300)));
}

TEST(EventTimeLaw, APauseInTheHazardIsSteppedOver) {
  const EventTimeLaw law(survival::PiecewiseHazard{{0, 2, 5}, {0.1, 0, 0.1}}, {});
  EXPECT_NEAR(law.inverse(0.2), 2.0, 1e-12);
  EXPECT_NEAR(law.inverse(0.21), 5.1, 1e-12);
}

TEST(DrawEventTimes, DoubleProgrammedPatientByPatient) {
  const survival::PiecewiseHazard ends{{0, 10, 30}, {0.1, 0.02, 0}};
  const std::vector<std::vector<EventTimeLaw>> laws = {
      {EventTimeLaw(ends, {}), EventTimeLaw(ends, PiecewiseRatio{{0, 4}, {1.0, 0.5}})},
      {EventTimeLaw(WeibullHazard{1.3, 20}, {}), EventTimeLaw(ends, {})},
      {EventTimeLaw(survival::PiecewiseHazard{{0}, {0}}, {}), EventTimeLaw(ends, {})}};
  const std::size_t n = 301;
  std::vector<double> uniform(n), multiplier(n), months(n);
  std::vector<std::int32_t> arm(n);
  for (const auto& law : laws)
    for (const bool multiplied : {false, true}) {
      random::Stream({1, random::Purpose::event_time, 0, 9}).fill_uniform(uniform);
      for (std::size_t i = 0; i < n; ++i) {
        arm[i] = i % 3 == 0;
        multiplier[i] = multiplied ? std::exp(static_cast<double>(i % 7) - 3) : 1.0;
      }
      multiplier[5] = multiplied ? std::numeric_limits<double>::infinity() : 1.0;
      const std::vector<double> drawn = uniform;
      draw_event_times(law, arm, multiplied ? multiplier : std::vector<double>(), uniform, months);
      for (std::size_t i = 0; i < n; ++i) {
        const double cumulative = -math::log(drawn[i]) / std::min(multiplier[i], 1e290);
        EXPECT_EQ(months[i], law[static_cast<std::size_t>(arm[i])].inverse(cumulative)) << i;
      }
    }
}

}  // namespace
}  // namespace trialmill::cohort
