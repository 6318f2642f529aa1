#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

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

/// How many statistics the looks of a trial may have together, where they are correlated one by
/// one.
constexpr std::size_t most_joint_statistics = 32;

/// The statistics of a look that rejects by the largest of them.
struct JointStatistics {
  std::size_t count = 0;  ///< 0: none is defined
  /// Of each of them a row: with all statistics of the looks before, in their order, and then with
  /// those of this look.
  std::vector<double> correlation = {};
};

/// What a look brings to the bounds: when error is spent, and how its statistic correlates with
/// those of the looks before.
struct ObservedLook {
  double fraction = 0;  ///< of the planned maximum, above 0; may exceed 1 (an overrun): error is
                        ///< spent at it
  /// Of the test itself, in any unit, such as the variance of a weighted log-rank score or the
  /// reciprocal of an estimate's: the statistics of looks j < k correlate by
  /// sqrt(information_j / information_k). 0 or less: the look has no statistic. Absent: that of the
  /// test is proportional to `fraction`, as of the log-rank test to events. All looks of a trial
  /// have it, or none.
  std::optional<double> information = {};
  /// Instead, with all looks of a trial: statistics that follow no such rule, several at a look or
  /// another one at the last. Efficacy alone is bounded then, by a function that spends alpha.
  std::optional<JointStatistics> joint = {};
};

/// The bounds of one trial as it unfolds, at the information actually observed: each look spends
/// what the spending function allows there less what has been spent, given the bounds of the looks
/// before it and the correlation of their statistics with its own. Scores are taken to have
/// independent increments, as those of weighted log-rank tests (Tsiatis 1982) and efficient
/// estimators do (Scharfstein, Tsiatis and Robins 1997). Futility bounds are at the planned drift,
/// with E[Z] = drift sqrt(fraction).
///
/// Meant for simulations: one object per worker, `restart` for every trial. While all looks have
/// come at exactly their planned information it returns the planned bounds without computing
/// anything, as it does at the first look whatever the test's own information; otherwise a look
/// costs some tens of microseconds. No memory is allocated once the first trials have been seen.
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

  /// The bounds of the next look, with `information` on a scale on which that of the first look is
  /// its fraction.
  ///
  /// A look with less than 1e-5 more of the fraction, or 0.1 % more information of its own, than
  /// the one before has no new data: an interim one has no bounds (infinite), and only the last one
  /// spends what is left, as if it had that much more; it counts as a look all the same. So does
  /// one that has less than the look before, as estimated variances allow: the correlation is
  /// capped, which is on the safe side. A look without any of the statistics that belong together
  /// has no bounds and spends nothing.
  /// @param last no look follows: the last look planned, or the trial has ended before
  LookBounds next(const ObservedLook& look, bool last);

  /// The same where the information of the test is the fraction.
  LookBounds next(double fraction, bool last) { return next(ObservedLook{fraction}, last); }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trialmill::design
