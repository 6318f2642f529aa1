#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "survival/six_patients.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/cox_diagnostics.hpp"

namespace trialmill::survival {
namespace {

using Columns = std::vector<std::vector<double>>;

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Data {
  PatientColumns patients;
  Columns columns;

  Covariates covariates() const {
    Covariates result;
    for (const auto& column : columns)
      result.columns.emplace_back(column);
    return result;
  }
  CoxFit fit(Ties ties = Ties::efron, int max_iterations = 60) const {
    CoxOptions options;
    options.ties = ties;
    options.max_iterations = max_iterations;
    CoxWorkspace workspace;
    CoxFit result;
    fit_cox(patients.sorted(), covariates(), options, workspace, result);
    return result;
  }
};

Data patients(std::vector<double> time, std::vector<std::uint8_t> event, Columns columns) {
  Data data;
  data.patients.time = std::move(time);
  data.patients.event = std::move(event);
  data.columns = std::move(columns);
  return data;
}

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

/// The partial likelihood from its definition: every risk set by looking at every patient.
struct NaiveLikelihood {
  const Data& data;
  Ties ties;

  double operator()(const std::vector<double>& beta) const {
    const PatientColumns& p = data.patients;
    const std::size_t n = p.time.size();
    const auto stratum = [&](std::size_t i) { return p.stratum.empty() ? 0 : p.stratum[i]; };
    const auto linear = [&](std::size_t i) {
      double sum = 0;
      for (std::size_t j = 0; j < beta.size(); ++j)
        sum += beta[j] * data.columns[j][i];
      return sum;
    };
    double value = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (!p.event[i]) continue;
      double at_risk = 0, tied = 0, events = 0, before = 0;
      for (std::size_t j = 0; j < n; ++j) {
        if (stratum(j) != stratum(i) || p.time[j] < p.time[i]) continue;
        if (!p.entry.empty() && p.entry[j] >= p.time[i]) continue;
        at_risk += std::exp(linear(j));
        if (!p.event[j] || p.time[j] != p.time[i]) continue;
        tied += std::exp(linear(j));
        events += 1;
        before += j < i;
      }
      const double taken_out = ties == Ties::efron ? before / events : 0;
      value += linear(i) - std::log(at_risk - taken_out * tied);
    }
    return value;
  }
};

/// Gradient or Hessian by central differences of the naive likelihood; truncation and rounding
/// errors are both below 1e-6 of the number of events.
void expect_maximum(const Data& data, Ties ties, const CoxFit& fit) {
  const NaiveLikelihood likelihood{data, ties};
  const std::size_t p = data.columns.size();
  ASSERT_EQ(fit.status, FitStatus::ok);
  EXPECT_NEAR(fit.log_likelihood_null, likelihood(std::vector<double>(p)), 1e-10);
  EXPECT_NEAR(fit.log_likelihood, likelihood(fit.coefficient), 1e-10);
  const double h = 1e-4;
  const auto at = [&](std::size_t j, double a, std::size_t k, double b) {
    std::vector<double> beta = fit.coefficient;
    beta[j] += a * h;
    beta[k] += b * h;
    return likelihood(beta);
  };
  std::vector<double> product(p * p, 0.0);  // information x covariance, the identity
  for (std::size_t j = 0; j < p; ++j) {
    const double slope = (at(j, 1, j, 0) - at(j, -1, j, 0)) / (2 * h);
    EXPECT_NEAR(slope * fit.standard_error[j], 0, 1e-6);
    for (std::size_t k = 0; k < p; ++k) {
      const double information =
          -(at(j, 1, k, 1) - at(j, 1, k, -1) - at(j, -1, k, 1) + at(j, -1, k, -1)) / (4 * h * h);
      for (std::size_t m = 0; m < p; ++m)
        product[j * p + m] += information * fit.covariance[k * p + m];
    }
  }
  for (std::size_t j = 0; j < p; ++j)
    for (std::size_t m = 0; m < p; ++m)
      EXPECT_NEAR(product[j * p + m], j == m, 1e-4);
}

/// Random patients with whole times (ties) and moderate effects; covariates alternate between two
/// values and many. Seeded, and no claim depends on the draw.
Data random_patients(unsigned seed, std::size_t n, std::size_t p, bool stratified, bool delayed) {
  std::mt19937_64 bits(seed);
  const auto uniform = [&] { return (static_cast<double>(bits() >> 12) + 0.5) * 0x1p-52; };
  Data data;
  data.columns.resize(p);
  for (std::size_t i = 0; i < n; ++i) {
    double linear = 0;
    for (std::size_t j = 0; j < p; ++j) {
      const double x = j % 2 ? 10 + 2 * uniform() : (uniform() < 0.5 ? 1.0 : 2.0);
      data.columns[j].push_back(x);
      linear += (j % 3 ? 0.4 : -0.5) * (j % 2 ? x - 11 : x - 1.5);
    }
    const double event = std::ceil(-8 * std::log(uniform()) * std::exp(-linear));
    const double censoring = std::ceil(20 * uniform());
    data.patients.time.push_back(std::min(event, censoring));
    data.patients.event.push_back(event <= censoring);
    if (stratified) data.patients.stratum.push_back(static_cast<std::int32_t>(bits() % 3));
    if (delayed)
      data.patients.entry.push_back(
          uniform() < 0.4 ? 0 : std::floor(uniform() * data.patients.time[i]));
  }
  data.patients.strata = stratified ? 3 : 1;
  return data;
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

TEST(CoxStatus, NoEvents) {
  const CoxFit fit = patients({1, 2, 3}, {0, 0, 0}, {{0, 1, 0}}).fit();
  EXPECT_EQ(fit.status, FitStatus::no_events);
  EXPECT_TRUE(std::isnan(fit.coefficient[0]));
  EXPECT_EQ(fit.degrees_of_freedom, 0);
}

TEST(CoxStatus, NoPatients) {
  EXPECT_EQ(patients({}, {}, {{}}).fit().status, FitStatus::no_events);
}

TEST(CoxStatus, NoInformation) {
  // One group has left before the first event.
  EXPECT_EQ(patients({1, 2, 3, 4}, {0, 0, 1, 1}, {{1, 1, 0, 0}}).fit().status,
            FitStatus::no_information);
  // Three groups, so the general route: only the last patient has the event.
  EXPECT_EQ(patients({1, 2, 3}, {0, 0, 1}, {{1, 2, 3}}).fit().status, FitStatus::no_information);
  // All who are at risk fail at once.
  EXPECT_EQ(patients({1, 5, 5, 5}, {0, 1, 1, 1}, {{1, 1, 2, 3}}).fit().status,
            FitStatus::no_information);
  // A constant covariate alone.
  EXPECT_EQ(patients({1, 2, 3}, {1, 1, 1}, {{0.1, 0.1, 0.1}}).fit().status,
            FitStatus::no_information);
}

TEST(CoxStatus, SingularColumnsAreDroppedAndTheRestIsFitted) {
  const Data alone = random_patients(3, 120, 2, true, false);
  const CoxFit reference = alone.fit();
  Data data = alone;
  const std::size_t n = data.patients.time.size();
  std::vector<double> sum(n), by_stratum(n);
  for (std::size_t i = 0; i < n; ++i) {
    sum[i] = 1e3 - 0.3 * alone.columns[0][i] + alone.columns[1][i] / 7;
    by_stratum[i] = 0.1 * data.patients.stratum[i];  // constant in every risk set
  }
  data.columns = {by_stratum, alone.columns[0], alone.columns[1], sum};
  const CoxFit fit = data.fit();
  EXPECT_EQ(fit.status, FitStatus::singular);
  EXPECT_EQ(fit.aliased, (std::vector<std::uint8_t>{1, 0, 0, 1}));
  EXPECT_EQ(fit.degrees_of_freedom, 2);
  EXPECT_TRUE(std::isnan(fit.coefficient[0]) && std::isnan(fit.coefficient[3]));
  EXPECT_TRUE(std::isnan(fit.standard_error[0]) && std::isnan(fit.standard_error[3]));
  for (const std::size_t j : {0, 1}) {
    EXPECT_NEAR(fit.coefficient[j + 1], reference.coefficient[j], 1e-12);
    EXPECT_NEAR(fit.standard_error[j + 1], reference.standard_error[j], 1e-12);
  }
  EXPECT_NEAR(fit.log_likelihood, reference.log_likelihood, 1e-11);
  EXPECT_NEAR(fit.wald_test, reference.wald_test, 1e-10);
  EXPECT_NEAR(fit.score_test, reference.score_test, 1e-10);
}

TEST(CoxStatus, NearlyDependentColumnsAreKept) {
  Data data = random_patients(4, 200, 1, false, false);
  std::vector<double> nearly = data.columns[0];
  for (std::size_t i = 0; i < nearly.size(); ++i)
    nearly[i] += 1e-3 * static_cast<double>(i % 7);
  data.columns.push_back(nearly);
  const CoxFit fit = data.fit();
  EXPECT_EQ(fit.status, FitStatus::ok);
  EXPECT_EQ(fit.degrees_of_freedom, 2);
}

TEST(CoxStatus, TooFewIterations) {
  const CoxFit fit = random_patients(5, 100, 3, false, false).fit(Ties::efron, 1);
  EXPECT_EQ(fit.status, FitStatus::not_converged);
  EXPECT_EQ(fit.iterations, 1);
  EXPECT_TRUE(std::isfinite(fit.coefficient[0]));
}

/// Naive check of a monotone fit: far along the reported infinite terms the likelihood is the
/// limit.
void expect_limit(const Data& data, const CoxFit& fit, double far) {
  std::vector<double> beta = fit.coefficient;
  for (double& value : beta)
    if (std::isinf(value)) value = std::copysign(far, value);
  const NaiveLikelihood likelihood{data, Ties::efron};
  EXPECT_NEAR(fit.log_likelihood, likelihood(beta), 1e-8);
}

TEST(CoxStatus, MonotoneOneOfSeveralCovariates) {
  for (const double sign : {1.0, -1.0})
    for (const bool delayed : {false, true}) {
      Data data = random_patients(6, 150, 3, true, delayed);
      // A marker that only patients without the event carry.
      std::vector<double> marker;
      for (std::size_t i = 0; i < 150; ++i)
        marker.push_back(!data.patients.event[i] && i % 3 == 0 ? 5 * sign : 0);
      data.columns.insert(data.columns.begin() + 1, marker);
      const CoxFit fit = data.fit();
      ASSERT_EQ(fit.status, FitStatus::monotone_likelihood);
      EXPECT_EQ(fit.coefficient[1], -sign * infinity);
      EXPECT_TRUE(std::isnan(fit.standard_error[1]));
      EXPECT_TRUE(std::isnan(fit.wald_test));
      EXPECT_GT(fit.score_test, 0);
      EXPECT_LT(fit.score_test, infinity);
      expect_limit(data, fit, 10);
      // What stays finite is the fit without the carriers, who are never at risk in the limit.
      Data rest;
      rest.patients.strata = 3;
      rest.columns.resize(3);
      for (std::size_t i = 0; i < 150; ++i) {
        if (marker[i] != 0) continue;
        rest.patients.time.push_back(data.patients.time[i]);
        rest.patients.event.push_back(data.patients.event[i]);
        rest.patients.stratum.push_back(data.patients.stratum[i]);
        if (delayed) rest.patients.entry.push_back(data.patients.entry[i]);
        for (std::size_t j = 0; j < 3; ++j)
          rest.columns[j].push_back(data.columns[j == 0 ? 0 : j + 1][i]);
      }
      const CoxFit limit = rest.fit();
      for (std::size_t j = 0; j < 3; ++j) {
        EXPECT_NEAR(fit.coefficient[j == 0 ? 0 : j + 1], limit.coefficient[j], 1e-7);
        EXPECT_NEAR(fit.standard_error[j == 0 ? 0 : j + 1], limit.standard_error[j], 1e-6);
      }
      EXPECT_NEAR(fit.log_likelihood, limit.log_likelihood, 1e-8);
    }
}

TEST(CoxStatus, MonotoneContinuousCovariate) {
  // The largest value at risk always fails next.
  const Data data = patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 0, 1, 0}, {{9, 7, 6.5, 1, 3, 2}});
  const CoxFit fit = data.fit();
  EXPECT_EQ(fit.status, FitStatus::monotone_likelihood);
  EXPECT_EQ(fit.coefficient[0], infinity);
  EXPECT_NEAR(fit.log_likelihood, 0, 1e-8);
}

