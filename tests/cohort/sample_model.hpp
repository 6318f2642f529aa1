#pragma once

#include "trialmill/cohort/cohort.hpp"

namespace trialmill::cohort {

/// A two-arm trial with every kind of covariate, stratified blocks, ramp-up and dropout.
inline TrialModel sample_model(double hazard_ratio = 0.65) {
  TrialModel model;
  model.population = {{"grade_g3", BinaryLaw{0.3}},
                      {"primary", CategoricalLaw{{"pancreas", "rectum", "other"}, {0.6, 0.3, 0.1}}},
                      {"age", NormalLaw{59, 11, 18, 90}}};
  model.hazard_factors = {{0, {1.0, 2.4}, 0}, {1, {1.0, 1.5, 0.8}, 0}, {2, {}, 0.02}};
  const survival::PiecewiseHazard baseline{{0, 12}, {0.05, 0.03}};
  const survival::PiecewiseHazard dropout{{0}, {0.002}};
  model.event_time_by_arm = {EventTimeLaw(baseline, {}),
                             EventTimeLaw(baseline, {{0.0}, {hazard_ratio}})};
  model.dropout_time_by_arm = {EventTimeLaw(dropout, {}), EventTimeLaw(dropout, {})};
  model.enrolment = {Enrolment::Process::poisson, {0, 6}, {4, 12}};
  model.randomisation_strata = {{0, 1}, {2, 3}, {{0, 1}, {0, 1, 2}}};
  model.randomisation = {Randomisation::Method::permuted_blocks, {1, 1}, {2, 4}, 6};
  return model;
}

}  // namespace trialmill::cohort
