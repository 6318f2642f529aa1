#pragma once

#include "trialmill/design/two_arm_model.hpp"

namespace trialmill::design {

/// The Cox model of treatment alone, in strata, as it is expected at a calendar time: the
/// coefficient that solves the expected partial score equation (Struthers and Kalbfleisch 1986),
///   sum of integral of [n1 h1 - p (n1 h1 + n0 h0)] dx = 0, p = n1 e^b / (n1 e^b + n0),
/// with n1(x), n0(x) expected at risk x months after entry and h their hazards, in all strata
/// together. Under proportional hazards within strata it is the log hazard ratio.
struct ExpectedCox {
  double log_hazard_ratio = 0;
  double information = 0;       ///< sum of integral of p (1 - p) (n1 h1 + n0 h0) dx
  double wald_z = 0;            ///< -log_hazard_ratio sqrt(information): positive for benefit
  double likelihood_ratio = 0;  ///< chi-square, twice the gain in expected log partial likelihood
};

/// @param model with expected events in both arms @param time_months above 0
/// @throws DesignError as `require_model`
ExpectedCox expected_cox(const TwoArmModel& model, double time_months);

}  // namespace trialmill::design