TEST(CoxStatus, MonotoneCombinationOfTwoCovariates) {
  // Neither x nor y alone separates, x + y does: it is 10, 9, 8, 7 for the events in turn.
  const Data data =
      patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 0, 0}, {{3, 6, 1, 5, 2, 4}, {7, 3, 7, 2, 3, 1.5}});
  const CoxFit fit = data.fit();
  EXPECT_EQ(fit.status, FitStatus::monotone_likelihood);
  EXPECT_EQ(fit.coefficient[0], infinity);
  EXPECT_EQ(fit.coefficient[1], infinity);
  EXPECT_NEAR(fit.log_likelihood, 0, 1e-8);
}

TEST(CoxStatus, MonotoneInATreatmentIsExactAtBothEnds) {
  // No event in group 1: the limit is the likelihood of group 0 alone, 1/3 x 1/2 x 1.
  const CoxFit low = patients({1, 2, 3, 2, 3, 4}, {1, 1, 1, 0, 0, 0}, {{0, 0, 0, 1, 1, 1}}).fit();
  EXPECT_EQ(low.status, FitStatus::monotone_likelihood);
  EXPECT_EQ(low.coefficient[0], -infinity);
  EXPECT_NEAR(low.log_likelihood, -std::log(6), 1e-14);
  // All of group 1 fail first: -log 3! for them, then -log 2 among two of group 0.
  const CoxFit high = patients({4, 5, 9, 1, 2, 3}, {0, 1, 0, 1, 1, 1}, {{2, 2, 2, 5, 5, 5}}).fit();
  EXPECT_EQ(high.status, FitStatus::monotone_likelihood);
  EXPECT_EQ(high.coefficient[0], infinity);
  EXPECT_NEAR(high.log_likelihood, -std::log(6) - std::log(2), 1e-14);
}

