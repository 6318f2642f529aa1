#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "design/deviation.hpp"
#include "trialmill/design/crossing.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

std::vector<double> equally_spaced(int looks) {
  std::vector<double> information;
  for (int k = 1; k <= looks; ++k)
    information.push_back(k == looks ? 1 : static_cast<double>(k) / looks);
  return information;
}

GroupSequentialDesign two_sided(int looks, double alpha, Spending efficacy) {
  GroupSequentialDesign design;
  design.information = equally_spaced(looks);
  design.alpha = alpha;
  design.sided = 2;
  design.efficacy = std::move(efficacy);
  return design;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values)
    total += value;
  return total;
}

struct Published {
  int looks;
  double constant;
  double inflation_80, inflation_90;  // maximum information at 80 % and 90 % power
};

void compare_with_tables(double delta, std::initializer_list<Published> table) {
  for (const Published& row : table) {
    const Boundaries boundaries =
        compute_boundaries(two_sided(row.looks, 0.05, WangTsiatis{delta}));
    EXPECT_NEAR(boundaries.constant, row.constant, 5.1e-4) << row.looks << " looks";
    EXPECT_NEAR(inflation_factor(boundaries, 0.8), row.inflation_80, 5.1e-4) << row.looks;
    EXPECT_NEAR(inflation_factor(boundaries, 0.9), row.inflation_90, 5.1e-4) << row.looks;
    const CrossingProbabilities null = crossing_probabilities(boundaries, 0);
    EXPECT_NEAR(sum(null.efficacy) + sum(null.harm), 0.05, 1e-13);
  }
}

// Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials,
// tables 2.1 and 2.2: two-sided alpha 0.05, three decimals.
TEST(Boundaries, IndependentPocockConstantsOfJennisonAndTurnbull) {
  compare_with_tables(0.5, {{2, 2.178, 1.110, 1.100},
                            {3, 2.289, 1.166, 1.151},
                            {4, 2.361, 1.202, 1.183},
                            {5, 2.413, 1.229, 1.207},
                            {10, 2.555, 1.301, 1.271}});
}

// The same, tables 2.3 and 2.4.
TEST(Boundaries, IndependentObrienFlemingConstantsOfJennisonAndTurnbull) {
  compare_with_tables(0, {{2, 1.977, 1.008, 1.007},
                          {3, 2.004, 1.017, 1.016},
                          {4, 2.024, 1.024, 1.022},
                          {5, 2.040, 1.028, 1.026},
                          {10, 2.087, 1.040, 1.037}});
}

// The default design of gsDesign's manual, gsDesign(): k = 3, test.type = 4, alpha = 0.025,
// beta = 0.1, sfu = sfHSD with -4, sfl = sfHSD with -2; two decimals of Z, three of the ratio.
TEST(Boundaries, IndependentDefaultDesignOfGsDesign) {
  GroupSequentialDesign design;
  design.information = equally_spaced(3);
  design.efficacy = HwangShihDeCani{-4};
  design.futility = FutilitySpending{0.1, HwangShihDeCani{-2}, false};
  const Boundaries boundaries = compute_boundaries(design);
  const double efficacy[] = {3.01, 2.55, 2.00}, futility[] = {-0.24, 0.94, 2.00};
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(boundaries.looks[k].efficacy_z, efficacy[k], 5.1e-3);
    EXPECT_NEAR(boundaries.looks[k].futility_z, futility[k], 5.1e-3);
  }
  EXPECT_NEAR(inflation_factor(boundaries, 0.9), 1.070, 5.1e-4);
}

