#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trialmill/cohort/course.hpp"
#include "trialmill/cohort/dependence.hpp"
#include "trialmill/cohort/enrolment.hpp"
#include "trialmill/cohort/event_time.hpp"
#include "trialmill/cohort/population.hpp"
#include "trialmill/cohort/randomisation.hpp"
#include "trialmill/cohort/subgroup.hpp"

namespace trialmill::cohort {

/// Strata formed by crossing the levels of binary and categorical covariates.
struct Stratification {
  std::vector<std::size_t> covariates;  ///< indices in the population, none continuous
  std::vector<std::size_t> levels;      ///< number of levels of each
  /// Place of each level in the order of strata, per covariate: increasing labels, as a table of
  /// the patients would be read, so that a refit sums strata in the same order.
  std::vector<std::vector<std::int32_t>> place;

  std::size_t count() const;
};

/// Everything needed to draw patients, with all names resolved and all tables built. What happens
/// to them is either a single event, given by `hazard_factors` and `event_time_by_arm`, or a
/// `course`.
struct TrialModel {
  std::vector<Covariate> population;
  Copula copula;                                ///< of the covariates that are correlated
  std::vector<HazardFactor> hazard_factors;     ///< effects of covariates on the event's hazard
  std::vector<EventTimeLaw> event_time_by_arm;  ///< for a patient whose factors are all 1
  SubgroupEffects event_subgroups;              ///< in which the event has other laws
  OddsLaw cured;                                ///< never having the event
  std::optional<Course> course;
  std::vector<EventTimeLaw> dropout_time_by_arm;
  Enrolment enrolment;
  Randomisation randomisation;
  Stratification randomisation_strata;  ///< of covariates that leave nobody out

  std::size_t arms() const { return randomisation.allocation.size(); }
};

/// One replicate's patients in order of arrival, as columns of `size` elements. Times of event and
/// dropout count from randomisation and may be infinite.
struct Cohort {
  std::size_t size = 0;
  std::vector<double> enrolment_months;  ///< calendar time of arrival = randomisation, increasing
  std::vector<std::int32_t> arm;
  /// Covariate-major: value of covariate c at c * size + patient. With a course the attributes that
  /// patients acquire follow the covariates of the population.
  std::vector<double> covariates;
  /// What the trial records, in the same layout: NaN where an analysis leaves the patient out.
  /// Empty when every value of every covariate is recorded; attributes always are.
  std::vector<double> recorded;
  std::vector<double> event_months;  ///< of a single event; empty with a course
  std::vector<double> milestones;    ///< of a course, milestone-major like `covariates`
  std::vector<double> dropout_months;
  /// When a patient switches treatment after recurrence, from randomisation; infinite for those who
  /// do not. Empty where no arm of a course switches.
  std::vector<double> switching_months;

  std::span<const double> covariate(std::size_t index) const {
    return std::span(covariates).subspan(index * size, size);
  }
  std::span<const double> milestone(Milestone which) const {
    return std::span(milestones).subspan(static_cast<std::size_t>(which) * size, size);
  }
  /// The covariate as analyses see it; NaN where they leave the patient out.
  std::span<const double> recorded_covariate(std::size_t index) const {
    const bool all_recorded = index * size >= recorded.size();
    return all_recorded ? covariate(index) : std::span(recorded).subspan(index * size, size);
  }
};

/// Scratch space of drawing, reused from replicate to replicate.
struct CohortWorkspace {
  std::vector<double> uniform, block_uniform, multiplier, scratch;
  std::vector<std::vector<double>> course;  ///< columns of the steps of a course
  std::vector<std::int32_t> law;            ///< of each patient, where effects differ in subgroups
  std::vector<std::int32_t> stratum;
  PopulationWorkspace population;
  RandomisationWorkspace randomisation;
};

/// Draws the first `size` patients of a replicate. Patient i is the same whatever the size, the
/// effect of treatment, the other arms, the thread or the shard: each purpose has its own stream
/// and takes one uniform per patient. Overwrites `cohort`, keeping its capacity.
void draw_cohort(const TrialModel& model, std::uint64_t seed, std::uint64_t replicate,
                 std::size_t size, CohortWorkspace& workspace, Cohort& cohort);

/// The same patients, all of them treated as in arm `arm`: what each would have met there.
void draw_cohort_under(const TrialModel& model, std::int32_t arm, std::uint64_t seed,
                       std::uint64_t replicate, std::size_t size, CohortWorkspace& workspace,
                       Cohort& cohort);

/// The stratum of each of the first `stratum.size()` patients: places of recorded levels as digits,
/// the first covariate the most significant; -1 for a patient who is left out because a level was
/// not recorded.
void assign_strata(const Stratification& strata, const Cohort& cohort,
                   std::span<std::int32_t> stratum);

}  // namespace trialmill::cohort
