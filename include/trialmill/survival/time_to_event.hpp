#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace trialmill::survival {

/// Right-censored times of n patients as columns, not owned. An empty optional column means:
/// everybody at risk from time 0, in group 0, in stratum 0. A patient is at risk at t when entry <
/// t <= time.
struct Observations {
  std::span<const double> time;         ///< n times to event or censoring, any unit, not NaN
  std::span<const std::uint8_t> event;  ///< n: 1 event, 0 censored
  std::span<const std::int32_t> group;  ///< n or empty: 0 .. groups-1; 0 is the reference (control)
  std::span<const std::int32_t> stratum;  ///< n or empty: 0 .. strata-1
  std::span<const double> entry;          ///< n or empty: delayed entry, below `time`
  std::int32_t groups = 1;
  std::int32_t strata = 1;
};

/// What sort_times orders by: the time, then censored after events, then the row.
struct SortKey {
  double time;
  std::uint32_t censored_and_row;
  std::int32_t group;
};

/// The observations in the order every estimator reads them: by stratum, then by time, events
/// before censorings at the same time, then by row. Sorted once per endpoint and look, read by all
/// analyses.
struct SortedTimes {
  std::int32_t groups = 1;
  std::int32_t strata = 1;
  std::vector<std::uint32_t> row;            ///< n: the input row at each sorted position
  std::vector<double> time;                  ///< n, sorted
  std::vector<std::uint8_t> event;           ///< n, sorted
  std::vector<std::int32_t> group;           ///< n, sorted
  std::vector<double> entry;                 ///< n, sorted, or empty
  std::vector<std::uint32_t> stratum_begin;  ///< strata + 1: first sorted position of each stratum
  std::vector<SortKey> key;                  ///< scratch space of sort_times
  std::vector<std::int32_t> interval_of;     ///< scratch space of sort_times
  std::vector<std::uint32_t> interval_end;   ///< scratch space of sort_times

  std::size_t size() const { return time.size(); }
};

/// Sorts. Columns of `sorted` are overwritten and keep their capacity, so a replicate allocates
/// nothing once the workspace has grown. @throws nothing; the columns must agree in length
/// (asserted)
void sort_times(const Observations& observations, SortedTimes& sorted);

/// Counts at each distinct event time of each stratum: what the log-rank family and Breslow-type
/// sums need. Columns have one element per distinct event time; strata follow one another.
struct RiskTable {
  std::int32_t groups = 1;
  bool distinct = false;  ///< every event has a time of its own: `events` is 1 throughout
  std::vector<double> time;
  std::vector<double> at_risk;               ///< patients at risk just before the time
  std::vector<double> events;                ///< events at the time
  std::vector<double> group_at_risk;         ///< groups x times, group-major
  std::vector<double> group_events;          ///< groups x times, group-major
  std::vector<std::uint32_t> stratum_begin;  ///< strata + 1: first event time of each stratum
  std::vector<double> group_size;            ///< patients in each group, over all strata
  std::vector<double> events_of;             ///< events in each group, over all strata
  std::vector<std::int32_t> left, members_left, member_fails,
      events_before;  ///< scratch space of tabulate_risk

  std::size_t size() const { return time.size(); }
};

/// Counts the risk sets. Overwrites `table`, keeping its capacity.
void tabulate_risk(const SortedTimes& sorted, RiskTable& table);

/// The same for other groups than those of `sorted`.
/// @param group n values 0 .. groups-1, by sorted position
void tabulate_risk(const SortedTimes& sorted, std::span<const std::int32_t> group,
                   std::int32_t groups, RiskTable& table);

/// Merges times that differ by rounding only, as R's `survival` does by default (`timefix`,
/// function aeqSurv): sorted distinct times whose gap is at most 1.5e-8, absolutely or relative to
/// the mean absolute distinct time, take the value of the first of them. Infinite times are left
/// alone. A patient whose entry and time merge is never at risk. Works over all the columns
/// together (time and entry share one clock). @param columns the time columns, changed in place
/// @return how many values were changed
std::size_t merge_near_ties(std::span<const std::span<double>> columns);

}  // namespace trialmill::survival