// The group sequential example of gsDesign's page on gsSurv: k = 4, sfl = sfPower with 0.5, sfu its
// default, beta 0.1; printed with two decimals of Z and four of probabilities. 115.06648 events
// instead of the 86.3258 of one look.
TEST(Boundaries, IndependentSurvivalDesignOfGsDesign) {
  GroupSequentialDesign design;
  design.information = equally_spaced(4);
  design.efficacy = HwangShihDeCani{-4};
  design.futility = FutilitySpending{0.1, PowerFamily{0.5}, false};
  const Boundaries boundaries = compute_boundaries(design);
  const double efficacy_z[] = {3.16, 2.82, 2.44, 2.01}, futility_z[] = {0.23, 0.86, 1.46, 2.01};
  const double null_up[] = {0.0008, 0.0022, 0.0055, 0.0102};
  const double null_down[] = {0.5895, 0.2470, 0.1079, 0.0369};
  const double up[] = {0.0995, 0.3393, 0.3388, 0.1224};
  const double down[] = {0.0500, 0.0207, 0.0159, 0.0134};
  const CrossingProbabilities null = crossing_probabilities(boundaries, 0);
  const CrossingProbabilities alternative = crossing_probabilities(boundaries, boundaries.drift);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(boundaries.looks[k].efficacy_z, efficacy_z[k], 5.1e-3);
    EXPECT_NEAR(boundaries.looks[k].futility_z, futility_z[k], 5.1e-3);
    EXPECT_NEAR(null.efficacy[k], null_up[k], 5.1e-5);
    EXPECT_NEAR(null.futility[k], null_down[k], 5.1e-5);
    EXPECT_NEAR(alternative.efficacy[k], up[k], 5.1e-5);
    EXPECT_NEAR(alternative.futility[k], down[k], 5.1e-5);
  }
  // gsDesign's own grid and search hold to some 1e-5.
  EXPECT_NEAR(inflation_factor(boundaries, 0.9), 115.06648 / 86.3258, 1e-4);
}

double normal_density(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2 * std::acos(-1.0));
}
double beyond(double x) {
  return 0.5 * std::erfc(x / std::sqrt(2.0));
}

// P(lower < Z1 < upper, Z2 in the event) by Simpson's rule over Z1 with the C library's functions.
double second_look(double information, double drift, double lower, double upper,
                   const std::function<double(double)>& event_given_mean) {
  const double mean = drift * std::sqrt(information);
  const double from = std::max(lower, mean - 9), to = std::min(upper, mean + 9);
  const int steps = 4000;
  double total = 0;
  for (int i = 0; i <= steps; ++i) {
    const double z = from + (to - from) * i / steps;
    const double conditional_mean = z * std::sqrt(information) + drift * (1 - information);
    const double weight = i == 0 || i == steps ? 1 : (i % 2 == 1 ? 4 : 2);
    total += weight * normal_density(z - mean) * event_given_mean(conditional_mean);
  }
  return total * (to - from) / steps / 3;
}

TEST(Boundaries, DoubleProgrammedTwoLooksByQuadrature) {
  const double information = 0.37, sd = std::sqrt(1 - information);
  GroupSequentialDesign design;
  design.information = {information, 1};
  design.alpha = 0.03;
  design.efficacy = PowerFamily{1.5};
  design.futility = FutilitySpending{0.15, HwangShihDeCani{0.5}, true};
  const Boundaries binding = compute_boundaries(design);
  const double u1 = binding.looks[0].efficacy_z, u2 = binding.looks[1].efficacy_z;
  const double l1 = binding.looks[0].futility_z;
  const auto reject = [&](double mean) { return beyond((u2 - mean) / sd); };
  const auto accept = [&](double mean) { return beyond((mean - u2) / sd); };
  EXPECT_NEAR(beyond(u1), 0.03 * std::pow(information, 1.5), 1e-13);
  EXPECT_NEAR(beyond(u1) + second_look(information, 0, l1, u1, reject), 0.03, 1e-12);
  const double spent_early = 0.15 * std::expm1(-0.5 * information) / std::expm1(-0.5);
  const double mean = binding.drift * std::sqrt(information);
  EXPECT_NEAR(beyond(mean - l1), spent_early, 1e-12);
  EXPECT_NEAR(spent_early + second_look(information, binding.drift, l1, u1, accept), 0.15, 1e-12);

  design.futility->binding = false;
  const Boundaries free = compute_boundaries(design);
  EXPECT_GT(free.looks[1].efficacy_z, u2);
  design.futility.reset();
  const Boundaries alone = compute_boundaries(design);
  EXPECT_EQ(alone.looks[1].efficacy_z, free.looks[1].efficacy_z);
}

