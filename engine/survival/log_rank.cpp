#include "trialmill/survival/log_rank.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <span>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"
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

constexpr std::size_t lanes = 8;

/// Sums over event times in eight interleaved accumulators and a fixed tree, so that the compiler
/// may use vectors of any width without changing a bit.
/// @param ties whether events share times: else there is one event, whose variance has no factor
/// (n - d) / (n - 1), and the division is saved
/// @param weight one per time when `weighted`, else not read
template <bool ties, bool weighted>
[[gnu::always_inline]] inline void add_times(const RiskTable& table, const double* weight,
                                             double* score, double* variance) {
  const std::size_t times = table.size();
  const double* const at_risk = table.at_risk.data();
  const double* const events = table.events.data();
  const double* const at_risk_1 = table.group_at_risk.data() + times;
  const double* const events_1 = table.group_events.data() + times;
  const auto add = [=](std::size_t k, std::size_t lane) __attribute__((always_inline)) {
    const double share = at_risk_1[k] / at_risk[k];
    double spread = share * (1 - share), expected = share;
    if constexpr (ties) {
      // With one patient at risk the factor is 0/1: no variance.
      spread *= events[k] * ((at_risk[k] - events[k]) / std::max(at_risk[k] - 1, 1.0));
      expected *= events[k];
    }
    const double excess = events_1[k] - expected;
    if constexpr (weighted) {
      score[lane] += weight[k] * excess;
      variance[lane] += weight[k] * weight[k] * spread;
    } else {
      score[lane] += excess;
      variance[lane] += spread;
    }
  };
  std::size_t k = 0;
  for (; k + lanes <= times; k += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane)
      add(k + lane, lane);
  }
  for (std::size_t lane = 0; k < times; ++k, ++lane)
    add(k, lane);
}

TRIALMILL_CLONES void add_distinct(const RiskTable& table, double* score, double* variance) {
  add_times<false, false>(table, nullptr, score, variance);
}

TRIALMILL_CLONES void add_distinct_weighted(const RiskTable& table, const double* weight,
                                            double* score, double* variance) {
  add_times<false, true>(table, weight, score, variance);
}

/// @param weight one per time, or empty for the log-rank test
ScoreAndVariance sum_over_times(const RiskTable& table, std::span<const double> weight) {
  alignas(64) std::array<double, lanes> score{}, variance{};
  if (table.distinct && weight.empty())
    add_distinct(table, score.data(), variance.data());
  else if (table.distinct)
    add_distinct_weighted(table, weight.data(), score.data(), variance.data());
  else if (weight.empty())
    add_times<true, false>(table, nullptr, score.data(), variance.data());
  else
    add_times<true, true>(table, weight.data(), score.data(), variance.data());
  const auto tree = [](const std::array<double, lanes>& x) {
    return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
  };
  return {tree(score), tree(variance)};
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

/// The quadratic form of observed - expected in a generalised inverse of its variance. As survdiff
/// does, groups without expected events are left out, and of the others the first: the differences
/// sum to zero. What is left can still be singular (groups that never meet in a stratum), hence the
/// rank.
void test_statistic(LogRank& test) {
  const std::size_t groups = test.group_size.size();
  std::vector<std::size_t> used;
  for (std::size_t g = 0; g < groups; ++g) {
    if (test.expected[g] > 0) used.push_back(g);
  }
  if (used.size() < 2) return;
  const auto size = static_cast<Eigen::Index>(used.size() - 1);
  Eigen::VectorXd difference(size);
  Eigen::MatrixXd variance(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    const std::size_t g = used[static_cast<std::size_t>(i) + 1];
    difference[i] = test.observed[g] - test.expected[g];
    for (Eigen::Index j = 0; j < size; ++j) {
      variance(i, j) = test.variance[g * groups + used[static_cast<std::size_t>(j) + 1]];
    }
  }
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> inverse;
  inverse.setThreshold(1e-10);
  inverse.compute(variance);
  test.degrees_of_freedom = static_cast<int>(inverse.rank());
  test.chi_square = difference.dot(inverse.solve(difference));
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

LogRank log_rank(const RiskTable& table, FlemingHarrington weight) {
  const std::size_t groups = table.group_size.size();
  LogRank test;
  test.group_size = table.group_size;
  test.observed.assign(groups, 0);
  test.expected.assign(groups, 0);
  test.variance.assign(groups * groups, 0);
  test.status = comparability(table);
  std::vector<double> weights;
  if (!is_log_rank(weight)) fleming_harrington_weights(table, weight, weights);
  accumulate(table, weights, test);
  if (test.status != FitStatus::ok) return test;
  if (groups == 2) {
    // The same sums as the two-group test, so that the chi-square is exactly its z squared.
    const WeightedLogRank pair = weighted_log_rank(table, weights);
    test.chi_square = pair.z * pair.z;
    test.degrees_of_freedom = pair.status == FitStatus::ok ? 1 : 0;
  } else {
    test_statistic(test);
  }
  if (test.degrees_of_freedom == 0) {
    test.status = FitStatus::no_information;
    test.chi_square = 0;
    return test;
  }
  test.p_value = chi_square_p(test.chi_square, test.degrees_of_freedom);
  return test;
}

}  // namespace trialmill::survival
