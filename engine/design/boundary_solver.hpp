#pragma once

#include <cstddef>

#include "design/stopped_walk.hpp"
#include "trialmill/design/boundaries.hpp"

namespace trialmill::design {

/// A look whose bounds are to be found.
struct NextLook {
  std::size_t index = 0;     ///< from 0, for `CustomSpending`
  double information = 0;    ///< above that of the look before, to which the walk goes
  double spending_time = 0;  ///< the fraction at which error is spent
  bool last = false;         ///< no look follows
  bool uses_up_alpha = false;
  double fraction = 0;  ///< of the planned maximum: the mean of Z is drift x its root
};

/// What a spending function allows until this look.
double allowed_alpha(const GroupSequentialDesign& design, const NextLook& look);

/// Finds the bounds of one trial look by look.
class BoundarySolver {
 public:
  /// @param design valid, and kept by reference @param constant of Wang-Tsiatis bounds
  /// @param drift at which futility spends beta
  BoundarySolver(const GroupSequentialDesign& design, double constant, double drift);

  void restart();

  LookBounds next(const NextLook& look);

  /// The same, finding only the futility bound. @param efficacy of this look, known before; the
  /// type I error is not followed, so that all looks of a trial must come this way
  LookBounds next_futility(const NextLook& look, const LookBounds& efficacy);

  /// Goes through an interim look whose bounds are known. @param for_futility another interim look
  /// may follow, whose futility bound has to be found
  void follow(const LookBounds& bounds, bool for_futility);

  /// After the last look, at `drift`: the probability of having stopped below, at the last look
  /// short of the efficacy bound.
  double type_two_error(const LookBounds& last) const;

 private:
  void find_efficacy(const NextLook& look, LookBounds& bounds) const;
  void find_futility(const NextLook& look, LookBounds& bounds) const;
  void keep_null(const LookBounds& bounds);
  void move_alternative(double information, double fraction);
  void keep_alternative(const LookBounds& bounds);

  const GroupSequentialDesign* design_;
  double constant_, drift_;
  StoppedWalk null_, alternative_;
  double alpha_spent_ = 0, beta_spent_ = 0;
  double stopped_below_ = 0;
  double alternative_mean_ = 0;  // of the score at this look, over the drift
};

}  // namespace trialmill::design
