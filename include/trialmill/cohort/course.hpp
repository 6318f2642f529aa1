#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trialmill/cohort/event_time.hpp"
#include "trialmill/cohort/population.hpp"
#include "trialmill/cohort/subgroup.hpp"
#include "trialmill/survival/illness_death.hpp"

/// A patient's whole course: the pathway from randomisation to surgery, the operation, and the
/// illness-death course after it.
///
///   randomisation --(progression, death, withdrawal; toxicity)--> surgery --> R0, R1 | R2 | none
///   R0, R1:  recurrence-free --> with disease --> dead,  recurrence-free --> dead
///   R2 and patients never resected start with disease.
///
/// Every step takes one uniform per patient from a lane of its own, so that a patient meets the
/// same luck whatever the arm, the effects and the size of the trial.
namespace trialmill::cohort {

/// What can happen on the way, each at most once. Times of these are columns of a `Cohort`.
enum class Milestone : std::uint8_t {
  progression,       ///< the disease becomes unresectable before surgery
  progression_seen,  ///< the assessment that shows it, or the planned operation at the latest
  withdrawal,        ///< the patient decides against surgery, and is followed on
  toxicity,          ///< therapy before surgery is stopped
  planned_surgery,   ///< the day set for it, whether it takes place or not
  surgery,
  adjuvant,  ///< adjuvant therapy starts
  recurrence,
  recurrence_seen,  ///< the assessment that shows it
  death,
};
constexpr std::size_t milestone_count = 10;

/// Characteristics that a patient acquires on the way. They are columns like the covariates, after
/// those of the population, and act on later hazards and odds in the same way.
enum class Attribute : std::uint8_t {
  toxicity,    ///< 1: toxicity stopped therapy before surgery
  response,    ///< 1: responded to therapy before surgery; 0 for patients never operated on
  radicality,  ///< a `Radicality`
  morbidity,   ///< 1: a complication of surgery
};
constexpr std::size_t attribute_count = 4;

/// Outcome of the operation. `unresected`: found unresectable there, or never operated on.
enum class Radicality : std::uint8_t { r0, r1, r2, unresected };

/// The attributes as covariates, for their names and levels; their laws are not used.
std::vector<Covariate> attribute_descriptions();

/// When one kind of event strikes: the hazard of the reference patient in each arm, and what
/// multiplies it.
struct TransitionLaw {
  std::vector<EventTimeLaw> by_arm;  ///< empty: it never happens
  std::vector<HazardFactor> factors;
  SubgroupEffects subgroups = {};  ///< in which it has other laws

  bool never() const;
};

/// How a covariate multiplies the odds of something, in the same form as it multiplies a hazard.
using OddsFactor = HazardFactor;

/// How likely something is: odds of the reference patient in each arm, and what multiplies them.
struct OddsLaw {
  std::vector<double> odds_by_arm;  ///< empty: it never happens; may be infinite
  std::vector<OddsFactor> factors;

  bool never() const;
};

/// From randomisation to surgery. Hazards count from randomisation and act until surgery.
struct BeforeSurgery {
  std::vector<double> surgery_at_months;  ///< planned, by arm, from randomisation
  TransitionLaw progression;
  TransitionLaw death;
  TransitionLaw withdrawal;
  TransitionLaw toxicity;
  std::vector<double> surgery_after_toxicity_months;  ///< by arm; never later than planned
  OddsLaw response;
};

/// Adjuvant therapy: who starts it, and when.
struct AdjuvantTherapy {
  OddsLaw started;
  double earliest_months = 0;  ///< after surgery; the start is uniform between the two
  double latest_months = 0;
  double delay_by_morbidity_months = 0;
};

/// The operation. Odds of R1, R2 and unresectable disease are against R0.
struct Operation {
  OddsLaw r1, r2, unresectable;
  TransitionLaw mortality;  ///< of surgery itself, from surgery on, whatever the state
  OddsLaw morbidity;
  AdjuvantTherapy adjuvant;
};

/// Treatment changed after recurrence, as in a crossover to the experimental treatment. From then
/// on the hazard of death with disease is multiplied.
struct Switching {
  double probability = 0;   ///< that a patient who recurs will switch
  double delay_months = 0;  ///< after recurrence; a patient who dies earlier does not switch
  double hazard_ratio = 1;
};

/// The illness-death course. Hazards count from surgery, or from the day on which it became certain
/// that a patient will not be resected.
struct DiseaseCourse {
  TransitionLaw recurrence;
  TransitionLaw death_without_recurrence;
  TransitionLaw death_with_disease;
  survival::CourseClock clock = survival::CourseClock::forward;
  std::vector<Switching> switching = {};  ///< by arm; empty: nobody switches
};

/// Visits at which recurrence or progression can be seen: the first one `every_months[0]` after the
/// clock's start, and each next one by the interval in force at the visit before it. All visits of
/// a patient are shifted by the same time, uniform within `jitter_months` either way; each is
/// missed independently. Empty: seen at once.
struct VisitSchedule {
  /// Where visits after surgery count from: on as before it, or anew. Before surgery they count
  /// from randomisation.
  enum class Start : std::uint8_t { randomisation, surgery };

  std::vector<double> from_months;  ///< the first 0, increasing
  std::vector<double> every_months;
  double jitter_months = 0;  ///< less than half of the shortest interval
  double missed_probability = 0;
  Start from = Start::randomisation;

  bool continuous() const { return every_months.empty(); }
  bool operator==(const VisitSchedule&) const = default;
};

/// The visit at which something that began at `t_months` is seen, by the clock of the visits. What
/// is seen at the same visit of patients with the same shift has the same time to the last bit.
/// @param shift_months of this patient's visits @param missed how many visits are missed in a row
double seen_at(const VisitSchedule& schedule, double t_months, double shift_months,
               std::uint64_t missed);

struct Course {
  BeforeSurgery before;
  Operation operation;
  DiseaseCourse disease;
  std::vector<VisitSchedule> assessments;  ///< by arm
};

}  // namespace trialmill::cohort
