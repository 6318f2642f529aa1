#include "trialmill/survival/cox_diagnostics.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstddef>
#include <limits>

#include "cox_at_fit.hpp"
#include "cox_likelihood.hpp"
#include "cox_rows.hpp"
#include "information_factor.hpp"
#include "risk_set_sweep.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// Row of `path.before` for the k-th event time (of all) in a stratum.
const double* earlier(const HazardPath& path, std::size_t k, std::size_t stratum) {
  return path.before.data() + (k + stratum) * path.width;
}

void take_steps(Ties ties, std::size_t p, CoxWorkspace& workspace, HazardPath& path) {
  const std::size_t size = 1 + p, stride = row_stride(p);
  const std::size_t times = workspace.risk_sets.event_time.size();
  path.step.assign(times * size, 0.0);
  path.own.assign(times * size, 0.0);
  path.mean.assign(times * p, 0.0);
  workspace.sums.resize(3 * size);
  double* const sums = workspace.sums.data();
  sweep_backwards(
      workspace.risk_sets, ties, size, {sums, sums + size, sums + 2 * size, &workspace.tree},
      [&](std::uint32_t i, double* at_risk) {
        at_risk[0] += workspace.risk[i];
        for (std::size_t j = 0; j < p; ++j)
          at_risk[1 + j] += workspace.risk[i] * workspace.rows[i * stride + j];
      },
      [&](const RiskSetTerm& term) {
        const EventTime& t = workspace.risk_sets.event_time[term.event_time];
        const double hazard = term.events / term.sums[0];
        const double part = term.events / (t.events_end - t.begin);
        double* const step = path.step.data() + term.event_time * size;
        double* const own = path.own.data() + term.event_time * size;
        step[0] += hazard;
        own[0] += term.share * hazard;
        for (std::size_t j = 0; j < p; ++j) {
          const double mean = term.sums[1 + j] / term.sums[0];
          step[1 + j] += hazard * mean;
          own[1 + j] += term.share * hazard * mean;
          path.mean[term.event_time * p + j] += part * mean;
        }
      });
}

/// For the risks in the workspace.
void find_hazard_path(Ties ties, std::size_t p, CoxWorkspace& workspace, HazardPath& path) {
  path.width = 1 + p;
  take_steps(ties, p, workspace, path);
  path.before.clear();
  const auto& begin = workspace.risk_sets.stratum_begin;
  for (std::size_t s = 0; s + 1 < begin.size(); ++s) {
    std::vector<double>& sum = path.undergone;
    sum.assign(path.width, 0.0);
    for (std::size_t k = begin[s]; k <= begin[s + 1]; ++k) {
      path.before.insert(path.before.end(), sum.begin(), sum.end());
      if (k == begin[s + 1]) break;
      for (std::size_t j = 0; j < path.width; ++j)
        sum[j] += path.step[k * path.width + j];
    }
  }
}

/// Calls visit(position, event time, undergone) for each patient of a risk set; undergone is a row
/// of the path summed over the event times at which the patient was at risk.
template <class Visit>
void for_each_patient(const SortedTimes& sorted, const RiskSets& sets, HazardPath& path,
                      Visit visit) {
  std::vector<double>& undergone = path.undergone;
  undergone.resize(path.width);
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s)
    for (std::size_t k = sets.stratum_begin[s]; k < sets.stratum_begin[s + 1]; ++k)
      for (std::uint32_t i = sets.event_time[k].begin; i < sets.event_time[k].end; ++i) {
        const std::size_t missed = sets.missed.empty() ? 0 : sets.missed[i];
        const double* const before = earlier(path, k, s);
        const double* const at_entry = earlier(path, sets.stratum_begin[s] + missed, s);
        const double* const now = (sorted.event[i] ? path.own : path.step).data() + k * path.width;
        for (std::size_t j = 0; j < path.width; ++j)
          undergone[j] = before[j] + now[j] - at_entry[j];
        visit(i, k, undergone.data());
      }
}

