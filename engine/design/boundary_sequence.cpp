#include "trialmill/design/boundary_sequence.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "design/boundary_solver.hpp"
#include "design/joint_looks.hpp"
#include "design/shortest_step.hpp"

namespace trialmill::design {

struct BoundarySequence::State {
  Boundaries planned;
  SpendingClock clock;
  LastLook last_look;
  BoundarySolver solver;
  JointLooks joint_looks;
  std::size_t look = 0;    // which one is next
  bool as_planned = true;  // so far every look was a planned one at its planned information
  LookBounds before;       // of the last look that had new data
  double unit = 0;         // of the test's own information, once a look has some

  State(const Boundaries& boundaries, SpendingClock chosen_clock, LastLook chosen_last)
      : planned(boundaries),
        clock(chosen_clock),
        last_look(chosen_last),
        solver(planned.design, planned.constant, planned.drift) {}

  void restart() {
    look = 0;
    as_planned = true;
    before = {};
    unit = 0;
    joint_looks.restart();
  }

  bool is_planned(double at, bool last) const {
    return look < planned.looks.size() && at == planned.looks[look].information &&
           last == (look + 1 == planned.looks.size());
  }

  double planned_time() const {
    const GroupSequentialDesign& design = planned.design;
    const std::vector<double>& time =
        design.spending_time.empty() ? design.information : design.spending_time;
    return look < time.size() ? time[look] : 1;
  }

  double spending_time(double at) const {
    if (clock == SpendingClock::actual) return at;
    return clock == SpendingClock::planned ? planned_time() : std::min(at, planned_time());
  }

  // On the scale of fractions, that of the first look being its fraction; 0 for none.
  double scaled_information(const ObservedLook& at) {
    if (!at.information) return at.fraction;
    if (!(*at.information > 0)) return 0;
    if (unit > 0) return *at.information / unit;
    unit = *at.information / at.fraction;
    return at.fraction;
  }

  // The solver goes through the planned looks that were answered without it.
  void leave_the_plan(bool last) {
    as_planned = false;
    solver.restart();
    for (std::size_t k = 0; k < look; ++k)
      solver.follow(planned.looks[k], !last);
  }

  // A look without new data spends nothing.
  LookBounds without_bounds(double at) const {
    LookBounds bounds = before;
    bounds.information = at;
    bounds.efficacy_z = HUGE_VAL;
    bounds.futility_z = -HUGE_VAL;
    return bounds;
  }

  // The least that a look with new data has more. That of an estimated variance also spares a grid
  // of thousands of nodes where a test has all its information long before the last event.
  static double step_after(double information, const ObservedLook& at) {
    constexpr double own_step = 1e-3;
    return at.information ? std::max(own_step * information, shortest_step) : shortest_step;
  }

  LookBounds solve(const ObservedLook& at, bool last) {
    double information = scaled_information(at);
    const double least = before.information + step_after(before.information, at);
    if (information < least) {
      if (!last) return without_bounds(information);
      information = least;
    }
    const bool uses_up = last && last_look == LastLook::spends_all;
    before = solver.next({look, information, spending_time(at.fraction), last, uses_up,
                          at.information ? at.fraction : information});
    return before;
  }

  LookBounds solve_joint(const ObservedLook& at, bool last) {
    if (at.joint->count == 0) return without_bounds(at.fraction);
    const GroupSequentialDesign& design = planned.design;
    const bool uses_up = last && last_look == LastLook::spends_all;
    const double allowed = allowed_alpha(
        design, {look, at.fraction, spending_time(at.fraction), last, uses_up, at.fraction});
    joint_looks.look_at(at.joint->count, at.joint->correlation);
    const double spent_before = before.alpha_spent;
    before.information = at.fraction;
    before.alpha_spent = std::max(spent_before, allowed);
    before.futility_z = -HUGE_VAL;
    before.efficacy_z = joint_looks.bound_for(before.alpha_spent - spent_before, design.sided == 2);
    joint_looks.keep_below(before.efficacy_z);
    return before;
  }

  LookBounds next(const ObservedLook& at, bool last) {
    assert(at.fraction > 0);
    if (at.joint) {
      const LookBounds bounds = solve_joint(at, last);
      ++look;
      return bounds;
    }
    if (as_planned && is_planned(at.fraction, last) &&
        scaled_information(at) == planned.looks[look].information) {
      before = planned.looks[look++];
      return before;
    }
    if (as_planned) leave_the_plan(last);
    const LookBounds bounds = solve(at, last);
    ++look;
    return bounds;
  }
};

BoundarySequence::BoundarySequence(const Boundaries& planned, SpendingClock clock,
                                   LastLook last_look)
    : state_(std::make_unique<State>(planned, clock, last_look)) {}
BoundarySequence::~BoundarySequence() = default;
BoundarySequence::BoundarySequence(BoundarySequence&&) noexcept = default;
BoundarySequence& BoundarySequence::operator=(BoundarySequence&&) noexcept = default;

void BoundarySequence::restart() {
  state_->restart();
}

LookBounds BoundarySequence::next(const ObservedLook& look, bool last) {
  return state_->next(look, last);
}

}  // namespace trialmill::design
