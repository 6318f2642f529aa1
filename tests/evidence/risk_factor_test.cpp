#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numeric>

#include "trialmill/evidence/calibration.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {
namespace {

double total_probability(const RiskFactor& factor) {
  return std::accumulate(factor.begin(), factor.end(), 0.0,
                         [](double sum, const RiskPattern& p) { return sum + p.probability; });
}

// E[exp(-H exp(ratio x))] for a density on [lower, upper], in panels fine enough for any ratio
// here.
template <class Density>
double integrate_survival(double cumulative_hazard, double ratio, double lower, double upper,
                          Density density) {
  constexpr int panels = 400;
  const double width = (upper - lower) / panels;
  double sum = 0;
  for (int panel = 0; panel < panels; ++panel)
    sum += boost::math::quadrature::gauss_kronrod<double, 15>::integrate(
        [&](double x) { return density(x) * std::exp(-cumulative_hazard * std::exp(ratio * x)); },
        lower + panel * width, lower + (panel + 1) * width, 0);
  return sum;
}

constexpr double some_cumulative_hazards[] = {1e-4, 0.01, 0.1, 0.5, 1, 2, 5, 20};

TEST(RiskFactors, BinaryFactorHasTheReferencePatientAndTheOthers) {
  const RiskFactor factor = binary_factor(0.25, 0.5);
  ASSERT_EQ(factor.size(), 2U);
  EXPECT_EQ(factor[0].probability, 0.75);
  EXPECT_EQ(factor[0].log_hazard_ratio, 0);
  EXPECT_EQ(factor[1].probability, 0.25);
  EXPECT_EQ(factor[1].log_hazard_ratio, 0.5);
}

TEST(RiskFactors, CategoricalFactorHasOnePatternPerLevel) {
  const double probabilities[] = {0.2, 0.5, 0.3};
  const double log_ratios[] = {0, 0.4, 1.1};
  const RiskFactor factor = categorical_factor(probabilities, log_ratios);
  ASSERT_EQ(factor.size(), 3U);
  EXPECT_EQ(factor[2].probability, 0.3);
  EXPECT_EQ(factor[2].log_hazard_ratio, 1.1);
}

TEST(RiskFactors, NoFactorsLeaveTheReferencePatient) {
  const auto population = combine({});
  ASSERT_EQ(population.size(), 1U);
  EXPECT_EQ(population[0].probability, 1);
  EXPECT_EQ(population[0].log_hazard_ratio, 0);
}

TEST(RiskFactors, CombinationOfTwoFactorsWorkedByHand) {
  const RiskFactor factors[] = {binary_factor(0.25, 0.5), binary_factor(0.5, 1.0)};
  const auto population = combine(factors);
  ASSERT_EQ(population.size(), 4U);
  const double probabilities[] = {0.375, 0.125, 0.375, 0.125};
  const double log_ratios[] = {0, 0.5, 1.0, 1.5};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(population[i].probability, probabilities[i]);
    EXPECT_EQ(population[i].log_hazard_ratio, log_ratios[i]);
  }
}

TEST(RiskFactors, EqualRatiosAreMerged) {
  // Ten covariates of the same ratio: the number present is binomial.
  const std::vector<RiskFactor> factors(10, binary_factor(0.5, 0.25));
  const auto population = combine(factors);
  ASSERT_EQ(population.size(), 11U);
  EXPECT_EQ(population[5].log_hazard_ratio, 1.25);
  EXPECT_DOUBLE_EQ(population[5].probability, 252.0 / 1024.0);
}

TEST(RiskFactors, PatternsThatCannotOccurAreLeftOut) {
  const RiskFactor factors[] = {binary_factor(1.0, 0.5), binary_factor(0.0, 3.0)};
  const auto population = combine(factors);
  ASSERT_EQ(population.size(), 1U);
  EXPECT_EQ(population[0].probability, 1);
  EXPECT_EQ(population[0].log_hazard_ratio, 0.5);
}

TEST(RiskFactors, TooManyPatternsAreRefused) {
  std::vector<RiskFactor> factors;
  for (int i = 0; i < 21; ++i)
    factors.push_back(binary_factor(0.5, std::ldexp(1.0, -i)));
  EXPECT_THROW(combine(factors), std::length_error);
  factors.resize(10);
  EXPECT_EQ(combine(factors).size(), 1024U);
}

