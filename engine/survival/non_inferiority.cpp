#include "trialmill/survival/non_inferiority.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::survival {
namespace {

NonInferiority test_of(FitStatus status, double margin, double distance, double std_error) {
  NonInferiority test;
  test.status = status;
  test.margin = margin;
  if (status == FitStatus::ok && !(std_error > 0)) test.status = FitStatus::no_information;
  if (test.status != FitStatus::ok) return test;
  test.z = distance / std_error;
  test.p_one_sided = math::normal_probability(-test.z);
  return test;
}

/// The control arm's proportion at which the two binomial likelihoods together are largest, if the
/// experimental arm's is `margin` below: the root of their slope, which falls.
double restricted_control(const TwoByTwo& table, double margin) {
  const auto slope = [](std::int64_t successes, std::int64_t patients, double p) {
    return static_cast<double>(successes) / p - static_cast<double>(patients - successes) / (1 - p);
  };
  double from = std::max(0.0, margin), to = std::min(1.0, 1 + margin);
  for (int halving = 0; halving < 60; ++halving) {
    const double p = 0.5 * (from + to);
    const double sum = slope(table.control_successes, table.control_patients, p) +
                       slope(table.experimental_successes, table.experimental_patients, p - margin);
    (sum > 0 ? from : to) = p;
  }
  return 0.5 * (from + to);
}

}  // namespace

NonInferiority non_inferiority(const CoxFit& fit, std::size_t column, double margin) {
  assert(margin > 0);
  const double coefficient = fit.coefficient[column];
  FitStatus status = fit.status;
  const bool partial = status == FitStatus::singular || status == FitStatus::monotone_likelihood;
  if (partial && std::isfinite(coefficient) && std::isfinite(fit.standard_error[column]))
    status = FitStatus::ok;
  return test_of(status, margin, math::log(margin) - coefficient, fit.standard_error[column]);
}

NonInferiority non_inferiority(const RestrictedMeanComparison& comparison, double margin) {
  return test_of(comparison.status, margin, comparison.difference + margin, comparison.std_error);
}

NonInferiority non_inferiority(const MilestoneComparison& comparison, double margin) {
  return test_of(comparison.status, margin, comparison.difference + margin, comparison.std_error);
}

NonInferiority non_inferiority(const TwoByTwo& table, double margin) {
  assert(margin > -1 && margin < 1);
  const auto control_patients = static_cast<double>(table.control_patients);
  const auto experimental_patients = static_cast<double>(table.experimental_patients);
  if (!(control_patients > 0 && experimental_patients > 0))
    return test_of(FitStatus::one_group_empty, margin, 0, 0);
  const double difference =
      static_cast<double>(table.experimental_successes) / experimental_patients -
      static_cast<double>(table.control_successes) / control_patients;
  const double control = restricted_control(table, margin);
  const double experimental = control - margin;
  const double variance = control * (1 - control) / control_patients +
                          experimental * (1 - experimental) / experimental_patients;
  return test_of(FitStatus::ok, margin, difference + margin,
                 variance > 1e-14 ? std::sqrt(variance) : 0);
}

}  // namespace trialmill::survival
