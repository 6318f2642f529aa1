#include "trialmill/cohort/dependence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "trialmill/random/stream.hpp"

namespace trialmill::cohort {
namespace {

using Columns = std::vector<std::vector<double>>;

Columns uniforms(std::size_t covariates, std::size_t size, std::uint64_t seed = 5) {
  Columns columns(covariates, std::vector<double>(size));
  for (std::size_t c = 0; c < covariates; ++c)
    random::Stream({seed, random::Purpose::covariate, c, 1}).fill_uniform(columns[c]);
  return columns;
}

Columns drawn(const std::vector<Covariate>& population, const Copula& copula,
              const Columns& uniform) {
  const std::size_t size = uniform.front().size();
  std::vector<double> flat;
  for (const std::vector<double>& column : uniform)
    flat.insert(flat.end(), column.begin(), column.end());
  PopulationWorkspace workspace;
  draw_population(population, copula, size, flat, workspace);
  Columns columns;
  for (std::size_t c = 0; c < population.size(); ++c)
    columns.emplace_back(flat.begin() + static_cast<std::ptrdiff_t>(c * size),
                         flat.begin() + static_cast<std::ptrdiff_t>((c + 1) * size));
  return columns;
}

CategoricalLaw three(double a, double b, double c) {
  return {{"a", "b", "c"}, {a, b, c}};
}

// `child` depends on `late`, which itself depends on `root`, and stands before both.
std::vector<Covariate> table_population() {
  return {{"child",
           three(0, 0, 1),
           {1, 2},
           {three(1, 0, 0), three(0.5, 0.5, 0), three(0, 1, 0), three(0.2, 0.3, 0.5)},
           {}},
          {"late", BinaryLaw{}, {2}, {BinaryLaw{0.1}, BinaryLaw{0.6}}, {}},
          {"root", BinaryLaw{0.4}}};
}

TEST(Dependence, DoubleProgrammedTableChoosesTheRowByTheParentsLevels) {
  const Columns u = uniforms(3, 2000);
  const Columns x = drawn(table_population(), {}, u);
  for (std::size_t i = 0; i < 2000; ++i) {
    const bool root = u[2][i] < 0.4;
    const bool late = u[1][i] < (root ? 0.6 : 0.1);
    double child = 0;
    if (!late && root) child = u[0][i] < 0.5 ? 0 : 1;
    if (late && !root) child = 1;
    if (late && root) child = u[0][i] < 0.2 ? 0 : u[0][i] < 0.5 ? 1 : 2;
    EXPECT_EQ(x[2][i], root);
    EXPECT_EQ(x[1][i], late);
    EXPECT_EQ(x[0][i], child) << i;
  }
}

TEST(Dependence, ParentsComeFirstInTheOrderAndCyclesAreLeftOut) {
  std::vector<std::size_t> order;
  std::vector<Covariate> population = table_population();
  dependency_order(population, order);
  EXPECT_EQ(order, (std::vector<std::size_t>{2, 1, 0}));
  population[2].parents = {1};
  dependency_order(population, order);
  EXPECT_TRUE(order.empty());
}

std::vector<Covariate> correlated_population() {
  return {{"age", NormalLaw{59, 11}},
          {"alone", UniformLaw{0, 1}},
          {"g3", BinaryLaw{0.3}},
          {"size", LognormalLaw{3, 0.8}}};
}

const std::vector<double> correlation{1, 0.4, -0.3, 0.4, 1, 0.5, -0.3, 0.5, 1};

TEST(Dependence, TheFactorMultipliesOutToTheCorrelations) {
  const Copula copula = gaussian_copula({0, 2, 3}, correlation);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      double sum = 0;
      for (std::size_t k = 0; k <= std::min(a, b); ++k)
        sum += copula.factor_at(a, k) * copula.factor_at(b, k);
      EXPECT_NEAR(sum, correlation[3 * a + b], 1e-15);
    }
  const Copula two = copula_among(copula, {3, 0});
  EXPECT_EQ(two.covariates, (std::vector<std::size_t>{3, 0}));
  EXPECT_NEAR(two.factor_at(1, 0), -0.3, 1e-15);
  EXPECT_NEAR(two.factor_at(1, 1), std::sqrt(1 - 0.09), 1e-15);
}

TEST(Dependence, AMatrixThatIsNotPositiveDefiniteIsRefused) {
  EXPECT_THROW(gaussian_copula({0, 1, 2}, std::vector<double>{1, .9, -.9, .9, 1, .9, -.9, .9, 1}),
               std::domain_error);
  EXPECT_THROW(gaussian_copula({0, 1}, std::vector<double>{1, 1, 1, 1}), std::domain_error);
}

TEST(Dependence, IndependentCopulaGivesSheppardsOrthantsAndKeepsTheMargins) {
  // Sheppard (1899): P(both scores below 0) = 1/4 + asin(r) / (2 pi). 10^6 patients, 4 standard
  // errors, four comparisons: chance of a false alarm 2.5e-4; the seed is fixed.
  constexpr std::size_t size = 1'000'000;
  const Columns x =
      drawn(correlated_population(), gaussian_copula({0, 2, 3}, correlation), uniforms(4, size));
  double young_small = 0, young = 0, g3 = 0, flat = 0;
  for (std::size_t i = 0; i < size; ++i) {
    young += x[0][i] < 59;
    young_small += x[0][i] < 59 && x[3][i] < 3;
    g3 += x[2][i];
    flat += x[1][i];
  }
  const double n = size;
  const double orthant = 0.25 + std::asin(-0.3) / (2 * std::numbers::pi);
  EXPECT_NEAR(young_small / n, orthant, 4 * std::sqrt(orthant * (1 - orthant) / n));
  EXPECT_NEAR(young / n, 0.5, 4 * std::sqrt(0.25 / n));
  EXPECT_NEAR(g3 / n, 0.3, 4 * std::sqrt(0.21 / n));
  EXPECT_NEAR(flat / n, 0.5, 4 * std::sqrt(1 / 12.0 / n));
}

TEST(Dependence, WhatIsTiedToNothingBeforeItIsDrawnAsWithoutTheCopula) {
  const Columns u = uniforms(4, 500);
  const Columns free = drawn(correlated_population(), {}, u);
  const Columns tied = drawn(correlated_population(), gaussian_copula({0, 2, 3}, correlation), u);
  EXPECT_EQ(tied[0], free[0]);
  EXPECT_EQ(tied[1], free[1]);
  EXPECT_NE(tied[3], free[3]);
  const Copula zero = gaussian_copula({0, 3}, std::vector<double>{1, 0, 0, 1});
  EXPECT_EQ(drawn(correlated_population(), zero, u), free);
}

TEST(Dependence, AnExtremeScoreStaysFinite) {
  const Copula copula = gaussian_copula({0, 3}, std::vector<double>{1, 0.7, 0.7, 1});
  for (const double u : {0x1p-53, 1 - 0x1p-53}) {
    const Columns x = drawn(correlated_population(), copula, {{u}, {u}, {u}, {u}});
    EXPECT_TRUE(std::isfinite(x[3][0])) << u;
  }
}

}  // namespace
}  // namespace trialmill::cohort
