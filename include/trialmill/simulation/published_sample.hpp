#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/cohort/cohort.hpp"

/// What a calibrated model makes of published curves, by its own patients: drawn from the published
/// cohort (scenario/published_cohort.hpp) as those of a trial are, none of them lost.
namespace trialmill::simulation {

/// A share of drawn patients, and its Monte-Carlo standard error.
struct SampledShare {
  double share = 0;
  double mc_se = 0;
};

/// Survival at some months since surgery, by curve. Empty where no patient was drawn whom the curve
/// is of.
struct SampledCourse {
  std::vector<SampledShare> recurrence_free;  ///< of patients resected R0 or R1
  std::vector<SampledShare> overall;          ///< of all patients resected
  std::vector<SampledShare> overall_r0_r1, overall_r2;
};

/// Draws `patients` patients with a fixed part of the seed's streams, which no replicate uses.
/// @param rfs_months, os_months at which recurrence-free and overall survival are asked for
SampledCourse sample_published_course(const cohort::TrialModel& model, std::uint64_t seed,
                                      std::size_t patients, std::span<const double> rfs_months,
                                      std::span<const double> os_months);

/// The same of a model with a single event: the share without it at each of the months.
std::vector<SampledShare> sample_published_event(const cohort::TrialModel& model,
                                                 std::uint64_t seed, std::size_t patients,
                                                 std::span<const double> months);

}  // namespace trialmill::simulation
