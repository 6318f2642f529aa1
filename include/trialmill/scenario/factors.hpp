#pragma once

#include <span>
#include <string>
#include <vector>

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::scenario {

/// The columns that a cohort of this scenario holds: the population's covariates, then the
/// attributes that patients acquire on their course.
std::vector<cohort::Covariate> columns_of(const Scenario& scenario);

/// What a survey knows of a patient: `columns_of`, then what was seen by the end of follow-up, each
/// absent or present: `recurrence`, `disease` (left behind by an R2 resection, or come back) and
/// `death_within_90_days` of surgery.
std::vector<cohort::Covariate> survey_columns_of(const Scenario& scenario);
constexpr std::size_t survey_observation_count = 3;

/// Effects, given by name, as factors of the columns that a cohort holds.
/// @param columns in the order of the cohort's columns
std::vector<cohort::HazardFactor> factors_of(const std::vector<CovariateEffect>& effects,
                                             std::span<const cohort::Covariate> columns);

/// The product of a patient's ratios. @param value one per column of the cohort
double product_of(std::span<const cohort::HazardFactor> factors, std::span<const double> value);

}  // namespace trialmill::scenario