// Reboussin, DeMets, Kim and Lan (2000), Controlled Clinical Trials 21: 190-207, the program
// ld98: five equal looks, two-sided 0.05, O'Brien-Fleming-like spending.
TEST(Boundaries, IndependentTwoSidedBoundsOfReboussin) {
  const Boundaries boundaries = compute_boundaries(two_sided(5, 0.05, LanDeMetsObrienFleming{}));
  const double published[] = {4.877, 3.357, 2.680, 2.290, 2.031};
  for (std::size_t k = 0; k < 5; ++k)
    EXPECT_NEAR(boundaries.looks[k].efficacy_z, published[k], 5.1e-4);
}

TEST(Boundaries, DoubleProgrammedTwoSidedTwoLooks) {
  GroupSequentialDesign design = two_sided(2, 0.1, LanDeMetsPocock{});
  const Boundaries boundaries = compute_boundaries(design);
  const double u1 = boundaries.looks[0].efficacy_z, u2 = boundaries.looks[1].efficacy_z;
  const auto reject = [&](double mean) {
    return beyond((u2 - mean) / std::sqrt(0.5)) + beyond((u2 + mean) / std::sqrt(0.5));
  };
  EXPECT_NEAR(2 * beyond(u1), 0.1 * std::log(1 + (std::exp(1.0) - 1) * 0.5), 1e-13);
  EXPECT_NEAR(2 * beyond(u1) + second_look(0.5, 0, -u1, u1, reject), 0.1, 1e-12);
}

// Plain simulation of the score process; each of the twelve counts leaves 4.5 standard errors with
// probability 7e-6.
TEST(Boundaries, DoubleProgrammedCrossingByMonteCarlo) {
  GroupSequentialDesign design;
  design.information = {0.2, 0.35, 0.8, 1};
  design.efficacy = HaybittlePeto{2.8};
  design.futility = FutilitySpending{0.2, LanDeMetsPocock{}, false};
  const Boundaries boundaries = compute_boundaries(design);
  const double drift = 1.3;
  const CrossingProbabilities expected = crossing_probabilities(boundaries, drift);
  std::vector<double> efficacy(4), futility(4);
  std::mt19937_64 random(20210728);
  const int trials = 200'000;
  for (int trial = 0; trial < trials; ++trial) {
    double score = 0, before = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const double step = boundaries.looks[k].information - before;
      const double uniform = (static_cast<double>(random() >> 12) + 0.5) * 0x1p-52;
      score += drift * step + std::sqrt(step) * math::normal_quantile(uniform);
      before = boundaries.looks[k].information;
      const double z = score / std::sqrt(before);
      if (z >= boundaries.looks[k].efficacy_z)
        ++efficacy[k];
      else if (z < boundaries.looks[k].futility_z)
        ++futility[k];
      else
        continue;
      break;
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    for (const auto& [count, p] : {std::pair{efficacy[k], expected.efficacy[k]},
                                   std::pair{futility[k], expected.futility[k]}})
      EXPECT_NEAR(count / trials, p, 4.5 * std::sqrt(p * (1 - p) / trials)) << "look " << k + 1;
  }
  EXPECT_NEAR(sum(expected.efficacy) + sum(expected.futility), 1, 1e-13);
}

TEST(Boundaries, TwentyLooksSpendWhatTheyShould) {
  GroupSequentialDesign design;
  design.information = equally_spaced(20);
  design.efficacy = HwangShihDeCani{-1};
  design.futility = FutilitySpending{0.1, HwangShihDeCani{-2}, false};
  const Boundaries boundaries = compute_boundaries(design);
  EXPECT_NEAR(power(without_futility(boundaries), 0), 0.025, 1e-13);
  EXPECT_NEAR(power(boundaries, boundaries.drift), 0.9, 1e-13);
  EXPECT_NEAR(sum(crossing_probabilities(boundaries, boundaries.drift).futility), 0.1, 1e-13);
}

