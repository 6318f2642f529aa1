// CPU time of one simulated trial, drawn, cut, sorted and analysed by the code that runs.
#include <benchmark/benchmark.h>

#include "simulation/study.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

// All sample sizes of the scenario's first design, log-rank and Cox as it says.
void replicate(benchmark::State& state, const char* scenario) {
  const Plan plan = shipped_plan(scenario);
  Workspace workspace;
  std::uint64_t number = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(
        simulate_replicate(plan.designs.front(), plan.seed, ++number, workspace).data());
}

void draw(benchmark::State& state, const char* scenario) {
  const Plan plan = shipped_plan(scenario);
  const Design& design = plan.designs.front();
  Workspace workspace;
  std::uint64_t number = 0;
  for (auto _ : state) {
    cohort::draw_cohort(design.model, plan.seed, ++number, design.sizes.back().sample_size,
                        workspace.drawing, workspace.cohort);
    benchmark::DoNotOptimize(workspace.cohort.event_months.data());
  }
}

BENCHMARK_CAPTURE(draw, w1, "reference/w1.yaml")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(replicate, w1, "reference/w1.yaml")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(replicate, strata, "reference/strata.yaml")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(replicate, delayed_fh, "reference/delayed-fh.yaml")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(replicate, jnets_sweep, "jnets-2021/perioperative.yaml")
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace trialmill::simulation
