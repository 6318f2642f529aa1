#include "trialmill/survival/cox.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>

#include "cox_at_fit.hpp"
#include "cox_likelihood.hpp"
#include "cox_two_groups.hpp"
#include "information_factor.hpp"

namespace trialmill::survival {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

/// The partial likelihood in scaled coefficients: of rows, or of two groups.
struct Likelihood {
  const CoxOptions& options;
  CoxWorkspace& workspace;
  const TwoGroups* groups = nullptr;

  double operator()(std::span<const double> beta) const {
    return groups ? evaluate_two_groups(*groups, beta[0], workspace)
                  : evaluate_likelihood(options.ties, beta, workspace);
  }
};

void reset(std::size_t n, std::size_t events, std::size_t p, CoxFit& fit) {
  fit.status = FitStatus::ok;
  fit.n = n;
  fit.events = events;
  fit.iterations = 0;
  fit.degrees_of_freedom = 0;
  fit.coefficient.assign(p, undefined);
  fit.standard_error.assign(p, undefined);
  fit.covariance.assign(p * p, 0.0);
  fit.aliased.assign(p, 1);
  fit.log_likelihood_null = fit.log_likelihood = 0;
  fit.score_test = fit.wald_test = fit.likelihood_ratio_test = 0;
}

/// How far apart the patients' linear predictors are in a direction.
double spread(std::span<const double> direction, CoxWorkspace& workspace) {
  predict(direction, workspace);
  const auto [low, high] = std::minmax_element(workspace.linear.begin(), workspace.linear.end());
  return workspace.linear.empty() ? 0 : *high - *low;
}

/// Whether the likelihood still rises far out along the last Newton step. Near a finite maximum a
/// step moves nobody's linear predictor; towards an infinite one each step moves it by about 1
/// however little the likelihood gains. The likelihood is concave, so its slope far out decides: a
/// single event against the direction makes it negative.
bool rises_for_ever(const Likelihood& likelihood) {
  if (likelihood.groups) return false;  // decided beforehand
  CoxWorkspace& w = likelihood.workspace;
  constexpr double moves = 1e-3, far = 300, against = 1e-4;
  double most = 0;  // no two linear predictors are further apart
  for (const double part : w.step)
    most += 2 * std::abs(part) * w.largest;
  if (!(most > moves)) return false;
  const double width = spread(w.step, w);
  if (!(width > moves)) return false;
  for (std::size_t j = 0; j < w.trial.size(); ++j)
    w.trial[j] = w.beta[j] + far / width * w.step[j];
  likelihood(w.trial);
  double slope = 0;
  for (std::size_t j = 0; j < w.step.size(); ++j)
    slope += w.score[j] * w.step[j];
  return slope > -against * width;
}

/// The state of Newton's method at workspace.beta.
class Newton {
 public:
  Newton(const Likelihood& likelihood, CoxFit& fit)
      : likelihood_(likelihood),
        workspace_(likelihood.workspace),
        fit_(fit),
        factor_{workspace_.information, workspace_.factor, fit.aliased} {}

  /// Evaluates at 0: null likelihood, columns to drop, score test.
  void start(double smallest_information) {
    value_ = likelihood_(workspace_.beta);
    fit_.log_likelihood_null = fit_.log_likelihood = value_;
    factor_.find_dependent_columns(smallest_information);
    find_step();
    fit_.score_test = gain_;
  }

  /// Iterates to the maximum, from the state `start` left.
  FitStatus maximise() {
    const CoxOptions& options = likelihood_.options;
    const double near = options.tolerance * options.tolerance;
    double gain_before = infinite;
    while (gain_ >= near) {
      const bool at_rounding_error = gain_ < 1e-12 && gain_ >= gain_before;
      if (at_rounding_error) break;
      if (gain_ < 1e-10 && rises_for_ever(likelihood_)) return FitStatus::monotone_likelihood;
      gain_before = gain_;
      if (!advance()) return stuck();
    }
    for (std::size_t j = 0; j < workspace_.beta.size(); ++j)
      workspace_.beta[j] += workspace_.step[j];
    return FitStatus::ok;
  }

