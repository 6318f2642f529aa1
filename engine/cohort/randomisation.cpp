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

// What is left of a block of two arms.
struct Block {
  double first, second;

  // Takes a place with probability proportional to the places left. Rounding of the position can
  // pass the last place left; an arm without places is never taken.
  std::int32_t take(double uniform) {
    const bool second_arm = (uniform * (first + second) >= first) & (second > 0);
    first -= second_arm ? 0.0 : 1.0;
    second -= second_arm ? 1.0 : 0.0;
    return second_arm;
  }
};

Block new_block(const Randomisation& randomisation, double size) {
  const std::vector<double>& allocation = randomisation.allocation;
  const double total = allocation[0] + allocation[1];
  return {allocation[0] * size / total, allocation[1] * size / total};
}

// Two arms in blocks of one size without strata: blocks do not wait for each other.
void fill_blocks_of_two(const Randomisation& randomisation, std::span<const double> u_arm,
                        std::span<std::int32_t> arm) {
  const auto size = static_cast<std::size_t>(randomisation.block_sizes.front());
  const Block whole = new_block(randomisation, static_cast<double>(size));
  for (std::size_t begin = 0; begin < arm.size(); begin += size) {
    Block block = whole;
    for (std::size_t i = begin; i < std::min(begin + size, arm.size()); ++i)
      arm[i] = block.take(u_arm[i]);
  }
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
  if (allocation.size() == 2 && randomisation.block_sizes.size() == 1 && stratum.empty())
    return fill_blocks_of_two(randomisation, u_arm, arm);
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