TEST(CoxStatus, LargeFiniteEffectsRaiseNoFalseAlarm) {
  // Every carrier of a marker fails before everybody else, but for one patient who fails just
  // before the last carrier: finite, and a hazard ratio of about carriers x log(carriers). The
  // second column sends the fit down the general route.
  for (const bool general : {false, true})
    for (const std::size_t carriers : {20, 400, 4000}) {
      Data data;
      data.columns.resize(1);
      const std::size_t n = 2 * carriers;
      for (std::size_t i = 0; i < n; ++i) {
        data.patients.time.push_back(static_cast<double>(i + 1));
        data.patients.event.push_back(1);
        data.columns[0].push_back((i < carriers - 1 || i == carriers) ? 1 : 0);
      }
      if (general) {
        data.columns.emplace_back();
        for (std::size_t i = 0; i < n; ++i)
          data.columns[1].push_back(static_cast<double>(i * 7919 % 101) / 101);
      }
      const CoxFit fit = data.fit();
      EXPECT_EQ(fit.status, FitStatus::ok) << carriers << general;
      EXPECT_GT(fit.coefficient[0], std::log(static_cast<double>(carriers)));
      EXPECT_TRUE(std::isfinite(fit.standard_error[0]));
    }
}

TEST(CoxStatus, StandardErrorsOfRareOppositionRaiseNoFalseAlarm) {
  // One opposing event of a small margin: the coefficient is large, yet finite.
  const Data data = patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 0}, {{9, 7, 6.5, 3, 1, 1.02}});
  const CoxFit fit = data.fit();
  EXPECT_EQ(fit.status, FitStatus::ok);
  EXPECT_GT(fit.coefficient[0], 0.5);
  expect_maximum(data, Ties::efron, fit);
}

