// A course against numerical solutions written in the test: effects on every transition, both
// clocks, and a calibrated course with covariates.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "simulation/study.hpp"
#include "trialmill/result/result.hpp"
#include "trialmill/scenario/course_model.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

Plan plan_of(const std::string& text) {
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "course.yaml")));
}

using Hazard = std::function<double(double)>;

// Step hazards of one kind of patient, and the clock of death with disease.
struct Kind {
  Hazard recurs, dies_free, dies_ill;
  bool reset = false;
};

// Occupation of the states and density of death on an even grid of times, from surgery without
// disease: recurrences of every cell are followed from the middle of their cell.
struct Solution {
  double step = 0;
  std::vector<double> free, ill, death, exit;  // at the middle of each cell
};

Solution solve(const Kind& kind, double until, std::size_t cells) {
  Solution out{until / static_cast<double>(cells), {}, {}, {}, {}};
  const double h = out.step;
  std::vector<double> entry;                     // recurrences within a cell
  std::vector<double> survived(cells + 1, 1.0);  // with disease, from time 0 on the hazard's clock
  for (std::size_t k = 0; k < cells; ++k)
    survived[k + 1] =
        survived[k] * std::exp(-h * kind.dies_ill((static_cast<double>(k) + 0.5) * h));
  double free = 1;
  for (std::size_t k = 0; k < cells; ++k) {
    const double t = (static_cast<double>(k) + 0.5) * h;
    const double out_rate = kind.recurs(t) + kind.dies_free(t);
    const double middle = free * std::exp(-0.5 * h * out_rate);
    // Half of the cell's own recurrences have happened by its middle.
    double ill = 0.5 * h * kind.recurs(t) * middle, dying = ill * kind.dies_ill(kind.reset ? 0 : t);
    for (std::size_t j = 0; j < k; ++j) {
      const double alive = kind.reset ? survived[k - j]
                                      : std::sqrt(survived[k] * survived[k + 1]) /
                                            std::sqrt(survived[j] * survived[j + 1]);
      const double share = entry[j] * alive;
      ill += share;
      dying += share * kind.dies_ill(kind.reset ? (static_cast<double>(k - j)) * h : t);
    }
    entry.push_back(h * kind.recurs(t) * middle);
    out.free.push_back(middle);
    out.ill.push_back(ill);
    out.death.push_back(dying + kind.dies_free(t) * middle);
    out.exit.push_back(out_rate * middle);
    free *= std::exp(-h * out_rate);
  }
  return out;
}

// ---- limits of Cox estimates ----

// The root of integral f1 - (f0 + f1) S1 e^b / (S0 + S1 e^b) dt.
double limit_of_log_hazard_ratio(const std::array<std::vector<double>, 2>& survival,
                                 const std::array<std::vector<double>, 2>& density) {
  const auto score = [&](double b) {
    double sum = 0;
    for (std::size_t k = 0; k < survival[0].size(); ++k) {
      const double at_risk = survival[1][k] * std::exp(b);
      sum += density[1][k] - (density[0][k] + density[1][k]) * at_risk / (survival[0][k] + at_risk);
    }
    return sum;
  };
  double low = -3, high = 3;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (score(middle) > 0 ? low : high) = middle;
  }
  return low;
}

std::vector<double> sum_of(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> sum = a;
  for (std::size_t k = 0; k < sum.size(); ++k)
    sum[k] += b[k];
  return sum;
}

struct EffectCase {
  const char* transition;
  const char* clock;
};

class EffectOnOneTransition : public testing::TestWithParam<EffectCase> {};

constexpr double ratio = 0.5;

Kind kind_of(const EffectCase& effect, double multiplied) {
  const std::string on = effect.transition;
  const double on_ill = on == "death_with_disease" ? multiplied : 1;
  const double on_free = on == "death_without_recurrence" ? multiplied : 1;
  return {[](double) { return 0.04; }, [=](double) { return 0.02 * on_free; },
          [=](double t) { return (t < 12 ? 0.05 : 0.01) * on_ill; },
          effect.clock == std::string("reset")};
}

