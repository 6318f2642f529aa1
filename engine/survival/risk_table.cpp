#include <algorithm>
#include <cassert>
#include <cstddef>
#include <limits>
#include <numeric>

#include "survival/tied_events.hpp"
#include "trialmill/math/clones.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {
namespace {

/// Distinct event times of all strata, in order; `time` is large enough already.
void list_event_times(const SortedTimes& sorted, RiskTable& table) {
  const std::size_t strata = static_cast<std::size_t>(sorted.strata);
  table.stratum_begin.resize(strata + 1);
  table.time.resize(sorted.size());
  std::size_t count = 0;
  for (std::size_t s = 0; s < strata; ++s) {
    table.stratum_begin[s] = static_cast<std::uint32_t>(count);
    const std::size_t first = count;
    for (std::size_t i = sorted.stratum_begin[s]; i < sorted.stratum_begin[s + 1]; ++i) {
      if (sorted.event[i] == 0) continue;
      if (count == first || table.time[count - 1] != sorted.time[i]) {
        table.time[count++] = sorted.time[i];
      }
    }
  }
  table.stratum_begin[strata] = static_cast<std::uint32_t>(count);
  table.time.resize(count);
}

/// Events of each group, and how much the number at risk of each group changes on arriving at an
/// event time: +1 for every patient whose first time at risk this is, -1 for every patient whose
/// last time at risk was the one before.
void count_stratum(const SortedTimes& sorted, std::span<const std::int32_t> group,
                   std::size_t stratum, RiskTable& table) {
  const std::size_t times = table.size();
  const std::size_t first = table.stratum_begin[stratum];
  const std::size_t last = table.stratum_begin[stratum + 1];
  if (first == last) return;
  const auto time = table.time.begin();
  std::size_t next = first;  // event times of the stratum up to the current patient's time end here
  for (std::size_t i = sorted.stratum_begin[stratum]; i < sorted.stratum_begin[stratum + 1]; ++i) {
    const std::size_t column = static_cast<std::size_t>(group[i]) * times;
    if (next < last && table.time[next] <= sorted.time[i]) ++next;
    if (sorted.event[i] != 0) table.group_events[column + next - 1] += 1;
    std::size_t from = first;
    if (!sorted.entry.empty()) {
      const auto after =
          std::upper_bound(time + static_cast<std::ptrdiff_t>(first),
                           time + static_cast<std::ptrdiff_t>(last), sorted.entry[i]);
      from = static_cast<std::size_t>(after - time);
    }
    if (from >= next) continue;  // no event while this patient was at risk
    table.group_at_risk[column + from] += 1;
    if (next < last) table.group_at_risk[column + next] -= 1;
  }
  for (std::size_t g = 0; g < static_cast<std::size_t>(table.groups); ++g) {
    for (std::size_t k = first + 1; k < last; ++k) {
      table.group_at_risk[g * times + k] += table.group_at_risk[g * times + k - 1];
    }
  }
}

void count_delayed(const SortedTimes& sorted, std::span<const std::int32_t> group,
                   RiskTable& table) {
  const auto groups = static_cast<std::size_t>(table.groups);
  list_event_times(sorted, table);
  const std::size_t times = table.size();
  table.group_at_risk.assign(groups * times, 0);
  table.group_events.assign(groups * times, 0);
  for (std::size_t s = 0; s < static_cast<std::size_t>(sorted.strata); ++s) {
    count_stratum(sorted, group, s, table);
  }
  table.at_risk.assign(times, 0);
  table.events.assign(times, 0);
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t k = 0; k < times; ++k) {
      table.at_risk[k] += table.group_at_risk[g * times + k];
      table.events[k] += table.group_events[g * times + k];
    }
  }
}

struct GroupCounts {
  std::int32_t patients = 0, events = 0;
};

TRIALMILL_CLONES GroupCounts count_group(const std::int32_t* group, const std::uint8_t* event,
                                         std::size_t n, std::int32_t which) {
  GroupCounts counts;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t member = group[i] == which ? 1 : 0;
    counts.patients += member;
    counts.events += member & event[i];
  }
  return counts;
}