TEST(Boundaries, ALookThatSpendsNothingHasNoBound) {
  GroupSequentialDesign design;
  design.information = {0.3, 0.6, 1};
  design.efficacy = CustomSpending{{0, 0.01, 0.025}};
  const Boundaries boundaries = compute_boundaries(design);
  EXPECT_TRUE(std::isinf(boundaries.looks[0].efficacy_z));
  EXPECT_NEAR(beyond(boundaries.looks[1].efficacy_z), 0.01, 1e-15);
  EXPECT_NEAR(power(boundaries, 0), 0.025, 1e-14);
}

TEST(Boundaries, ExpectedInformation) {
  GroupSequentialDesign design;
  design.information = {0.5, 1};
  const Boundaries boundaries = compute_boundaries(design);
  EXPECT_DOUBLE_EQ(expected_information(boundaries, 0), 1 - 0.5 * boundaries.looks[0].alpha_spent);
  EXPECT_NEAR(expected_information(boundaries, 4),
              1 - 0.5 * beyond(boundaries.looks[0].efficacy_z - 4 * std::sqrt(0.5)), 1e-14);
}

TEST(Boundaries, DoubleProgrammedConditionalAndPredictivePower) {
  GroupSequentialDesign design;
  design.information = {0.4, 1};
  const Boundaries boundaries = compute_boundaries(design);
  const double t = 0.4, z = 1.1, u = boundaries.looks[1].efficacy_z;
  const double score = z * std::sqrt(t);
  EXPECT_DOUBLE_EQ(trend(boundaries, 0, z), score / t);
  EXPECT_NEAR(conditional_power(boundaries, 0, z, 2.5),
              beyond((u - score - 2.5 * (1 - t)) / std::sqrt(1 - t)), 1e-14);
  EXPECT_NEAR(conditional_power(boundaries, 0, z, trend(boundaries, 0, z)),
              beyond((u - score / t) / std::sqrt(1 - t)), 1e-14);
  // A flat prior makes the final score normal with mean score / t and variance (1 - t) / t.
  EXPECT_NEAR(predictive_power(boundaries, 0, z), beyond((u - score / t) / std::sqrt((1 - t) / t)),
              1e-13);
}

TEST(Boundaries, ConditionalPowerAveragesToPower) {
  GroupSequentialDesign design;
  design.information = {0.5, 0.75, 1};
  design.futility = FutilitySpending{0.1, LanDeMetsObrienFleming{}, false};
  const Boundaries boundaries = compute_boundaries(design);
  const LookBounds& first = boundaries.looks[0];
  const double drift = 2.2, mean = drift * std::sqrt(0.5);
  const int steps = 200;
  double total = beyond(first.efficacy_z - mean);
  for (int i = 0; i <= steps; ++i) {
    const double z = first.futility_z + (first.efficacy_z - first.futility_z) * i / steps;
    const double weight = i == 0 || i == steps ? 1 : (i % 2 == 1 ? 4 : 2);
    total += weight * (first.efficacy_z - first.futility_z) / steps / 3 * normal_density(z - mean) *
             conditional_power(boundaries, 0, z, drift);
  }
  EXPECT_NEAR(total, power(boundaries, drift), 1e-9);
}

TEST(Boundaries, AnEffectThatIsNotConstantGoesInByLook) {
  GroupSequentialDesign design;
  design.information = {0.5, 0.75, 1};
  const Boundaries boundaries = compute_boundaries(design);
  const double constant[] = {3 * std::sqrt(0.5), 3 * std::sqrt(0.75), 3};
  const auto by_look = crossing_probabilities(boundaries, constant);
  const auto by_drift = crossing_probabilities(boundaries, 3.0);
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(by_look.efficacy[k], by_drift.efficacy[k], 1e-14);
  const double late[] = {0, 1, 3};
  EXPECT_NEAR(crossing_probabilities(boundaries, late).efficacy[0],
              beyond(boundaries.looks[0].efficacy_z), 1e-15);
}

}  // namespace
}  // namespace trialmill::design
