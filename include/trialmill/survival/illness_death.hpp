#pragma once

#include <span>
#include <vector>

#include "trialmill/survival/piecewise_hazard.hpp"

/// The illness-death model of the disease course after surgery.
///
/// Three states: 0 recurrence-free, 1 alive with disease, 2 dead. Time zero is surgery, times are
/// months. A patient starts in state 0, or in state 1 when surgery left disease behind, and moves
/// 0 -> 1 (recurrence), 0 -> 2 (death without recurrence), 1 -> 2 (death with disease). Recurrence-
/// free survival ends with the exit from state 0, overall survival with the entry into state 2.
/// Every hazard is piecewise constant, so occupation of the states is known in closed form: on each
/// stretch without a change of hazard the convolution of two exponentials (Putter, Fiocco and
/// Geskus 2007, section 4; Andersen et al. 1993, section II.6).
namespace trialmill::survival {

/// Where the clock of death with disease starts: at surgery (a Markov model) or at the entry into
/// state 1 (semi-Markov). They are the same for patients who start with disease.
enum class CourseClock { forward, reset };

/// The hazards of the reference patient, who has ratio 1 for every transition.
struct IllnessDeathHazards {
  PiecewiseHazard recurrence{{0}, {0}};                ///< 0 -> 1, from surgery
  PiecewiseHazard death_without_recurrence{{0}, {0}};  ///< 0 -> 2, from surgery
  PiecewiseHazard death_with_disease{{0}, {0}};        ///< 1 -> 2, by `clock`
  /// Added to the hazard of death in both living states, from surgery whatever the clock: the
  /// mortality of the operation.
  PiecewiseHazard death_after_surgery{{0}, {0}};
  CourseClock clock = CourseClock::forward;
  bool operator==(const IllnessDeathHazards&) const = default;
};

/// One kind of patient: the state at surgery and the hazard ratios against the reference patient,
/// positive and finite. The mortality of the operation has no ratio.
struct IllnessDeathRatios {
  bool starts_with_disease = false;
  double recurrence = 1;
  double death_without_recurrence = 1;
  double death_with_disease = 1;
};

/// Probabilities of being alive in either state at some time.
struct StateOccupation {
  double recurrence_free = 1;  ///< state 0; the recurrence-free survival
  double with_disease = 0;     ///< state 1
  double alive() const { return recurrence_free + with_disease; }
  double dead() const { return 1 - alive(); }
};

/// Densities per month at some time, of the whole of a kind of patient. Where a hazard changes the
/// density is the one just after.
struct EventDensities {
  double recurrence_or_death = 0;  ///< exit from state 0; 0 for patients who start with disease
  double death = 0;                ///< entry into state 2
};

/// Occupation of the states at t >= 0 months, exact to rounding (some 1e-14).
StateOccupation state_occupation(const IllnessDeathHazards& hazards,
                                 const IllnessDeathRatios& ratios, double t_months);

/// Densities of the two endpoints at t >= 0 months.
EventDensities event_densities(const IllnessDeathHazards& hazards, const IllnessDeathRatios& ratios,
                               double t_months);

/// Kinds of patients at many times. Columns hold times x kinds numbers, the kinds of one time side
/// by side.
struct CourseTable {
  std::size_t times = 0;
  std::size_t kinds = 0;
  std::vector<double> recurrence_free;      ///< probability of state 0
  std::vector<double> with_disease;         ///< probability of state 1
  std::vector<double> recurrence_or_death;  ///< density per month of the exit from state 0
  std::vector<double> death;                ///< density per month of the entry into state 2
};

/// State occupation and event densities of every kind of patient at every time. On the forward
/// clock one walk along the times serves all of them: the work is kinds x (times + changes of
/// hazard). On the reset clock each time asks anew when the disease began: kinds x times x changes.
/// The same bits on every CPU, and for every time and kind whichever others are asked for beside
/// it on the reset clock (on the forward clock they differ by rounding).
/// @param times_months 0 or more, not decreasing
CourseTable tabulate_course(const IllnessDeathHazards& hazards,
                            std::span<const IllnessDeathRatios> kinds,
                            std::span<const double> times_months);

/// Survival alone, as `tabulate_course` gives it, at one time: the probability of each kind of
/// being alive. A hazard of death with disease may be infinite here (from some time on nobody lives
/// with disease), which is the limit that calibration asks for.
/// @param alive one element per kind, overwritten
void probability_alive(const IllnessDeathHazards& hazards,
                       std::span<const IllnessDeathRatios> kinds, double t_months,
                       std::span<double> alive);

/// Every time above 0 at which a hazard changes on its own clock, ascending, without repetition.
std::vector<double> changes_of_hazard(const IllnessDeathHazards& hazards);

}  // namespace trialmill::survival
