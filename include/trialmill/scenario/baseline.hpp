#pragma once

#include <vector>

#include "trialmill/cohort/event_time.hpp"
#include "trialmill/evidence/calibration.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::scenario {

/// The distribution of the log hazard ratio that `effects` give to a population with these laws. A
/// covariate without an effect does not matter; an effect of a covariate that is not in the
/// population is left out. Exact over independent covariates and conditional tables; over
/// correlated ones average survival is as good as `covariate_patterns` makes it.
/// @throws std::length_error when the crossing of the covariates exceeds 10^6 patterns
std::vector<evidence::RiskPattern> risk_patterns(const std::vector<cohort::Covariate>& population,
                                                 const std::vector<CovariateEffect>& effects,
                                                 const cohort::Copula& copula = {});

/// The hazard of the reference patient: as given, or calibrated to the published knots averaged
/// over the published cohort.
/// @throws evidence::CalibrationError when no non-negative hazard meets a knot
cohort::BaselineHazard resolve_baseline(const Transition& transition);

}  // namespace trialmill::scenario
