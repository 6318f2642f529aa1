#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// Columns that own their data, for tests.
struct PatientColumns {
  std::vector<double> time;
  std::vector<std::uint8_t> event;
  std::vector<std::int32_t> group;
  std::vector<std::int32_t> stratum;
  std::vector<double> entry;
  std::int32_t groups = 1;
  std::int32_t strata = 1;

  Observations view() const { return {time, event, group, stratum, entry, groups, strata}; }

  SortedTimes sorted() const {
    SortedTimes result;
    sort_times(view(), result);
    return result;
  }

  RiskTable table() const {
    RiskTable result;
    tabulate_risk(sorted(), result);
    return result;
  }
};

/// Six patients with each kind of tie, small enough to work by hand:
///
///   group 0:  2   4   5+        at 2 two events tie, one in each group;
///   group 1:  2   4+  6         at 4 an event and a censoring tie (+ is censored)
///
///   time   at risk   events   group 1 at risk   group 1 events   pooled S after
///    2        6         2            3                1              2/3
///    4        4         1            2                0              1/2
///    6        1         1            1                1               0
///
/// The rows are not in the order of time, and at 4 the censored patient comes first.
inline PatientColumns six_patients() {
  PatientColumns six;
  six.time = {6, 4, 2, 5, 4, 2};
  six.event = {1, 0, 1, 0, 1, 1};
  six.group = {1, 1, 1, 0, 0, 0};
  six.groups = 2;
  return six;
}

}  // namespace trialmill::survival
