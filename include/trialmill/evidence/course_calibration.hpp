#pragma once

#include <span>
#include <vector>

#include "trialmill/evidence/calibration.hpp"
#include "trialmill/survival/illness_death.hpp"

/// Calibration of the disease course after surgery to two published curves.
///
/// Recurrence-free survival fixes the hazard of recurrence, overall survival then that of death
/// with disease; both curves are averages over the covariates of the published cohort. Deaths
/// without recurrence are few and taken as given.
namespace trialmill::evidence {

/// One kind of patient: the share of the population, the state at surgery and the log hazard ratios
/// of the three transitions against the reference patient. A population is a list whose
/// probabilities add up to 1.
struct CoursePattern {
  double probability = 1;
  bool starts_with_disease = false;
  double log_recurrence = 0;
  double log_death_without_recurrence = 0;
  double log_death_with_disease = 0;
};

/// The hazard ratios of every pattern, in the order of the population.
std::vector<survival::IllnessDeathRatios> course_ratios(std::span<const CoursePattern> population);

/// Population-averaged occupation of the states at t >= 0 months: `alive()` is overall survival,
/// and `recurrence_free` over the share that starts without disease is recurrence-free survival.
survival::StateOccupation average_occupation(const survival::IllnessDeathHazards& hazards,
                                             std::span<const CoursePattern> population,
                                             double t_months);

/// The piecewise-constant baseline hazard of recurrence for which all-cause recurrence-free
/// survival, averaged over the patterns that do not start with disease, passes through every knot:
/// one monotone root per knot, in time order. Between knots the hazard of recurrence or death of
/// the reference patient is constant: recurrence is what the deaths leave of it (or constant
/// itself, where that would be negative). The last hazard continues. The same bits on every CPU.
/// @param rfs_knots times increasing and positive, survival in (0, 1) and not increasing
/// @param death_without_recurrence baseline, multiplied by the ratios of the patterns
/// @param death_after_surgery the same for everybody
/// @throws CalibrationError naming the knot and the reachable range, where those deaths alone take
/// survival below the knot, and for what `calibrate_baseline` refuses
survival::PiecewiseHazard calibrate_recurrence(
    std::span<const SurvivalKnot> rfs_knots, std::span<const CoursePattern> population,
    const survival::PiecewiseHazard& death_without_recurrence,
    const survival::PiecewiseHazard& death_after_surgery);

/// The piecewise-constant baseline hazard of death with disease for which overall survival,
/// averaged over all patterns, passes through every knot: one monotone root per knot, in time
/// order. Pieces run from knot to knot, on the clock of `hazards` (time since surgery or time since
/// recurrence); the last hazard continues. The same bits on every CPU.
/// @param os_knots as above
/// @param hazards the other hazards and the clock; its `death_with_disease` is not read
/// @throws CalibrationError naming the knot and the reachable range: above it where the other
/// deaths alone take survival below the knot, below it where survival would have to fall under the
/// part of patients who are recurrence-free (on the reset clock, or new to disease)
survival::PiecewiseHazard calibrate_death_with_disease(std::span<const SurvivalKnot> os_knots,
                                                       std::span<const CoursePattern> population,
                                                       survival::IllnessDeathHazards hazards);

}  // namespace trialmill::evidence
