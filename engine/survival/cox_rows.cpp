#include "cox_rows.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/lanes.hpp"
#include "trialmill/math/ordered_sum.hpp"

namespace trialmill::survival {
namespace {

struct Magnitude {
  double sum, largest;
};

/// Sum and maximum of the absolute values.
TRIALMILL_CLONES Magnitude magnitude(const double* x, std::size_t n) {
  math::Lanes total{}, most{}, value;
  const auto take = [&]() __attribute__((always_inline)) {
    value = value < 0 ? -value : value;
    total += value;
    most = value > most ? value : most;
  };
  std::size_t i = 0;
  for (; i + math::lanes <= n; i += math::lanes) {
    math::load(x + i, value);
    take();
  }
  if (i < n) {
    math::load_some(x + i, n - i, 0, value);
    take();
  }
  Magnitude result{math::sum(total), 0};
  for (std::size_t lane = 0; lane < math::lanes; ++lane)
    result.largest = std::max(result.largest, most[lane]);
  return result;
}

TRIALMILL_CLONES void shift(double by, std::size_t n, double* x) {
  for (std::size_t i = 0; i < n; ++i)
    x[i] -= by;
}

TRIALMILL_CLONES void scale(double by, std::size_t n, double* x) {
  for (std::size_t i = 0; i < n; ++i)
    x[i] *= by;
}

/// Sum of the values of those who have the event; `event` holds 0 or 1.
TRIALMILL_CLONES double sum_over_events(const double* x, const double* event, std::size_t n) {
  math::Lanes total{}, value, share;
  std::size_t i = 0;
  for (; i + math::lanes <= n; i += math::lanes) {
    math::load(x + i, value);
    math::load(event + i, share);
    total += value * share;
  }
  if (i < n) {
    math::load_some(x + i, n - i, 0, value);
    math::load_some(event + i, n - i, 0, share);
    total += value * share;
  }
  return math::sum(total);
}

/// Writes one covariate by sorted position, centred by stratum; 0 for those in no risk set.
/// Deviations are taken from the first value before the mean is, so that a large offset costs no
/// digits.
void centre(const SortedTimes& sorted, const RiskSets& sets, std::span<const double> column,
            double* out) {
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s) {
    const std::uint32_t to = sorted.stratum_begin[s + 1];
    const bool empty = sets.stratum_begin[s] == sets.stratum_begin[s + 1];
    const std::uint32_t from = empty ? to : sets.event_time[sets.stratum_begin[s]].begin;
    std::fill(out + sorted.stratum_begin[s], out + from, 0.0);
    if (empty) continue;
    const double origin = column[sorted.row[from]];
    for (std::uint32_t i = from; i < to; ++i)
      out[i] = column[sorted.row[i]] - origin;
    const std::size_t n = to - from;
    shift(math::ordered_sum({out + from, n}) / static_cast<double>(n), n, out + from);
  }
}

}  // namespace

void standardise(const SortedTimes& sorted, const Covariates& covariates, CoxWorkspace& workspace) {
  const std::size_t n = sorted.size(), p = covariates.columns.size(), stride = row_stride(p);
  workspace.columns.resize(n * p);
  workspace.rows.resize(n * stride);
  workspace.unit.assign(p, 1.0);
  workspace.event_sum.resize(p);
  workspace.largest = 0;
  workspace.event.assign(sorted.event.begin(), sorted.event.end());
  for (std::size_t j = 0; j < p; ++j) {
    double* const column = workspace.columns.data() + j * n;
    centre(sorted, workspace.risk_sets, covariates.columns[j], column);
    const Magnitude deviations = magnitude(column, n);
    if (deviations.sum > 0) {
      workspace.unit[j] = static_cast<double>(n) / deviations.sum;
      scale(workspace.unit[j], n, column);
      workspace.largest = std::max(workspace.largest, deviations.largest * workspace.unit[j]);
    }
    workspace.event_sum[j] = sum_over_events(column, workspace.event.data(), n);
  }
  for (std::size_t i = 0; i < n; ++i) {
    double* const row = workspace.rows.data() + i * stride;
    for (std::size_t j = 0; j < p; ++j)
      row[j] = workspace.columns[j * n + i];
    for (std::size_t j = p; j < stride; ++j)
      row[j] = 0;
  }
}

}  // namespace trialmill::survival
