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
  void reset(std::size_t ranks) { tree_.assign(ranks + 1, 0); }

  void add(std::size_t rank, double count) {
    for (std::size_t node = rank + 1; node < tree_.size(); node += node & (~node + 1))
      tree_[node] += count;
    total_ += count;
  }
  void clear_total() { total_ = 0; }

  double below(std::size_t rank) const {
    double count = 0;
    for (std::size_t node = rank; node > 0; node &= node - 1)
      count += tree_[node];
    return count;
  }
  double at(std::size_t rank) const { return below(rank + 1) - below(rank); }
  double above(std::size_t rank) const { return total_ - below(rank + 1); }

 private:
  std::vector<double> tree_;
  double total_ = 0;
};

/// Counts the pairs of one stratum, twice over: for each event those who outlive it, walking
/// backwards, and for each patient the events outlived, walking forwards.
class StratumPairs {
 public:
  StratumPairs(const RiskSets& sets, std::span<const double> predictor, std::vector<Pairs>& pairs)
      : sets_(sets), predictor_(predictor), pairs_(pairs), rank_(predictor.size()) {}

  /// @return the pairs, each once
  Pairs count(std::size_t stratum, std::uint32_t stratum_end) {
    first_ = sets_.stratum_begin[stratum];
    last_ = sets_.stratum_begin[stratum + 1];
    if (first_ == last_) return {};
    rank_predictors(sets_.event_time[first_].begin, stratum_end);
    order_by_entry(sets_.event_time[first_].begin, stratum_end);
    const Pairs total = pair_events_with_survivors();
    pair_survivors_with_events();
    return total;
  }

 private:
  void rank_predictors(std::uint32_t from, std::uint32_t to) {
    values_.assign(predictor_.begin() + from, predictor_.begin() + to);
    std::sort(values_.begin(), values_.end());
    values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
    for (std::uint32_t i = from; i < to; ++i)
      rank_[i] = static_cast<std::size_t>(
          std::lower_bound(values_.begin(), values_.end(), predictor_[i]) - values_.begin());
  }

  /// Patients who miss event times, by how many.
  void order_by_entry(std::uint32_t from, std::uint32_t to) {
    late_.clear();
    if (sets_.missed.empty()) return;
    for (std::uint32_t i = from; i < to; ++i)
      if (sets_.missed[i] > 0) late_.push_back(i);
    std::sort(late_.begin(), late_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return sets_.missed[a] != sets_.missed[b] ? sets_.missed[a] < sets_.missed[b] : a < b;
    });
  }

  void start() {
    counts_.reset(values_.size());
    counts_.clear_total();
  }

  Pairs pair_events_with_survivors() {
    start();
    Pairs total;
    std::size_t late = late_.size();
    for (std::size_t k = last_; k-- > first_;) {
      const EventTime& t = sets_.event_time[k];
      for (std::uint32_t i = t.events_end; i < t.end; ++i)
        counts_.add(rank_[i], 1);
      for (; late > 0 && sets_.missed[late_[late - 1]] > k - first_; --late)
        counts_.add(rank_[late_[late - 1]], -1);
      for (std::uint32_t i = t.begin; i < t.events_end; ++i) {
        const std::size_t rank = rank_[i];
        const Pairs found{counts_.below(rank), counts_.above(rank), counts_.at(rank)};
        add(pairs_[i], found);
        add(total, found);
      }
      for (std::uint32_t i = t.begin; i < t.events_end; ++i)
        counts_.add(rank_[i], 1);
    }
    return total;
  }

  void pair_survivors_with_events() {
    start();
    const auto earlier_events = [&](std::uint32_t i) {
      const std::size_t rank = rank_[i];
      return Pairs{counts_.above(rank), counts_.below(rank), counts_.at(rank)};
    };
    std::size_t late = 0;
    for (std::size_t k = first_; k < last_; ++k) {
      const EventTime& t = sets_.event_time[k];
      for (std::uint32_t i = t.begin; i < t.events_end; ++i)
        add(pairs_[i], earlier_events(i));
      for (std::uint32_t i = t.begin; i < t.events_end; ++i)
        counts_.add(rank_[i], 1);
      for (std::uint32_t i = t.events_end; i < t.end; ++i)
        add(pairs_[i], earlier_events(i));
      for (; late < late_.size() && sets_.missed[late_[late]] == k - first_ + 1; ++late)
        add(pairs_[late_[late]], earlier_events(late_[late]), -1);
    }
  }

  const RiskSets& sets_;
  std::span<const double> predictor_;  ///< by sorted position
  std::vector<Pairs>& pairs_;          ///< by sorted position
  std::vector<std::size_t> rank_;
  std::vector<double> values_;
  std::vector<std::uint32_t> late_;
  RankCounts counts_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
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
