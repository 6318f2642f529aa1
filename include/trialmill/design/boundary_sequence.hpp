#pragma once

#include <cstddef>
#include <memory>

#include "trialmill/design/boundaries.hpp"

namespace trialmill::design {

/// At which information fraction a look spends, when it comes earlier or later than planned.
enum class SpendingClock {
  actual,   ///< at the information observed
  planned,  ///< at the planned fraction of that look, while its bound obeys the information
            ///< observed
  lesser,   ///< at the smaller of the two: never faster than planned, whatever the looks' times
};

/// What happens at the last look to error that its fraction would leave unspent.
enum class LastLook {
  spends_all,    ///< all of alpha is used up, also when the trial ended short of its information
  as_its_clock,  ///< alpha is spent by the clock alone; what is left is lost
};

/// The bounds of one trial as it unfolds, at the information actually observed: each look spends
/// what the spending function allows there less what has been spent, given the bounds of the looks
/// before it. Futility bounds are at the planned drift.
///
/// Meant for simulations: one object per worker, `restart` for every trial. While all looks have
/// come at exactly their planned information it returns the planned bounds without computing
/// anything; otherwise a look costs some tens of microseconds. No memory is allocated once the
/// first trials have been seen.
class BoundarySequence {
 public:
  /// @param planned from `compute_boundaries`
  explicit BoundarySequence(const Boundaries& planned, SpendingClock clock = SpendingClock::actual,
                            LastLook last_look = LastLook::spends_all);
  ~BoundarySequence();
  BoundarySequence(BoundarySequence&&) noexcept;
  BoundarySequence& operator=(BoundarySequence&&) noexcept;

  /// Begins the next trial.
  void restart();

  /// The bounds of the next look.
  /// @param information as a fraction of the planned maximum, above 0; may exceed 1 (an overrun).
  /// A look with less than 1e-5 more than the one before has no new data: an interim one has no
  /// bounds (infinite), and only the last one spends what is left; it counts as a look all the same
  /// @param last no look follows: the last look planned, or the trial has ended before
  LookBounds next(double information, bool last);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trialmill::design
