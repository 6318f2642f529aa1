#include "trialmill/simulation/assurance.hpp"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "simulation/workers.hpp"
#include "trialmill/evidence/calibration.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/random/stream.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

constexpr std::size_t most_attempts = 100;

// The normal scores of a draw. @param attempt from 0: later ones replace a draw that cannot be
std::vector<double> scores_of(std::uint64_t seed, std::uint64_t draw, std::size_t count,
                              std::size_t attempt) {
  std::vector<double> score(count), uniform(attempt + 1);
  for (std::size_t k = 0; k < count; ++k) {
    random::Stream stream({seed, random::Purpose::parameter, k, draw});
    stream.fill_uniform(uniform);
    score[k] = math::normal_quantile(uniform.back());
  }
  return score;
}

// A plan of the points of one design with their numbers replaced.
Plan plan_of(const scenario::Study& study, const Design& design, std::span<const double> score) {
  scenario::Study drawn;
  drawn.seed = study.seed;
  drawn.replicates = study.replicates;
  for (const DesignSize& size : design.sizes) {
    scenario::DesignPoint point = study.points[size.point];
    point.scenario = scenario::drawn(point.scenario, score);
    drawn.points.push_back(std::move(point));
  }
  return compile_plan(drawn);
}

/// One draw of one design: the unit of work.
struct Draw {
  Plan plan;
  std::size_t attempts = 0;  // that could not be calibrated
};

// @param number from 1 @throws evidence::CalibrationError when no attempt can be calibrated
Draw compile_draw(const scenario::Study& study, const Design& design, std::uint64_t number) {
  const auto& uncertainty = *study.points[design.sizes.front().point].scenario.uncertainty;
  for (std::size_t attempt = 0;; ++attempt) {
    try {
      return {plan_of(study, design, scores_of(study.seed, number, uncertainty.scores(), attempt)),
              attempt};
    } catch (const evidence::CalibrationError&) {
      if (attempt + 1 == most_attempts) throw;
    }
  }
}

/// What the draws of one design found: by size, analysis and draw.
struct Counts {
  std::vector<std::vector<std::vector<result::DrawCount>>> of;
  std::vector<std::size_t> redrawn;  // by draw
};

Counts counts_for(const Design& design, std::size_t draws) {
  const std::vector<result::DrawCount> none(draws);
  Counts counts;
  counts.of.assign(design.sizes.size(), {design.analyses.size(), none});
  counts.redrawn.assign(draws, 0);
  return counts;
}

// @param draw from 0 @return false when it was stopped
bool simulate_draw(const scenario::Study& study, const Design& design, std::uint64_t draw,
                   std::uint64_t draws, const RunOptions& options, Workspace& workspace,
                   Counts& counts) {
  const Draw compiled = compile_draw(study, design, draw + 1);
  const Design& drawn = compiled.plan.designs.front();
  counts.redrawn[draw] = compiled.attempts;
  const std::uint64_t first = draw * study.replicates / draws + 1;
  const std::uint64_t last = (draw + 1) * study.replicates / draws;
  for (std::uint64_t number = first; number <= last; ++number) {
    if (options.stop_requested && options.stop_requested()) return false;
    const auto& outcomes = simulate_replicate(drawn, study.seed, number, workspace);
    for (std::size_t s = 0; s < outcomes.size(); ++s)
      for (std::size_t a = 0; a < outcomes[s].analyses.size(); ++a) {
        result::DrawCount& count = counts.of[s][a][draw];
        ++count.replicates;
        count.rejections += outcomes[s].analyses[a].rejected;
      }
  }
  return true;
}

void summarise_counts(const Design& design, const Counts& counts, result::Result& result) {
  std::uint64_t redrawn = 0;
  for (const std::size_t attempts : counts.redrawn)
    redrawn += attempts;
  for (std::size_t s = 0; s < design.sizes.size(); ++s)
    for (std::size_t a = 0; a < design.analyses.size(); ++a) {
      auto& assurance = result.points[design.sizes[s].point].analyses[a].assurance;
      assurance = result::summarise_draws(counts.of[s][a]);
      assurance->redrawn = redrawn;
    }
}

}  // namespace

bool add_assurance(const scenario::Study& study, const Plan& plan, const RunOptions& options,
                   result::Result& result) {
  const auto& uncertainty = study.points.front().scenario.uncertainty;
  if (!uncertainty) return true;
  const std::size_t draws = uncertainty->draws;
  const auto designs = std::span(plan.designs).first(plan.study_designs);
  std::vector<Counts> counts;
  for (const Design& design : designs)
    counts.push_back(counts_for(design, draws));
  const std::size_t units = designs.size() * draws;
  std::atomic<bool> stopped = false;
  std::size_t finished = 0;
  std::mutex telling;
  tbb::enumerable_thread_specific<Workspace> workspaces;
  const auto simulate_unit = [&](std::size_t unit) {
    const HandOver hand_over;
    if (stopped) return;
    const std::size_t d = unit % designs.size(), draw = unit / designs.size();
    if (!simulate_draw(study, designs[d], draw, draws, options, workspaces.local(), counts[d]))
      stopped = true;
    const std::lock_guard lock(telling);
    ++finished;
    if (options.progress)
      options.progress(static_cast<double>(finished) / static_cast<double>(units));
  };
  Workers workers(options.threads);
  workers.execute([&] { tbb::parallel_for(std::size_t{0}, units, simulate_unit); });
  if (stopped) return false;
  for (std::size_t d = 0; d < designs.size(); ++d)
    summarise_counts(designs[d], counts[d], result);
  return true;
}

}  // namespace trialmill::simulation
