#pragma once

#include <string_view>

#include "trialmill/design/two_arm_model.hpp"

/// Closed formulae for the events a log-rank test needs. They differ, most under unequal
/// allocation, so that a number of events is never given without its formula.
namespace trialmill::design {

enum class EventFormula {
  schoenfeld,  ///< (z_a + z_b)^2 / (p (1 - p) log(HR)^2), p the share of one arm (1981)
  freedman,    ///< (z_a + z_b)^2 (1 + r HR)^2 / (r (1 - HR)^2); not symmetric in the arms (1982)
  hsieh_freedman,  ///< (z_a + z_b)^2 (1 + r)^2 (1 + HR)^2 / (4 r (1 - HR)^2) (Hsieh 1992; rpact)
  lachin_foulkes,  ///< with the variances under both hypotheses (1986), as gsDesign's nSurv has it
};

/// "Schoenfeld", "Freedman", "Hsieh-Freedman", "Lachin-Foulkes".
std::string_view name(EventFormula formula);

/// Events, not rounded, with the formula that gave them.
struct EventNumber {
  EventFormula formula = EventFormula::schoenfeld;
  double events = 0;
};

/// What the events should show.
struct EventTarget {
  double hazard_ratio = 1;  ///< positive, not 1
  double allocation = 1;    ///< r: experimental patients per control patient
  double alpha = 0.025;     ///< one-sided
  double power = 0.8;
};

/// @param formula any but Lachin-Foulkes, which needs the course of the trial
/// @throws DesignError naming what is out of range
EventNumber required_events(EventFormula formula, const EventTarget& target);

/// Patients of a trial with its events, neither rounded.
struct PatientNumber {
  EventNumber events;
  double patients = 0;
};

/// The patients that bring these events: events over the average probability of one.
/// @param model as large as it likes: only probabilities are read @param time_months of the
/// analysis
PatientNumber required_patients(const EventNumber& events, const TwoArmModel& model,
                                double time_months);

/// Lachin and Foulkes (1986), on the scale of the log hazard ratio: patients for which
/// |log HR| = z_a sqrt(1/d0 + 1/d1 under the null) + z_b sqrt(1/d0 + 1/d1 under the alternative),
/// d the expected events of an arm over all strata. Under the null hypothesis both arms have the
/// average of the two hazards, weighted by allocation.
/// @param model proportional hazards in every group; its rate of accrual does not matter
/// @throws DesignError "groups" when the ratio of hazards is not the same throughout
PatientNumber lachin_foulkes(const TwoArmModel& model, double time_months, double alpha,
                             double power);

}  // namespace trialmill::design
