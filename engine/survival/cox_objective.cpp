#include "cox_objective.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cox_likelihood.hpp"
#include "cox_rows.hpp"
#include "information_factor.hpp"
#include "risk_set_sweep.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// Adds half the slope of the log determinant of the information to the score: half the mean, over
/// a risk set, of (x - mean)' inverse (x - mean) (x - mean), summed over the terms.
void add_penalty_slope(Ties ties, std::size_t p, FirthWorkspace& workspace) {
  const std::size_t stride = row_stride(p), size = 2 + 2 * p + p * p;
  CoxWorkspace& cox = workspace.cox;
  const std::vector<double>& inverse = workspace.inverse;
  workspace.sums.resize(3 * size);
  workspace.slope.assign(p, 0.0);
  double* const sums = workspace.sums.data();
  const auto form = [&](const double* a, const double* b) {
    double sum = 0;
    for (std::size_t j = 0; j < p; ++j)
      for (std::size_t k = 0; k < p; ++k)
        sum += a[j] * inverse[j * p + k] * b[k];
    return sum;
  };
  // Sums: risk; risk q with q = x' inverse x; risk x (p); risk q x (p); risk x x' (p x p).
  sweep_backwards(
      cox.risk_sets, ties, size, {sums, sums + size, sums + 2 * size, &cox.tree},
      [&](std::uint32_t i, double* at_risk) {
        const double* const x = cox.rows.data() + i * stride;
        const double risk = cox.risk[i], q = form(x, x);
        at_risk[0] += risk;
        at_risk[1] += risk * q;
        for (std::size_t j = 0; j < p; ++j) {
          at_risk[2 + j] += risk * x[j];
          at_risk[2 + p + j] += risk * q * x[j];
          for (std::size_t k = 0; k < p; ++k)
            at_risk[2 + 2 * p + j * p + k] += risk * x[j] * x[k];
        }
      },
      [&](const RiskSetTerm& term) {
        const double total = term.sums[0];
        const double* const x = term.sums + 2;
        const double* const xx = term.sums + 2 + 2 * p;
        const double mean_form = form(x, x) / (total * total);
        for (std::size_t k = 0; k < p; ++k) {
          double cross = 0;  // mean' inverse E[x x_k]
          for (std::size_t j = 0; j < p; ++j)
            for (std::size_t l = 0; l < p; ++l)
              cross += x[j] * inverse[j * p + l] * xx[l * p + k];
          const double mean = x[k] / total;
          workspace.slope[k] +=
              term.events * ((term.sums[2 + p + k] - mean * term.sums[1]) / total -
                             2 * cross / (total * total) + 2 * mean_form * mean);
        }
      });
  for (std::size_t k = 0; k < p; ++k)
    cox.score[k] += 0.5 * workspace.slope[k];
}

}  // namespace

double CoxObjective::penalty() const {
  const std::size_t p = dropped_.size();
  FirthWorkspace& firth = *penalty_;
  firth.held.assign(dropped_.begin(), dropped_.end());
  firth.inverse.resize(p * p);
  InformationFactor factor{workspace_.information, workspace_.factor, firth.held};
  if (!factor.update()) return -infinite;
  double half_log_determinant = 0;
  for (std::size_t j = 0, row = 0; j < p; ++j) {
    if (dropped_[j]) continue;
    // In the covariates' units.
    half_log_determinant += math::log(workspace_.factor[row * p + row] / workspace_.unit[j]);
    ++row;
  }
  factor.invert(firth.inverse);
  add_penalty_slope(ties_, p, firth);
  return half_log_determinant;
}

double CoxObjective::operator()(std::span<const double> beta) const {
  const double value = evaluate_likelihood(ties_, beta, workspace_);
  return penalty_ && std::isfinite(value) ? value + penalty() : value;
}

CoxObjective::Maximum CoxObjective::maximise(std::span<std::uint8_t> held, double tolerance,
                                             int max_iterations) const {
  CoxWorkspace& w = workspace_;
  Maximum result;
  result.value = (*this)(w.beta);
  if (!std::isfinite(result.value)) return result;
  double first_share = 1;
  while (true) {
    InformationFactor factor{w.information, w.factor, held};
    if (!factor.update()) return result;
    std::copy(w.score.begin(), w.score.end(), w.step.begin());
    const double gain = factor.solve(w.step);
    result.converged = gain < tolerance * tolerance;
    if (result.converged) return result;
    const double share = climb(first_share, max_iterations, result);
    if (share == 0) {
      (*this)(w.beta);
      return result;
    }
    if (penalty_) first_share = std::clamp(best_share(share, gain), 0.1, 1.0);
  }
}

