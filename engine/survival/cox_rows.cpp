#include "cox_rows.hpp"

#include <cmath>
#include <span>

namespace trialmill::survival {
namespace {

/// Writes one covariate centred by stratum. Returns the sum of absolute deviations. Deviations are
/// taken from the first value before the mean is, so that a large offset costs no digits.
double centre(const SortedTimes& sorted, const RiskSets& sets, std::span<const double> column,
              double* out, std::size_t stride) {
  double deviations = 0;
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s) {
    if (sets.stratum_begin[s] == sets.stratum_begin[s + 1]) continue;
    const std::uint32_t from = sets.event_time[sets.stratum_begin[s]].begin;
    const std::uint32_t to = sorted.stratum_begin[s + 1];
    const double origin = column[sorted.row[from]];
    double sum = 0;
    for (std::uint32_t i = from; i < to; ++i) {
      const double x = column[sorted.row[i]] - origin;
      out[i * stride] = x;
      sum += x;
    }
    const double mean = sum / (to - from);
    for (std::uint32_t i = from; i < to; ++i) {
      out[i * stride] -= mean;
      deviations += std::abs(out[i * stride]);
    }
  }
  return deviations;
}

}  // namespace

void standardise(const SortedTimes& sorted, const Covariates& covariates, CoxWorkspace& workspace) {
  const std::size_t n = sorted.size(), p = covariates.columns.size(), stride = row_stride(p);
  const RiskSets& sets = workspace.risk_sets;
  workspace.rows.assign(n * stride, 0.0);
  workspace.unit.assign(p, 1.0);
  workspace.event_sum.assign(p, 0.0);
  for (std::size_t j = 0; j < p; ++j) {
    double* const column = workspace.rows.data() + j;
    const double deviations = centre(sorted, sets, covariates.columns[j], column, stride);
    if (deviations > 0) {
      workspace.unit[j] = static_cast<double>(n) / deviations;
      for (std::size_t i = 0; i < n; ++i)
        column[i * stride] *= workspace.unit[j];
    }
    for (const EventTime& t : sets.event_time)
      for (std::uint32_t i = t.begin; i < t.events_end; ++i)
        workspace.event_sum[j] += column[i * stride];
  }
}

}  // namespace trialmill::survival
