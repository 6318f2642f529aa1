#include "trialmill/survival/log_rank.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <span>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/math/lanes.hpp"
#include "trialmill/survival/p_value.hpp"

namespace trialmill::survival {
namespace {

/// base^exponent for base in [0, 1]; the usual exponents need no logarithm and are exact or
/// correctly rounded.
double raise(double base, double exponent) {
  if (exponent == 0) return 1;
  if (exponent == 1) return base;
  if (exponent == 0.5) return std::sqrt(base);
  return math::power(base, exponent);
}

bool is_log_rank(FlemingHarrington weight) {
  return weight.rho == 0 && weight.gamma == 0;
}

struct ScoreAndVariance {
  double score = 0;
  double variance = 0;
};

struct LaneSums {
  math::Lanes score, variance;
};

/// Event times side by side, one per lane.
struct LaneTimes {
  math::Lanes at_risk, at_risk_1, events, events_1, weight;
};

/// @param ties whether events share times: else there is one event, whose variance has no factor
/// (n - d) / (n - 1), and the division is saved
template <bool ties, bool weighted>
[[gnu::always_inline]] inline void add_times(const LaneTimes& at, LaneSums& sums) {
  const math::Lanes share = at.at_risk_1 / at.at_risk;
  math::Lanes spread = share * (1 - share), expected = share;
  if constexpr (ties) {
    // With one patient at risk the factor is 0/1: no variance.
    const math::Lanes others = at.at_risk - 1;
    spread *= at.events * ((at.at_risk - at.events) / (others > 1 ? others : math::Lanes{} + 1));
    expected *= at.events;
  }
  const math::Lanes excess = at.events_1 - expected;
  if constexpr (weighted) {
    sums.score += at.weight * excess;
    sums.variance += at.weight * at.weight * spread;
  } else {
    sums.score += excess;
    sums.variance += spread;
  }
}

/// Sums over all event times. Lanes beyond the last time hold one patient at risk, which adds 0.
template <bool ties, bool weighted>
[[gnu::always_inline]] inline ScoreAndVariance add_all(const RiskTable& table,
                                                       const double* weight) {
  const std::size_t times = table.size();
  LaneSums sums{};
  LaneTimes at{};
  std::size_t k = 0;
  for (; k + math::lanes <= times; k += math::lanes) {
    math::load(table.at_risk.data() + k, at.at_risk);
    math::load(table.group_at_risk.data() + times + k, at.at_risk_1);
    math::load(table.group_events.data() + times + k, at.events_1);
    if constexpr (ties) math::load(table.events.data() + k, at.events);
    if constexpr (weighted) math::load(weight + k, at.weight);
    add_times<ties, weighted>(at, sums);
  }
  if (const std::size_t left = times - k; left > 0) {
    math::load_some(table.at_risk.data() + k, left, 1, at.at_risk);
    math::load_some(table.group_at_risk.data() + times + k, left, 0, at.at_risk_1);
    math::load_some(table.group_events.data() + times + k, left, 0, at.events_1);
    if constexpr (ties) math::load_some(table.events.data() + k, left, 0, at.events);
    if constexpr (weighted) math::load_some(weight + k, left, 0, at.weight);
    add_times<ties, weighted>(at, sums);
  }
  return {math::sum(sums.score), math::sum(sums.variance)};
}

TRIALMILL_CLONES ScoreAndVariance add_distinct(const RiskTable& table) {
  return add_all<false, false>(table, nullptr);
}

TRIALMILL_CLONES ScoreAndVariance add_distinct_weighted(const RiskTable& table,
                                                        const double* weight) {
  return add_all<false, true>(table, weight);
}

/// @param weight one per time, or empty for the log-rank test
ScoreAndVariance sum_over_times(const RiskTable& table, std::span<const double> weight) {
  if (table.distinct)
    return weight.empty() ? add_distinct(table) : add_distinct_weighted(table, weight.data());
  return weight.empty() ? add_all<true, false>(table, nullptr)
                        : add_all<true, true>(table, weight.data());
}

FitStatus comparability(const RiskTable& table) {
  const auto patients = [](double size) { return size > 0; };
  if (std::count_if(table.group_size.begin(), table.group_size.end(), patients) < 2) {
    return FitStatus::one_group_empty;
  }
  return table.size() == 0 ? FitStatus::no_events : FitStatus::ok;
}

/// Adds the observed and expected events and the variance matrix of every event time.
void accumulate(const RiskTable& table, std::span<const double> weight, LogRank& test) {
  const std::size_t times = table.size();
  const std::size_t groups = test.group_size.size();
  for (std::size_t k = 0; k < times; ++k) {
    const double w = weight.empty() ? 1 : weight[k];
    const double n = table.at_risk[k];
    const double d = table.events[k];
    const double spread = w * w * d * (n - d) / std::max(n - 1, 1.0);
    for (std::size_t g = 0; g < groups; ++g) {
      const double share = table.group_at_risk[g * times + k] / n;
      test.observed[g] += w * table.group_events[g * times + k];
      test.expected[g] += w * d * share;
      for (std::size_t h = 0; h < groups; ++h) {
        const double other = table.group_at_risk[h * times + k] / n;
        test.variance[g * groups + h] += spread * share * ((g == h ? 1.0 : 0.0) - other);
      }
    }
  }
}

/// The quadratic form of observed - expected of all groups used but the first in a generalised
/// inverse of its variance. @tparam most groups but one whose matrix needs no heap, or
/// Eigen::Dynamic
template <int most>
void quadratic_form(const std::vector<std::size_t>& used, LogRank& test) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most, most>;
  const std::size_t groups = test.group_size.size();
  const auto size = static_cast<Eigen::Index>(used.size() - 1);
  Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most, 1> difference(size);
  Matrix variance(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    const std::size_t g = used[static_cast<std::size_t>(i) + 1];
    difference[i] = test.observed[g] - test.expected[g];
    for (Eigen::Index j = 0; j < size; ++j) {
      variance(i, j) = test.variance[g * groups + used[static_cast<std::size_t>(j) + 1]];
    }
  }
  Eigen::CompleteOrthogonalDecomposition<Matrix> inverse;
  inverse.setThreshold(1e-10);
  inverse.compute(variance);
  test.degrees_of_freedom = static_cast<int>(inverse.rank());
  test.chi_square = difference.dot(inverse.solve(difference));
}

/// As survdiff does, groups without expected events are left out, and of the others the first: the
/// differences sum to zero. What is left can still be singular (groups that never meet in a
/// stratum), hence the rank.
void test_statistic(std::vector<std::size_t>& used, LogRank& test) {
  constexpr int most_without_heap = 31;
  used.clear();
  for (std::size_t g = 0; g < test.group_size.size(); ++g) {
    if (test.expected[g] > 0) used.push_back(g);
  }
  if (used.size() < 2) return;
  if (used.size() <= most_without_heap + 1)
    quadratic_form<most_without_heap>(used, test);
  else
    quadratic_form<Eigen::Dynamic>(used, test);
}

}  // namespace

