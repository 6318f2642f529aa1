#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "survival/six_patients.hpp"
#include "trialmill/survival/cox.hpp"

namespace trialmill::survival {

using Columns = std::vector<std::vector<double>>;

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Patients with covariates, ready to be fitted.
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

inline Data patients(std::vector<double> time, std::vector<std::uint8_t> event, Columns columns) {
  Data data;
  data.patients.time = std::move(time);
  data.patients.event = std::move(event);
  data.columns = std::move(columns);
  return data;
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
inline void expect_maximum(const Data& data, Ties ties, const CoxFit& fit) {
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
inline Data random_patients(unsigned seed, std::size_t n, std::size_t p, bool stratified,
                            bool delayed) {
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

}  // namespace trialmill::survival
