#include "trialmill/simulation/share.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <queue>
#include <utility>

namespace trialmill::simulation {
namespace {

using result::BlockRange;
using result::FinishedBlocks;

std::uint64_t size_of(const std::vector<BlockRange>& ranges) {
  std::uint64_t sum = 0;
  for (const BlockRange& range : ranges)
    sum += range.size();
  return sum;
}

// From the `begin`th block of the ranges on, `count` of them.
std::vector<BlockRange> slice(const std::vector<BlockRange>& ranges, std::uint64_t begin,
                              std::uint64_t count) {
  std::vector<BlockRange> out;
  for (const BlockRange& range : ranges) {
    const std::uint64_t skipped = std::min(begin, range.size());
    const std::uint64_t taken = std::min(count, range.size() - skipped);
    if (taken > 0) out.push_back({range.first + skipped, range.first + skipped + taken});
    begin -= skipped;
    count -= taken;
  }
  return out;
}

// How many blocks each share gets beyond an even deal: by design, then share.
std::vector<std::vector<std::uint64_t>> deal_rest(const Plan& plan,
                                                  const std::vector<std::uint64_t>& blocks,
                                                  unsigned of) {
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::uint64_t> cost;
  for (const Design& design : plan.designs)
    cost.push_back(replicate_cost(design));
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return cost[a] > cost[b]; });
  using Load = std::pair<std::uint64_t, unsigned>;  // of the rest alone, and the share
  std::priority_queue<Load, std::vector<Load>, std::greater<>> least;
  for (unsigned share = 0; share < of; ++share)
    least.emplace(0, share);
  std::vector<std::vector<std::uint64_t>> rest(blocks.size(), std::vector<std::uint64_t>(of, 0));
  for (const std::size_t design : order)
    for (std::uint64_t left = blocks[design] % of; left > 0; --left) {
      const auto [load, share] = least.top();
      least.pop();
      ++rest[design][share];
      least.emplace(load + cost[design], share);
    }
  return rest;
}

// What an analysis costs beyond its sorted data, in nanoseconds per patient.
std::uint64_t test_cost(const AnalysisPlan& analysis) {
  using enum scenario::Analysis::Test;
  switch (analysis.test) {
    case log_rank:
    case rmst:
    case milestone:
      return 6;
    case max_combo:
      return 12 * (analysis.weights.size() + 1);
    case cox:
      return analysis.treatment_only()
                 ? 8
                 : 25 + 10 * (analysis.covariates.size() + 1) *
                            (analysis.penalty == scenario::Analysis::CoxPenalty::firth ? 4 : 1);
    case win_ratio:
      return 80;
    case score:
    case fisher:
    case mantel_haenszel:
      return 2;
  }
  return 1;
}

}  // namespace

std::uint64_t Share::block_total() const {
  std::uint64_t sum = 0;
  for (const auto& ranges : blocks)
    sum += size_of(ranges);
  return sum;
}

std::uint64_t Share::replicate_total() const {
  std::uint64_t sum = 0;
  for (std::size_t d = 0; d < blocks.size(); ++d)
    for (const BlockRange& range : blocks[d])
      sum += std::min(replicates[d], range.end * block_replicates) - range.first * block_replicates;
  return sum;
}

Share missing_share(const Plan& plan, const std::vector<FinishedBlocks>& finished) {
  return missing_share(std::vector<std::uint64_t>(plan.designs.size(), plan.replicates), finished);
}

Share missing_share(const std::vector<std::uint64_t>& replicates,
                    const std::vector<FinishedBlocks>& finished) {
  Share share{replicates, {}};
  for (std::size_t d = 0; d < replicates.size(); ++d)
    share.blocks.push_back(
        (finished.empty() ? FinishedBlocks() : finished[d]).missing(replicates[d]));
  return share;
}

Share share_of(const Plan& plan, unsigned number, unsigned of,
               const std::vector<FinishedBlocks>& finished) {
  assert(number >= 1 && number <= of);
  Share share = missing_share(plan, finished);
  std::vector<std::uint64_t> blocks;
  for (const auto& ranges : share.blocks)
    blocks.push_back(size_of(ranges));
  const auto rest = deal_rest(plan, blocks, of);
  for (std::size_t d = 0; d < blocks.size(); ++d) {
    const std::uint64_t each = blocks[d] / of;
    const auto before = rest[d].begin() + (number - 1);
    const std::uint64_t begin =
        each * (number - 1) + std::accumulate(rest[d].begin(), before, std::uint64_t{0});
    share.blocks[d] = slice(share.blocks[d], begin, each + *before);
  }
  return share;
}

Share without(const Share& share, const std::vector<FinishedBlocks>& finished) {
  assert(finished.size() == share.blocks.size());
  Share left{share.replicates, {}};
  for (std::size_t d = 0; d < share.blocks.size(); ++d) {
    std::vector<BlockRange> ranges;
    for (const BlockRange& missing : finished[d].missing(share.replicates[d]))
      for (const BlockRange& mine : share.blocks[d]) {
        const BlockRange both{std::max(missing.first, mine.first), std::min(missing.end, mine.end)};
        if (both.first < both.end) ranges.push_back(both);
      }
    left.blocks.push_back(std::move(ranges));
  }
  return left;
}

std::uint64_t replicate_cost(const Design& design) {
  std::uint64_t looks = 0;  // how often data are cut
  for (const LookPlan& look : design.looks)
    looks += 1 + (look.at_interim ? design.cuts[look.cut].interim.size() : 0);
  std::uint64_t tests = 0;
  for (const AnalysisPlan& analysis : design.analyses)
    tests += test_cost(analysis) *
             (1 + (analysis.has_looks ? design.cuts[design.looks[analysis.look].cut].interim.size()
                                      : 0));
  std::uint64_t cost = 10 * design.sizes.back().sample_size * (design.model.course ? 8 : 1);
  for (const DesignSize& size : design.sizes)
    cost += size.sample_size * (10 * looks + tests);
  return cost;
}

}  // namespace trialmill::simulation