void fleming_harrington_weights(const RiskTable& table, FlemingHarrington weight,
                                std::vector<double>& out) {
  out.resize(table.size());
  for (std::size_t s = 0; s + 1 < table.stratum_begin.size(); ++s) {
    double survival = 1;
    for (std::size_t k = table.stratum_begin[s]; k < table.stratum_begin[s + 1]; ++k) {
      out[k] = raise(survival, weight.rho) * raise(1 - survival, weight.gamma);
      survival *= (table.at_risk[k] - table.events[k]) / table.at_risk[k];
    }
  }
}

WeightedLogRank weighted_log_rank(const RiskTable& table, FlemingHarrington weight,
                                  LogRankWorkspace& workspace) {
  if (is_log_rank(weight)) return weighted_log_rank(table, std::span<const double>{});
  fleming_harrington_weights(table, weight, workspace.weight);
  return weighted_log_rank(table, workspace.weight);
}

WeightedLogRank weighted_log_rank(const RiskTable& table, std::span<const double> weight) {
  assert(table.groups == 2 && (weight.empty() || weight.size() == table.size()));
  WeightedLogRank test;
  test.status = comparability(table);
  if (test.status != FitStatus::ok) return test;
  const ScoreAndVariance sums = sum_over_times(table, weight);
  test.score = sums.score;
  test.variance = sums.variance;
  if (test.variance > 0) {
    test.z = -test.score / std::sqrt(test.variance);
  } else {
    test.status = FitStatus::no_information;
  }
  return test;
}

void log_rank(const RiskTable& table, FlemingHarrington weight, LogRankWorkspace& workspace,
              LogRank& test) {
  const std::size_t groups = table.group_size.size();
  test.chi_square = 0;
  test.degrees_of_freedom = 0;
  test.p_value = 1;
  test.group_size = table.group_size;
  test.observed.assign(groups, 0);
  test.expected.assign(groups, 0);
  test.variance.assign(groups * groups, 0);
  test.status = comparability(table);
  std::span<const double> weights;
  if (!is_log_rank(weight)) {
    fleming_harrington_weights(table, weight, workspace.weight);
    weights = workspace.weight;
  }
  accumulate(table, weights, test);
  if (test.status != FitStatus::ok) return;
  if (groups == 2) {
    // The same sums as the two-group test, so that the chi-square is exactly its z squared.
    const WeightedLogRank pair = weighted_log_rank(table, weights);
    test.chi_square = pair.z * pair.z;
    test.degrees_of_freedom = pair.status == FitStatus::ok ? 1 : 0;
  } else {
    test_statistic(workspace.groups, test);
  }
  if (test.degrees_of_freedom == 0) {
    test.status = FitStatus::no_information;
    test.chi_square = 0;
    return;
  }
  test.p_value = chi_square_p(test.chi_square, test.degrees_of_freedom);
}

LogRank log_rank(const RiskTable& table, FlemingHarrington weight) {
  LogRankWorkspace workspace;
  LogRank test;
  log_rank(table, weight, workspace, test);
  return test;
}

}  // namespace trialmill::survival
