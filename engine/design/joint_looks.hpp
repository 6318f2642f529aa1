#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "trialmill/design/boundary_sequence.hpp"

namespace trialmill::design {

/// The statistics of a trial's looks, one or more at each, standard normal with any correlation,
/// and the bounds that the largest of them has met at the looks before.
///
/// Reaching a bound is split by which statistic of the look is the first that does. Given its value
/// beyond the bound the others are drawn within theirs one by one, those of the latest look first
/// (Genz 1992; Genz and Bretz 2009), at the points of a fixed lattice rule, which leaves a smooth
/// function of moderate size to be averaged: probabilities are the same in every run, and their
/// relative error is about 1e-3 (twelve statistics), less with fewer. A statistic that
/// those drawn before determine, as fh(0,0) is fh(0,1) + fh(1,0), bounds the last normal variable
/// that it depends on. One to which the correlations leave no variance (estimates allow that) gets
/// none, its correlations being shrunk to what is possible.
///
/// Memory is kept from trial to trial.
class JointLooks {
 public:
  /// A new trial.
  void restart();

  /// Moves on to the next look. @param statistics its number, at least 1; at most
  /// `most_joint_statistics` in all looks @param correlation of each of them a row: with all
  /// statistics of the looks before, then with those of this look
  void look_at(std::size_t statistics, std::span<const double> correlation);

  /// The probability that no bound was reached before, and some statistic of this look is `z` or
  /// more. @param two_sided or -z or less, here and at the looks before; z is positive then
  double reached(double z, bool two_sided) const;

  /// The z for which `reached` has this value, to about 1e-6; infinite for none, -infinite where
  /// the looks before leave less. @param probability in [0, 1)
  double bound_for(double probability, bool two_sided) const;

  /// The trial goes on from this look with every statistic below `z`.
  void keep_below(double z);

 private:
  double first_to_reach(std::size_t statistic, double z, bool two_sided) const;

  std::size_t before_ = 0, all_ = 0;  // statistics of looks before, and with this look's
  std::vector<std::array<double, most_joint_statistics>> correlation_;  // with those before
  std::vector<double> bound_;                                           // of looks before
};

}  // namespace trialmill::design
