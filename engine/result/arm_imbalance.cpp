#include <cassert>
#include <cmath>

#include "trialmill/result/result.hpp"

namespace trialmill::result {

std::vector<ArmImbalance> summarise_imbalance(const Tally& tally,
                                              const std::vector<ImbalanceLabel>& labels) {
  std::vector<ArmImbalance> out;
  for (std::size_t k = 0; k < tally.imbalance.size(); ++k) {
    const auto& [moments, distribution] = tally.imbalance[k];
    out.push_back({labels[k], moments.mean,
                   moments.sd() / std::sqrt(static_cast<double>(moments.count)),
                   distribution.quantile(0.95), distribution.quantile(1)});
  }
  return out;
}

}  // namespace trialmill::result
