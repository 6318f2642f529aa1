#include "trialmill/simulation/run.hpp"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_pipeline.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>

#include "simulation/null_twins.hpp"
#include "simulation/workers.hpp"
#include "trialmill/scenario/null_twin.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

// A block of one design.
struct Unit {
  std::size_t design = 0;
  std::uint64_t block = 0;
  std::uint64_t first = 0;  // replicate number, from 1
  std::uint64_t last = 0;
};

struct UnitResult {
  Unit unit;
  std::vector<result::Tally> tallies;               // one per size of the design
  std::vector<std::vector<result::Outcome>> every;  // replicate x size, when asked for
  bool finished = true;
};

// The blocks of a share one after the other: the first of every design, then the second, so that a
// run stopped early has treated all designs alike.
class UnitSource {
 public:
  explicit UnitSource(const Share& share) : share_(share), left_(share.block_total()) {
    for (const auto& ranges : share.blocks)
      places_.push_back({0, ranges.empty() ? 0 : ranges.front().first});
  }

  bool at_end() const { return left_ == 0; }

  Unit next() {
    while (places_[design_].range == share_.blocks[design_].size())
      step();
    Place& place = places_[design_];
    const std::vector<result::BlockRange>& ranges = share_.blocks[design_];
    const std::uint64_t block = place.block;
    const std::uint64_t before = block * block_replicates;
    const Unit unit{design_, block, before + 1,
                    before + result::replicates_in_block(block, share_.replicates[design_])};
    if (++place.block == ranges[place.range].end && ++place.range < ranges.size())
      place.block = ranges[place.range].first;
    --left_;
    step();
    return unit;
  }

 private:
  struct Place {
    std::size_t range = 0;
    std::uint64_t block = 0;
  };

  void step() { design_ = (design_ + 1) % places_.size(); }

  const Share& share_;
  std::uint64_t left_;
  std::size_t design_ = 0;
  std::vector<Place> places_;  // one per design
};

bool stop_requested(const RunOptions& options) {
  return options.stop_requested && options.stop_requested();
}

std::shared_ptr<UnitResult> simulate_unit(const Plan& plan, const Unit& unit,
                                          const RunOptions& options, Workspace& workspace) {
  auto out = std::make_shared<UnitResult>();
  const Design& design = plan.designs[unit.design];
  out->unit = unit;
  out->tallies.resize(design.sizes.size());
  for (std::uint64_t number = unit.first; number <= unit.last; ++number) {
    if (stop_requested(options)) {
      out->finished = false;
      return out;
    }
    const auto& outcomes = simulate_replicate(design, plan.seed, number, workspace);
    for (std::size_t s = 0; s < outcomes.size(); ++s)
      out->tallies[s].add(outcomes[s], design.sizes[s].truths);
    if (options.each_replicate) out->every.push_back(outcomes);
  }
  return out;
}