void count_groups(const SortedTimes& sorted, std::span<const std::int32_t> group,
                  RiskTable& table) {
  const auto groups = static_cast<std::size_t>(table.groups);
  table.group_size.resize(groups);
  table.events_of.resize(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    const GroupCounts counts =
        count_group(group.data(), sorted.event.data(), sorted.size(), static_cast<std::int32_t>(g));
    table.group_size[g] = counts.patients;
    table.events_of[g] = counts.events;
  }
}

/// Lists the events of a stratum with the patients that are left. Every patient writes where the
/// next event belongs, and an event moves that place on: there is no branch on what cannot be
/// predicted. @return the place after the last event
std::size_t list_events(const SortedTimes& sorted, const std::int32_t* group, std::int32_t which,
                        std::size_t stratum, std::size_t first, RiskTable& table) {
  const std::uint32_t from = sorted.stratum_begin[stratum], to = sorted.stratum_begin[stratum + 1];
  const std::size_t times = table.size();
  const double* const time = sorted.time.data();
  const std::uint8_t* const event = sorted.event.data();
  double* const event_time = table.time.data();
  std::int32_t* const left = table.left.data();
  std::int32_t* const members_left = table.members_left.data();
  std::int32_t* const member_fails = table.member_fails.data();
  std::int32_t members = count_group(group + from, event + from, to - from, which).patients;
  std::size_t k = first;
  for (std::uint32_t i = from; i < to && k < times; ++i) {
    const std::int32_t member = group[i] == which ? 1 : 0;
    event_time[k] = time[i];
    left[k] = static_cast<std::int32_t>(to - i);
    members_left[k] = members;
    member_fails[k] = member;
    members -= member;
    k += event[i];
  }
  return k;
}

TRIALMILL_CLONES void to_doubles(const std::int32_t* __restrict count, std::size_t n,
                                 double* __restrict out) {
  for (std::size_t k = 0; k < n; ++k)
    out[k] = count[k];
}

TRIALMILL_CLONES void subtract(const double* __restrict other, std::size_t n,
                               double* __restrict from) {
  for (std::size_t k = 0; k < n; ++k)
    from[k] -= other[k];
}

/// Group 0 is what the others leave.
void leave_to_group_0(RiskTable& table) {
  const std::size_t times = table.size();
  std::copy_n(table.at_risk.begin(), times, table.group_at_risk.begin());
  std::copy_n(table.events.begin(), times, table.group_events.begin());
  for (std::size_t g = 1; g < static_cast<std::size_t>(table.groups); ++g) {
    subtract(table.group_at_risk.data() + g * times, times, table.group_at_risk.data());
    subtract(table.group_events.data() + g * times, times, table.group_events.data());
  }
}

/// Fills the columns of one group, and what is the same for all.
void count_members(const SortedTimes& sorted, std::span<const std::int32_t> group,
                   std::size_t which, RiskTable& table) {
  const std::size_t times = table.size();
  for (std::size_t s = 0; s + 1 < table.stratum_begin.size(); ++s)
    table.stratum_begin[s + 1] = static_cast<std::uint32_t>(list_events(
        sorted, group.data(), static_cast<std::int32_t>(which), s, table.stratum_begin[s], table));
  to_doubles(table.members_left.data(), times, table.group_at_risk.data() + which * times);
  to_doubles(table.member_fails.data(), times, table.group_events.data() + which * times);
}

/// Without ties and delayed entry, as in trials simulated in continuous time, the patients at risk
/// are those who come later.
void count_distinct(const SortedTimes& sorted, std::span<const std::int32_t> group,
                    RiskTable& table) {
  const auto groups = static_cast<std::size_t>(table.groups);
  const auto times = static_cast<std::size_t>(
      std::accumulate(table.events_of.begin(), table.events_of.end(), 0.0));
  table.stratum_begin.assign(static_cast<std::size_t>(sorted.strata) + 1, 0);
  table.time.resize(times);
  table.at_risk.resize(times);
  table.events.assign(times, 1.0);
  table.group_at_risk.resize(groups * times);
  table.group_events.resize(groups * times);
  for (auto* column : {&table.left, &table.members_left, &table.member_fails})
    column->resize(times);
  for (std::size_t g = groups; g-- > 1;)
    count_members(sorted, group, g, table);
  if (groups == 1) count_members(sorted, group, 0, table);
  to_doubles(table.left.data(), times, table.at_risk.data());
  leave_to_group_0(table);
}