TEST_P(EffectOnOneTransition, DoubleProgrammedLargeSampleLimits) {
  const std::string text = std::string(R"yaml(
trialmill: 1
title: an effect on one transition
time_zero: surgery
disease:
  recurrence: {baseline: {hazard_per_month: 0.04}}
  death_without_recurrence: {baseline: {hazard_per_month: 0.02}}
  death_with_disease:
    baseline: {hazard_per_month: [{from_months: 0, hazard: 0.05}, {from_months: 12, hazard: 0.01}]}
    clock: )yaml") + GetParam().clock +
                           "\narms: {control: {}, experimental: {effects: {" +
                           GetParam().transition + R"yaml(: {hazard_ratio: 0.5}}}}
enrolment: {process: even, rate: 1000000}
endpoints:
  rfs: {from: randomisation, events: [recurrence, death]}
  os: {from: randomisation, events: [death]}
follow_up: {until: {calendar_months: 48}}
analyses:
  - {name: rfs, endpoint: rfs, test: cox}
  - {name: os, endpoint: os, test: cox}
sample_size: 4000
simulation: {replicates: 200, seed: 5}
)yaml";
  const Plan plan = plan_of(text);
  const result::Result result = summarise(plan, run(plan, {}));
  const std::array arms = {solve(kind_of(GetParam(), 1), 48, 960),
                           solve(kind_of(GetParam(), ratio), 48, 960)};
  const double rfs =
      limit_of_log_hazard_ratio({arms[0].free, arms[1].free}, {arms[0].exit, arms[1].exit});
  const double os = limit_of_log_hazard_ratio(
      {sum_of(arms[0].free, arms[0].ill), sum_of(arms[1].free, arms[1].ill)},
      {arms[0].death, arms[1].death});
  if (GetParam().transition == std::string("death_with_disease"))
    EXPECT_NEAR(rfs, 0, 1e-9);
  else
    EXPECT_NEAR(rfs, std::log(0.05 / 0.06), 1e-9);
  EXPECT_LT(os, -0.1);
  EXPECT_GT(os, std::log(ratio));
  const double limits[] = {rfs, os};
  for (std::size_t a = 0; a < 2; ++a) {
    const auto& estimate = *result.points[0].analyses[a].estimate;
    // Four standard errors; the bias of order 1/n is below 0.001, and so is the grid's.
    EXPECT_NEAR(estimate.log_hr_mean, limits[a], 4 * estimate.log_hr_sd / std::sqrt(200.0) + 0.001);
  }
}

INSTANTIATE_TEST_SUITE_P(Course, EffectOnOneTransition,
                         testing::Values(EffectCase{"death_with_disease", "forward"},
                                         EffectCase{"death_with_disease", "reset"},
                                         EffectCase{"death_without_recurrence", "forward"},
                                         EffectCase{"death_without_recurrence", "reset"}));

// ---- occupation of the states in a calibrated course ----

class CalibratedOccupation : public testing::TestWithParam<const char*> {};

std::string calibrated_text(const std::string& clock) {
  return R"yaml(
trialmill: 1
title: calibrated, with covariates
time_zero: surgery
population:
  g3: {prevalence: 0.2}
  big: {prevalence: 0.4}
disease:
  recurrence:
    baseline: {knots: [{month: 12, survival: 0.547}, {month: 36, survival: 0.239}, {month: 60, survival: 0.134}]}
    hazard_ratios: {g3: 2.449, big: 1.662}
  death_without_recurrence: {baseline: {hazard_per_month: 0.002}}
  death_with_disease:
    baseline: {knots: [{month: 12, survival: 0.9}, {month: 36, survival: 0.75}, {month: 60, survival: 0.6}]}
    hazard_ratios: {g3: 2}
    clock: )yaml" +
         clock + R"yaml(
pathway: {surgery: {radicality: {r2: 0.26}, odds_ratios: {r2: {big: 2.5}}}}
arms: {control: {}, experimental: {}}
enrolment: {process: even, rate: 1000000}
endpoints: {os: {from: randomisation, events: [death]}}
follow_up: {until: {calendar_months: 100}}
analyses: [{name: os, endpoint: os, test: cox}]
sample_size: 1000000
)yaml";
}