/// Score residuals at the risks in the workspace, n x p by sorted position, in scaled units.
void find_score_residuals(const SortedTimes& sorted, Ties ties, std::size_t p,
                          CoxWorkspace& workspace, HazardPath& path,
                          std::vector<double>& residual) {
  find_hazard_path(ties, p, workspace, path);
  residual.assign(sorted.size() * p, 0.0);
  for_each_patient(sorted, workspace.risk_sets, path,
                   [&](std::uint32_t i, std::size_t k, const double* undergone) {
                     for (std::size_t j = 0; j < p; ++j) {
                       const double x = workspace.rows[i * row_stride(p) + j];
                       double& value = residual[i * p + j];
                       if (sorted.event[i]) value = x - path.mean[k * p + j];
                       value -= workspace.risk[i] * (x * undergone[0] - undergone[1 + j]);
                     }
                   });
}

/// Sum over rows of row row', p x p.
void find_cross_product(std::span<const double> rows, std::size_t p, std::vector<double>& product) {
  product.assign(p * p, 0.0);
  for (std::size_t i = 0; i < rows.size(); i += p)
    for (std::size_t j = 0; j < p; ++j)
      for (std::size_t k = 0; k < p; ++k)
        product[j * p + k] += rows[i + j] * rows[i + k];
}

/// The robust covariance of a fit with finite coefficients, in the workspace.
void find_robust_covariance(const SortedTimes& sorted, const Covariates& covariates, Ties ties,
                            const CoxFit& fit, RobustWorkspace& workspace) {
  const std::size_t n = sorted.size(), p = covariates.columns.size();
  CoxWorkspace& cox = workspace.cox;
  prepare(sorted, covariates, cox);
  workspace.beta.assign(p, 0.0);
  for (std::size_t j = 0; j < p; ++j)
    if (!fit.aliased[j]) workspace.beta[j] = fit.coefficient[j] / cox.unit[j];
  find_risks(workspace.beta, cox);
  find_score_residuals(sorted, ties, p, cox, workspace.path, workspace.residual);
  std::vector<double>& change = workspace.change;  // of the coefficients without the patient
  change.assign(n * p, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < p; ++j)
      for (std::size_t k = 0; k < p; ++k)
        change[i * p + j] +=
            workspace.residual[i * p + k] / cox.unit[k] * fit.covariance[k * p + j];
  find_cross_product(change, p, workspace.covariance);
}

/// vector' matrix^-1 vector, over the columns that do not depend on earlier ones.
double quadratic_form(std::span<const double> matrix, std::vector<double> vector) {
  std::vector<double> factor(matrix.size());
  std::vector<std::uint8_t> dropped(vector.size());
  InformationFactor cholesky{matrix, factor, dropped};
  cholesky.find_dependent_columns(0);
  return cholesky.solve(vector);
}

}  // namespace

HazardRatio hazard_ratio(double coefficient, double standard_error, double confidence_level) {
  if (std::isnan(coefficient)) return {undefined, undefined, undefined};
  const double estimate = math::exp(coefficient);
  if (std::isnan(standard_error)) return {estimate, undefined, undefined};
  const boost::math::normal standard;
  const double half = boost::math::quantile(standard, (1 + confidence_level) / 2) * standard_error;
  return {estimate, math::exp(coefficient - half), math::exp(coefficient + half)};
}

std::vector<double> linear_predictor(const Covariates& covariates, const CoxFit& fit) {
  std::vector<double> sum(fit.n, has_finite_coefficients(fit) ? 0.0 : undefined);
  for (std::size_t j = 0; j < covariates.columns.size(); ++j) {
    if (fit.aliased[j]) continue;
    for (std::size_t i = 0; i < fit.n; ++i)
      sum[i] += fit.coefficient[j] * covariates.columns[j][i];
  }
  return sum;
}

