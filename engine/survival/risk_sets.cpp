#include "trialmill/survival/risk_sets.hpp"

#include <algorithm>
#include <cstddef>

#include "survival/tied_events.hpp"

namespace trialmill::survival {
namespace {

void append_event_times(const SortedTimes& sorted, std::uint32_t from, std::uint32_t to,
                        std::vector<EventTime>& found) {
  const std::size_t first = found.size();
  for (std::uint32_t i = from; i < to;) {
    if (!sorted.event[i]) {
      ++i;
      continue;
    }
    if (found.size() > first) found.back().end = i;
    std::uint32_t events_end = i + 1;
    while (events_end < to && sorted.event[events_end] && sorted.time[events_end] == sorted.time[i])
      ++events_end;
    found.push_back({i, events_end, to});
    i = events_end;
  }
}

/// The same where no events are tied. Every patient writes where the next event belongs, and an
/// event moves that place on: there is no branch on what cannot be predicted.
void append_distinct_event_times(const SortedTimes& sorted, std::uint32_t from, std::uint32_t to,
                                 std::vector<EventTime>& found) {
  const std::size_t first = found.size();
  found.resize(first + (to - from));
  std::size_t k = first;
  for (std::uint32_t i = from; i < to; ++i) {
    found[k].begin = i;
    k += sorted.event[i];
  }
  found.resize(k);
  for (std::size_t j = first; j < k; ++j) {
    found[j].events_end = found[j].begin + 1;
    found[j].end = j + 1 < k ? found[j + 1].begin : to;
  }
}

}  // namespace

void find_risk_sets(const SortedTimes& sorted, RiskSets& sets) {
  sets.event_time.clear();
  sets.stratum_begin.clear();
  sets.stratum_begin.push_back(0);
  sets.missed.assign(sorted.entry.size(), 0);
  sets.distinct = !any_tied_events(sorted);
  const auto strata = static_cast<std::size_t>(sorted.strata);
  for (std::size_t s = 0; s < strata; ++s) {
    const std::uint32_t from = sorted.stratum_begin[s], to = sorted.stratum_begin[s + 1];
    if (sets.distinct)
      append_distinct_event_times(sorted, from, to, sets.event_time);
    else
      append_event_times(sorted, from, to, sets.event_time);
    const auto begin =
        sets.event_time.begin() + static_cast<std::ptrdiff_t>(sets.stratum_begin.back());
    if (!sorted.entry.empty())
      for (std::uint32_t i = from; i < to; ++i) {
        const auto joins = std::upper_bound(
            begin, sets.event_time.end(), sorted.entry[i],
            [&](double entry, const EventTime& t) { return entry < sorted.time[t.begin]; });
        sets.missed[i] = static_cast<std::uint32_t>(joins - begin);
      }
    sets.stratum_begin.push_back(static_cast<std::uint32_t>(sets.event_time.size()));
  }
}

}  // namespace trialmill::survival