// Adds a unit to what is finished, and tells of its replicates, in unit order.
void fold(const Plan& plan, UnitResult& done, const RunOptions& options, RunTotals& totals) {
  const Design& design = plan.designs[done.unit.design];
  for (std::size_t r = 0; r < done.every.size(); ++r)
    for (std::size_t s = 0; s < design.sizes.size(); ++s)
      options.each_replicate(design.sizes[s].point, done.unit.first + r, done.every[r][s]);
  totals.finished[done.unit.design].add(done.unit.block, done.unit.last - done.unit.first + 1,
                                        std::move(done.tallies));
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Units flow from a serial source through parallel workers to a serial fold in source order: memory
// holds only the units in flight, and the folding order does not depend on the threads.
void run_pipeline(const Plan& plan, const Share& share, const RunOptions& options,
                  RunTotals& totals) {
  const std::uint64_t units = share.block_total();
  UnitSource remaining(share);
  std::uint64_t folded = 0;
  bool cut_short = false;
  tbb::enumerable_thread_specific<Workspace> workspaces;
  const auto source = [&](tbb::flow_control& control) -> Unit {
    const HandOver hand_over;
    const bool stop = !remaining.at_end() && stop_requested(options);
    if (remaining.at_end() || stop) {
      if (stop) totals.complete = false;
      control.stop();
      return {};
    }
    return remaining.next();
  };
  const auto work = [&](const Unit& unit) {
    const HandOver hand_over;
    return simulate_unit(plan, unit, options, workspaces.local());
  };
  const auto sink = [&](const std::shared_ptr<UnitResult>& done) {
    const HandOver hand_over;
    // From the first unfinished block on nothing is kept, so that the rest is the run's beginning.
    if (!done->finished) cut_short = true;
    if (cut_short) {
      totals.complete = false;
      return;
    }
    fold(plan, *done, options, totals);
    ++folded;
    if (options.finished) options.finished(totals.finished);
    if (options.progress)
      options.progress(static_cast<double>(folded) / static_cast<double>(units));
  };
  using Mode = tbb::filter_mode;
  tbb::parallel_pipeline(
      static_cast<std::size_t>(4 * totals.threads),
      tbb::make_filter<void, Unit>(Mode::serial_in_order, source) &
          tbb::make_filter<Unit, std::shared_ptr<UnitResult>>(Mode::parallel, work) &
          tbb::make_filter<std::shared_ptr<UnitResult>, void>(Mode::serial_in_order, sink));
}

}  // namespace

RunTotals run(const Plan& plan, const RunOptions& options) {
  return run_share(plan, missing_share(plan), options);
}

RunTotals run_share(const Plan& plan, const Share& share, const RunOptions& options,
                    std::vector<result::FinishedBlocks> finished) {
  RunTotals totals;
  totals.finished = std::move(finished);
  totals.finished.resize(plan.designs.size());
  Workers workers(options.threads);
  totals.threads = workers.threads();
  const auto wall_start = std::chrono::steady_clock::now();
  const double cpu_start = cpu_seconds();
  workers.execute([&] { run_pipeline(plan, share, options, totals); });
  totals.cpu_seconds = cpu_seconds() - cpu_start;
  totals.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_start).count();
  totals.tallies = tallies_of(plan, totals.finished, share.replicates);
  return totals;
}

std::vector<result::Tally> tallies_of(const Plan& plan,
                                      const std::vector<result::FinishedBlocks>& finished,
                                      const std::vector<std::uint64_t>& replicates) {
  std::vector<result::Tally> tallies(plan.points.size());
  for (std::size_t d = 0; d < plan.designs.size(); ++d) {
    std::vector<result::Tally> total = finished[d].total(replicates[d]);
    for (std::size_t s = 0; s < total.size(); ++s)
      tallies[plan.designs[d].sizes[s].point] = std::move(total[s]);
  }
  return tallies;
}

result::Result summarise(const Plan& plan, const RunTotals& totals) {
  result::Result out;
  out.title = plan.title;
  out.file = plan.file;
  out.digest = plan.digest;
  out.seed = plan.seed;
  out.replicates = plan.replicates;
  out.precision = plan.precision;
  out.complete = totals.complete;
  if (plan.twin) out.twin = name(*plan.twin);
  out.points.resize(plan.points.size());
  for (const Design& design : plan.designs)
    for (const DesignSize& size : design.sizes) {
      const result::Tally& tally = totals.tallies[size.point];
      result::PointResult& point = out.points[size.point];
      point = result::summarise(
          plan.points[size.point].set, tally, design.labels, size.truths, design.arm_names,
          design.procedure ? std::optional(design.procedure->label) : std::nullopt);
      if (tally.replicates == 0) continue;  // nothing was finished here
      point.imbalance = result::summarise_imbalance(tally, design.imbalance);
      for (std::size_t a = 0; a < size.twins.size(); ++a)
        point.analyses[a].analytic = size.twins[a];
    }
  attach_null_twins(plan, out.points);
  return out;
}

}  // namespace trialmill::simulation
