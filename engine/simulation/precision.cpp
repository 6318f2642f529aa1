#include "trialmill/simulation/precision.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace trialmill::simulation {
namespace {

// With two rejections and two others added, so that a power of 0 or 1 in few replicates does not
// pass for an exact one. Never below the standard error that is reported.
double cautious_error(std::uint64_t rejections, std::uint64_t replicates) {
  const auto n = static_cast<double>(replicates);
  const double p = (static_cast<double>(rejections) + 2) / (n + 4);
  return std::sqrt(p * (1 - p) / n);
}

bool is_reached(const Plan& plan, const Design& design, const std::vector<result::Tally>& tallies) {
  return std::ranges::all_of(design.sizes, [&](const DesignSize& size) {
    const result::Tally& tally = tallies[size.point];
    return std::ranges::all_of(tally.analyses, [&](const result::AnalysisTally& analysis) {
      return cautious_error(analysis.rejections, tally.replicates) <= *plan.precision;
    });
  });
}

}  // namespace

std::uint64_t stage_holding(std::uint64_t first_stage, std::uint64_t blocks) {
  std::uint64_t stage = result::block_count(first_stage);
  while (stage < blocks)
    stage += std::max<std::uint64_t>(stage / 4, 1);
  return std::min(stage * block_replicates, most_replicates);
}

RunTotals run_to_precision(const Plan& plan, const RunOptions& options,
                           std::vector<result::FinishedBlocks> finished) {
  finished.resize(plan.designs.size());
  std::vector<std::uint64_t> wanted;
  for (const result::FinishedBlocks& blocks : finished)
    wanted.push_back(stage_holding(plan.replicates, blocks.end()));
  double cpu_seconds = 0, wall_seconds = 0;
  while (true) {
    const Share share = missing_share(wanted, finished);
    RunTotals totals = run_share(plan, share, options, std::move(finished));
    totals.cpu_seconds = cpu_seconds += totals.cpu_seconds;
    totals.wall_seconds = wall_seconds += totals.wall_seconds;
    if (!totals.complete) return totals;
    bool reached = true;
    for (std::size_t d = 0; d < wanted.size(); ++d) {
      if (wanted[d] >= most_replicates || is_reached(plan, plan.designs[d], totals.tallies))
        continue;
      wanted[d] = stage_holding(plan.replicates, result::block_count(wanted[d]) + 1);
      reached = false;
    }
    if (reached) return totals;
    finished = std::move(totals.finished);
  }
}

}  // namespace trialmill::simulation