RobustVariance robust_variance(const SortedTimes& sorted, const Covariates& covariates, Ties ties,
                               const CoxFit& fit) {
  const std::size_t n = sorted.size(), p = covariates.columns.size();
  RobustVariance result;
  result.standard_error.assign(p, undefined);
  if (!has_finite_coefficients(fit)) {
    result.covariance.assign(p * p, undefined);
    result.wald_test = result.score_test = undefined;
    return result;
  }
  RobustWorkspace workspace;
  find_robust_covariance(sorted, covariates, ties, fit, workspace);
  result.covariance = workspace.covariance;
  std::vector<double> coefficient(p, 0.0);
  for (std::size_t j = 0; j < p; ++j) {
    if (fit.aliased[j]) continue;
    coefficient[j] = fit.coefficient[j];
    result.standard_error[j] = std::sqrt(result.covariance[j * p + j]);
  }
  result.wald_test = quadratic_form(result.covariance, coefficient);

  std::vector<double>& null = workspace.residual;
  std::fill(workspace.beta.begin(), workspace.beta.end(), 0.0);
  find_risks(workspace.beta, workspace.cox);
  find_score_residuals(sorted, ties, p, workspace.cox, workspace.path, null);
  std::vector<double> score(p, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < p; ++j)
      score[j] += null[i * p + j];
  find_cross_product(null, p, workspace.covariance);
  result.score_test = quadratic_form(workspace.covariance, score);
  return result;
}

void robust_standard_errors(const SortedTimes& sorted, const Covariates& covariates, Ties ties,
                            const CoxFit& fit, RobustWorkspace& workspace,
                            std::vector<double>& standard_error) {
  const std::size_t p = covariates.columns.size();
  standard_error.assign(p, undefined);
  if (!has_finite_coefficients(fit)) return;
  find_robust_covariance(sorted, covariates, ties, fit, workspace);
  for (std::size_t j = 0; j < p; ++j)
    if (!fit.aliased[j]) standard_error[j] = std::sqrt(workspace.covariance[j * p + j]);
}

BaselineHazard baseline_hazard(const SortedTimes& sorted, const Covariates& covariates, Ties ties,
                               const CoxFit& fit) {
  const bool known = has_finite_coefficients(fit);
  CoxWorkspace workspace;
  prepare(sorted, covariates, workspace);
  find_risks(scaled_coefficients(fit, workspace.unit), workspace);
  HazardPath path;
  find_hazard_path(ties, 0, workspace, path);
  const std::vector<double> uncentred = linear_predictor(covariates, fit);
  const RiskSets& sets = workspace.risk_sets;
  BaselineHazard result;
  result.stratum_begin.push_back(0);
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s) {
    const std::size_t first = sets.stratum_begin[s], last = sets.stratum_begin[s + 1];
    double at_zero = 0;  // hazard at covariates 0 relative to the stratum's centre
    if (first < last) {
      const std::uint32_t i = sets.event_time[first].begin;
      at_zero = math::exp(workspace.linear[i] - uncentred[sorted.row[i]]);
    }
    std::size_t k = first;
    for (std::uint32_t i = sorted.stratum_begin[s]; i < sorted.stratum_begin[s + 1]; ++i) {
      if (i > sorted.stratum_begin[s] && sorted.time[i] == sorted.time[i - 1]) continue;
      if (k < last && sets.event_time[k].begin == i) ++k;
      result.time.push_back(sorted.time[i]);
      result.cumulative_hazard.push_back(known ? at_zero * *earlier(path, k, s) : undefined);
    }
    result.stratum_begin.push_back(static_cast<std::uint32_t>(result.time.size()));
  }
  return result;
}

std::vector<double> martingale_residuals(const SortedTimes& sorted, const Covariates& covariates,
                                         Ties ties, const CoxFit& fit) {
  std::vector<double> residual(sorted.size(), has_finite_coefficients(fit) ? 0.0 : undefined);
  if (!has_finite_coefficients(fit)) return residual;
  CoxWorkspace workspace;
  prepare(sorted, covariates, workspace);
  find_risks(scaled_coefficients(fit, workspace.unit), workspace);
  HazardPath path;
  find_hazard_path(ties, 0, workspace, path);
  for_each_patient(sorted, workspace.risk_sets, path,
                   [&](std::uint32_t i, std::size_t, const double* undergone) {
                     residual[sorted.row[i]] = sorted.event[i] - workspace.risk[i] * undergone[0];
                   });
  return residual;
}

}  // namespace trialmill::survival
