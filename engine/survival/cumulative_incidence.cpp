#include "trialmill/survival/cumulative_incidence.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace trialmill::survival {
namespace {

bool belongs(const SortedTimes& sorted, std::size_t i, std::optional<std::int32_t> group) {
  return !group || sorted.group[i] == *group;
}

void list_times(const SortedTimes& sorted, std::optional<std::int32_t> group,
                std::vector<double>& time) {
  time.clear();
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (belongs(sorted, i, group) && (time.empty() || time.back() != sorted.time[i]))
      time.push_back(sorted.time[i]);
  }
}

void count_endings(const SortedTimes& sorted, std::span<const std::int32_t> cause,
                   std::optional<std::int32_t> group, CumulativeIncidence& curve) {
  const std::size_t rows = curve.size();
  const auto causes = static_cast<std::size_t>(curve.causes);
  curve.n = 0;
  curve.events.assign(causes, 0);
  curve.n_censor.assign(rows, 0);
  curve.n_event.assign(causes * rows, 0);
  curve.n_risk.resize(rows);
  std::size_t row = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (!belongs(sorted, i, group)) continue;
    while (curve.time[row] != sorted.time[i])
      ++row;
    const std::int32_t c = cause[sorted.row[i]];
    assert(c >= 0 && c <= curve.causes && (c > 0) == (sorted.event[i] != 0));
    if (c == 0) {
      curve.n_censor[row] += 1;
    } else {
      const auto place = static_cast<std::size_t>(c - 1);
      curve.n_event[place * rows + row] += 1;
      ++curve.events[place];
    }
    ++curve.n;
  }
  double left = 0;
  for (std::size_t k = 0; k < rows; ++k) {
    curve.n_risk[k] = static_cast<double>(curve.n) - left;
    left += curve.n_censor[k];
    for (std::size_t c = 0; c < causes; ++c)
      left += curve.n_event[c * rows + k];
  }
}

/// Survival just before each event time steps the incidence. The variance is the infinitesimal
/// jackknife's, the sum over patients of squared influences. Influences of different event times
/// are uncorrelated, because those at risk later were alike before, and within one time they are
/// multinomial, so that with R = (F(t) - F(t_j)) / (n_j - d_j) and s = S(t_j-) / n_j a time t_j
/// with d events, e of them of the cause, adds
///
///   e (s - R)^2 + (d - e) R^2 - (e s - d R)^2 / n
///     = s^2 e (n - e) / n - 2 s e / n (F(t) - F(t_j)) + d / (n (n - d)) (F(t) - F(t_j))^2.
///
/// A sum of quadratics in F(t), it is carried along as F grows: `variance`, its slope and half its
/// curvature. All terms vanish alike where the curve is known to be 1 or 0.
void accumulate_cause(std::size_t c, CumulativeIncidence& curve) {
  const std::size_t rows = curve.size();
  const auto causes = static_cast<std::size_t>(curve.causes);
  double incidence = 0;
  double variance = 0;
  double slope = 0;
  double curvature = 0;
  for (std::size_t k = 0; k < rows; ++k) {
    const double n = curve.n_risk[k];
    const double e = curve.n_event[c * rows + k];
    double d = 0;
    for (std::size_t other = 0; other < causes; ++other)
      d += curve.n_event[other * rows + k];
    if (d > 0) {
      const double s = (k == 0 ? 1 : curve.event_free[k - 1]) / n;
      const double rise = s * e;
      incidence += rise;
      variance += (slope + curvature * rise) * rise + s * s * e * (n - e) / n;
      slope += 2 * curvature * rise - 2 * s * e / n;
      if (n > d) curvature += d / (n * (n - d));
    }
    curve.estimate[c * rows + k] = incidence;
    curve.std_error[c * rows + k] = std::sqrt(std::max(variance, 0.0));
  }
}

void accumulate(CumulativeIncidence& curve) {
  const std::size_t rows = curve.size();
  const auto causes = static_cast<std::size_t>(curve.causes);
  curve.event_free.resize(rows);
  curve.estimate.resize(causes * rows);
  curve.std_error.resize(causes * rows);
  double event_free = 1;
  for (std::size_t k = 0; k < rows; ++k) {
    double d = 0;
    for (std::size_t c = 0; c < causes; ++c)
      d += curve.n_event[c * rows + k];
    event_free *= (curve.n_risk[k] - d) / curve.n_risk[k];
    curve.event_free[k] = event_free;
  }
  for (std::size_t c = 0; c < causes; ++c)
    accumulate_cause(c, curve);
}

}  // namespace

void cumulative_incidence(const SortedTimes& sorted, std::span<const std::int32_t> cause,
                          std::int32_t causes, std::optional<std::int32_t> group,
                          CumulativeIncidence& out) {
  assert(sorted.strata == 1 && sorted.entry.empty() && cause.size() == sorted.size());
  out.causes = causes;
  list_times(sorted, group, out.time);
  count_endings(sorted, cause, group, out);
  accumulate(out);
}

CumulativeIncidence cumulative_incidence(const SortedTimes& sorted,
                                         std::span<const std::int32_t> cause, std::int32_t causes,
                                         std::optional<std::int32_t> group) {
  CumulativeIncidence curve;
  cumulative_incidence(sorted, cause, causes, group, curve);
  return curve;
}

IncidencePoint incidence_at(const CumulativeIncidence& curve, std::int32_t cause, double time) {
  assert(cause >= 1 && cause <= curve.causes);
  const auto after = std::upper_bound(curve.time.begin(), curve.time.end(), time);
  if (after == curve.time.begin()) return {};
  const std::size_t place = static_cast<std::size_t>(cause - 1) * curve.size() +
                            static_cast<std::size_t>(after - curve.time.begin()) - 1;
  return {curve.estimate[place], curve.std_error[place]};
}

}  // namespace trialmill::survival
