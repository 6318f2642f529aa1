#include "trialmill/design/expected_cox.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "trialmill/design/expected_events.hpp"

namespace trialmill::design {
namespace {

using survival::PiecewiseHazard;

PiecewiseHazard constant(double hazard) {
  return {{0}, {hazard}};
}

// A trial with 2:1 allocation whose treatment acts after four months.
TwoArmModel delayed() {
  TwoArmModel model;
  model.accrual = {{0, 6}, {5, 15}, 20};
  model.allocation = 2;
  model.groups = {
      {1, 0, {{0, 4}, {0.06, 0.06}}, {{0, 4}, {0.06, 0.03}}, constant(0.002), constant(0.004)}};
  return model;
}

TEST(ExpectedCox, IsTheHazardRatioWhereHazardsAreProportionalWithinStrata) {
  TwoArmModel model;
  model.accrual = {{0}, {12}, 25};
  model.allocation = 0.5;
  model.groups = {{0.3, 0, constant(0.12), constant(0.12 * 0.7), constant(0.01), constant(0)},
                  {0.7, 1, constant(0.03), constant(0.03 * 0.7), constant(0.01), constant(0)}};
  const ExpectedCox found = expected_cox(model, 40);
  EXPECT_NEAR(found.log_hazard_ratio, std::log(0.7), 1e-12);
  // At no effect the information is the variance of the log-rank score.
  for (RiskGroup& group : model.groups)
    group.experimental_hazard = group.control_hazard;
  const ExpectedCox none = expected_cox(model, 40);
  EXPECT_NEAR(none.log_hazard_ratio, 0, 1e-12);
  EXPECT_NEAR(none.information / expected_score(model, 40).variance, 1, 1e-12);
  EXPECT_NEAR(none.likelihood_ratio, 0, 1e-12);
}

// The partial score and likelihood on a fine grid of midpoints, in the test's own words.
struct Naive {
  double score = 0, information = 0, log_likelihood = 0;
};

Naive naive(double coefficient, double time_months) {
  Naive out;
  constexpr int cells = 38000;  // one begins at four months
  const double width = time_months / cells;
  for (int i = 0; i < cells; ++i) {
    const double x = (i + 0.5) * width, since = time_months - x;
    const double enrolled = 5 * std::min(since, 6.0) + 15 * std::clamp(since - 6, 0.0, 14.0);
    const double control = enrolled / 3 * std::exp(-0.062 * x);
    const double late = std::max(x - 4, 0.0);
    const double treated = enrolled * 2 / 3 * std::exp(-0.064 * std::min(x, 4.0) - 0.034 * late);
    const double control_events = control * 0.06 * width;
    const double treated_events = treated * (x < 4 ? 0.06 : 0.03) * width;
    const double all = control + treated * std::exp(coefficient);
    const double share = treated * std::exp(coefficient) / all;
    out.score += treated_events - (treated_events + control_events) * share;
    out.information += (treated_events + control_events) * share * (1 - share);
    out.log_likelihood +=
        treated_events * coefficient - (treated_events + control_events) * std::log(all);
  }
  return out;
}

TEST(ExpectedCox, DoubleProgrammedEstimateOfADelayedEffect) {
  const double time = 38;
  const ExpectedCox found = expected_cox(delayed(), time);
  double low = -3, high = 3;
  for (int halving = 0; halving < 60; ++halving)
    (naive((low + high) / 2, time).score > 0 ? low : high) = (low + high) / 2;
  EXPECT_NEAR(found.log_hazard_ratio, low, 1e-6);
  const Naive at = naive(low, time);
  EXPECT_NEAR(found.information / at.information, 1, 1e-6);
  EXPECT_NEAR(found.wald_z, -low * std::sqrt(at.information), 1e-5);
  EXPECT_NEAR(found.likelihood_ratio, 2 * (at.log_likelihood - naive(0, time).log_likelihood),
              1e-5);
  EXPECT_GT(found.wald_z, 1);
}

}  // namespace
}  // namespace trialmill::design