double CoxObjective::climb(double share, int max_iterations, Maximum& result) const {
  CoxWorkspace& w = workspace_;
  for (; result.iterations < max_iterations; share /= 2) {
    ++result.iterations;
    for (std::size_t j = 0; j < w.beta.size(); ++j)
      w.trial[j] = w.beta[j] + share * w.step[j];
    const double value = (*this)(w.trial);
    if (std::isfinite(value) && value >= result.value - 1e-13 * (std::abs(value) + 1)) {
      result.value = value;
      w.beta = w.trial;
      return share;
    }
  }
  return 0;
}

double CoxObjective::best_share(double share, double slope_before) const {
  double slope = 0;
  for (std::size_t j = 0; j < workspace_.step.size(); ++j)
    slope += workspace_.step[j] * workspace_.score[j];
  return share * slope_before / (slope_before - slope);
}

namespace {

/// One limit, on the side of `sign`.
class LimitSearch {
 public:
  LimitSearch(const CoxObjective& objective, const ProfileSearch& search, double sign)
      : objective_(objective), search_(search), sign_(sign), held_(objective.dropped().size()) {
    std::copy(objective.dropped().begin(), objective.dropped().end(), held_.begin());
    held_[search.column] = 1;
  }

  /// From the Wald limit by Newton's method on the root of twice the loss, which is nearly linear.
  double from_estimate() {
    start();
    const double estimate = search_.estimate[search_.column];
    const double wanted = std::sqrt(2 * search_.drop);
    double within = estimate, beyond = sign_ * infinite;
    double at = estimate + sign_ * wanted * search_.standard_error;
    for (int k = 0; k < 60; ++k) {
      if (!evaluate(at)) return undefined;
      const double root = std::sqrt(std::max(0.0, 2 * (search_.maximum - value_)));
      (root < wanted ? within : beyond) = at;
      double next = at + (root - wanted) * root / slope_;
      const bool inside = sign_ * (next - within) > 0 && sign_ * (beyond - next) > 0;
      if (!inside || !std::isfinite(next))
        next = std::isinf(beyond) ? estimate + 2 * (at - estimate) : 0.5 * (within + beyond);
      if (std::abs(next - at) < 1e-9 * search_.standard_error) return next;
      if (std::abs(next - estimate) > 1e6 * search_.standard_error) return sign_ * infinite;
      at = next;
    }
    return undefined;
  }

  /// Of an estimate at infinity, the finite limit: Newton's method on the profile itself, concave
  /// and rising, reaches the limit from outside wherever it starts.
  double from_infinity() {
    start();
    double at = 0;
    for (int k = 0; k < 200; ++k) {
      if (!evaluate(at) || slope_ == 0) return undefined;
      const double next = at - (value_ - (search_.maximum - search_.drop)) / slope_;
      if (std::abs(next - at) < 1e-10 * (1 + std::abs(at))) return next;
      at = next;
    }
    return undefined;
  }

 private:
  void start() {
    std::vector<double>& beta = objective_.workspace().beta;
    for (std::size_t j = 0; j < beta.size(); ++j)
      beta[j] = std::isfinite(search_.estimate[j]) ? search_.estimate[j] : 0;
  }

  bool evaluate(double at) {
    objective_.workspace().beta[search_.column] = at;
    const CoxObjective::Maximum best = objective_.maximise(held_, 1e-8, 200);
    value_ = best.value;
    slope_ = objective_.workspace().score[search_.column];
    return best.converged;
  }

  const CoxObjective& objective_;
  const ProfileSearch& search_;
  double sign_;
  std::vector<std::uint8_t> held_;
  double value_ = 0;
  double slope_ = 0;
};

}  // namespace

ProfileInterval search_profile(const CoxObjective& objective, const ProfileSearch& search) {
  ProfileInterval interval;
  const double estimate = search.estimate[search.column];
  const auto limit = [&](double sign) {
    LimitSearch side(objective, search, sign);
    if (std::isfinite(estimate)) return side.from_estimate();
    return sign * estimate > 0 ? estimate : side.from_infinity();
  };
  interval.lower = limit(-1);
  interval.upper = limit(1);
  if (std::isnan(interval.lower) || std::isnan(interval.upper)) {
    interval.status = FitStatus::not_converged;
    interval.lower = interval.upper = undefined;
  }
  return interval;
}

}  // namespace trialmill::survival
