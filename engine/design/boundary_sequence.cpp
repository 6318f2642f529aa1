#include "trialmill/design/boundary_sequence.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "design/boundary_solver.hpp"
#include "design/shortest_step.hpp"

namespace trialmill::design {

struct BoundarySequence::State {
  Boundaries planned;
  SpendingClock clock;
  LastLook last_look;
  BoundarySolver solver;
  std::size_t look = 0;    // which one is next
  bool as_planned = true;  // so far every look was a planned one at its planned information
  LookBounds before;       // of the last look that had new data

  State(const Boundaries& boundaries, SpendingClock chosen_clock, LastLook chosen_last)
      : planned(boundaries),
        clock(chosen_clock),
        last_look(chosen_last),
        solver(planned.design, planned.constant, planned.drift) {}

  void restart() {
    look = 0;
    as_planned = true;
    before = {};
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

  LookBounds solve(double at, bool last) {
    if (at < before.information + shortest_step) {
      if (!last) return without_bounds(at);
      at = before.information + shortest_step;
    }
    const bool uses_up = last && last_look == LastLook::spends_all;
    before = solver.next({look, at, spending_time(at), last, uses_up});
    return before;
  }

  LookBounds next(double at, bool last) {
    assert(at > 0);
    if (as_planned && is_planned(at, last)) {
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

LookBounds BoundarySequence::next(double information, bool last) {
  return state_->next(information, last);
}

}  // namespace trialmill::design