  double value() const { return value_; }
  void covariance(std::span<double> out) const { factor_.invert(out); }

 private:
  void find_step() {
    std::copy(workspace_.score.begin(), workspace_.score.end(), workspace_.step.begin());
    gain_ = factor_.solve(workspace_.step);
  }

  /// Near an infinite maximum the information can drown in rounding errors before the likelihood
  /// has converged; otherwise the iterations were too few.
  FitStatus stuck() {
    const bool infinite_maximum = gain_ < 1e-4 && rises_for_ever(likelihood_);
    likelihood_(workspace_.beta);
    factor_.update();
    return infinite_maximum ? FitStatus::monotone_likelihood : FitStatus::not_converged;
  }

  /// One Newton step, shortened until the likelihood does not fall. False at the iteration limit,
  /// or where the information is no longer positive definite.
  bool advance() {
    CoxWorkspace& w = workspace_;
    const double rounding = 1e-13 * (std::abs(value_) + 1);
    for (std::size_t j = 0; j < w.beta.size(); ++j)
      w.trial[j] = w.beta[j] + w.step[j];
    for (int halvings = 1; fit_.iterations < likelihood_.options.max_iterations; ++halvings) {
      ++fit_.iterations;
      const double value = likelihood_(w.trial);
      if (std::isfinite(value) && value >= value_ - rounding) {
        if (!factor_.update()) break;
        value_ = value;
        w.beta = w.trial;
        find_step();
        return true;
      }
      for (std::size_t j = 0; j < w.beta.size(); ++j)
        w.trial[j] = (w.trial[j] + halvings * w.beta[j]) / (halvings + 1);
    }
    return false;
  }

  const Likelihood& likelihood_;
  CoxWorkspace& workspace_;
  CoxFit& fit_;
  InformationFactor factor_;
  double value_ = 0;
  double gain_ = 0;  ///< score' information^-1 score, about twice what a step gains
};

/// Coefficients, standard errors and tests from a finished Newton iteration, in the covariates'
/// units.
void report(const Newton& newton, std::span<const double> unit, const CoxWorkspace& w,
            CoxFit& fit) {
  const std::size_t p = fit.coefficient.size();
  newton.covariance(fit.covariance);
  fit.log_likelihood = newton.value();
  for (std::size_t j = 0; j < p; ++j) {
    if (fit.aliased[j]) continue;
    fit.coefficient[j] = w.beta[j] * unit[j];
    for (std::size_t k = 0; k < p; ++k) {
      fit.covariance[j * p + k] *= unit[j] * unit[k];
      fit.wald_test += w.beta[j] * w.information[std::min(j, k) * p + std::max(j, k)] * w.beta[k];
    }
    fit.standard_error[j] = std::sqrt(fit.covariance[j * p + j]);
  }
}

/// Replaces the terms that go to infinity along the last Newton step.
void report_infinite_terms(std::span<const double> step, CoxFit& fit) {
  const std::size_t p = step.size();
  double largest = 0;
  for (const double part : step)
    largest = std::max(largest, std::abs(part));
  for (std::size_t j = 0; j < p; ++j) {
    if (fit.aliased[j] || std::abs(step[j]) <= 1e-4 * largest) continue;
    fit.coefficient[j] = std::copysign(infinite, step[j]);
    fit.standard_error[j] = undefined;
    for (std::size_t k = 0; k < p; ++k)
      fit.covariance[j * p + k] = fit.covariance[k * p + j] = undefined;
  }
  fit.wald_test = undefined;
}

/// Sorts the patients into two groups by their value of a covariate, in workspace.group.
/// @return the distance of the values; nothing unless there are two
std::optional<double> find_two_groups(const SortedTimes& sorted, std::span<const double> covariate,
                                      CoxWorkspace& workspace) {
  const std::size_t n = sorted.size();
  const double one = covariate[0];
  double other = one;
  for (const double x : covariate) {
    if (x == one || x == other) continue;
    if (other != one) return std::nullopt;
    other = x;
  }
  if (other == one) return std::nullopt;
  const double high = std::max(one, other);
  workspace.group.resize(n);
  for (std::size_t i = 0; i < n; ++i)
    workspace.group[i] = covariate[sorted.row[i]] == high;
  return high - std::min(one, other);
}

void report_no_information(CoxFit& fit) {
  fit.status = FitStatus::no_information;
  fit.degrees_of_freedom = 0;
  fit.aliased.assign(fit.aliased.size(), 1);
  fit.score_test = 0;
}

/// Fits a table of two groups whose covariate differs by `distance`.
void fit_two_groups(const RiskTable& table, double distance, const CoxOptions& options,
                    CoxWorkspace& workspace, CoxFit& fit) {
  double patients = 0;
  for (const double size : table.group_size)
    patients += size;
  const TwoGroups groups = list_terms(table, options.ties, workspace);
  reset(static_cast<std::size_t>(patients), static_cast<std::size_t>(groups.events), 1, fit);
  make_room(1, workspace);
  if (fit.events == 0) {
    fit.status = FitStatus::no_events;
    return;
  }
  const double unit = 1 / distance;
  const Likelihood likelihood{options, workspace, &groups};
  Newton newton(likelihood, fit);
  newton.start(0);
  fit.degrees_of_freedom = 1 - fit.aliased[0];
  if (!groups.informative || fit.degrees_of_freedom == 0) return report_no_information(fit);
  if (groups.rises_for_ever() || groups.falls_for_ever()) {
    // One of the groups has all the events it could have: known without iterating.
    fit.status = FitStatus::monotone_likelihood;
    fit.log_likelihood = limiting_log_likelihood(groups);
    workspace.step[0] = groups.rises_for_ever() ? 1 : -1;
    report_infinite_terms(workspace.step, fit);
  } else {
    fit.status = newton.maximise();
    report(newton, std::span(&unit, 1), workspace, fit);
    if (fit.status == FitStatus::monotone_likelihood) report_infinite_terms(workspace.step, fit);
  }
  fit.likelihood_ratio_test = 2 * (fit.log_likelihood - fit.log_likelihood_null);
}

}  // namespace

