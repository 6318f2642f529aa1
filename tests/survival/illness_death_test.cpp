#include "trialmill/survival/illness_death.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace trialmill::survival {
namespace {

// All changes lie on multiples of 1/4 month, some on the same time, some on one clock only.
IllnessDeathHazards surgery(CourseClock clock) {
  return {.recurrence = {{0, 12, 14, 36}, {0.05, 0.045, 0, 0.024}},
          .death_without_recurrence = {{0, 6}, {0.0008, 0.0006}},
          .death_with_disease = {{0, 12.25, 36, 60}, {0.015, 0.006, 0.03, 0.09}},
          .death_after_surgery = {{0, 3}, {0.003, 0}},
          .clock = clock};
}

const std::vector<IllnessDeathRatios> four_kinds{{false, 1, 1, 1},
                                                 {false, 2.449, 1.3, 4.172},
                                                 {true, 1.662, 0.5, 2.024},
                                                 {false, 0.01, 40, 0.02}};

double hazard_just_after(const PiecewiseHazard& hazard, double t) {
  double value = 0;
  for (std::size_t k = 0; k < hazard.from_months.size(); ++k)
    if (hazard.from_months[k] <= t) value = hazard.hazard_per_month[k];
  return value;
}

// The forward equations of the Markov model by the classical Runge-Kutta rule, 256 steps a month;
// its error is some (0.4 / 256)^4 = 6e-12.
StateOccupation runge_kutta(const IllnessDeathHazards& hazards, const IllnessDeathRatios& ratios,
                            double until) {
  constexpr double step = 1.0 / 256;
  double free = ratios.starts_with_disease ? 0 : 1;
  double ill = 1 - free;
  for (int i = 0; i < static_cast<int>(until / step); ++i) {
    const double middle = (i + 0.5) * step;
    const double operation = hazard_just_after(hazards.death_after_surgery, middle);
    const double recur = ratios.recurrence * hazard_just_after(hazards.recurrence, middle);
    const double leave = recur + operation +
                         ratios.death_without_recurrence *
                             hazard_just_after(hazards.death_without_recurrence, middle);
    const double die = operation + ratios.death_with_disease *
                                       hazard_just_after(hazards.death_with_disease, middle);
    double free_slope[4];
    double ill_slope[4];
    for (int k = 0; k < 4; ++k) {
      const double part = k == 0 ? 0 : k == 3 ? step : step / 2;
      const double free_there = free + (k == 0 ? 0 : part * free_slope[k - 1]);
      const double ill_there = ill + (k == 0 ? 0 : part * ill_slope[k - 1]);
      free_slope[k] = -leave * free_there;
      ill_slope[k] = recur * free_there - die * ill_there;
    }
    free += step / 6 * (free_slope[0] + 2 * free_slope[1] + 2 * free_slope[2] + free_slope[3]);
    ill += step / 6 * (ill_slope[0] + 2 * ill_slope[1] + 2 * ill_slope[2] + ill_slope[3]);
  }
  return {free, ill};
}

// The semi-Markov model by conditioning on the time of recurrence, Simpson's rule with 64 cells a
// month; within a cell no hazard changes.
StateOccupation condition_on_recurrence(const IllnessDeathHazards& hazards,
                                        const IllnessDeathRatios& ratios, double until) {
  const auto lives_free = [&](double t) {
    return std::exp(-ratios.recurrence * hazards.recurrence.cumulative(t) -
                    ratios.death_without_recurrence *
                        hazards.death_without_recurrence.cumulative(t));
  };
  const auto lives_ill = [&](double t) {
    return std::exp(-ratios.death_with_disease * hazards.death_with_disease.cumulative(t));
  };
  const double survives_operation = std::exp(-hazards.death_after_surgery.cumulative(until));
  if (ratios.starts_with_disease) return {0, survives_operation * lives_ill(until)};
  constexpr double cell = 1.0 / 64;
  double ill = 0;
  for (int i = 0; i < static_cast<int>(until / cell); ++i) {
    const double from = i * cell;
    const double middle = from + cell / 2;
    const double to = from + cell;
    ill += cell / 6 * ratios.recurrence * hazard_just_after(hazards.recurrence, middle) *
           (lives_free(from) * lives_ill(until - from) +
            4 * lives_free(middle) * lives_ill(until - middle) +
            lives_free(to) * lives_ill(until - to));
  }
  return {survives_operation * lives_free(until), survives_operation * ill};
}

TEST(IllnessDeath, DoubleProgrammedForwardClockAgainstRungeKutta) {
  const auto hazards = surgery(CourseClock::forward);
  for (const IllnessDeathRatios& kind : four_kinds)
    for (const double t : {0.0, 0.25, 3.0, 11.75, 12.0, 13.5, 30.0, 61.0, 200.0}) {
      const auto exact = state_occupation(hazards, kind, t);
      const auto naive = runge_kutta(hazards, kind, t);
      // The error of the naive solution; measured 1e-12.
      EXPECT_NEAR(exact.recurrence_free, naive.recurrence_free, 1e-10) << t;
      EXPECT_NEAR(exact.with_disease, naive.with_disease, 1e-10) << t;
    }
}

TEST(IllnessDeath, DoubleProgrammedResetClockAgainstConditioningOnRecurrence) {
  const auto hazards = surgery(CourseClock::reset);
  for (const IllnessDeathRatios& kind : four_kinds)
    for (const double t : {0.0, 0.25, 3.0, 11.75, 12.25, 13.5, 30.0, 61.0, 200.0}) {
      const auto exact = state_occupation(hazards, kind, t);
      const auto naive = condition_on_recurrence(hazards, kind, t);
      EXPECT_NEAR(exact.recurrence_free, naive.recurrence_free, 1e-12) << t;
      EXPECT_NEAR(exact.with_disease, naive.with_disease, 1e-12) << t;
    }
}

TEST(IllnessDeath, HandValueOfConstantHazards) {
  // Recurrence 0.1, death with disease 0.2: P01(t) = 0.1 / (0.2 - 0.1) (e^-0.1t - e^-0.2t).
  IllnessDeathHazards hazards{.recurrence = {{0}, {0.1}}, .death_with_disease = {{0}, {0.2}}};
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    hazards.clock = clock;
    const auto at = state_occupation(hazards, {}, 10);
    EXPECT_NEAR(at.recurrence_free, std::exp(-1), 1e-15);
    EXPECT_NEAR(at.with_disease, std::exp(-1) - std::exp(-2), 1e-15);
    EXPECT_NEAR(at.dead(), 1 - 2 * std::exp(-1) + std::exp(-2), 1e-15);
    const auto density = event_densities(hazards, {}, 10);
    EXPECT_NEAR(density.recurrence_or_death, 0.1 * std::exp(-1), 1e-16);
    EXPECT_NEAR(density.death, 0.2 * (std::exp(-1) - std::exp(-2)), 1e-15);
  }
}

