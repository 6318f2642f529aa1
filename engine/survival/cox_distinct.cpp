#include "cox_distinct.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "cox_rows.hpp"
#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/math/intervals.hpp"
#include "trialmill/math/lanes.hpp"
#include "trialmill/math/ordered_sum.hpp"

namespace trialmill::survival {
namespace {

/// Sweeps each stratum backwards: the risks of those at risk at each event time, and their rows
/// times risk. Every patient writes to the event time before him, the event itself last, so that
/// there is no branch on what cannot be predicted.
TRIALMILL_CLONES void sum_at_risk(const RiskSets& sets, const std::uint32_t* event_before,
                                  const double* rows, const double* risk, double* at_risk,
                                  double* row_sums) {
  math::Lanes x;
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s) {
    const std::size_t first = sets.stratum_begin[s], last = sets.stratum_begin[s + 1];
    if (first == last) continue;
    double sum_of_risks = 0;
    math::Lanes sum{};
    for (std::uint32_t i = sets.event_time[last - 1].end; i-- > sets.event_time[first].begin;) {
      math::load(rows + i * math::lanes, x);
      sum_of_risks += risk[i];
      sum += x * risk[i];
      const std::size_t k = event_before[i];
      at_risk[k] = sum_of_risks;
      std::memcpy(row_sums + k * math::lanes, &sum, sizeof sum);
    }
  }
}

TRIALMILL_CLONES void invert(const double* __restrict x, std::size_t n, double* __restrict out) {
  for (std::size_t k = 0; k < n; ++k)
    out[k] = 1 / x[k];
}

/// Weight of each patient: risk times 1 / S0 summed over the event times up to his own, Breslow's
/// estimate of the hazard undergone; 0 before the first event.
void find_weights(const RiskSets& sets, CoxWorkspace& workspace) {
  const double* const risk = workspace.risk.data();
  const std::uint32_t* const event_before = workspace.event_before.data();
  double* const weight = workspace.weight.data();
  workspace.hazard.resize(sets.event_time.size());
  std::ranges::fill(workspace.weight, 0.0);
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s) {
    const std::size_t first = sets.stratum_begin[s], last = sets.stratum_begin[s + 1];
    if (first == last) continue;
    double hazard = 0;
    for (std::size_t k = first; k < last; ++k)
      workspace.hazard[k] = hazard += workspace.inverse[k];
    for (std::uint32_t i = sets.event_time[first].begin; i < sets.event_time[last - 1].end; ++i)
      weight[i] = risk[i] * workspace.hazard[event_before[i]];
  }
}

template <std::size_t columns>
[[gnu::always_inline]] inline void add_outer_products(const double* rows, const double* weight,
                                                      std::size_t n, double* product) {
  math::Lanes sum[columns] = {}, x;
  for (std::size_t i = 0; i < n; ++i) {
    const double* const row = rows + i * math::lanes;
    math::load(row, x);
    x *= weight[i];
    for (std::size_t j = 0; j < columns; ++j)
      sum[j] += x * row[j];
  }
  std::memcpy(product, sum, sizeof sum);
}

/// The sum of weight x row row' over n rows of eight lanes, of which `columns` are used: `columns`
/// rows of eight.
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

/// The rows of sums times 1 / S0 are means: their sum, and in place what makes weight x row row'
/// the outer product of a mean.
TRIALMILL_CLONES void sum_means(const double* row_sums, const double* inverse, std::size_t n,
                                double* square_of_inverse, double* mean_sum) {
  math::Lanes total{}, x;
  for (std::size_t k = 0; k < n; ++k) {
    math::load(row_sums + k * math::lanes, x);
    total += x * inverse[k];
    square_of_inverse[k] = inverse[k] * inverse[k];
  }
  std::memcpy(mean_sum, &total, sizeof total);
}

/// Products of up to sixteen values, value j and those a multiple of `products` further on.
TRIALMILL_CLONES void multiply_up(const double* __restrict x, std::size_t n, std::size_t products,
                                  double* __restrict product) {
  for (std::size_t j = 0; j < products; ++j)
    product[j] = x[j];
  for (std::size_t from = products; from < n; from += products) {
    const std::size_t some = std::min(products, n - from);
    for (std::size_t j = 0; j < some; ++j)
      product[j] *= x[from + j];
  }
}

/// The sum of the logarithms of positive values. Of values within 10^(+-18) sixteen are multiplied
/// up for one logarithm, at the cost of one rounding each, as in an addition.
double sum_of_logs(std::span<const double> x, std::vector<double>& logarithm) {
  constexpr std::size_t factors = 16;
  constexpr double large = 1e18;
  const auto [least, greatest] = math::finite_range(x);
  const bool moderate = least > 1 / large && greatest < large;
  const std::size_t products = moderate ? (x.size() + factors - 1) / factors : x.size();
  logarithm.resize(products);
  multiply_up(x.data(), x.size(), products, logarithm.data());
  math::log(logarithm, logarithm);
  return math::ordered_sum(logarithm);
}

}  // namespace

bool is_distinct(const RiskSets& sets, std::size_t covariates) {
  return covariates > 0 && covariates <= one_register && sets.missed.empty() && sets.distinct;
}

void find_event_before(const RiskSets& sets, std::size_t n, CoxWorkspace& workspace) {
  workspace.event_before.resize(n);
  for (std::uint32_t k = 0; k < sets.event_time.size(); ++k)
    for (std::uint32_t i = sets.event_time[k].begin; i < sets.event_time[k].end; ++i)
      workspace.event_before[i] = k;
}

double evaluate_distinct(std::span<const double> beta, CoxWorkspace& workspace) {
  const RiskSets& sets = workspace.risk_sets;
  const std::size_t p = beta.size(), n = workspace.risk.size(), times = sets.event_time.size();
  workspace.at_risk.resize(times);
  workspace.inverse.resize(times);
  workspace.square_of_inverse.resize(times);
  workspace.row_sums.resize(times * math::lanes);
  workspace.weight.resize(n);
  std::array<double, math::lanes> means;
  sum_at_risk(sets, workspace.event_before.data(), workspace.rows.data(), workspace.risk.data(),
              workspace.at_risk.data(), workspace.row_sums.data());
  invert(workspace.at_risk.data(), times, workspace.inverse.data());
  sum_means(workspace.row_sums.data(), workspace.inverse.data(), times,
            workspace.square_of_inverse.data(), means.data());
  find_weights(sets, workspace);
  std::array<double, one_register * math::lanes> second, square;
  sum_outer_products(p, workspace.rows.data(), workspace.weight.data(), n, second.data());
  sum_outer_products(p, workspace.row_sums.data(), workspace.square_of_inverse.data(), times,
                     square.data());
  double log_likelihood = 0;
  for (std::size_t j = 0; j < p; ++j) {
    log_likelihood += beta[j] * workspace.event_sum[j];
    workspace.score[j] = workspace.event_sum[j] - means[j];
    for (std::size_t k = j; k < p; ++k)
      workspace.information[j * p + k] = second[j * math::lanes + k] - square[j * math::lanes + k];
  }
  return log_likelihood - sum_of_logs(workspace.at_risk, workspace.logarithm);
}

}  // namespace trialmill::survival
