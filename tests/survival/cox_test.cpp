#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "survival/cox_data.hpp"
#include "trialmill/survival/cox_diagnostics.hpp"

namespace trialmill::survival {
namespace {

/// Data set 1 in the appendix of Therneau and Grambsch (2000), *Modeling Survival Data*: an event
/// tied with a censoring at 1, two tied events at 6, the last patient an event.
Data therneau_grambsch() {
  return patients({9, 1, 1, 6, 6, 8}, {1, 1, 0, 1, 1, 0}, {{0, 1, 1, 1, 0, 0}});
}

TEST(Cox, SixPatientsByHandBreslow) {
  const Data data = therneau_grambsch();
  const CoxFit fit = data.fit(Ties::breslow);
  const double beta = std::log(1.5 + std::sqrt(33.0) / 2), r = std::exp(beta);
  const double information = r / ((r + 1) * (r + 1)) + 6 * r / ((r + 3) * (r + 3));
  EXPECT_EQ(fit.status, FitStatus::ok);
  EXPECT_NEAR(fit.coefficient[0], beta, 1e-14);
  // The information is the last one evaluated, at most 1e-9 standard errors from the maximum.
  EXPECT_NEAR(fit.standard_error[0], 1 / std::sqrt(information), 1e-9);
  EXPECT_NEAR(fit.log_likelihood_null, -(std::log(6) + 2 * std::log(4)), 1e-14);
  EXPECT_NEAR(fit.log_likelihood, 2 * beta - (std::log(3 * r + 3) + 2 * std::log(r + 3)), 1e-14);
  EXPECT_NEAR(fit.score_test, 1 / (1.0 / 4 + 6.0 / 16), 1e-14);  // score 8 / 8 at 0
  EXPECT_NEAR(fit.wald_test, beta * beta * information, 1e-13);
  EXPECT_EQ(fit.n, 6U);
  EXPECT_EQ(fit.events, 4U);
  EXPECT_EQ(fit.degrees_of_freedom, 1);
}

TEST(Cox, SixPatientsByHandEfron) {
  const CoxFit fit = therneau_grambsch().fit(Ties::efron);
  // Root of 30 + 23 r - r^3.
  const double beta =
      std::log(std::cos(std::acos(45.0 / 23 * std::sqrt(3.0 / 23)) / 3) * 2 * std::sqrt(23.0 / 3));
  const double r = std::exp(beta);
  const auto variance = [](double p) { return p - p * p; };
  const double information = variance(r / (r + 1)) + variance(r / (r + 5)) + variance(r / (r + 3));
  EXPECT_EQ(fit.status, FitStatus::ok);
  EXPECT_NEAR(fit.coefficient[0], beta, 1e-14);
  // The information is the last one evaluated, at most 1e-9 standard errors from the maximum.
  EXPECT_NEAR(fit.standard_error[0], 1 / std::sqrt(information), 1e-9);
  EXPECT_NEAR(fit.log_likelihood_null, -(std::log(6) + std::log(3) + std::log(4)), 1e-14);
  EXPECT_NEAR(fit.log_likelihood,
              2 * beta - (std::log(3 * r + 3) + std::log((r + 5) / 2) + std::log(r + 3)), 1e-14);
  // At 0: score 52 / 48, information 1/4 + 5/36 + 3/16.
  EXPECT_NEAR(fit.score_test, (52.0 / 48) * (52.0 / 48) / (1.0 / 4 + 5.0 / 36 + 3.0 / 16), 1e-14);
}

TEST(Cox, SixPatientsByHandResiduals) {
  const Data data = therneau_grambsch();
  const SortedTimes sorted = data.patients.sorted();
  const CoxFit fit = data.fit(Ties::breslow);
  const double r = 1.5 + std::sqrt(33.0) / 2;
  const std::vector<double> steps{1 / (3 * r + 3), 2 / (r + 3), 0, 1};  // at 1, 6, 8, 9
  std::vector<double> hazard(4);
  double sum = 0;
  for (std::size_t k = 0; k < 4; ++k)
    hazard[k] = sum += steps[k];
  const BaselineHazard baseline = baseline_hazard(sorted, data.covariates(), Ties::breslow, fit);
  ASSERT_EQ(baseline.time, (std::vector<double>{1, 6, 8, 9}));
  for (std::size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(baseline.cumulative_hazard[k], hazard[k], 1e-13);
  const std::vector<double> residual =
      martingale_residuals(sorted, data.covariates(), Ties::breslow, fit);
  const std::vector<double> by_hand{1 - hazard[3],     1 - r * hazard[0], -r * hazard[0],
                                    1 - r * hazard[1], 1 - hazard[1],     -hazard[2]};
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(residual[i], by_hand[i], 1e-13) << i;
  // Score residuals of the same appendix, for the patients at 1, 1+, 6, 6, 8+, 9.
  const double a = 3 * (r + 1) * (r + 1), b = (r + 3) * (r + 3);
  const std::vector<double> score{(2 * r + 3) / a,          -r / a,
                                  -r / a + 3 * (3 - r) / b, r / a - r * (r + 1) / b,
                                  r / a + 2 * r / b,        r / a + 2 * r / b};
  double squares = 0;
  for (const double value : score)
    squares += value * value;
  const RobustVariance robust = robust_variance(sorted, data.covariates(), Ties::breslow, fit);
  EXPECT_NEAR(robust.covariance[0], squares * fit.covariance[0] * fit.covariance[0], 1e-13);
}

TEST(Cox, SixPatientsByHandConcordance) {
  // Events 1 (x=1): outlived by x = 1, 1, 0, 0, 0. At 6: x = 1 and x = 0, outlived by 0 and 0.
  const Data data = therneau_grambsch();
  const Concordance pairs = concordance(data.patients.sorted(), data.columns[0]);
  EXPECT_EQ(pairs.concordant, 3 + 2);
  EXPECT_EQ(pairs.discordant, 0);
  EXPECT_EQ(pairs.tied, 2 + 2);
  EXPECT_DOUBLE_EQ(pairs.estimate, 7.0 / 9);
}

TEST(Cox, DoubleProgrammedTiesStrataAndDelayedEntry) {
  for (const Ties ties : {Ties::efron, Ties::breslow})
    for (const bool stratified : {false, true})
      for (const bool delayed : {false, true})
        for (const std::size_t p : {1, 2, 3, 5, 10}) {
          const Data data = random_patients(static_cast<unsigned>(p), 150, p, stratified, delayed);
          SCOPED_TRACE(testing::Message()
                       << "p " << p << " stratified " << stratified << " delayed " << delayed);
          expect_maximum(data, ties, data.fit(ties));
        }
}

TEST(Cox, DoubleProgrammedBothRoutesAgreeOnATreatment) {
  // A column that differs from two values in one patient who leaves before the first event takes
  // the general route and must not change the fit.
  for (const bool delayed : {false, true})
    for (const Ties ties : {Ties::efron, Ties::breslow}) {
      Data two = random_patients(7, 200, 1, true, delayed);
      two.patients.time.push_back(0.5);
      two.patients.event.push_back(0);
      two.patients.stratum.push_back(0);
      if (delayed) two.patients.entry.push_back(0);
      two.columns[0].push_back(1);
      Data general = two;
      general.columns[0].back() = 1.5;
      const CoxFit a = two.fit(ties), b = general.fit(ties);
      ASSERT_EQ(a.status, FitStatus::ok);
      ASSERT_EQ(b.status, FitStatus::ok);
      EXPECT_NEAR(a.coefficient[0], b.coefficient[0], 1e-12);
      EXPECT_NEAR(a.standard_error[0], b.standard_error[0], 1e-11);
      EXPECT_NEAR(a.log_likelihood, b.log_likelihood, 1e-10);
      EXPECT_NEAR(a.score_test, b.score_test, 1e-11);
    }
}

TEST(Cox, DoubleProgrammedConcordanceByAllPairs) {
  for (const bool delayed : {false, true}) {
    const Data data = random_patients(11, 120, 1, true, delayed);
    const PatientColumns& p = data.patients;
    std::vector<double> predictor(p.time.size());
    for (std::size_t i = 0; i < predictor.size(); ++i)
      predictor[i] = data.columns[0][i] + static_cast<double>(i * i % 5);
    double concordant = 0, discordant = 0, tied = 0;
    std::vector<double> difference(p.time.size()), pairs(p.time.size());
    for (std::size_t i = 0; i < p.time.size(); ++i)
      for (std::size_t j = 0; j < p.time.size(); ++j) {
        if (!p.event[i] || p.stratum[i] != p.stratum[j]) continue;
        const bool outlives = p.time[j] > p.time[i] || (p.time[j] == p.time[i] && !p.event[j]);
        if (!outlives || (delayed && p.entry[j] >= p.time[i])) continue;
        const double sign = (predictor[i] > predictor[j]) - (predictor[i] < predictor[j]);
        concordant += sign > 0;
        discordant += sign < 0;
        tied += sign == 0;
        for (const std::size_t k : {i, j}) {
          difference[k] += sign;
          pairs[k] += 1;
        }
      }
    const double all = concordant + discordant + tied;
    double squares = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i)
      squares += std::pow(difference[i] - pairs[i] * (concordant - discordant) / all, 2);
    const Concordance result = concordance(p.sorted(), predictor);
    EXPECT_EQ(result.concordant, concordant);
    EXPECT_EQ(result.discordant, discordant);
    EXPECT_EQ(result.tied, tied);
    EXPECT_NEAR(result.estimate, (concordant + tied / 2) / all, 1e-14);
    EXPECT_NEAR(result.standard_error, std::sqrt(squares) / (2 * all), 1e-14);
  }
}

TEST(Cox, NoCovariatesGivesTheNullLikelihood) {
  const Data data = therneau_grambsch();
  CoxWorkspace workspace;
  CoxFit fit;
  fit_cox(data.patients.sorted(), {}, {}, workspace, fit);
  EXPECT_EQ(fit.status, FitStatus::ok);
  EXPECT_NEAR(fit.log_likelihood_null, -(std::log(6) + std::log(3) + std::log(4)), 1e-14);
  EXPECT_EQ(fit.log_likelihood, fit.log_likelihood_null);
  EXPECT_EQ(fit.degrees_of_freedom, 0);
}

TEST(Cox, UnitsOfACovariateDoNotMatter) {
  const Data data = random_patients(8, 150, 2, false, false);
  Data other = data;
  for (double& x : other.columns[0])
    x = 1e9 + 1e-3 * x;
  for (double& x : other.columns[1])
    x *= 1e12;
  const CoxFit a = data.fit(), b = other.fit();
  ASSERT_EQ(b.status, FitStatus::ok);
  // The offset leaves 1e-7 / 1e-3 of the first covariate's digits.
  EXPECT_NEAR(b.coefficient[0] * 1e-3, a.coefficient[0], 1e-3);
  EXPECT_NEAR(b.coefficient[1] * 1e12, a.coefficient[1], 1e-3);
  EXPECT_NEAR(b.standard_error[1] * 1e12, a.standard_error[1], 1e-3);
}

TEST(Cox, DiagnosticsOfAFitWithoutCoefficientsAreUndefined) {
  const Data data = patients({1, 2, 3, 2, 3, 4}, {1, 1, 1, 0, 0, 0}, {{0, 0, 0, 1, 1, 1}});
  const CoxFit fit = data.fit();
  const SortedTimes sorted = data.patients.sorted();
  ASSERT_EQ(fit.status, FitStatus::monotone_likelihood);
  EXPECT_TRUE(std::isnan(linear_predictor(data.covariates(), fit)[0]));
  EXPECT_TRUE(
      std::isnan(robust_variance(sorted, data.covariates(), Ties::efron, fit).standard_error[0]));
  EXPECT_TRUE(std::isnan(
      baseline_hazard(sorted, data.covariates(), Ties::efron, fit).cumulative_hazard.back()));
  EXPECT_TRUE(std::isnan(martingale_residuals(sorted, data.covariates(), Ties::efron, fit)[0]));
  const HazardRatio ratio = hazard_ratio(fit.coefficient[0], fit.standard_error[0]);
  EXPECT_EQ(ratio.estimate, 0);
  EXPECT_TRUE(std::isnan(ratio.lower));
}

}  // namespace
}  // namespace trialmill::survival