TEST(IllnessDeath, EqualRatesAndNearlyEqualRates) {
  // With both rates at 0.1, P01(t) = 0.1 t e^-0.1t; P01 is smooth in the second rate, whose
  // derivative there is -0.1 t^2 / 2 e^-0.1t.
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset})
    for (const double more : {0.0, 1e-15, -1e-12, 1e-9, -1e-7}) {
      const IllnessDeathHazards hazards{
          .recurrence = {{0}, {0.1}}, .death_with_disease = {{0}, {0.1 + more}}, .clock = clock};
      const double at_once = 0.1 * 20 * std::exp(-2);
      EXPECT_NEAR(state_occupation(hazards, {}, 20).with_disease, at_once * (1 - more * 10),
                  1e-15 + 100 * more * more)
          << more;
    }
}

TEST(IllnessDeath, SeriesAndQuotientMeetWithoutAJump) {
  // On either side of the change of formula, a hair's breadth apart.
  for (const double gap : {0.05 - 1e-9, 0.05, 0.05 + 1e-9}) {
    const IllnessDeathHazards hazards{.recurrence = {{0}, {1}},
                                      .death_with_disease = {{0}, {1 + gap}}};
    const double naive = std::exp(-1) * -std::expm1(-gap) / gap;
    EXPECT_NEAR(state_occupation(hazards, {}, 1).with_disease, naive, 5e-15);
  }
}

TEST(IllnessDeath, HazardsOfZeroLeaveEverybodyWhereTheyStart) {
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    const IllnessDeathHazards nothing{.clock = clock};
    EXPECT_EQ(state_occupation(nothing, {}, 1000).recurrence_free, 1);
    EXPECT_EQ(state_occupation(nothing, {.starts_with_disease = true}, 1000).with_disease, 1);
    EXPECT_EQ(event_densities(nothing, {}, 5).death, 0);
    const IllnessDeathHazards no_death{.recurrence = {{0}, {0.1}}, .clock = clock};
    const auto at = state_occupation(no_death, {}, 30);
    EXPECT_NEAR(at.recurrence_free + at.with_disease, 1, 1e-15);
  }
}

