#include "trialmill/survival/risk_sets.hpp"

#include <algorithm>
#include <cstddef>

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

}  // namespace

void find_risk_sets(const SortedTimes& sorted, RiskSets& sets) {
  sets.event_time.clear();
  sets.stratum_begin.clear();
  sets.stratum_begin.push_back(0);
  sets.missed.assign(sorted.entry.size(), 0);
  const auto strata = static_cast<std::size_t>(sorted.strata);
  for (std::size_t s = 0; s < strata; ++s) {
    const std::uint32_t from = sorted.stratum_begin[s], to = sorted.stratum_begin[s + 1];
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
