#include "trialmill/cohort/randomisation.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace trialmill::cohort {
namespace {

// The arm whose share of [0, total) holds `position`.
std::int32_t arm_at(std::span<const double> share, double position) {
  std::size_t arm = 0;
  double below = share[0];
  while (arm + 1 < share.size() && position >= below)
    below += share[++arm];
  // Rounding of `position` can pass the last place left; an arm without places is never taken.
  while (share[arm] <= 0 && arm > 0)
    --arm;
  return static_cast<std::int32_t>(arm);
}

}  // namespace

void allot_arms(const Randomisation& randomisation, std::span<const double> u_arm,
                std::span<const double> u_block, std::span<const std::int32_t> stratum,
                RandomisationWorkspace& workspace, std::span<std::int32_t> arm) {
  assert(u_arm.size() == arm.size());
  const std::vector<double>& allocation = randomisation.allocation;
  const double total = std::accumulate(allocation.begin(), allocation.end(), 0.0);
  if (randomisation.method == Randomisation::Method::simple) {
    for (std::size_t i = 0; i < arm.size(); ++i)
      arm[i] = arm_at(allocation, u_arm[i] * total);
    return;
  }
  const std::size_t arms = allocation.size();
  const auto sizes = static_cast<double>(randomisation.block_sizes.size());
  workspace.left.assign(randomisation.strata * arms, 0.0);
  for (std::size_t i = 0; i < arm.size(); ++i) {
    const std::size_t s = stratum.empty() ? 0 : static_cast<std::size_t>(stratum[i]);
    const std::span<double> left(workspace.left.data() + s * arms, arms);
    double places = std::accumulate(left.begin(), left.end(), 0.0);
    if (places <= 0) {
      const auto chosen = std::min(static_cast<std::size_t>(u_block[i] * sizes),
                                   randomisation.block_sizes.size() - 1);
      places = randomisation.block_sizes[chosen];
      for (std::size_t a = 0; a < arms; ++a)
        left[a] = allocation[a] * places / total;
    }
    arm[i] = arm_at(left, u_arm[i] * places);
    left[static_cast<std::size_t>(arm[i])] -= 1;
  }
}

}  // namespace trialmill::cohort