Hazard times(const survival::PiecewiseHazard& hazard, double multiplied) {
  return [&hazard, multiplied](double t) {
    const auto piece = std::ranges::upper_bound(hazard.from_months, t) - hazard.from_months.begin();
    return multiplied * hazard.hazard_per_month[static_cast<std::size_t>(piece - 1)];
  };
}

// Free without disease at surgery, ill without, ill with it.
using States = std::array<double, 3>;

// Averages over the four kinds of patients, at the middles of cells of 0.1 months.
std::vector<States> expected_states(const scenario::CalibratedCourse& calibrated, bool reset) {
  constexpr std::size_t cells = 700;
  std::vector<States> states(cells, States{});
  for (const double g3 : {0.0, 1.0})
    for (const double big : {0.0, 1.0}) {
      const double odds = calibrated.r2_odds * std::pow(2.5, big);
      const double share = (g3 > 0 ? 0.2 : 0.8) * (big > 0 ? 0.4 : 0.6), r2 = odds / (1 + odds);
      const survival::IllnessDeathHazards& hazards = calibrated.hazards;
      const double on_death = std::pow(2, g3);
      const Kind kind{times(hazards.recurrence, std::pow(2.449, g3) * std::pow(1.662, big)),
                      times(hazards.death_without_recurrence, 1),
                      times(hazards.death_with_disease, on_death), reset};
      const Solution solution = solve(kind, 0.1 * cells, cells);
      for (std::size_t k = 0; k < cells; ++k) {
        const double t = (static_cast<double>(k) + 0.5) * 0.1;
        states[k][0] += share * (1 - r2) * solution.free[k];
        states[k][1] += share * (1 - r2) * solution.ill[k];
        states[k][2] += share * r2 * std::exp(-on_death * hazards.death_with_disease.cumulative(t));
      }
    }
  return states;
}

TEST_P(CalibratedOccupation, DoubleProgrammedByStartingStateOfAMillionPatients) {
  const Plan plan = plan_of(calibrated_text(GetParam()));
  const scenario::Study study =
      scenario::read_study(input::read_yaml_text(calibrated_text(GetParam()), "course.yaml"));
  const auto calibrated = scenario::calibrate_course(study.points[0].scenario);
  const auto expected = expected_states(calibrated, GetParam() == std::string("reset"));
  Workspace workspace;
  draw_replicate(plan.designs[0], 7, 1, workspace);
  const cohort::Cohort& cohort = workspace.cohort;
  const auto radicality =
      cohort.covariate(2 + static_cast<std::size_t>(cohort::Attribute::radicality));
  const auto recurrence = cohort.milestone(cohort::Milestone::recurrence);
  const auto death = cohort.milestone(cohort::Milestone::death);
  for (const std::size_t k : {30u, 119u, 200u, 350u, 599u, 699u}) {
    const double t = (static_cast<double>(k) + 0.5) * 0.1;
    States found{};
    for (std::size_t i = 0; i < cohort.size; ++i) {
      if (death[i] <= t) continue;
      const bool r2 = radicality[i] == static_cast<double>(cohort::Radicality::r2);
      found[r2 ? 2 : recurrence[i] <= t ? 1 : 0] += 1e-6;
    }
    // Four standard errors are 0.002 at most.
    for (std::size_t state = 0; state < 3; ++state)
      EXPECT_NEAR(found[state], expected[k][state], 0.002) << t << " " << state;
  }
  // The averaged curves pass the knots: 3 standard errors of a million patients, and of the grid.
  const auto between = [&](std::size_t k, std::size_t state) {
    return (expected[k - 1][state] + expected[k][state]) / 2;
  };
  for (const auto& [cell, rfs, os] : {std::tuple{120u, 0.547, 0.9}, std::tuple{360u, 0.239, 0.75},
                                      std::tuple{600u, 0.134, 0.6}}) {
    EXPECT_NEAR(between(cell, 0), rfs * 0.74, 2e-4);
    EXPECT_NEAR(between(cell, 0) + between(cell, 1) + between(cell, 2), os, 2e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Course, CalibratedOccupation, testing::Values("forward", "reset"));

}  // namespace
}  // namespace trialmill::simulation
