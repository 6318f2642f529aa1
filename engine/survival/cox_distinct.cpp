#include "cox_distinct.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cox_rows.hpp"
#include "log_of_product.hpp"
#include "trialmill/math/clones.hpp"
#include "trialmill/math/lanes.hpp"

namespace trialmill::survival {
namespace {

/// Sweeps each stratum backwards. Writes S0 of every event time, and its mean as a row; returns the
/// sum of the means.
TRIALMILL_CLONES void find_means(const RiskSets& sets, const double* rows, const double* risk,
                                 double* denominator, double* mean_rows, double* mean_sum) {
  math::Lanes total{}, x;
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s) {
    double at_risk = 0;
    math::Lanes sum{};
    for (std::size_t k = sets.stratum_begin[s + 1]; k-- > sets.stratum_begin[s];) {
      const EventTime& t = sets.event_time[k];
      for (std::uint32_t i = t.end; i-- > t.begin;) {
        math::load(rows + i * math::lanes, x);
        at_risk += risk[i];
        sum += x * risk[i];
      }
      denominator[k] = at_risk;
      const math::Lanes mean = sum * (1 / at_risk);
      std::memcpy(mean_rows + k * math::lanes, &mean, sizeof mean);
      total += mean;
    }
  }
  std::memcpy(mean_sum, &total, sizeof total);
}

/// Weight of each patient: the hazard undergone, by Breslow's estimate.
void find_weights(const RiskSets& sets, std::span<const std::uint32_t> stratum_begin,
                  CoxWorkspace& workspace) {
  const double* const risk = workspace.risk.data();
  double* const weight = workspace.weight.data();
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s) {
    double hazard = 0;
    std::uint32_t i = stratum_begin[s];
    for (std::size_t k = sets.stratum_begin[s]; k < sets.stratum_begin[s + 1]; ++k) {
      const EventTime& t = sets.event_time[k];
      for (; i < t.begin; ++i)
        weight[i] = risk[i] * hazard;
      hazard += 1 / workspace.denominator[k];
    }
    for (; i < stratum_begin[s + 1]; ++i)
      weight[i] = risk[i] * hazard;
  }
}

template <std::size_t columns>
[[gnu::always_inline]] inline void add_outer_products(const double* rows, const double* weight,
                                                      std::size_t n, double* product) {
  math::Lanes sum[columns] = {}, x;
  for (std::size_t i = 0; i < n; ++i) {
    const double* const row = rows + i * math::lanes;
    math::load(row, x);
    if (weight) x *= weight[i];
    for (std::size_t j = 0; j < columns; ++j)
      sum[j] += x * row[j];
  }
  std::memcpy(product, sum, sizeof sum);
}

/// The sum of weight x row row' over n rows of eight lanes, of which `columns` are used: `columns`
/// rows of eight. No weights: 1.
TRIALMILL_CLONES void sum_outer_products(std::size_t columns, const double* rows,
                                         const double* weight, std::size_t n, double* product) {
  switch (columns) {
    case 1:
      return add_outer_products<1>(rows, weight, n, product);
    case 2:
      return add_outer_products<2>(rows, weight, n, product);
    case 3:
      return add_outer_products<3>(rows, weight, n, product);
    case 4:
      return add_outer_products<4>(rows, weight, n, product);
    case 5:
      return add_outer_products<5>(rows, weight, n, product);
    case 6:
      return add_outer_products<6>(rows, weight, n, product);
    case 7:
      return add_outer_products<7>(rows, weight, n, product);
    default:
      return add_outer_products<8>(rows, weight, n, product);
  }
}

}  // namespace

bool is_distinct(const RiskSets& sets, std::size_t covariates) {
  return covariates > 0 && covariates <= one_register && sets.missed.empty() &&
         std::ranges::all_of(sets.event_time,
                             [](const EventTime& t) { return t.events_end == t.begin + 1; });
}

double evaluate_distinct(std::span<const double> beta, CoxWorkspace& workspace) {
  const RiskSets& sets = workspace.risk_sets;
  const std::size_t p = beta.size(), n = workspace.risk.size(), times = sets.event_time.size();
  workspace.denominator.resize(times);
  workspace.mean_rows.resize(times * math::lanes);
  workspace.weight.resize(n);
  std::array<double, math::lanes> means;
  find_means(sets, workspace.rows.data(), workspace.risk.data(), workspace.denominator.data(),
             workspace.mean_rows.data(), means.data());
  find_weights(sets, workspace.stratum_begin, workspace);
  std::array<double, one_register * math::lanes> second, square;
  sum_outer_products(p, workspace.rows.data(), workspace.weight.data(), n, second.data());
  sum_outer_products(p, workspace.mean_rows.data(), nullptr, times, square.data());
  double log_likelihood = 0;
  for (std::size_t j = 0; j < p; ++j) {
    log_likelihood += beta[j] * workspace.event_sum[j];
    workspace.score[j] = workspace.event_sum[j] - means[j];
    for (std::size_t k = j; k < p; ++k)
      workspace.information[j * p + k] = second[j * math::lanes + k] - square[j * math::lanes + k];
  }
  LogOfProduct denominators;
  for (const double sum : workspace.denominator)
    denominators.multiply(sum);
  return log_likelihood - denominators.value();
}

}  // namespace trialmill::survival
