#include "design/boundary_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "design/monotone_root.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double farthest = 40;  // nothing of a double's range lies beyond on the scale of Z

// The z with P(Z > z) = probability at this look; -infinite if fewer trials reach it.
double bound_above(const StoppedWalk& walk, double information, double probability) {
  // What earlier looks stopped can only lower the bound; where next to nothing is spent, they do
  // not matter, and the grid does not reach that far.
  constexpr double negligible = 1e-16;
  if (probability <= 0) return infinity;
  const double root_information = std::sqrt(information);
  const double highest = -math::normal_quantile(probability);
  if (probability < negligible) return highest;
  const auto excess = [&](double z) { return walk.above(z * root_information) - probability; };
  if (!(excess(highest) < 0)) return highest;
  if (!(excess(-farthest) > 0)) return -infinity;
  return root_by_newton(
      [&](double z) {
        return std::pair(excess(z), -root_information * walk.density(z * root_information));
      },
      highest, -farthest, highest);
}

// The z with P(Z < z) = probability, but not above `highest`.
double bound_below(const StoppedWalk& walk, double drift, const NextLook& look, double probability,
                   double highest) {
  if (probability <= 0) return -infinity;
  const double root_information = std::sqrt(look.information);
  // What earlier looks stopped can only raise the bound.
  const double lowest = drift * std::sqrt(look.fraction) + math::normal_quantile(probability);
  const auto excess = [&](double z) { return walk.below(z * root_information) - probability; };
  if (lowest >= highest || !(excess(highest) > 0)) return highest;
  if (!(excess(lowest) < 0)) return lowest;
  return root_by_newton(
      [&](double z) {
        return std::pair(excess(z), root_information * walk.density(z * root_information));
      },
      lowest, lowest, highest);
}

}  // namespace

double allowed_alpha(const GroupSequentialDesign& design, const NextLook& look) {
  if (look.uses_up_alpha) return design.alpha;
  if (std::holds_alternative<CustomSpending>(design.efficacy))
    return spent(design.efficacy, design.alpha, look.spending_time, look.index);
  const int sided = design.sided;
  return sided * spent(design.efficacy, design.alpha / sided, look.spending_time, look.index);
}

BoundarySolver::BoundarySolver(const GroupSequentialDesign& design, double constant, double drift)
    : design_(&design), constant_(constant), drift_(drift), null_(0), alternative_(drift) {}

void BoundarySolver::restart() {
  null_.restart();
  alternative_.restart();
  alpha_spent_ = beta_spent_ = stopped_below_ = alternative_mean_ = 0;
}

void BoundarySolver::find_efficacy(const NextLook& look, LookBounds& bounds) const {
  const int sided = design_->sided;
  if (is_spending_function(design_->efficacy) || look.uses_up_alpha) {
    bounds.alpha_spent = std::max(alpha_spent_, allowed_alpha(*design_, look));
    bounds.efficacy_z =
        bound_above(null_, look.information, (bounds.alpha_spent - alpha_spent_) / sided);
    return;
  }
  if (const auto* fixed = std::get_if<HaybittlePeto>(&design_->efficacy)) {
    bounds.efficacy_z = fixed->z;
  } else {
    const double delta = std::get<WangTsiatis>(design_->efficacy).delta;
    bounds.efficacy_z = constant_ * math::power(look.fraction, delta - 0.5);
  }
  bounds.alpha_spent =
      alpha_spent_ + sided * null_.above(bounds.efficacy_z * std::sqrt(look.information));
}

void BoundarySolver::find_futility(const NextLook& look, LookBounds& bounds) const {
  bounds.futility_z = -infinity;
  if (!design_->futility) return;
  const FutilitySpending& futility = *design_->futility;
  if (look.last) {
    bounds.futility_z = bounds.efficacy_z;
    bounds.beta_spent = futility.beta;
    return;
  }
  bounds.beta_spent = std::max(
      beta_spent_, spent(futility.spending, futility.beta, look.spending_time, look.index));
  bounds.futility_z = bound_below(alternative_, drift_, look, bounds.beta_spent - beta_spent_,
                                  std::min(bounds.efficacy_z, farthest));
}

LookBounds BoundarySolver::next(const NextLook& look) {
  LookBounds bounds;
  bounds.information = look.information;
  null_.look_at(look.information);
  find_efficacy(look, bounds);
  if (design_->futility && !look.last) move_alternative(look.information, look.fraction);
  find_futility(look, bounds);
  keep_null(bounds);
  if (design_->futility && !look.last) keep_alternative(bounds);
  return bounds;
}

LookBounds BoundarySolver::next_futility(const NextLook& look, const LookBounds& efficacy) {
  LookBounds bounds = efficacy;
  if (!look.last) move_alternative(look.information, look.fraction);
  find_futility(look, bounds);
  if (!look.last) keep_alternative(bounds);
  return bounds;
}

void BoundarySolver::follow(const LookBounds& bounds, bool for_futility) {
  null_.look_at(bounds.information);
  keep_null(bounds);
  if (design_->futility && for_futility) {
    move_alternative(bounds.information, bounds.information);
    keep_alternative(bounds);
  }
}

double BoundarySolver::type_two_error(const LookBounds& last) const {
  StoppedWalk end = alternative_;
  end.look_at(last.information);
  return stopped_below_ + end.below(last.efficacy_z * std::sqrt(last.information));
}

void BoundarySolver::keep_null(const LookBounds& bounds) {
  const double root_information = std::sqrt(bounds.information);
  const double upper = bounds.efficacy_z * root_information;
  double lower = -infinity;
  if (design_->sided == 2) lower = -upper;
  if (design_->futility && design_->futility->binding) lower = bounds.futility_z * root_information;
  null_.keep(lower, upper);
  alpha_spent_ = bounds.alpha_spent;
}

void BoundarySolver::move_alternative(double information, double fraction) {
  const double mean = std::sqrt(information * fraction);
  alternative_.look_at(information, drift_ * (mean - alternative_mean_));
  alternative_mean_ = mean;
}

void BoundarySolver::keep_alternative(const LookBounds& bounds) {
  const double root_information = std::sqrt(bounds.information);
  const double lower = bounds.futility_z * root_information;
  stopped_below_ += alternative_.below(lower);
  alternative_.keep(lower, bounds.efficacy_z * root_information);
  beta_spent_ = bounds.beta_spent;
}

}  // namespace trialmill::design