TEST(IllnessDeath, ClocksAgreeWhereTheyMust) {
  // For patients who start with disease, and where the hazard of death with disease never changes.
  auto forward = surgery(CourseClock::forward);
  auto reset = surgery(CourseClock::reset);
  for (const double t : {0.0, 5.0, 12.25, 100.0})
    EXPECT_NEAR(state_occupation(forward, four_kinds[2], t).with_disease,
                state_occupation(reset, four_kinds[2], t).with_disease, 1e-15);
  forward.death_with_disease = reset.death_with_disease = {{0}, {0.02}};
  for (const double t : {0.0, 5.0, 12.25, 100.0})
    EXPECT_NEAR(state_occupation(forward, four_kinds[1], t).with_disease,
                state_occupation(reset, four_kinds[1], t).with_disease, 1e-15);
}

TEST(IllnessDeath, DensitiesAreTheSlopesOfTheCurves) {
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    const auto hazards = surgery(clock);
    for (const IllnessDeathRatios& kind : four_kinds)
      for (const double t : {1.0, 5.1, 13.0, 25.0, 47.3, 100.0}) {
        constexpr double step = 1e-3;  // third derivatives below 0.1: error of the slope 1e-8
        const auto before = state_occupation(hazards, kind, t - step);
        const auto after = state_occupation(hazards, kind, t + step);
        const auto density = event_densities(hazards, kind, t);
        EXPECT_NEAR(density.recurrence_or_death,
                    (before.recurrence_free - after.recurrence_free) / (2 * step), 1e-7);
        EXPECT_NEAR(density.death, (after.dead() - before.dead()) / (2 * step), 1e-7);
      }
  }
}

TEST(IllnessDeath, TableGivesWhatSingleTimesGive) {
  const std::vector<double> times{0, 0, 0.5, 3, 12, 12.25, 40, 300};
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    const auto hazards = surgery(clock);
    const auto table = tabulate_course(hazards, four_kinds, times);
    ASSERT_EQ(table.times, times.size());
    ASSERT_EQ(table.kinds, four_kinds.size());
    std::vector<double> alive(four_kinds.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
      probability_alive(hazards, four_kinds, times[i], alive);
      for (std::size_t j = 0; j < four_kinds.size(); ++j) {
        const auto at = state_occupation(hazards, four_kinds[j], times[i]);
        const auto density = event_densities(hazards, four_kinds[j], times[i]);
        const std::size_t cell = i * four_kinds.size() + j;
        EXPECT_NEAR(table.recurrence_free[cell], at.recurrence_free, 1e-15);
        EXPECT_NEAR(table.with_disease[cell], at.with_disease, 1e-15);
        EXPECT_NEAR(table.recurrence_or_death[cell], density.recurrence_or_death, 1e-15);
        EXPECT_NEAR(table.death[cell], density.death, 1e-15);
        EXPECT_EQ(alive[j], at.alive());
      }
    }
  }
}

TEST(IllnessDeath, AnInfiniteHazardIsTheLimitOfLargeOnes) {
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    auto hazards = surgery(clock);
    std::vector<double> infinite(four_kinds.size());
    std::vector<double> large(four_kinds.size());
    hazards.death_with_disease.hazard_per_month[1] = std::numeric_limits<double>::infinity();
    probability_alive(hazards, four_kinds, 33, infinite);
    hazards.death_with_disease.hazard_per_month[1] = 1e9;
    probability_alive(hazards, four_kinds, 33, large);
    // At a hazard of 1e9 x 0.02 those who fall ill are with disease for another 5e-8 months.
    for (std::size_t j = 0; j < four_kinds.size(); ++j)
      EXPECT_NEAR(infinite[j], large[j], 1e-8) << j;
    EXPECT_EQ(infinite[2], 0);
  }
}

TEST(IllnessDeath, OnsetsThatRoundingSetsApartAreOne) {
  // 0.1 + 0.2 is not 0.3: from recurrence at 0.1 to the change of hazard after 0.2 months.
  const IllnessDeathHazards hazards{.recurrence = {{0, 0.1}, {3, 1}},
                                    .death_with_disease = {{0, 0.2}, {1, 50}},
                                    .clock = CourseClock::reset};
  const double t = 0.1 + 0.2;
  const auto at = state_occupation(hazards, {}, t);
  const auto beside = state_occupation(hazards, {}, t + 1e-7);
  EXPECT_NEAR(at.with_disease, beside.with_disease, 1e-5);
  EXPECT_EQ(changes_of_hazard(hazards), (std::vector<double>{0.1, 0.2}));
}

}  // namespace
}  // namespace trialmill::survival
