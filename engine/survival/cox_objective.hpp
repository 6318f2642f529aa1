#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/cox_profile.hpp"
#include "trialmill/survival/firth_cox.hpp"

namespace trialmill::survival {

/// A log-likelihood in scaled coefficients, for rows made by `prepare`, that can be maximised with
/// some coefficients held. `dropped` columns take no part.
class CoxObjective {
 public:
  /// The log partial likelihood.
  CoxObjective(Ties ties, std::span<const std::uint8_t> dropped, CoxWorkspace& workspace)
      : ties_(ties), dropped_(dropped), workspace_(workspace) {}
  /// With Firth's penalty.
  CoxObjective(Ties ties, std::span<const std::uint8_t> dropped, FirthWorkspace& workspace)
      : ties_(ties), dropped_(dropped), workspace_(workspace.cox), penalty_(&workspace) {}

  /// Fills the workspace's score (the slope of the objective) and information (of the partial
  /// likelihood). -infinity where the penalty needs an information that is not positive definite.
  double operator()(std::span<const double> beta) const;

  struct Maximum {
    bool converged = false;
    int iterations = 0;
    double value = 0;
  };
  /// Climbs from workspace.beta, whose `held` coefficients stay, by Newton steps with the
  /// information and step halving; leaves score and information at the end.
  /// @param tolerance in standard errors
  Maximum maximise(std::span<std::uint8_t> held, double tolerance, int max_iterations) const;

  CoxWorkspace& workspace() const { return workspace_; }
  std::span<const std::uint8_t> dropped() const { return dropped_; }

 private:
  double penalty() const;
  /// Takes a share of workspace.step, halved until the objective does not fall.
  /// @return the share taken, 0 when the iterations ran out
  double climb(double share, int max_iterations, Maximum& result) const;
  /// The share of the last step that would have been best, by its slope before and after: the
  /// penalty makes the objective up to twice as curved as the information says.
  double best_share(double share, double slope_before) const;

  Ties ties_;
  std::span<const std::uint8_t> dropped_;
  CoxWorkspace& workspace_;
  FirthWorkspace* penalty_ = nullptr;
};

/// Where the profile is to be searched: an estimate in scaled units.
struct ProfileSearch {
  std::size_t column = 0;
  std::span<const double> estimate;  ///< scaled, infinite where the likelihood is monotone
  double standard_error = 0;         ///< scaled; not read for an infinite estimate
  double maximum = 0;                ///< of the objective
  double drop = 0;                   ///< of the objective at the limits
};

ProfileInterval search_profile(const CoxObjective& objective, const ProfileSearch& search);

}  // namespace trialmill::survival
