#include "trialmill/cohort/randomisation.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "cohort/arm_at.hpp"
#include "trialmill/math/clones.hpp"

namespace trialmill::cohort {
namespace {

// The patients at one position of many blocks of two arms take an arm with probability proportional
// to the places left. Rounding of the position can pass the last place left; an arm without places
// is never taken.
TRIALMILL_CLONES void take_places(const double* __restrict uniform, std::size_t blocks,
                                  double* __restrict first, double* __restrict second,
                                  std::int32_t* __restrict arm) {
  for (std::size_t b = 0; b < blocks; ++b) {
    const bool takes_second = (uniform[b] * (first[b] + second[b]) >= first[b]) & (second[b] > 0);
    first[b] -= takes_second ? 0.0 : 1.0;
    second[b] -= takes_second ? 1.0 : 0.0;
    arm[b] = takes_second ? 1 : 0;
  }
}

// Two arms in blocks of one size without strata: all blocks are filled side by side.
void fill_blocks_of_two(const Randomisation& randomisation, std::span<const double> u_arm,
                        RandomisationWorkspace& workspace, std::span<std::int32_t> arm) {
  const auto size = static_cast<std::size_t>(randomisation.block_sizes.front());
  const std::vector<double>& allocation = randomisation.allocation;
  const double share = static_cast<double>(size) / (allocation[0] + allocation[1]);
  const std::size_t blocks = (arm.size() + size - 1) / size;
  workspace.left.resize(2 * blocks);
  double* const first = workspace.left.data();
  double* const second = first + blocks;
  std::fill_n(first, blocks, allocation[0] * share);
  std::fill_n(second, blocks, allocation[1] * share);
  workspace.uniform.resize(blocks);
  workspace.arm.resize(blocks);
  for (std::size_t position = 0; position + 1 < size; ++position) {
    // The last block may be incomplete.
    const std::size_t some = (arm.size() - position + size - 1) / size;
    for (std::size_t b = 0; b < some; ++b)
      workspace.uniform[b] = u_arm[b * size + position];
    take_places(workspace.uniform.data(), some, first, second, workspace.arm.data());
    for (std::size_t b = 0; b < some; ++b)
      arm[b * size + position] = workspace.arm[b];
  }
  // The last place of a block is what is left.
  for (std::size_t b = 0; b < arm.size() / size; ++b)
    arm[b * size + size - 1] = second[b] > 0 ? 1 : 0;
}

// Which block each patient is in, and at which position: drawn without a look at the arms.
// @return the number of blocks
std::size_t deal_into_blocks(const Randomisation& randomisation, std::size_t patients,
                             std::span<const double> u_block, std::span<const std::int32_t> stratum,
                             RandomisationWorkspace& workspace) {
  const std::vector<std::int32_t>& sizes = randomisation.block_sizes;
  const auto choices = static_cast<double>(sizes.size());
  workspace.block.resize(patients);
  workspace.position.resize(patients);
  workspace.block_size.clear();
  workspace.open.assign(randomisation.strata, {});
  for (std::size_t i = 0; i < patients; ++i) {
    auto& open = workspace.open[stratum.empty() ? 0 : static_cast<std::size_t>(stratum[i])];
    if (open.position == open.size) {
      const auto chosen =
          std::min(static_cast<std::size_t>(u_block[i] * choices), sizes.size() - 1);
      open = {static_cast<std::uint32_t>(workspace.block_size.size()), 0,
              static_cast<std::uint32_t>(sizes[chosen])};
      workspace.block_size.push_back(sizes[chosen]);
    }
    workspace.block[i] = open.block;
    workspace.position[i] = open.position++;
  }
  return workspace.block_size.size();
}

// Two arms, in strata or in blocks of several sizes: a table of uniforms with a column per block
// and a row per position, whose rows are filled one after another. Places that no patient takes
// hold any number.
void fill_table_of_two(const Randomisation& randomisation, std::span<const double> u_arm,
                       std::span<const double> u_block, std::span<const std::int32_t> stratum,
                       RandomisationWorkspace& workspace, std::span<std::int32_t> arm) {
  const std::size_t blocks =
      deal_into_blocks(randomisation, arm.size(), u_block, stratum, workspace);
  const std::vector<double>& allocation = randomisation.allocation;
  const double total = allocation[0] + allocation[1];
  workspace.left.resize(2 * blocks);
  double* const first = workspace.left.data();
  double* const second = first + blocks;
  for (std::size_t b = 0; b < blocks; ++b) {
    first[b] = allocation[0] * workspace.block_size[b] / total;
    second[b] = allocation[1] * workspace.block_size[b] / total;
  }
  const auto rows = static_cast<std::size_t>(std::ranges::max(randomisation.block_sizes));
  workspace.uniform.resize(rows * blocks);
  workspace.arm.resize(rows * blocks);
  for (std::size_t i = 0; i < arm.size(); ++i)
    workspace.uniform[workspace.position[i] * blocks + workspace.block[i]] = u_arm[i];
  for (std::size_t row = 0; row < rows; ++row)
    take_places(workspace.uniform.data() + row * blocks, blocks, first, second,
                workspace.arm.data() + row * blocks);
  for (std::size_t i = 0; i < arm.size(); ++i)
    arm[i] = workspace.arm[workspace.position[i] * blocks + workspace.block[i]];
}

// The table is not much larger than the trial.
bool table_is_compact(const std::vector<std::int32_t>& block_sizes) {
  constexpr std::int32_t most_rows_per_place = 4;
  const auto [least, most] = std::ranges::minmax(block_sizes);
  return most <= most_rows_per_place * least;
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
  if (randomisation.method == Randomisation::Method::minimisation)
    return minimise(randomisation.minimisation, allocation, u_arm, workspace.minimisation, arm);
  if (allocation.size() == 2 && randomisation.block_sizes.size() == 1 && stratum.empty())
    return fill_blocks_of_two(randomisation, u_arm, workspace, arm);
  if (allocation.size() == 2 && table_is_compact(randomisation.block_sizes))
    return fill_table_of_two(randomisation, u_arm, u_block, stratum, workspace, arm);
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