TEST(RiskFactors, NormalFactorDoubleProgrammedByFineIntegration) {
  const boost::math::normal_distribution<> age(60, 10);
  for (const double log_ratio_per_year : {-0.05, 0.001, 0.02, 0.07, 0.2, 0.3}) {
    const RiskFactor factor = normal_factor(60, 10, log_ratio_per_year);
    EXPECT_NEAR(total_probability(factor), 1, 1e-14);
    for (const double hazard : some_cumulative_hazards) {
      // Baseline at age 60, so that the hazards tried lie where survival is neither 0 nor 1.
      const double cumulative = hazard * std::exp(-60 * log_ratio_per_year);
      const double expected =
          integrate_survival(cumulative, log_ratio_per_year, -30, 150,
                             [&](double x) { return boost::math::pdf(age, x); });
      EXPECT_NEAR(average_survival(cumulative, factor), expected, 1e-12)
          << log_ratio_per_year << " per year, cumulative hazard " << hazard;
    }
  }
}

TEST(RiskFactors, NormalFactorOfNoEffectIsOnePattern) {
  EXPECT_EQ(normal_factor(60, 10, 0).size(), 1U);
  EXPECT_EQ(normal_factor(60, 0, 0.1).size(), 1U);
}

TEST(RiskFactors, NormalFactorHasTheNodesItsDocumentationSays) {
  EXPECT_EQ(normal_factor(0, 1, std::log(1.4)).size(), 25U);
  EXPECT_EQ(normal_factor(0, 1, std::log(7)).size(), 117U);
}

TEST(RiskFactors, UniformFactorDoubleProgrammedByFineIntegration) {
  const auto quantile = [](double u) { return 20 + 60 * u; };
  for (const double ratio : {-0.05, 0.01, 0.05, 0.1}) {
    const RiskFactor factor = quantile_factor(quantile, ratio);
    EXPECT_NEAR(total_probability(factor), 1, 1e-14);
    for (const double hazard : some_cumulative_hazards) {
      const double cumulative = hazard * std::exp(-50 * ratio);
      EXPECT_NEAR(average_survival(cumulative, factor),
                  integrate_survival(cumulative, ratio, 20, 80, [](double) { return 1.0 / 60; }),
                  1e-8)
          << ratio << " " << hazard;
    }
  }
}

TEST(RiskFactors, TruncatedNormalFactorDoubleProgrammedByFineIntegration) {
  // Age at resection: 22 to 84 years in the paper.
  const boost::math::normal_distribution<> age(59, 12);
  const double below = boost::math::cdf(age, 22);
  const double mass = boost::math::cdf(age, 84) - below;
  const auto quantile = [&](double u) { return 59 + 12 * math::normal_quantile(below + u * mass); };
  for (const double ratio : {-0.05, 0.02, 0.1}) {
    const RiskFactor factor = quantile_factor(quantile, ratio);
    for (const double hazard : some_cumulative_hazards) {
      const double cumulative = hazard * std::exp(-59 * ratio);
      const double expected = integrate_survival(
          cumulative, ratio, 22, 84, [&](double x) { return boost::math::pdf(age, x) / mass; });
      EXPECT_NEAR(average_survival(cumulative, factor), expected, 1e-8) << ratio << " " << hazard;
    }
  }
}

TEST(RiskFactors, LognormalFactorDoubleProgrammedByFineIntegration) {
  // Tumour size: median 3 cm, with a long tail; integrated in the logarithm.
  const auto quantile = [](double u) { return 3 * std::exp(0.8 * math::normal_quantile(u)); };
  const boost::math::normal_distribution<> standard;
  for (const double ratio : {-0.2, 0.05, 0.2}) {
    const RiskFactor factor = quantile_factor(quantile, ratio);
    for (const double hazard : some_cumulative_hazards) {
      double expected = 0;
      constexpr int panels = 400;
      for (int panel = 0; panel < panels; ++panel)
        expected += boost::math::quadrature::gauss_kronrod<double, 15>::integrate(
            [&](double z) {
              const double size = 3 * std::exp(0.8 * z);
              return boost::math::pdf(standard, z) * std::exp(-hazard * std::exp(ratio * size));
            },
            -8.5 + 17.0 * panel / panels, -8.5 + 17.0 * (panel + 1) / panels, 0);
      EXPECT_NEAR(average_survival(hazard, factor), expected, 1e-8) << ratio << " " << hazard;
    }
  }
}

TEST(RiskFactors, QuantileFactorAgreesWithNormalFactor) {
  const auto quantile = [](double u) { return 60 + 10 * math::normal_quantile(u); };
  const RiskFactor by_quantile = quantile_factor(quantile, 0.05);
  const RiskFactor by_score = normal_factor(60, 10, 0.05);
  for (const double hazard : {0.001, 0.01, 0.05, 0.2})
    EXPECT_NEAR(average_survival(hazard, by_quantile), average_survival(hazard, by_score), 1e-8);
}

}  // namespace
}  // namespace trialmill::evidence
