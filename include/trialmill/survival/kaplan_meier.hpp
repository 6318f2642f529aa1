#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// Scale on which the confidence interval of a survival probability is symmetric.
enum class IntervalType {
  plain,    ///< S, clipped to [0, 1]
  log,      ///< log S, the upper limit clipped to 1
  log_log,  ///< log(-log S)
};

/// A pointwise confidence band: two-sided, `level` strictly between 0 and 1.
struct ConfidenceBand {
  IntervalType type = IntervalType::log_log;
  double level = 0.95;
};

/// A Kaplan-Meier curve with one row per distinct time, of censorings too. Follows R's `survfit`:
/// NaN where R answers NA, that is `std_error` and the limits where the curve is 0, and the log-log
/// limits where it is 1 as well.
struct KaplanMeier {
  std::size_t n = 0;       ///< patients
  std::size_t events = 0;  ///< patients with the event
  ConfidenceBand band;
  std::vector<double> time;
  std::vector<double> n_risk;  ///< at risk just before the time: entered before it, not yet left
  std::vector<double> n_event;
  std::vector<double> n_censor;
  std::vector<double> survival;
  std::vector<double> std_error;  ///< of the survival (Greenwood 1926)
  std::vector<double> lower;
  std::vector<double> upper;
  std::vector<double> cumulative_hazard;            ///< Nelson-Aalen
  std::vector<double> std_error_cumulative_hazard;  ///< Aalen 1978: root of the sum of d / n^2

  std::size_t size() const { return time.size(); }
};

/// Estimates the survival curve of one group, or of everybody when no group is named.
/// @param sorted without strata: a curve pools its patients, so sort without them for it
/// @param curve overwritten, keeping its capacity
void kaplan_meier(const SortedTimes& sorted, std::optional<std::int32_t> group, ConfidenceBand band,
                  KaplanMeier& curve);

/// The same, by value.
KaplanMeier kaplan_meier(const SortedTimes& sorted, std::optional<std::int32_t> group = {},
                         ConfidenceBand band = {});

/// The curve of follow-up: censoring is the event and an event ends its observation (reverse
/// Kaplan-Meier, Schemper and Smith 1996). As in `survfit(Surv(time, 1 - status) ~ 1)` censorings
/// come first at a tie. The median of this curve is the median follow-up.
KaplanMeier reverse_kaplan_meier(const SortedTimes& sorted, std::optional<std::int32_t> group = {},
                                 ConfidenceBand band = {});

/// A quantile of the survival time, NaN where the curve or the band never falls that far.
struct SurvivalQuantile {
  double estimate;
  double lower;
  double upper;
};

/// The time at which a share `probability` of patients has had the event: 0.5 is the median. The
/// limits invert the curve's own confidence band (Brookmeyer and Crowley 1982). Where the curve is
/// flat at the level, to within 1.5e-8, the answer is the middle of the flat, as in R's `quantile`
/// of a `survfit`.
/// @param probability in [0, 1]
SurvivalQuantile survival_quantile(const KaplanMeier& curve, double probability);

/// What a curve says at one time.
struct CurvePoint {
  double time;
  double n_risk;  ///< at risk at the curve's first row at or after the time, else 0
  double survival;
  double std_error;
  double lower;
  double upper;
  double cumulative_hazard;
};

/// Reads the curve, as `summary(fit, times = time, extend = TRUE)`: before the first row the
/// survival is 1 with limits 1; after the last row it stays at its last value, which is an
/// extrapolation unless `covers`.
CurvePoint survival_at(const KaplanMeier& curve, double time);

/// The same at several times, in any order: `n_risk` of the points is an at-risk table.
std::vector<CurvePoint> survival_at(const KaplanMeier& curve, std::span<const double> times);

/// True when the curve is known up to `time`: somebody was observed as long, or the curve has
/// reached 0.
bool covers(const KaplanMeier& curve, double time);

}  // namespace trialmill::survival
