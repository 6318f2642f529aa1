#pragma once

#include <optional>
#include <span>
#include <vector>

#include "trialmill/design/design_error.hpp"
#include "trialmill/design/spending.hpp"

/// Bounds of group sequential designs.
///
/// The statistic of look k is Z_k, positive for benefit, and its information t_k a fraction of the
/// planned maximum. The drift is E[Z] at t = 1, so that E[Z_k] = drift sqrt(t_k), and the scores
/// Z_k sqrt(t_k) have independent increments. Probabilities are found by recursive numerical
/// integration (Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000, Group Sequential
/// Methods, chapter 19) to about 1e-13, and have the same bits on every CPU. gsDesign, rpact and
/// lrstat compute the same designs.
namespace trialmill::design {

/// Stopping for futility by spending the type II error at the drift of the alternative.
struct FutilitySpending {
  double beta = 0.1;                             ///< in (0, 1 - alpha)
  Spending spending = LanDeMetsObrienFleming{};  ///< a spending function
  /// Binding bounds must be obeyed, and let the efficacy bounds be lower; non-binding ones may be
  /// overruled without inflating the type I error.
  bool binding = false;
};

/// What a design is, before its bounds are known.
struct GroupSequentialDesign {
  std::vector<double> information = {1};  ///< fractions of the looks, increasing, the last one 1
  /// Fractions at which error is spent, not decreasing, the last one 1; empty: the information.
  std::vector<double> spending_time = {};
  double alpha = 0.025;  ///< in (0, 0.5]: of both sides together when two-sided
  int sided = 1;         ///< 2: bounds at Z and -Z, each side with half of alpha
  Spending efficacy = LanDeMetsObrienFleming{};
  std::optional<FutilitySpending> futility = {};  ///< of one-sided designs
};

/// The bounds of one look.
struct LookBounds {
  double information = 0;
  double alpha_spent = 0;  ///< cumulative; of a non-binding design, with futility ignored
  /// Reject from here on. Infinite where nothing can be spent; -infinite, in a `BoundarySequence`
  /// only, where binding futility lets fewer trials come this far than there is alpha left.
  double efficacy_z = 0;
  double beta_spent = 0;  ///< cumulative; 0 without futility
  /// Stop for futility below; -infinite without futility. At the last look it is `efficacy_z`.
  double futility_z = 0;
};

/// A design with its bounds.
struct Boundaries {
  GroupSequentialDesign design;
  std::vector<LookBounds> looks;
  /// The drift at which beta is spent and the power is 1 - beta; 0 without futility.
  double drift = 0;
  /// C of Wang-Tsiatis bounds; 0 otherwise.
  double constant = 0;
};

/// @throws DesignError naming the part, what was found and what is allowed
void require_design(const GroupSequentialDesign& design);

/// The bounds of a design at its planned looks. Milliseconds, also for 20 looks with futility.
/// Efficacy bounds spend alpha at drift 0. Futility bounds spend beta at the drift for which the
/// last of them meets the last efficacy bound.
/// @throws DesignError as `require_design`, also when alpha cannot be spent (Haybittle-Peto bounds
/// so low that the interim looks exceed it) or futility meets efficacy before the last look
Boundaries compute_boundaries(const GroupSequentialDesign& design);

}  // namespace trialmill::design
