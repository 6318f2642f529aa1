#include "trialmill/survival/kaplan_meier.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Which kind of ending the curve steps at.
enum class Stepping { at_events, at_censorings };

/// Rows of distinct times with the endings at each.
void count_endings(const SortedTimes& sorted, std::optional<std::int32_t> group, Stepping stepping,
                   KaplanMeier& curve) {
  curve.n = 0;
  curve.events = 0;
  curve.time.clear();
  curve.n_event.clear();
  curve.n_censor.clear();
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (group && sorted.group[i] != *group) continue;
    if (curve.time.empty() || curve.time.back() != sorted.time[i]) {
      curve.time.push_back(sorted.time[i]);
      curve.n_event.push_back(0);
      curve.n_censor.push_back(0);
    }
    const bool step = (sorted.event[i] != 0) == (stepping == Stepping::at_events);
    (step ? curve.n_event : curve.n_censor).back() += 1;
    curve.events += step ? 1 : 0;
    ++curve.n;
  }
}

/// Patients at risk: those who have entered before the row's time less those who left before it.
void count_at_risk(const SortedTimes& sorted, std::optional<std::int32_t> group,
                   KaplanMeier& curve) {
  const std::size_t rows = curve.size();
  curve.n_risk.assign(rows, 0);
  if (sorted.entry.empty()) {
    if (rows > 0) curve.n_risk[0] = static_cast<double>(curve.n);
  } else {
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (group && sorted.group[i] != *group) continue;
      const auto row = std::upper_bound(curve.time.begin(), curve.time.end(), sorted.entry[i]);
      // An entry that is not before any of the rows belongs to nobody's time at risk.
      if (row != curve.time.end())
        curve.n_risk[static_cast<std::size_t>(row - curve.time.begin())] += 1;
    }
  }
  double left = 0;
  double entered = 0;
  for (std::size_t k = 0; k < rows; ++k) {
    entered += curve.n_risk[k];
    curve.n_risk[k] = entered - left;
    left += curve.n_event[k] + curve.n_censor[k];
  }
}

void accumulate(KaplanMeier& curve) {
  const std::size_t rows = curve.size();
  curve.survival.resize(rows);
  curve.std_error.resize(rows);
  curve.cumulative_hazard.resize(rows);
  curve.std_error_cumulative_hazard.resize(rows);
  double survival = 1;
  double greenwood = 0;  // variance of log S while S is positive
  double hazard = 0;
  double hazard_variance = 0;
  for (std::size_t k = 0; k < rows; ++k) {
    const double d = curve.n_event[k];
    const double n = curve.n_risk[k];
    if (d > 0) {
      survival *= (n - d) / n;
      if (n > d) greenwood += d / (n * (n - d));
      hazard += d / n;
      hazard_variance += d / (n * n);
    }
    curve.survival[k] = survival;
    curve.std_error[k] = survival > 0 ? survival * std::sqrt(greenwood) : nan;
    curve.cumulative_hazard[k] = hazard;
    curve.std_error_cumulative_hazard[k] = std::sqrt(hazard_variance);
  }
}

struct Limits {
  double lower;
  double upper;
};

Limits limits(double survival, double std_error, IntervalType type, double z) {
  if (!(survival > 0)) return {nan, nan};
  switch (type) {
    case IntervalType::plain:
      return {std::max(survival - z * std_error, 0.0), std::min(survival + z * std_error, 1.0)};
    case IntervalType::log: {
      const double reach = z * std_error / survival;
      const double centre = math::log(survival);
      return {math::exp(centre - reach), std::min(math::exp(centre + reach), 1.0)};
    }
    case IntervalType::log_log: {
      if (survival >= 1) return {nan, nan};
      const double log_survival = math::log(survival);
      const double reach = z * std_error / (survival * log_survival);
      const double centre = math::log(-log_survival);
      return {math::exp(-math::exp(centre - reach)), math::exp(-math::exp(centre + reach))};
    }
  }
  assert(false && "every type of interval has limits");
  return {nan, nan};
}

void set_limits(KaplanMeier& curve) {
  assert(curve.band.level > 0 && curve.band.level < 1);
  const double z = math::normal_quantile(0.5 + 0.5 * curve.band.level);
  curve.lower.resize(curve.size());
  curve.upper.resize(curve.size());
  for (std::size_t k = 0; k < curve.size(); ++k) {
    const bool same = k > 0 && curve.n_event[k] == 0;  // a censoring changes nothing
    const Limits at = same ? Limits{curve.lower[k - 1], curve.upper[k - 1]}
                           : limits(curve.survival[k], curve.std_error[k], curve.band.type, z);
    curve.lower[k] = at.lower;
    curve.upper[k] = at.upper;
  }
}

