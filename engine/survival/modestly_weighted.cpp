#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>

#include "trialmill/survival/log_rank.hpp"

namespace trialmill::survival {

void modest_weights(const RiskTable& table, ModestlyWeighted weight, std::vector<double>& out) {
  assert(weight.t_star >= 0);
  out.resize(table.size());
  for (std::size_t s = 0; s + 1 < table.stratum_begin.size(); ++s) {
    double before = 1;  // the curve just before the event time
    double at_cap = 1;  // the curve at t_star, or as far as it has come
    for (std::size_t k = table.stratum_begin[s]; k < table.stratum_begin[s + 1]; ++k) {
      out[k] = 1 / std::max(before, at_cap);
      before *= (table.at_risk[k] - table.events[k]) / table.at_risk[k];
      if (table.time[k] <= weight.t_star) at_cap = before;
    }
  }
}

void log_rank_weights(const RiskTable& table, const LogRankWeight& weight,
                      std::vector<double>& out) {
  if (const auto* modest = std::get_if<ModestlyWeighted>(&weight))
    modest_weights(table, *modest, out);
  else
    fleming_harrington_weights(table, std::get<FlemingHarrington>(weight), out);
}

WeightedLogRank weighted_log_rank(const RiskTable& table, const LogRankWeight& weight,
                                  LogRankWorkspace& workspace) {
  if (const auto* powers = std::get_if<FlemingHarrington>(&weight))
    return weighted_log_rank(table, *powers, workspace);
  modest_weights(table, std::get<ModestlyWeighted>(weight), workspace.weight);
  return weighted_log_rank(table, std::span<const double>(workspace.weight));
}

}  // namespace trialmill::survival
