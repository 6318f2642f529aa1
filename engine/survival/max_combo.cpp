#include "trialmill/survival/max_combo.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>

#include "trialmill/math/normal_maximum.hpp"
#include "trialmill/math/ordered_sum.hpp"

namespace trialmill::survival {
namespace {

static_assert(most_max_combo_weights <= math::most_normal_variables);

/// Hypergeometric variance of the events of group 1 at each event time.
void find_spread(const RiskTable& table, std::vector<double>& spread) {
  const std::size_t times = table.size();
  spread.resize(times);
  for (std::size_t k = 0; k < times; ++k) {
    const double n = table.at_risk[k];
    const double share = table.group_at_risk[times + k] / n;
    spread[k] =
        table.events[k] * share * (1 - share) * (n - table.events[k]) / std::max(n - 1, 1.0);
  }
}

}  // namespace

void weighted_scores(const RiskTable& table, std::span<const LogRankWeight> weights,
                     MaxComboWorkspace& workspace, MaxCombo& test) {
  const std::size_t m = weights.size(), times = table.size();
  assert(m >= 1 && m <= most_weighted_scores);
  test.status = FitStatus::ok;
  test.z_max = 0;
  test.p_one_sided = 1;
  test.z.assign(m, 0.0);
  test.variance.assign(m, 0.0);
  test.correlation.assign(m * m, 0.0);
  workspace.weight.resize(m * times);
  workspace.product.resize(times);
  find_spread(table, workspace.spread);
  std::array<double, most_weighted_scores> deviation{};
  for (std::size_t a = 0; a < m; ++a) {
    log_rank_weights(table, weights[a], workspace.one);
    const WeightedLogRank single = weighted_log_rank(table, workspace.one);
    if (single.status != FitStatus::ok) {
      test.status = single.status;
      return;
    }
    test.z[a] = single.z;
    test.variance[a] = single.variance;
    deviation[a] = std::sqrt(single.variance);
    std::copy(workspace.one.begin(), workspace.one.end(),
              workspace.weight.begin() + static_cast<std::ptrdiff_t>(a * times));
    test.correlation[a * m + a] = 1;
    for (std::size_t b = 0; b < a; ++b) {
      const double* const other = workspace.weight.data() + b * times;
      for (std::size_t k = 0; k < times; ++k)
        workspace.product[k] = workspace.one[k] * other[k] * workspace.spread[k];
      const double covariance = math::ordered_sum(workspace.product);
      const double correlation = std::clamp(covariance / (deviation[a] * deviation[b]), -1.0, 1.0);
      test.correlation[a * m + b] = test.correlation[b * m + a] = correlation;
    }
  }
}

void max_combo(const RiskTable& table, std::span<const LogRankWeight> weights,
               MaxComboWorkspace& workspace, MaxCombo& test) {
  assert(weights.size() <= most_max_combo_weights);
  weighted_scores(table, weights, workspace, test);
  if (test.status != FitStatus::ok) return;
  test.z_max = *std::max_element(test.z.begin(), test.z.end());
  test.p_one_sided = math::normal_maximum_reaches(test.correlation, test.z_max);
}

MaxCombo max_combo(const RiskTable& table, std::span<const LogRankWeight> weights) {
  MaxComboWorkspace workspace;
  MaxCombo test;
  max_combo(table, weights, workspace, test);
  return test;
}

double two_sided_p(const MaxCombo& test) {
  if (test.status != FitStatus::ok) return 1;
  double largest = 0;
  for (const double z : test.z)
    largest = std::max(largest, std::abs(z));
  return math::normal_absolute_maximum_reaches(test.correlation, largest);
}

}  // namespace trialmill::survival