void estimate(const SortedTimes& sorted, std::optional<std::int32_t> group, ConfidenceBand band,
              Stepping stepping, KaplanMeier& curve) {
  assert(sorted.strata == 1);
  curve.band = band;
  count_endings(sorted, group, stepping, curve);
  count_at_risk(sorted, group, curve);
  accumulate(curve);
  set_limits(curve);
}

/// The distribution function 1 - S and its times, with the point (0, 0) in front.
struct Distribution {
  std::span<const double> times;
  std::span<const double> survival;

  std::size_t size() const { return times.size() + 1; }
  double time(std::size_t i) const { return i == 0 ? 0 : times[i - 1]; }
  double value(std::size_t i) const { return i == 0 ? 0 : 1 - survival[i - 1]; }
};

/// The point with the least value that reaches `level`, the first of them; size() if none does. A
/// band need not be monotone, so this is a search for the least value and not for the first.
std::size_t least_reaching(const Distribution& curve, double shift, double level) {
  std::size_t best = curve.size();
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const double value = curve.value(i) + shift;
    if (std::isnan(value) || value < level) continue;
    if (best == curve.size() || value < curve.value(best) + shift) best = i;
  }
  return best;
}

/// The value that appears last for the first time; NaN counts as a value.
double last_new_value(const Distribution& curve) {
  const auto seen_before = [&](std::size_t i) {
    const double value = curve.value(i);
    const auto same = [&](std::size_t j) {
      return curve.value(j) == value || (std::isnan(value) && std::isnan(curve.value(j)));
    };
    if (i > 0 && same(i - 1)) return true;
    for (std::size_t j = 0; j < i; ++j) {
      if (same(j)) return true;
    }
    return false;
  };
  std::size_t i = curve.size() - 1;
  while (i > 0 && seen_before(i))
    --i;
  return curve.value(i);
}

double quantile(const Distribution& curve, double probability) {
  constexpr double tolerance = 0x1p-26;  // the square root of the machine epsilon, R's default
  if (probability == 0) return 0;
  const std::size_t from = least_reaching(curve, tolerance, probability);
  if (from == curve.size()) return nan;
  if (std::abs(probability - last_new_value(curve)) < tolerance) {
    return (curve.time(from) + curve.time(curve.size() - 1)) / 2;  // flat to the end
  }
  const std::size_t to = least_reaching(curve, -tolerance, probability);
  if (to == curve.size()) return nan;
  return (curve.time(from) + curve.time(to)) / 2;
}

}  // namespace

void kaplan_meier(const SortedTimes& sorted, std::optional<std::int32_t> group, ConfidenceBand band,
                  KaplanMeier& curve) {
  estimate(sorted, group, band, Stepping::at_events, curve);
}

KaplanMeier kaplan_meier(const SortedTimes& sorted, std::optional<std::int32_t> group,
                         ConfidenceBand band) {
  KaplanMeier curve;
  estimate(sorted, group, band, Stepping::at_events, curve);
  return curve;
}

KaplanMeier reverse_kaplan_meier(const SortedTimes& sorted, std::optional<std::int32_t> group,
                                 ConfidenceBand band) {
  KaplanMeier curve;
  estimate(sorted, group, band, Stepping::at_censorings, curve);
  return curve;
}

SurvivalQuantile survival_quantile(const KaplanMeier& curve, double probability) {
  assert(probability >= 0 && probability <= 1);
  return {quantile({curve.time, curve.survival}, probability),
          quantile({curve.time, curve.lower}, probability),
          quantile({curve.time, curve.upper}, probability)};
}

CurvePoint survival_at(const KaplanMeier& curve, double time) {
  const auto [at, after] = std::equal_range(curve.time.begin(), curve.time.end(), time);
  const auto rows_before = static_cast<std::size_t>(at - curve.time.begin());
  const auto rows_until = static_cast<std::size_t>(after - curve.time.begin());
  const double n_risk = rows_before < curve.size() ? curve.n_risk[rows_before] : 0;
  if (rows_until == 0) return {time, n_risk, 1, 0, 1, 1, 0};
  const std::size_t k = rows_until - 1;
  return {time,           n_risk,         curve.survival[k],         curve.std_error[k],
          curve.lower[k], curve.upper[k], curve.cumulative_hazard[k]};
}

std::vector<CurvePoint> survival_at(const KaplanMeier& curve, std::span<const double> times) {
  std::vector<CurvePoint> points;
  points.reserve(times.size());
  for (const double time : times)
    points.push_back(survival_at(curve, time));
  return points;
}

bool covers(const KaplanMeier& curve, double time) {
  return curve.size() > 0 && (time <= curve.time.back() || curve.survival.back() == 0);
}

}  // namespace trialmill::survival
