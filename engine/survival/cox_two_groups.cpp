#include "cox_two_groups.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "log_of_product.hpp"
#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/math/lanes.hpp"
#include "trialmill/math/ordered_sum.hpp"

namespace trialmill::survival {
namespace {

/// d events at one time make d terms; in the k-th, by Efron, each of them counts k / d.
void list_tied_terms(const RiskTable& table, Ties ties, CoxWorkspace& workspace) {
  const std::size_t times = table.size();
  workspace.low_at_risk.clear();
  workspace.high_at_risk.clear();
  for (std::size_t k = 0; k < times; ++k) {
    const double events = table.events[k];
    const double low = table.group_at_risk[k], low_events = table.group_events[k];
    const double high = table.group_at_risk[times + k], high_events = table.group_events[times + k];
    for (double part = 1; part <= events; ++part) {
      const double share = ties == Ties::efron ? part / events : 1;
      workspace.low_at_risk.push_back((low - low_events) + share * low_events);
      workspace.high_at_risk.push_back((high - high_events) + share * high_events);
    }
  }
}

/// Sums over likelihood terms.
struct TermSums {
  math::Lanes mean, variance;
  math::Lanes denominators;  ///< a product
};

[[gnu::always_inline]] inline void add_terms(const math::Lanes& low, const math::Lanes& high,
                                             double ratio, TermSums& sums) {
  const math::Lanes weighted = high * ratio;
  const math::Lanes denominator = low + weighted;
  const math::Lanes inverse = 1 / denominator;
  const math::Lanes share = weighted * inverse;
  sums.mean += share;
  sums.variance += share * (low * inverse);
  sums.denominators *= denominator;
}

/// Adds the terms from `begin` to `end`.
TRIALMILL_CLONES void add_terms(const double* low, const double* high, std::size_t begin,
                                std::size_t end, double ratio, TermSums& total) {
  TermSums sums = total;
  math::Lanes a, b;
  std::size_t k = begin;
  for (; k + math::lanes <= end; k += math::lanes) {
    math::load(low + k, a);
    math::load(high + k, b);
    add_terms(a, b, ratio, sums);
  }
  if (k < end) {
    math::load_some(low + k, end - k, 1, a);  // a term of weight 1 and share 0 adds nothing
    math::load_some(high + k, end - k, 0, b);
    add_terms(a, b, ratio, sums);
  }
  total = sums;
}

struct TermCounts {
  std::uint64_t with_low = 0, with_high = 0;
};

TRIALMILL_CLONES TermCounts count_terms(const double* low, const double* high, std::size_t terms) {
  TermCounts counts;
  for (std::size_t k = 0; k < terms; ++k) {
    counts.with_low += low[k] > 0 ? 1 : 0;
    counts.with_high += high[k] > 0 ? 1 : 0;
  }
  return counts;
}

/// Whether both groups are at risk somewhere where not everybody has the event.
TRIALMILL_CLONES bool holds_information(const double* low, const double* high, const double* events,
                                        std::size_t times) {
  std::uint64_t found = 0;
  for (std::size_t k = 0; k < times; ++k)
    found |= ((low[k] > 0) & (high[k] > 0) & (low[k] + high[k] > events[k])) ? 1 : 0;
  return found != 0;
}

}  // namespace

TwoGroups list_terms(const RiskTable& table, Ties ties, CoxWorkspace& workspace) {
  TwoGroups groups;
  const std::size_t times = table.size();
  groups.low_at_risk = std::span(table.group_at_risk).first(times);
  groups.high_at_risk = std::span(table.group_at_risk).subspan(times, times);
  groups.high_events = table.events_of[1];
  groups.events = table.events_of[0] + table.events_of[1];
  groups.informative = holds_information(groups.low_at_risk.data(), groups.high_at_risk.data(),
                                         table.events.data(), times);
  if (!table.distinct) {
    list_tied_terms(table, ties, workspace);
    groups.low_at_risk = workspace.low_at_risk;
    groups.high_at_risk = workspace.high_at_risk;
    groups.smallest_weight = 1 / groups.events;
  }
  groups.largest_weight = table.group_size[0] + table.group_size[1];
  const TermCounts counts =
      count_terms(groups.low_at_risk.data(), groups.high_at_risk.data(), groups.low_at_risk.size());
  groups.with_low = counts.with_low;
  groups.with_high = counts.with_high;
  return groups;
}

double limiting_log_likelihood(const TwoGroups& groups) {
  const bool rises = groups.rises_for_ever();
  const auto outweighing = rises ? groups.high_at_risk : groups.low_at_risk;
  const auto other = rises ? groups.low_at_risk : groups.high_at_risk;
  LogOfProduct product;
  for (std::size_t k = 0; k < outweighing.size(); ++k)
    product.multiply(outweighing[k] > 0 ? outweighing[k] : other[k]);
  return -product.value();
}

double evaluate_two_groups(const TwoGroups& groups, double log_hazard_ratio,
                           CoxWorkspace& workspace) {
  const double ratio = math::exp(log_hazard_ratio);
  const std::size_t terms = groups.low_at_risk.size();
  // A denominator lies within 2^(+-bits); so many factors stay within the range of a double.
  const double bits =
      std::max(std::ilogb(groups.largest_weight), -std::ilogb(groups.smallest_weight)) + 1 +
      std::abs(log_hazard_ratio) * 1.5 + 1;
  const auto factors = static_cast<std::size_t>(std::max(1.0, 1000 / bits)) * math::lanes;
  TermSums sums{};
  double logarithms = 0;
  for (std::size_t from = 0; from < terms; from += factors) {
    sums.denominators = math::Lanes{} + 1.0;
    add_terms(groups.low_at_risk.data(), groups.high_at_risk.data(), from,
              std::min(terms, from + factors), ratio, sums);
    std::array<double, math::lanes> product;
    std::memcpy(product.data(), &sums.denominators, sizeof product);
    math::log(product, product);
    logarithms += math::ordered_sum(product);
  }
  workspace.score[0] = groups.high_events - math::sum(sums.mean);
  workspace.information[0] = math::sum(sums.variance);
  return groups.high_events * log_hazard_ratio - logarithms;
}

}  // namespace trialmill::survival
