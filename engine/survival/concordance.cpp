#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

#include "trialmill/survival/cox_diagnostics.hpp"
#include "trialmill/survival/risk_sets.hpp"

namespace trialmill::survival {
namespace {

/// How a patient's pairs turned out. Counts are whole numbers, so subtraction is exact.
struct Pairs {
  double concordant = 0;
  double discordant = 0;
  double tied = 0;
};

void add(Pairs& pairs, const Pairs& more, double sign = 1) {
  pairs.concordant += sign * more.concordant;
  pairs.discordant += sign * more.discordant;
  pairs.tied += sign * more.tied;
}

/// Counts patients by the rank of their linear predictor (Fenwick 1994).
class RankCounts {
 public:
  void reset(std::size_t ranks) { x_tree.assign(ranks + 1, 0); }

  void add(std::size_t rank, double count) {
    for (std::size_t node = rank + 1; node < x_tree.size(); node += node & (~node + 1))
      x_tree[node] += count;
    x_total += count;
  }
  void clear_total() { x_total = 0; }

  double below(std::size_t rank) const {
    double count = 0;
    for (std::size_t node = rank; node > 0; node &= node - 1)
      count += x_tree[node];
    return count;
  }
  double at(std::size_t rank) const { return below(rank + 1) - below(rank); }
  double above(std::size_t rank) const { return x_total - below(rank + 1); }

 private:
  std::vector<double> x_tree;
  double x_total = 0;
};

/// Counts the pairs of one stratum, twice over: for each event those who outlive it, walking
/// backwards, and for each patient the events outlived, walking forwards.
class StratumPairs {
 public:
  StratumPairs(const RiskSets& sets, std::span<const double> predictor, std::vector<Pairs>& pairs)
      : x_sets(sets), x_predictor(predictor), x_pairs(pairs), x_rank(predictor.size()) {}

  /// @return the pairs, each once
  Pairs count(std::size_t stratum, std::uint32_t stratum_end) {
    x_first = x_sets.stratum_begin[stratum];
    x_last = x_sets.stratum_begin[stratum + 1];
    if (x_first == x_last) return {};
    rank_predictors(x_sets.event_time[x_first].begin, stratum_end);
    order_by_entry(x_sets.event_time[x_first].begin, stratum_end);
    const Pairs total = pair_events_with_survivors();
    pair_survivors_with_events();
    return total;
  }

 private:
  void rank_predictors(std::uint32_t from, std::uint32_t to) {
    x_values.assign(x_predictor.begin() + from, x_predictor.begin() + to);
    std::sort(x_values.begin(), x_values.end());
    x_values.erase(std::unique(x_values.begin(), x_values.end()), x_values.end());
    for (std::uint32_t i = from; i < to; ++i)
      x_rank[i] = static_cast<std::size_t>(
          std::lower_bound(x_values.begin(), x_values.end(), x_predictor[i]) - x_values.begin());
  }

  /// Patients who miss event times, by how many.
  void order_by_entry(std::uint32_t from, std::uint32_t to) {
    x_late.clear();
    if (x_sets.missed.empty()) return;
    for (std::uint32_t i = from; i < to; ++i)
      if (x_sets.missed[i] > 0) x_late.push_back(i);
    std::sort(x_late.begin(), x_late.end(), [&](std::uint32_t a, std::uint32_t b) {
      return x_sets.missed[a] != x_sets.missed[b] ? x_sets.missed[a] < x_sets.missed[b] : a < b;
    });
  }

  void start() {
    x_counts.reset(x_values.size());
    x_counts.clear_total();
  }

  Pairs pair_events_with_survivors() {
    start();
    Pairs total;
    std::size_t late = x_late.size();
    for (std::size_t k = x_last; k-- > x_first;) {
      const EventTime& t = x_sets.event_time[k];
      for (std::uint32_t i = t.events_end; i < t.end; ++i)
        x_counts.add(x_rank[i], 1);
      for (; late > 0 && x_sets.missed[x_late[late - 1]] > k - x_first; --late)
        x_counts.add(x_rank[x_late[late - 1]], -1);
      for (std::uint32_t i = t.begin; i < t.events_end; ++i) {
        const std::size_t rank = x_rank[i];
        const Pairs found{x_counts.below(rank), x_counts.above(rank), x_counts.at(rank)};
        add(x_pairs[i], found);
        add(total, found);
      }
      for (std::uint32_t i = t.begin; i < t.events_end; ++i)
        x_counts.add(x_rank[i], 1);
    }
    return total;
  }

  void pair_survivors_with_events() {
    start();
    const auto earlier_events = [&](std::uint32_t i) {
      const std::size_t rank = x_rank[i];
      return Pairs{x_counts.above(rank), x_counts.below(rank), x_counts.at(rank)};
    };
    std::size_t late = 0;
    for (std::size_t k = x_first; k < x_last; ++k) {
      const EventTime& t = x_sets.event_time[k];
      for (std::uint32_t i = t.begin; i < t.events_end; ++i)
        add(x_pairs[i], earlier_events(i));
      for (std::uint32_t i = t.begin; i < t.events_end; ++i)
        x_counts.add(x_rank[i], 1);
      for (std::uint32_t i = t.events_end; i < t.end; ++i)
        add(x_pairs[i], earlier_events(i));
      for (; late < x_late.size() && x_sets.missed[x_late[late]] == k - x_first + 1; ++late)
        add(x_pairs[x_late[late]], earlier_events(x_late[late]), -1);
    }
  }

  const RiskSets& x_sets;
  std::span<const double> x_predictor;  ///< by sorted position
  std::vector<Pairs>& x_pairs;          ///< by sorted position
  std::vector<std::size_t> x_rank;
  std::vector<double> x_values;
  std::vector<std::uint32_t> x_late;
  RankCounts x_counts;
  std::size_t x_first = 0;
  std::size_t x_last = 0;
};

}  // namespace

Concordance concordance(const SortedTimes& sorted, std::span<const double> linear_predictor) {
  assert(linear_predictor.size() == sorted.size());
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> predictor(sorted.size());
  for (std::size_t i = 0; i < predictor.size(); ++i) {
    predictor[i] = linear_predictor[sorted.row[i]];
    if (std::isnan(predictor[i])) return {undefined, undefined, 0, 0, 0};
  }
  RiskSets sets;
  find_risk_sets(sorted, sets);
  std::vector<Pairs> pairs(sorted.size());
  StratumPairs strata(sets, predictor, pairs);
  Pairs total;
  for (std::size_t s = 0; s + 1 < sets.stratum_begin.size(); ++s)
    add(total, strata.count(s, sorted.stratum_begin[s + 1]));
  const double all = total.concordant + total.discordant + total.tied;
  Concordance result{undefined, undefined, total.concordant, total.discordant, total.tied};
  if (all == 0) return result;
  const double difference = (total.concordant - total.discordant) / all;
  double squares = 0;
  for (const Pairs& own : pairs) {
    const double influence =
        own.concordant - own.discordant - (own.concordant + own.discordant + own.tied) * difference;
    squares += influence * influence;
  }
  result.estimate = (difference + 1) / 2;
  result.standard_error = std::sqrt(squares) / (2 * all);
  return result;
}

}  // namespace trialmill::survival
