#include "trialmill/survival/cox_proportionality.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "cox_at_fit.hpp"
#include "cox_likelihood.hpp"
#include "cox_rows.hpp"
#include "information_factor.hpp"
#include "risk_set_sweep.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

std::vector<double> in_order(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  std::sort(result.begin(), result.end());
  return result;
}

/// Mean rank of a time among times in order, from 1.
double mean_rank(std::span<const double> ordered, double time) {
  const auto [from, to] = std::equal_range(ordered.begin(), ordered.end(), time);
  return 0.5 * static_cast<double>((from - ordered.begin()) + (to - ordered.begin()) + 1);
}

/// 1 - Kaplan-Meier just before each of some times in order, of everybody.
std::vector<double> failed_before(const SortedTimes& sorted, std::span<const double> event_times) {
  const std::vector<double> left = in_order(sorted.time);
  const std::vector<double> entered = in_order(sorted.entry);
  const auto below = [](std::span<const double> ordered, double time) {
    return static_cast<double>(std::lower_bound(ordered.begin(), ordered.end(), time) -
                               ordered.begin());
  };
  std::vector<double> result(event_times.size());
  double survival = 1;
  for (std::size_t k = 0; k < event_times.size();) {
    std::size_t end = k;
    while (end < event_times.size() && event_times[end] == event_times[k])
      result[end++] = 1 - survival;
    const double joined =
        entered.empty() ? static_cast<double>(sorted.size()) : below(entered, event_times[k]);
    const double at_risk = joined - below(left, event_times[k]);
    survival *= 1 - static_cast<double>(end - k) / at_risk;
    k = end;
  }
  return result;
}

/// g(time) at each event time of each stratum, less its mean over the events.
std::vector<double> transformed(const SortedTimes& sorted, const RiskSets& sets,
                                TimeTransform transform) {
  std::vector<double> event_times;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (sorted.event[i]) event_times.push_back(sorted.time[i]);
  std::sort(event_times.begin(), event_times.end());
  std::vector<double> ordered, failed;
  if (transform == TimeTransform::rank) ordered = in_order(sorted.time);
  if (transform == TimeTransform::km) failed = failed_before(sorted, event_times);
  const auto g = [&](double time) {
    switch (transform) {
      case TimeTransform::identity:
        return time;
      case TimeTransform::log:
        return math::log(time);
      case TimeTransform::rank:
        return mean_rank(ordered, time);
      case TimeTransform::km:
        break;
    }
    const auto at = std::lower_bound(event_times.begin(), event_times.end(), time);
    return failed[static_cast<std::size_t>(at - event_times.begin())];
  };
  std::vector<double> result;
  double sum = 0;
  for (const EventTime& t : sets.event_time) {
    result.push_back(g(sorted.time[t.begin]));
    sum += result.back() * (t.events_end - t.begin);
  }
  const double mean = sum / static_cast<double>(event_times.size());
  for (double& value : result)
    value -= mean;
  return result;
}

/// Score and information of the model with p covariates x and p more, x g(time), at the fit.
struct Extended {
  std::size_t p;
  std::vector<double> score;        ///< of the p more
  std::vector<double> information;  ///< 2p x 2p
};