TEST(CoxStatus, SmallTrialsAgreeWithTheDefinitionOfMonotone) {
  // Every small trial of a treatment beside a three-valued covariate: monotone exactly when some
  // direction of a fine fan puts each event at the top of its risk set.
  std::size_t monotone = 0, finite = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    std::mt19937_64 bits(seed);
    Data data;
    data.columns.resize(2);
    for (std::size_t i = 0; i < 9; ++i) {
      data.patients.time.push_back(static_cast<double>(1 + bits() % 7));
      data.patients.event.push_back(bits() % 5 < 3);
      data.columns[0].push_back(static_cast<double>(bits() % 2));
      data.columns[1].push_back(static_cast<double>(bits() % 3));
    }
    const PatientColumns& p = data.patients;
    // Differences of covariates are small whole numbers: eighths of these angles meet every cone.
    bool rises = false;
    for (const double a :
         {-2.0, -1.5, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0})
      for (const double b : {-1.0, 0.0, 1.0}) {
        if (a == 0 && b == 0) continue;
        bool on_top = true, strict = false;
        for (std::size_t i = 0; i < 9; ++i)
          for (std::size_t j = 0; j < 9; ++j) {
            if (!p.event[i] || p.time[j] < p.time[i]) continue;
            const double lead = a * (data.columns[0][i] - data.columns[0][j]) +
                                b * (data.columns[1][i] - data.columns[1][j]);
            on_top = on_top && lead >= 0;
            strict = strict || lead > 0;
          }
        rises = rises || (on_top && strict);
      }
    const CoxFit fit = data.fit();
    if (fit.status == FitStatus::no_events || fit.status == FitStatus::no_information) continue;
    EXPECT_EQ(fit.status == FitStatus::monotone_likelihood, rises) << "seed " << seed;
    EXPECT_NE(fit.status, FitStatus::not_converged) << "seed " << seed;
    (rises ? monotone : finite) += 1;
  }
  EXPECT_GT(monotone, 50U);
  EXPECT_GT(finite, 50U);
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
