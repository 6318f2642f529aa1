#pragma once

#include <cstddef>
#include <vector>

namespace trialmill::design {

/// The score process of a trial, S(t) = Z(t) sqrt(t) with independent normal increments of variance
/// dt, over the paths that have met no bound so far: its sub-density on a Gauss-Legendre grid,
/// carried from look to look (Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000,
/// chapter 19). The grid is as fine as the narrower of the increments before and after the look
/// needs, so that probabilities are exact to about 1e-14. Memory is kept from trial to trial.
class StoppedWalk {
 public:
  /// @param drift mean of S(t) per unit of t
  explicit StoppedWalk(double drift = 0) : drift_(drift) { restart(); }

  /// A new trial: S(time) = score with probability 1.
  void restart(double time = 0, double score = 0);

  /// Moves on to the next look. @param time after that of the look before
  void look_at(double time) { look_at(time, drift_ * (time - time_)); }

  /// The same for a drift that is not constant. @param mean_increment of S since the look before
  void look_at(double time, double mean_increment);

  /// Probabilities that the trial goes on to this look and S is above or below `score` there.
  double above(double score) const;
  double below(double score) const;

  /// The density of S at this look, over the trials that go on to it.
  double density(double score) const;

  /// The trial goes on from this look with lower < S < upper; bounds may be infinite.
  void keep(double lower, double upper);

 private:
  void lay_grid(double width_after);
  double density(double score, std::size_t& first) const;

  double drift_;
  double time_ = 0, time_before_ = 0;           // of this look and the one before
  double sd_ = 0, mean_increment_ = 0;          // of S from the one to the other
  double start_time_ = 0, mean_ = 0;            // mean of S(time_) were there no bounds
  double lower_ = 0, upper_ = 0;                // what `keep` said
  std::vector<double> score_, mass_;            // the grid of the look before
  std::vector<double> next_score_, next_mass_;  // that of this look, while it is laid
  mutable std::vector<double> kernel_;
};

}  // namespace trialmill::design
