#include "trialmill/result/finished_blocks.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace trialmill::result {
namespace {

std::uint64_t blocks_of(const FinishedBlocks::Run& run) {
  return std::uint64_t{1} << run.level;
}

void fold(std::vector<Tally>& into, const std::vector<Tally>& next) {
  into.resize(next.size());
  for (std::size_t s = 0; s < next.size(); ++s)
    into[s].merge(next[s]);
}

}  // namespace

std::uint64_t replicates_in_block(std::uint64_t block, std::uint64_t replicates) {
  return std::min(replicates, (block + 1) * block_replicates) - block * block_replicates;
}

void FinishedBlocks::add(std::uint64_t block, std::uint64_t replicates,
                         std::vector<Tally> tallies) {
  if (replicates == block_replicates)
    add_run(block, {0, std::move(tallies)});
  else
    add_tail({block, replicates, std::move(tallies)});
}

void FinishedBlocks::add_run(std::uint64_t first, Run run) {
  assert(first % blocks_of(run) == 0);
  // Runs begin at multiples of their length: of two that meet, one holds the other.
  const auto after = runs_.upper_bound(first);
  if (after != runs_.begin()) {
    const auto& [start, known] = *std::prev(after);
    if (known.level >= run.level && first < start + blocks_of(known)) return;
  }
  runs_.erase(runs_.lower_bound(first), runs_.lower_bound(first + blocks_of(run)));
  while (true) {
    const auto sibling = runs_.find(first ^ blocks_of(run));
    if (sibling == runs_.end() || sibling->second.level != run.level) break;
    Run lower = std::move(run), upper = std::move(sibling->second);
    if (sibling->first < first) std::swap(lower, upper);
    first = std::min(first, sibling->first);
    runs_.erase(sibling);
    fold(lower.tallies, upper.tallies);
    run = {lower.level + 1, std::move(lower.tallies)};
  }
  if (tail_ && tail_->block >= first && tail_->block < first + blocks_of(run)) tail_.reset();
  runs_.emplace(first, std::move(run));
}

void FinishedBlocks::add_tail(Tail tail) {
  const auto after = runs_.upper_bound(tail.block);
  if (after != runs_.begin() &&
      tail.block < std::prev(after)->first + blocks_of(std::prev(after)->second))
    return;
  // Of two the one of more replicates, which a later request is for.
  const auto length = [](const Tail& t) { return t.block * block_replicates + t.replicates; };
  if (!tail_ || length(*tail_) < length(tail)) tail_ = std::move(tail);
}

void FinishedBlocks::absorb(const FinishedBlocks& other) {
  for (const auto& [first, run] : other.runs_)
    add_run(first, run);
  if (other.tail_) add_tail(*other.tail_);
}

std::vector<BlockRange> FinishedBlocks::missing(std::uint64_t replicates) const {
  std::vector<BlockRange> gaps;
  std::uint64_t next = 0, end = block_count(replicates);
  if (tail_ && tail_->block * block_replicates + tail_->replicates == replicates) --end;
  for (const auto& [first, run] : runs_) {
    if (first >= end) break;
    if (first > next) gaps.push_back({next, first});
    next = first + blocks_of(run);
  }
  if (next < end) gaps.push_back({next, end});
  return gaps;
}

std::uint64_t FinishedBlocks::replicates_of(std::uint64_t replicates) const {
  std::uint64_t missing_replicates = 0;
  for (const BlockRange& gap : missing(replicates))
    missing_replicates +=
        std::min(replicates, gap.end * block_replicates) - gap.first * block_replicates;
  return replicates - missing_replicates;
}

std::vector<Tally> FinishedBlocks::total(std::uint64_t replicates) const {
  assert(end() * block_replicates <= replicates);
  std::vector<Tally> sum;
  for (const auto& [first, run] : runs_)
    fold(sum, run.tallies);
  if (tail_ && tail_->block * block_replicates + tail_->replicates == replicates)
    fold(sum, tail_->tallies);
  return sum;
}

std::uint64_t FinishedBlocks::end() const {
  return runs_.empty() ? 0 : runs_.rbegin()->first + blocks_of(runs_.rbegin()->second);
}

}  // namespace trialmill::result
