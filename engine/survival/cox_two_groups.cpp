#include "cox_two_groups.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>

#include "log_of_product.hpp"
#include "risk_set_sweep.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

constexpr std::size_t lanes = 4;

/// Marks each patient 0 (lower value) or 1 in workspace.risk; false unless there are two values.
bool mark_groups(const SortedTimes& sorted, std::span<const double> covariate, TwoGroups& groups,
                 std::vector<double>& mark) {
  const std::size_t n = sorted.size();
  const double one = covariate[sorted.row[0]];
  double other = one;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = covariate[i];
    if (x == one || x == other) continue;
    if (other != one) return false;
    other = x;
  }
  if (other == one) return false;
  const double high = std::max(one, other);
  groups.unit = high - std::min(one, other);
  mark.resize(n);
  for (std::size_t i = 0; i < n; ++i)
    mark[i] = covariate[sorted.row[i]] == high ? 1.0 : 0.0;
  return true;
}

/// Without delayed entry and with every event at a time of its own, which trials simulated in
/// continuous time always have, the counts at risk are running sums.
bool counts_are_running_sums(const RiskSets& sets) {
  return sets.missed.empty() && std::ranges::all_of(sets.event_time, [](const EventTime& t) {
           return t.events_end == t.begin + 1;
         });
}

void count_running_sums(CoxWorkspace& workspace, TwoGroups& groups) {
  const RiskSets& sets = workspace.risk_sets;
  const std::vector<double>& mark = workspace.risk;
  for (std::size_t stratum = 0; stratum + 1 < sets.stratum_begin.size(); ++stratum) {
    double at_risk = 0, marked = 0;
    for (std::size_t k = sets.stratum_begin[stratum + 1]; k-- > sets.stratum_begin[stratum];) {
      const EventTime& t = sets.event_time[k];
      for (std::uint32_t i = t.begin; i < t.end; ++i)
        marked += mark[i];
      at_risk += t.end - t.begin;
      workspace.low_at_risk.push_back(at_risk - marked);
      workspace.high_at_risk.push_back(marked);
      if (at_risk > marked && marked > 0) groups.informative = true;
    }
  }
}

/// The same for any data: one term per event, tied ones with their shares.
void count_by_sweep(Ties ties, CoxWorkspace& workspace, TwoGroups& groups) {
  std::array<double, 6> sums{};
  const SweepMemory memory{sums.data(), sums.data() + 2, sums.data() + 4, &workspace.tree};
  const double* const mark = workspace.risk.data();
  sweep_backwards(
      workspace.risk_sets, ties, std::integral_constant<std::size_t, 2>{}, memory,
      [mark](std::uint32_t i, double* at_risk) {
        at_risk[0] += 1;
        at_risk[1] += mark[i];
      },
      [&](const RiskSetTerm& term) {
        const double b = term.sums[1], a = term.sums[0] - b;
        for (double event = 0; event < term.events; ++event) {
          workspace.low_at_risk.push_back(a);
          workspace.high_at_risk.push_back(b);
        }
        const EventTime& t = workspace.risk_sets.event_time[term.event_time];
        if (term.share == 1 && a > 0 && b > 0 && term.sums[0] > t.events_end - t.begin)
          groups.informative = true;
      });
}

}  // namespace

std::optional<TwoGroups> find_two_groups(const SortedTimes& sorted,
                                         std::span<const double> covariate, Ties ties,
                                         CoxWorkspace& workspace) {
  TwoGroups groups;
  if (!mark_groups(sorted, covariate, groups, workspace.risk)) return std::nullopt;
  auto& low = workspace.low_at_risk;
  auto& high = workspace.high_at_risk;
  low.clear();
  high.clear();
  if (counts_are_running_sums(workspace.risk_sets))
    count_running_sums(workspace, groups);
  else
    count_by_sweep(ties, workspace, groups);
  const std::vector<double>& mark = workspace.risk;
  for (const EventTime& t : workspace.risk_sets.event_time)
    for (std::uint32_t i = t.begin; i < t.events_end; ++i) {
      groups.high_events += mark[i];
      groups.low_events += 1 - mark[i];
    }
  groups.terms = low.size();
  for (std::size_t k = 0; k < groups.terms; ++k) {
    groups.with_high += high[k] > 0;
    groups.with_low += low[k] > 0;
  }
  while (low.size() % lanes) {
    low.push_back(1);
    high.push_back(0);
  }
  return groups;
}

double limiting_log_likelihood(const TwoGroups& groups, const CoxWorkspace& workspace) {
  const bool rises = groups.rises_for_ever();
  const auto& outweighing = rises ? workspace.high_at_risk : workspace.low_at_risk;
  const auto& other = rises ? workspace.low_at_risk : workspace.high_at_risk;
  LogOfProduct product;
  for (std::size_t k = 0; k < groups.terms; ++k)
    product.multiply(outweighing[k] > 0 ? outweighing[k] : other[k]);
  return -product.value();
}

double evaluate_two_groups(const TwoGroups& groups, double log_hazard_ratio,
                           CoxWorkspace& workspace) {
  const double ratio = math::exp(log_hazard_ratio);
  const std::size_t terms = workspace.low_at_risk.size();
  const double* const low = workspace.low_at_risk.data();
  const double* const high = workspace.high_at_risk.data();
  // A denominator lies within 2^(+-bits): weights are between 1 / events and n.
  const double bits = static_cast<double>(std::bit_width(workspace.risk.size())) +
                      std::abs(log_hazard_ratio) * 1.5 + 2;
  const auto factors = static_cast<std::size_t>(std::max(1.0, 1000 / bits)) * lanes;
  std::array<double, lanes> mean{}, variance{};
  double logarithms = 0;
  for (std::size_t from = 0; from < terms; from += factors) {
    std::array<double, lanes> product;
    product.fill(1);
    const std::size_t to = std::min(terms, from + factors);
    for (std::size_t k = from; k < to; k += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const double weighted = high[k + lane] * ratio;
        const double denominator = low[k + lane] + weighted;
        const double inverse = 1 / denominator;
        const double share = weighted * inverse;
        mean[lane] += share;
        variance[lane] += share * (low[k + lane] * inverse);
        product[lane] *= denominator;
      }
    for (const double factor : product)
      logarithms += math::log(factor);
  }
  workspace.score[0] = groups.high_events - ((mean[0] + mean[1]) + (mean[2] + mean[3]));
  workspace.information[0] = (variance[0] + variance[1]) + (variance[2] + variance[3]);
  return groups.high_events * log_hazard_ratio - logarithms;
}

}  // namespace trialmill::survival
