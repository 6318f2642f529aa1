#pragma once

#include <cstdint>
#include <vector>

#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// One distinct event time of one stratum, as positions in SortedTimes. The patients at risk there
/// are those from `begin` to the end of the stratum who have entered.
struct EventTime {
  std::uint32_t begin;       ///< the first event
  std::uint32_t events_end;  ///< one past the last event
  std::uint32_t end;         ///< one past the last patient who leaves before the next event time
};

/// The event times of every stratum, earliest first, and when delayed patients join. A stratum
/// without events has none, and a patient who left before the first event belongs to no risk set.
struct RiskSets {
  bool distinct = false;  ///< every event has a time of its own
  std::vector<EventTime> event_time;
  std::vector<std::uint32_t> stratum_begin;  ///< strata + 1: first event time of each stratum
  /// n, or empty without delayed entry: by sorted position, how many event times of the stratum the
  /// patient missed, being not yet at risk (entry >= event time).
  std::vector<std::uint32_t> missed;
};

/// Finds the risk sets. Overwrites `sets`, keeping its capacity.
void find_risk_sets(const SortedTimes& sorted, RiskSets& sets);

}  // namespace trialmill::survival
