#include "trialmill/simulation/run.hpp"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_pipeline.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>

#include "simulation/workers.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

// A block of replicates of one design: the unit of work. Blocks are numbered replicates first, so
// that a run stopped early has treated all designs alike.
struct Unit {
  std::size_t design = 0;
  std::uint64_t first = 0;  // replicate number, from 1
  std::uint64_t last = 0;
};

struct UnitResult {
  Unit unit;
  std::vector<result::Tally> tallies;               // one per size of the design
  std::vector<std::vector<result::Outcome>> every;  // replicate x size, when asked for
  bool finished = true;
};

std::uint64_t unit_count(const Plan& plan) {
  const std::uint64_t blocks = (plan.replicates + block_replicates - 1) / block_replicates;
  return blocks * plan.designs.size();
}

Unit unit_number(const Plan& plan, std::uint64_t index) {
  const std::uint64_t block = index / plan.designs.size();
  return {static_cast<std::size_t>(index % plan.designs.size()), block * block_replicates + 1,
          std::min(plan.replicates, (block + 1) * block_replicates)};
}

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

// Adds a unit to the totals, in unit order.
void fold(const Plan& plan, const UnitResult& done, const RunOptions& options, RunTotals& totals) {
  const Design& design = plan.designs[done.unit.design];
  for (std::size_t s = 0; s < design.sizes.size(); ++s)
    totals.tallies[design.sizes[s].point].merge(done.tallies[s]);
  for (std::size_t r = 0; r < done.every.size(); ++r)
    for (std::size_t s = 0; s < design.sizes.size(); ++s)
      options.each_replicate(design.sizes[s].point, done.unit.first + r, done.every[r][s]);
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Units flow from a serial source through parallel workers to a serial fold in source order: memory
// holds only the units in flight, and the folding order does not depend on the threads.
void run_pipeline(const Plan& plan, const RunOptions& options, RunTotals& totals) {
  const std::uint64_t units = unit_count(plan);
  std::uint64_t next = 0, folded = 0;
  bool cut_short = false;
  tbb::enumerable_thread_specific<Workspace> workspaces;
  const auto source = [&](tbb::flow_control& control) -> std::uint64_t {
    const HandOver hand_over;
    const bool stop = next < units && stop_requested(options);
    if (next == units || stop) {
      if (stop) totals.complete = false;
      control.stop();
      return 0;
    }
    return next++;
  };
  const auto work = [&](std::uint64_t index) {
    const HandOver hand_over;
    return simulate_unit(plan, unit_number(plan, index), options, workspaces.local());
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
    if (options.progress)
      options.progress(static_cast<double>(folded) / static_cast<double>(units));
  };
  using Mode = tbb::filter_mode;
  tbb::parallel_pipeline(
      static_cast<std::size_t>(4 * totals.threads),
      tbb::make_filter<void, std::uint64_t>(Mode::serial_in_order, source) &
          tbb::make_filter<std::uint64_t, std::shared_ptr<UnitResult>>(Mode::parallel, work) &
          tbb::make_filter<std::shared_ptr<UnitResult>, void>(Mode::serial_in_order, sink));
}

}  // namespace

RunTotals run(const Plan& plan, const RunOptions& options) {
  RunTotals totals;
  totals.tallies.resize(plan.points.size());
  Workers workers(options.threads);
  totals.threads = workers.threads();
  const auto wall_start = std::chrono::steady_clock::now();
  const double cpu_start = cpu_seconds();
  workers.execute([&] { run_pipeline(plan, options, totals); });
  totals.cpu_seconds = cpu_seconds() - cpu_start;
  totals.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_start).count();
  return totals;
}

result::Result summarise(const Plan& plan, const RunTotals& totals) {
  result::Result out;
  out.title = plan.title;
  out.file = plan.file;
  out.digest = plan.digest;
  out.seed = plan.seed;
  out.replicates = plan.replicates;
  out.complete = totals.complete;
  out.points.resize(plan.points.size());
  for (const Design& design : plan.designs)
    for (const DesignSize& size : design.sizes) {
      const result::Tally& tally = totals.tallies[size.point];
      result::PointResult& point = out.points[size.point];
      point = result::summarise(
          plan.points[size.point].set, tally, design.labels, size.truths, design.arm_names,
          design.procedure ? std::optional(design.procedure->label) : std::nullopt);
      point.imbalance = result::summarise_imbalance(tally, design.imbalance);
      for (std::size_t a = 0; a < size.twins.size(); ++a)
        point.analyses[a].analytic = size.twins[a];
    }
  return out;
}

}  // namespace trialmill::simulation
