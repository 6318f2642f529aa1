#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/risk_sets.hpp"

namespace trialmill::survival {

/// Sums over one risk set, as the sweep hands them out.
struct RiskSetTerm {
  std::size_t event_time;  ///< index in RiskSets::event_time
  const double* sums;      ///< `size` sums over the patients at risk
  double events;           ///< events this term stands for: all of them (Breslow), or 1 (Efron)
  double share;            ///< how much of each tied event is in the sums: 1, or k / d (Efron)
};

/// Memory of a sweep: three rows of `size` sums, and a tree of them for delayed entry.
struct SweepMemory {
  double* at_risk;
  double* events;
  double* shared;
  std::vector<double>* tree;
};

/// Sums over every risk set, from the last event time of each stratum backwards, by additions only.
///
/// Without delayed entry a risk set is the one after it and those who left in between. With delayed
/// entry the sums are kept in a Fenwick tree over the event times a patient missed, so that a
/// prefix of the tree holds those who had entered: still additions only, at a cost of log(event
/// times).
///
/// Efron's ties: d events at one time make d terms, the k-th with the share k / d of each event in
/// the sums; Breslow's make one term that counts d times.
///
/// @param size number of sums (a constant where known when compiled)
/// @param add called as add(position, sums): adds one patient to `size` sums
/// @param close called as close(RiskSetTerm) for each term
template <class Size, class Add, class Close>
void sweep_backwards(const RiskSets& sets, Ties ties, Size size, const SweepMemory& memory, Add add,
                     Close close) {
  const bool delayed = !sets.missed.empty();
  double* const at_risk = memory.at_risk;
  for (std::size_t stratum = 0; stratum + 1 < sets.stratum_begin.size(); ++stratum) {
    const std::size_t first = sets.stratum_begin[stratum], last = sets.stratum_begin[stratum + 1];
    const std::size_t times = last - first;
    std::fill_n(at_risk, size, 0.0);
    if (delayed) memory.tree->assign(size * times, 0.0);
    const auto join = [&](std::uint32_t i) {
      if (!delayed) return add(i, at_risk);
      for (std::size_t node = sets.missed[i]; node < times; node |= node + 1)
        add(i, memory.tree->data() + node * size);
    };
    for (std::size_t k = last; k-- > first;) {
      const EventTime& t = sets.event_time[k];
      for (std::uint32_t i = t.end; i-- > t.events_end;)
        join(i);
      if (delayed) {
        std::fill_n(at_risk, size, 0.0);
        for (std::size_t node = k - first + 1; node > 0; node &= node - 1)
          for (std::size_t j = 0; j < size; ++j)
            at_risk[j] += (*memory.tree)[(node - 1) * size + j];
      }
      const std::uint32_t events = t.events_end - t.begin;
      if (events == 1 || ties == Ties::breslow) {
        for (std::uint32_t i = t.events_end; i-- > t.begin;)
          add(i, at_risk);
      } else {
        std::fill_n(memory.events, size, 0.0);
        for (std::uint32_t i = t.events_end; i-- > t.begin;)
          add(i, memory.events);
        for (std::uint32_t part = 1; part < events; ++part) {
          const double share = static_cast<double>(part) / events;
          for (std::size_t j = 0; j < size; ++j)
            memory.shared[j] = at_risk[j] + share * memory.events[j];
          close(RiskSetTerm{k, memory.shared, 1.0, share});
        }
        for (std::size_t j = 0; j < size; ++j)
          at_risk[j] += memory.events[j];
      }
      close(RiskSetTerm{k, at_risk, ties == Ties::breslow ? events : 1.0, 1.0});
      if (delayed)
        for (std::uint32_t i = t.events_end; i-- > t.begin;)
          join(i);
    }
  }
}

}  // namespace trialmill::survival
