#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "survival/cox_data.hpp"

namespace trialmill::survival {
namespace {

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

}  // namespace
}  // namespace trialmill::survival
