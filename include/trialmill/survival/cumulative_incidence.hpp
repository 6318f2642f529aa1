#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// Cumulative incidence of each of several competing causes (Aalen and Johansen 1978), one row per
/// distinct time, of censorings too: the probability to have had, by then, an event of the cause
/// first. Follows R's `survfit(Surv(time, factor(status)) ~ 1)`.
struct CumulativeIncidence {
  std::size_t n = 0;  ///< patients
  std::int32_t causes = 0;
  std::vector<std::size_t> events;  ///< patients, by cause
  std::vector<double> time;
  std::vector<double> n_risk;  ///< at risk just before the time
  std::vector<double> n_censor;
  std::vector<double> event_free;  ///< probability of none of the causes: Kaplan-Meier
  std::vector<double> estimate;    ///< causes x times, cause-major
  std::vector<double> std_error;   ///< causes x times, cause-major: infinitesimal jackknife
  std::vector<double> n_event;     ///< causes x times, cause-major

  std::size_t size() const { return time.size(); }
};

/// Estimates the incidences of one group, or of everybody when no group is named.
/// @param sorted without strata and without delayed entry; its event column is cause > 0
/// @param cause n in *input row order* (SortedTimes::row maps to them): 0 censored, 1 .. causes
/// @param out overwritten, keeping its capacity
void cumulative_incidence(const SortedTimes& sorted, std::span<const std::int32_t> cause,
                          std::int32_t causes, std::optional<std::int32_t> group,
                          CumulativeIncidence& out);

/// The same, by value.
CumulativeIncidence cumulative_incidence(const SortedTimes& sorted,
                                         std::span<const std::int32_t> cause, std::int32_t causes,
                                         std::optional<std::int32_t> group = {});

/// An incidence at one time.
struct IncidencePoint {
  double estimate = 0;
  double std_error = 0;
};

/// Reads the curve of a cause: 0 before the first row; after the last row it stays at its last
/// value. @param cause 1 .. causes
IncidencePoint incidence_at(const CumulativeIncidence& curve, std::int32_t cause, double time);

}  // namespace trialmill::survival