Extended extend(std::span<const double> g, Ties ties, std::size_t p, CoxWorkspace& workspace) {
  const std::size_t stride = row_stride(p), size = 1 + p + p * p;
  Extended model{p, std::vector<double>(p, 0.0), std::vector<double>(4 * p * p, 0.0)};
  for (std::size_t k = 0; k < g.size(); ++k) {
    const EventTime& t = workspace.risk_sets.event_time[k];
    for (std::uint32_t i = t.begin; i < t.events_end; ++i)
      for (std::size_t j = 0; j < p; ++j)
        model.score[j] += g[k] * workspace.rows[i * stride + j];
  }
  workspace.sums.resize(3 * size);
  double* const sums = workspace.sums.data();
  sweep_backwards(
      workspace.risk_sets, ties, size, {sums, sums + size, sums + 2 * size, &workspace.tree},
      [&](std::uint32_t i, double* at_risk) {
        const double* const x = workspace.rows.data() + i * stride;
        const double risk = workspace.risk[i];
        at_risk[0] += risk;
        for (std::size_t j = 0; j < p; ++j) {
          at_risk[1 + j] += risk * x[j];
          for (std::size_t k = j; k < p; ++k)
            at_risk[1 + p + j * p + k] += risk * x[j] * x[k];
        }
      },
      [&](const RiskSetTerm& term) {
        const double time = g[term.event_time];
        const double total = term.sums[0];
        for (std::size_t j = 0; j < p; ++j) {
          const double mean = term.sums[1 + j] / total;
          model.score[j] -= term.events * time * mean;
          for (std::size_t k = j; k < p; ++k) {
            const double covariance = term.events * (term.sums[1 + p + j * p + k] / total -
                                                     mean * term.sums[1 + k] / total);
            model.information[j * 2 * p + k] += covariance;
            model.information[j * 2 * p + p + k] += time * covariance;
            model.information[(p + j) * 2 * p + p + k] += time * time * covariance;
          }
        }
      });
  for (std::size_t j = 0; j < p; ++j)
    for (std::size_t k = 0; k < j; ++k)
      model.information[j * 2 * p + p + k] = model.information[k * 2 * p + p + j];
  return model;
}

/// The score test of those of the p more that are `tested`, beside the covariates not dropped. NaN
/// when their information is nothing but what the covariates hold already.
double score_test(const Extended& model, std::span<const std::uint8_t> tested,
                  std::span<const std::uint8_t> dropped) {
  const std::size_t p = model.p;
  std::vector<double> vector(2 * p, 0.0), factor(4 * p * p);
  std::vector<std::uint8_t> left_out(2 * p, 1);
  for (std::size_t j = 0; j < p; ++j) {
    left_out[j] = dropped[j];
    left_out[p + j] = !tested[j];
    if (tested[j]) vector[p + j] = model.score[j];
  }
  InformationFactor cholesky{model.information, factor, left_out};
  return cholesky.update() ? cholesky.solve(vector) : undefined;
}

}  // namespace

ProportionalHazardsTest proportional_hazards_test(const SortedTimes& sorted,
                                                  const Covariates& covariates, Ties ties,
                                                  const CoxFit& fit, TimeTransform transform) {
  const std::size_t p = covariates.columns.size();
  ProportionalHazardsTest test;
  test.chi_square.assign(p, undefined);
  test.global = undefined;
  if (!has_finite_coefficients(fit)) {
    test.status = fit.status;
    return test;
  }
  CoxWorkspace workspace;
  prepare(sorted, covariates, workspace);
  find_risks(scaled_coefficients(fit, workspace.unit), workspace);
  const std::vector<double> g = transformed(sorted, workspace.risk_sets, transform);
  const bool varies = std::any_of(g.begin(), g.end(), [](double x) { return std::abs(x) > 0; }) &&
                      std::all_of(g.begin(), g.end(), [](double x) { return std::isfinite(x); });
  if (!varies) {
    test.status = FitStatus::no_information;
    return test;
  }
  const Extended model = extend(g, ties, p, workspace);
  std::vector<std::uint8_t> tested(p, 0);
  for (std::size_t j = 0; j < p; ++j) {
    if (fit.aliased[j]) continue;
    tested[j] = 1;
    test.chi_square[j] = score_test(model, tested, fit.aliased);
    tested[j] = 0;
  }
  for (std::size_t j = 0; j < p; ++j)
    tested[j] = !fit.aliased[j];
  test.degrees_of_freedom = fit.degrees_of_freedom;
  test.global = score_test(model, tested, fit.aliased);
  if (std::isnan(test.global)) test.status = FitStatus::no_information;
  return test;
}

}  // namespace trialmill::survival