/// Events and members among them that were listed so far, over all strata.
struct Listed {
  std::size_t times = 0;
  std::int32_t events = 0, member_events = 0;
};

/// As list_events, where several events may share a time: the first of them lists it. What happens
/// at a time is the difference between what was listed before it and before the next one.
void list_tied_events(const SortedTimes& sorted, const std::int32_t* group, std::int32_t which,
                      std::size_t stratum, Listed& listed, RiskTable& table) {
  const std::uint32_t from = sorted.stratum_begin[stratum], to = sorted.stratum_begin[stratum + 1];
  const double* const time = sorted.time.data();
  const std::uint8_t* const event = sorted.event.data();
  double* const event_time = table.time.data();
  std::int32_t* const left = table.left.data();
  std::int32_t* const members_left = table.members_left.data();
  std::int32_t* const events_before = table.events_before.data();
  std::int32_t* const member_events_before = table.member_fails.data();
  std::int32_t members = count_group(group + from, event + from, to - from, which).patients;
  auto [k, events, member_events] = listed;
  double latest = std::numeric_limits<double>::quiet_NaN();
  for (std::uint32_t i = from; i < to; ++i) {
    const std::int32_t member = group[i] == which ? 1 : 0;
    const unsigned fresh = event[i] & static_cast<unsigned>(time[i] != latest);
    event_time[k] = time[i];
    left[k] = static_cast<std::int32_t>(to - i);
    members_left[k] = members;
    events_before[k] = events;
    member_events_before[k] = member_events;
    latest = event[i] != 0 ? time[i] : latest;
    members -= member;
    events += event[i];
    member_events += member & event[i];
    k += fresh;
  }
  events_before[k] = events;
  member_events_before[k] = member_events;
  listed = {k, events, member_events};
}

TRIALMILL_CLONES void differences(const std::int32_t* __restrict before, std::size_t n,
                                  double* __restrict out) {
  for (std::size_t k = 0; k < n; ++k)
    out[k] = before[k + 1] - before[k];
}

/// Ties, but no delayed entry.
void count_tied(const SortedTimes& sorted, std::span<const std::int32_t> group, RiskTable& table) {
  const auto groups = static_cast<std::size_t>(table.groups);
  const auto strata = static_cast<std::size_t>(sorted.strata);
  const auto places = 1 + static_cast<std::size_t>(
                              std::accumulate(table.events_of.begin(), table.events_of.end(), 0.0));
  table.stratum_begin.assign(strata + 1, 0);
  table.time.resize(places);
  for (auto* column : {&table.left, &table.members_left, &table.member_fails, &table.events_before})
    column->resize(places);
  for (std::size_t g = groups; g-- > (groups == 1 ? 0 : 1);) {
    Listed listed;
    for (std::size_t s = 0; s < strata; ++s) {
      list_tied_events(sorted, group.data(), static_cast<std::int32_t>(g), s, listed, table);
      table.stratum_begin[s + 1] = static_cast<std::uint32_t>(listed.times);
    }
    table.group_at_risk.resize(groups * listed.times);
    table.group_events.resize(groups * listed.times);
    to_doubles(table.members_left.data(), listed.times,
               table.group_at_risk.data() + g * listed.times);
    differences(table.member_fails.data(), listed.times,
                table.group_events.data() + g * listed.times);
  }
  const std::size_t times = table.stratum_begin[strata];
  table.time.resize(times);
  table.at_risk.resize(times);
  table.events.resize(times);
  to_doubles(table.left.data(), times, table.at_risk.data());
  differences(table.events_before.data(), times, table.events.data());
  leave_to_group_0(table);
}

}  // namespace

void tabulate_risk(const SortedTimes& sorted, RiskTable& table) {
  tabulate_risk(sorted, sorted.group, sorted.groups, table);
}

void tabulate_risk(const SortedTimes& sorted, std::span<const std::int32_t> group,
                   std::int32_t groups, RiskTable& table) {
  assert(group.size() == sorted.size());
  table.groups = groups;
  table.distinct = sorted.entry.empty() && !any_tied_events(sorted);
  count_groups(sorted, group, table);
  if (table.distinct)
    count_distinct(sorted, group, table);
  else if (sorted.entry.empty())
    count_tied(sorted, group, table);
  else
    count_delayed(sorted, group, table);
}

}  // namespace trialmill::survival
