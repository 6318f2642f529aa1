#pragma once

#include <cstdint>
#include <span>

#include "trialmill/cohort/course.hpp"

/// The steps of a course, each a loop without branches over columns of the cohort's patients. What
/// never happens is infinitely late, so that sums and comparisons need no exceptions. Columns of
/// one call do not overlap.
namespace trialmill::cohort {

/// Each patient's value of those by arm.
void choose_by_arm(std::span<const double> by_arm, std::span<const std::int32_t> arm,
                   std::span<double> out);

/// Multiplies each patient's value by that of the arm.
void multiply_by_arm(std::span<const double> by_arm, std::span<const std::int32_t> arm,
                     std::span<double> product);

/// What can happen before surgery, and what was planned. Only what comes first and before surgery
/// stays in the columns; the others become infinite.
struct BeforeSurgeryColumns {
  std::span<double> progression, withdrawal, death, toxicity;
  std::span<const double> surgery_at, after_toxicity;  ///< planned: from randomisation, toxicity
  std::span<double> planned_surgery, surgery, was_toxic;
};
void go_to_surgery(const BeforeSurgeryColumns& columns);

/// 1 for the patients operated on to whom it happens: u < odds / (1 + odds), else 0.
void happen_at_surgery(std::span<const double> surgery, std::span<const double> u,
                       std::span<const double> odds, std::span<double> value);

/// Odds of the outcomes of the operation, against R0.
struct OutcomeOdds {
  std::span<const double> r1, r2, unresectable;
};
void operate(std::span<const double> surgery, std::span<const double> u, const OutcomeOdds& odds,
             std::span<double> radicality);

/// What happens after surgery, from surgery on, if nothing else came before.
struct DiseaseColumns {
  std::span<const double> radicality, recurs, dies_free;
};

/// When the disease of each patient comes back: `recurs` of those for whom it does, 0 for others.
void find_recurrences(const DiseaseColumns& disease, std::span<double> ill_from);

/// Adds `more` to each value.
void add(std::span<const double> more, std::span<double> value);

/// How death with disease is counted.
struct DeathWithDisease {
  std::span<const double> ill_from;
  std::span<const double> dies_ill;  ///< from the clock's start: by `clock` surgery or recurrence
  survival::CourseClock clock;
};
/// Times of milestones from randomisation.
struct DiseaseMilestones {
  std::span<const double> surgery, progression, withdrawal;
  std::span<double> recurrence, death;
};
/// Fills recurrence and death of the patients who did not die before surgery. The clock of those
/// never resected starts on the day on which that became certain.
void go_through_disease(const DiseaseColumns& disease, const DeathWithDisease& ill,
                        const DiseaseMilestones& milestones);

/// Death of surgery, `dies` after it, ends what would have come later.
void die_of_surgery(std::span<const double> surgery, std::span<const double> dies,
                    std::span<double> recurrence, std::span<double> adjuvant,
                    std::span<double> death);

/// Time since `start`, where the visits count from, of what happens at `t`.
void count_from(std::span<const double> start, std::span<const double> t, std::span<double> since);

/// The later of `t` and what is seen `since` the start.
void show_from(std::span<const double> start, std::span<const double> t,
               std::span<const double> since, std::span<double> seen);

}  // namespace trialmill::cohort
