#include "cox_two_groups.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "log_of_product.hpp"
#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

constexpr std::size_t lanes = 8;
using Lanes = std::array<double, lanes>;

double sum(const Lanes& x) {
  return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

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

/// What the terms from `begin` to `end` add to each lane's sums; `product` is overwritten.
TRIALMILL_CLONES void add_terms(const double* low, const double* high, std::size_t begin,
                                std::size_t end, double ratio, double* mean, double* variance,
                                double* product) {
  const auto add = [=](std::size_t k, std::size_t lane) __attribute__((always_inline)) {
    const double weighted = high[k] * ratio;
    const double denominator = low[k] + weighted;
    const double inverse = 1 / denominator;
    const double share = weighted * inverse;
    mean[lane] += share;
    variance[lane] += share * (low[k] * inverse);
    product[lane] *= denominator;
  };
  for (std::size_t lane = 0; lane < lanes; ++lane)
    product[lane] = 1;
  std::size_t k = begin;
  for (; k + lanes <= end; k += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane)
      add(k + lane, lane);
  for (std::size_t lane = 0; k < end; ++k, ++lane)
    add(k, lane);
}

}  // namespace

TwoGroups list_terms(const RiskTable& table, Ties ties, CoxWorkspace& workspace) {
  TwoGroups groups;
  const std::size_t times = table.size();
  const std::span<const double> low = std::span(table.group_at_risk).first(times);
  const std::span<const double> high = std::span(table.group_at_risk).subspan(times, times);
  const std::span<const double> high_events = std::span(table.group_events).subspan(times, times);
  unsigned informative = 0;
  for (std::size_t k = 0; k < times; ++k) {
    groups.events += table.events[k];
    groups.high_events += high_events[k];
    informative |= static_cast<unsigned>(low[k] > 0) & static_cast<unsigned>(high[k] > 0) &
                   static_cast<unsigned>(table.at_risk[k] > table.events[k]);
    groups.largest_weight = std::max(groups.largest_weight, table.at_risk[k]);
  }
  groups.informative = informative != 0;
  if (table.distinct) {
    groups.low_at_risk = low;
    groups.high_at_risk = high;
  } else {
    list_tied_terms(table, ties, workspace);
    groups.low_at_risk = workspace.low_at_risk;
    groups.high_at_risk = workspace.high_at_risk;
    groups.smallest_weight = 1 / groups.events;
  }
  for (std::size_t k = 0; k < groups.low_at_risk.size(); ++k) {
    groups.with_low += groups.low_at_risk[k] > 0;
    groups.with_high += groups.high_at_risk[k] > 0;
  }
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
  const auto factors = static_cast<std::size_t>(std::max(1.0, 1000 / bits)) * lanes;
  alignas(64) Lanes mean{}, variance{}, product;
  double logarithms = 0;
  for (std::size_t from = 0; from < terms; from += factors) {
    add_terms(groups.low_at_risk.data(), groups.high_at_risk.data(), from,
              std::min(terms, from + factors), ratio, mean.data(), variance.data(), product.data());
    math::log(product, product);
    logarithms += sum(product);
  }
  workspace.score[0] = groups.high_events - sum(mean);
  workspace.information[0] = sum(variance);
  return groups.high_events * log_hazard_ratio - logarithms;
}

}  // namespace trialmill::survival