void fit_cox(const RiskTable& table, const CoxOptions& options, CoxWorkspace& workspace,
             CoxFit& fit) {
  assert(table.groups == 2);
  fit_two_groups(table, 1.0, options, workspace, fit);
}

void fit_cox(const SortedTimes& sorted, const Covariates& covariates, const CoxOptions& options,
             CoxWorkspace& workspace, CoxFit& fit) {
  const std::size_t n = sorted.size(), p = covariates.columns.size();
  for ([[maybe_unused]] const auto& column : covariates.columns)
    assert(column.size() == n);
  reset(n, static_cast<std::size_t>(std::count(sorted.event.begin(), sorted.event.end(), 1)), p,
        fit);
  if (fit.events == 0) {
    fit.status = FitStatus::no_events;
    return;
  }
  if (p == 1)
    if (const auto distance = find_two_groups(sorted, covariates.columns[0], workspace)) {
      tabulate_risk(sorted, workspace.group, 2, workspace.table);
      return fit_two_groups(workspace.table, *distance, options, workspace, fit);
    }
  prepare(sorted, covariates, workspace);
  // Where events are distinct everybody at risk has the event only when alone, which adds nothing.
  const bool informative = p == 0 || workspace.distinct || holds_information(p, workspace);
  const Likelihood likelihood{options, workspace};
  Newton newton(likelihood, fit);
  newton.start(smallest_information(fit.events, workspace));
  fit.degrees_of_freedom = static_cast<int>(std::count(fit.aliased.begin(), fit.aliased.end(), 0));
  if (p == 0) return;
  if (!informative || fit.degrees_of_freedom == 0) return report_no_information(fit);
  fit.status = newton.maximise();
  report(newton, workspace.unit, workspace, fit);
  if (fit.status == FitStatus::monotone_likelihood) report_infinite_terms(workspace.step, fit);
  fit.likelihood_ratio_test = 2 * (fit.log_likelihood - fit.log_likelihood_null);
  if (fit.status == FitStatus::ok && fit.degrees_of_freedom < static_cast<int>(p))
    fit.status = FitStatus::singular;
}

}  // namespace trialmill::survival
