#include "trialmill/scenario/covariate_patterns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/evidence/calibration.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"
#include "trialmill/scenario/baseline.hpp"

namespace trialmill::scenario {
namespace {

using cohort::BinaryLaw;
using cohort::CategoricalLaw;
using cohort::Copula;
using cohort::Covariate;
using cohort::LognormalLaw;
using cohort::NormalLaw;
using Values = std::vector<double>;

double probability_of(const std::vector<CovariatePattern>& patterns, const Values& value) {
  const auto found = std::ranges::find(patterns, value, &CovariatePattern::value);
  return found == patterns.end() ? 0 : found->probability;
}

double total(const std::vector<CovariatePattern>& patterns) {
  double sum = 0;
  for (const CovariatePattern& pattern : patterns)
    sum += pattern.probability;
  return sum;
}

CategoricalLaw grades(double g1, double g2, double g3) {
  return {{"g1", "g2", "g3"}, {g1, g2, g3}};
}

// Metastasis before primary: the order of the file is not that of dependence.
std::vector<Covariate> grade_migration() {
  Covariate metastasis{"metastasis", grades(1, 0, 0), {1}, {}, {}};
  metastasis.law_given_parents = {grades(15 / 46.0, 93 / 161.0, 31 / 322.0),
                                  grades(62 / 943.0, 881 / 943.0, 0),
                                  grades(0, 93 / 161.0, 68 / 161.0)};
  return {metastasis, {"primary", grades(28 / 124.0, 82 / 124.0, 14 / 124.0)}};
}

TEST(CovariatePatterns, IndependentGradeMigrationIsThePapersSevenUpAndFiveDownOfFortySix) {
  const auto patterns = covariate_patterns(grade_migration(), {}, std::vector<std::size_t>{1, 0});
  const auto pairs = [&](double primary, double metastasis) {
    return 46 * probability_of(patterns, {primary, metastasis});
  };
  EXPECT_NEAR(pairs(0, 1), 6, 1e-12);
  EXPECT_NEAR(pairs(0, 2), 1, 1e-12);
  EXPECT_NEAR(pairs(1, 0), 2, 1e-12);
  EXPECT_NEAR(pairs(2, 1), 3, 1e-12);
  EXPECT_EQ(pairs(1, 2) + pairs(2, 0), 0);
  EXPECT_NEAR(total(patterns), 1, 1e-15);
  EXPECT_EQ(patterns.size(), 7u);  // impossible combinations are left out
}

TEST(CovariatePatterns, AParentThatIsNotAskedForIsAveragedOver) {
  const auto patterns = covariate_patterns(grade_migration(), {}, std::vector<std::size_t>{0});
  ASSERT_EQ(patterns.size(), 3u);
  EXPECT_NEAR(probability_of(patterns, {0}), (28 * 15 / 46.0 + 82 * 62 / 943.0) / 124, 1e-15);
  EXPECT_NEAR(probability_of(patterns, {2}), (28 * 31 / 322.0 + 14 * 68 / 161.0) / 124, 1e-15);
}

const std::vector<double> correlation{1, 0.4, -0.3, 0.4, 1, 0.5, -0.3, 0.5, 1};

TEST(CovariatePatterns, IndependentOrthantsAreSheppards) {
  // Sheppard (1899): P(all three scores below 0) = 1/8 + (asin r12 + asin r13 + asin r23) / (4 pi).
  const std::vector<Covariate> population(3, Covariate{"half", BinaryLaw{0.5}});
  const Copula copula = cohort::gaussian_copula({0, 1, 2}, correlation);
  const auto three = covariate_patterns(population, copula, std::vector<std::size_t>{0, 1, 2});
  const double sum = std::asin(0.4) + std::asin(-0.3) + std::asin(0.5);
  // Two dimensions: ten times closer than the 1e-4 that is promised in any number of them.
  EXPECT_NEAR(probability_of(three, {1, 1, 1}), 0.125 + sum / (4 * std::numbers::pi), 1e-5);
  const auto two = covariate_patterns(population, copula, std::vector<std::size_t>{2, 1});
  EXPECT_NEAR(probability_of(two, {1, 1}), 0.25 + std::asin(0.5) / (2 * std::numbers::pi), 1e-7);
  EXPECT_NEAR(total(three), 1, 1e-12);
}

TEST(CovariatePatterns, OneOfTheCorrelatedAloneIsExact) {
  const std::vector<Covariate> population(3, Covariate{"some", BinaryLaw{0.3}});
  const Copula copula = cohort::gaussian_copula({0, 1, 2}, correlation);
  const auto one = covariate_patterns(population, copula, std::vector<std::size_t>{1});
  EXPECT_EQ(probability_of(one, {1}), 0.3);
}

// P(first `high` of 8 equally correlated binary covariates are 1, the others 0), by the trapezoidal
// rule over the one common score.
double one_factor(double r, double prevalence, int high) {
  double sum = 0;
  const double step = 1.0 / 64, limit = math::normal_quantile(prevalence);
  for (int i = -600; i <= 600; ++i) {
    const double common = i * step;
    const double p = math::normal_probability((limit + std::sqrt(r) * common) / std::sqrt(1 - r));
    sum += std::exp(-0.5 * common * common) * std::pow(p, high) * std::pow(1 - p, 8 - high);
  }
  return sum * step / std::sqrt(2 * std::numbers::pi);
}

TEST(CovariatePatterns, DoubleProgrammedEightCorrelatedCovariates) {
  const std::vector<Covariate> population(8, Covariate{"some", BinaryLaw{0.2}});
  std::vector<double> equal(64, 0.5);
  std::vector<std::size_t> all(8);
  for (std::size_t k = 0; k < 8; ++k) {
    equal[9 * k] = 1;
    all[k] = k;
  }
  const auto patterns = covariate_patterns(population, cohort::gaussian_copula(all, equal), all);
  for (const int high : {0, 1, 4, 8}) {
    Values value(8, 0.0);
    std::fill_n(value.begin(), high, 1.0);
    EXPECT_NEAR(probability_of(patterns, value), one_factor(0.5, 0.2, high), 1e-4) << high;
  }
}

double survival(double hazard, const std::vector<CovariateEffect>& effects,
                const std::vector<Covariate>& population, const Copula& copula) {
  return evidence::average_survival(hazard, risk_patterns(population, effects, copula));
}

TEST(CovariatePatterns, DoubleProgrammedTwoNormalCovariatesAddToOne) {
  // b1 X1 + b2 X2 is normal, so that evidence::normal_factor gives its survival to 1e-12. Two
  // dimensions: ten times closer than promised.
  const std::vector<Covariate> population{{"age", NormalLaw{0, 1}}, {"size", NormalLaw{0, 2}}};
  const Copula copula = cohort::gaussian_copula({0, 1}, std::vector<double>{1, 0.4, 0.4, 1});
  const double a = std::log(1.8), b = std::log(1.5);
  const double sd = std::sqrt(a * a + 4 * b * b + 2 * 0.4 * a * 2 * b);
  for (const double hazard : {0.05, 0.5, 1.0, 3.0})
    EXPECT_NEAR(survival(hazard, {{"age", "", 1.8, ""}, {"size", "", 1.5, ""}}, population, copula),
                evidence::average_survival(hazard, evidence::normal_factor(0, sd, 1)), 1e-5)
        << hazard;
}

TEST(CovariatePatterns, DoubleProgrammedANormalAndABinaryCovariate) {
  // Given the score z of the normal one, the binary one is 1 with probability
  // P((q + r z) / sqrt(1 - r^2)); the trapezoidal rule over z.
  const std::vector<Covariate> population{{"g3", BinaryLaw{0.113}}, {"age", NormalLaw{0, 1}}};
  const double r = -0.6, limit = math::normal_quantile(0.113);
  const Copula copula = cohort::gaussian_copula({0, 1}, std::vector<double>{1, r, r, 1});
  for (const double hazard : {0.1, 1.0, 2.0}) {
    double sum = 0;
    for (int i = -600; i <= 600; ++i) {
      const double z = i / 64.0;
      const double p = math::normal_probability((limit + r * z) / std::sqrt(1 - r * r));
      const double risk = hazard * std::pow(1.4, z);
      sum += std::exp(-0.5 * z * z) * (p * std::exp(-2.449 * risk) + (1 - p) * std::exp(-risk));
    }
    EXPECT_NEAR(survival(hazard, {{"g3", "", 2.449, ""}, {"age", "", 1.4, ""}}, population, copula),
                sum / 64 / std::sqrt(2 * std::numbers::pi), 1e-5)
        << hazard;
  }
}

TEST(CovariatePatterns, DoubleProgrammedANormalAndTwoBinaryCovariates) {
  // Given the scores z of the normal covariate and y of the first binary one, the second is 1 with
  // probability P((q2 + z and y's part) / what is open); the trapezoidal rule over both.
  const std::vector<Covariate> population{
      {"g3", BinaryLaw{0.2}}, {"big", BinaryLaw{0.4}}, {"age", NormalLaw{0, 1}}};
  const double r1 = 0.5, r2 = -0.3, r12 = 0.4;  // age with either, and these with each other
  const Copula copula =
      cohort::gaussian_copula({0, 1, 2}, std::vector<double>{1, r12, r1, r12, 1, r2, r1, r2, 1});
  const double of_y = (r12 - r1 * r2) / std::sqrt(1 - r1 * r1);
  const double open = std::sqrt(1 - r2 * r2 - of_y * of_y);
  const double q1 = math::normal_quantile(0.2), q2 = math::normal_quantile(0.4);
  double sum = 0;
  constexpr double step = 1.0 / 16;
  for (int i = -112; i <= 112; ++i)
    for (int j = 0; j < 400; ++j) {
      const double z = i * step;
      // The first binary score is cut at -q1: midpoints on either side of the cut.
      const double cut = (-q1 - r1 * z) / std::sqrt(1 - r1 * r1);
      const double width = 0.04, y = cut + ((j - 200) + 0.5) * width;
      const double second = math::normal_probability((q2 + r2 * z + of_y * y) / open);
      const double risk = std::pow(1.5, z) * (j < 200 ? 1.0 : 2.4);
      sum += std::exp(-0.5 * (z * z + y * y)) * width * step *
             (second * std::exp(-1.7 * risk) + (1 - second) * std::exp(-risk));
    }
  EXPECT_NEAR(survival(1, {{"g3", "", 2.4, ""}, {"big", "", 1.7, ""}, {"age", "", 1.5, ""}},
                       population, copula),
              sum / (2 * std::numbers::pi), 3e-5);
  // 45 nodes and four combinations of levels.
  EXPECT_LE(covariate_patterns(population, copula, std::vector<std::size_t>{0, 1, 2}).size(), 180u);
}

TEST(CovariatePatterns, DoubleProgrammedManyNormalCovariatesAddToOne) {
  // Independent and correlated ones: grids of scores, and for more than three a lattice.
  for (const std::size_t count : {2u, 3u, 5u})
    for (const double r : {0.0, 0.5}) {
      const std::vector<Covariate> population(count, Covariate{"some", NormalLaw{0, 1}});
      std::vector<double> equal(count * count, r);
      std::vector<std::size_t> all(count);
      for (std::size_t k = 0; k < count; ++k) {
        equal[k * (count + 1)] = 1;
        all[k] = k;
      }
      const Copula copula = r == 0 ? Copula{} : cohort::gaussian_copula(all, equal);
      const auto patterns = covariate_patterns(population, copula, all);
      EXPECT_LE(patterns.size(), count == 2 ? 377u : count == 3 ? 949u : 8192u);
      const double n = static_cast<double>(count);
      const double sd = 0.3 * std::sqrt(n + n * (n - 1) * r);
      for (const double hazard : {0.05, 0.5, 1.0, 3.0}) {
        double average = 0;
        for (const CovariatePattern& pattern : patterns) {
          double sum = 0;
          for (const double value : pattern.value)
            sum += value;
          average += pattern.probability * std::exp(-hazard * std::exp(0.3 * sum));
        }
        EXPECT_NEAR(average, evidence::average_survival(hazard, evidence::normal_factor(0, sd, 1)),
                    count < 4 ? 1e-6 : 1e-3)
            << count << " " << r << " " << hazard;
      }
    }
}

// Everything at once: three correlated covariates, a table on one of them, an independent one.
std::vector<Covariate> mixed_population() {
  Covariate child{"child", BinaryLaw{0.5}, {2, 4}, {}, {}};
  for (const double p : {0.1, 0.7, 0.3, 0.9, 0.5, 0.2})
    child.law_given_parents.push_back(BinaryLaw{p});
  return {{"age", NormalLaw{59, 11, 18, 90}},
          {"size", LognormalLaw{3, 0.8}},
          {"primary", CategoricalLaw{{"a", "b", "c"}, {0.5, 0.3, 0.2}}},
          child,
          {"male", BinaryLaw{0.51}}};
}

cohort::Cohort drawn(const std::vector<Covariate>& population, const Copula& copula,
                     std::size_t size) {
  const cohort::EventTimeLaw any(survival::PiecewiseHazard{{0}, {0.05}}, {});
  cohort::TrialModel model;
  model.population = population;
  model.copula = copula;
  model.event_time_by_arm = model.dropout_time_by_arm = {any, any};
  model.enrolment = {cohort::Enrolment::Process::even, {0}, {10}};
  model.randomisation = {cohort::Randomisation::Method::simple, {1, 1}, {}, 1};
  cohort::CohortWorkspace workspace;
  cohort::Cohort patients;
  cohort::draw_cohort(model, 11, 1, size, workspace, patients);
  return patients;
}

TEST(CovariatePatterns, ABruteForceAverageAgreesWithTheRule) {
  // A million drawn patients, 3 standard errors, four comparisons: chance of a false alarm 1.1 %;
  // the seed is fixed.
  constexpr std::size_t size = 1'000'000;
  const std::vector<Covariate> population = mixed_population();
  const Copula copula = cohort::gaussian_copula({0, 1, 2}, correlation);
  const std::vector<CovariateEffect> effects{{"age", "", 1.03, ""},     {"size", "", 1.1, ""},
                                             {"primary", "b", 1.5, ""}, {"primary", "c", 2.2, ""},
                                             {"child", "", 1.8, ""},    {"male", "", 0.8, ""}};
  const cohort::Cohort patients = drawn(population, copula, size);
  const auto value = [&](std::size_t c, std::size_t i) { return patients.covariate(c)[i]; };
  const double primary[] = {1.0, 1.5, 2.2};
  const auto rule = risk_patterns(population, effects, copula);
  for (const double hazard : {0.01, 0.05, 0.2, 0.5}) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const double ratio = std::pow(1.03, value(0, i)) * std::pow(1.1, value(1, i)) *
                           primary[static_cast<std::size_t>(value(2, i))] *
                           std::pow(1.8, value(3, i)) * std::pow(0.8, value(4, i));
      const double free = std::exp(-hazard * ratio);
      sum += free;
      squares += free * free;
    }
    const double mean = sum / size;
    const double mc_se = std::sqrt((squares / size - mean * mean) / size);
    EXPECT_NEAR(evidence::average_survival(hazard, rule), mean, 3 * mc_se) << hazard;
  }
}

TEST(CovariatePatterns, TooManyPatternsAreAnError) {
  std::vector<Covariate> population(21, Covariate{"some", BinaryLaw{0.5}});
  std::vector<std::size_t> all(21);
  std::vector<double> identity(21 * 21, 0.0);
  for (std::size_t k = 0; k < 21; ++k) {
    all[k] = k;
    identity[22 * k] = 1;
  }
  EXPECT_THROW(covariate_patterns(population, {}, all), std::length_error);
  const Copula copula = cohort::gaussian_copula(all, identity);
  EXPECT_THROW(covariate_patterns(population, copula, all), std::length_error);
}

}  // namespace
}  // namespace trialmill::scenario
