// CPU time of whole simulated trials: drawn, cut, sorted and analysed by the code that runs.
#include <benchmark/benchmark.h>

#include "bench/workloads.hpp"

namespace trialmill::simulation {
namespace {

// All sample sizes of the first design.
void simulate(benchmark::State& state, const Plan& plan) {
  Workspace workspace;
  std::uint64_t number = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(
        simulate_replicate(plan.designs.front(), plan.seed, ++number, workspace).data());
}

void W1(benchmark::State& state) {
  simulate(state, w1());
}
void W2(benchmark::State& state) {
  simulate(state, w2());
}
void W4(benchmark::State& state) {
  simulate(state, w4());
}
void W4_generation(benchmark::State& state) {
  const Plan plan = w4();
  Workspace workspace;
  std::uint64_t number = 0;
  for (auto _ : state) {
    draw_replicate(plan.designs.front(), plan.seed, ++number, workspace);
    benchmark::DoNotOptimize(workspace.endpoints.data());
  }
}
void W3(benchmark::State& state) {
  simulate(state, w3());
}
// Every replicate comes to all three looks; and the same trial with one.
void W3_all_looks(benchmark::State& state) {
  simulate(state, w3({{"arms.experimental.effects.progression.hazard_ratio", "1"}}));
}
void W1_no_effect(benchmark::State& state) {
  simulate(state, w1({{"arms.experimental.effects.progression.hazard_ratio", "1"}}));
}
void W5(benchmark::State& state) {
  simulate(state, w5());
}
void W6(benchmark::State& state) {
  simulate(state, w6());
}
void W6_largest_size(benchmark::State& state) {
  simulate(state, w6({{"sample_size", "500"}}));
}

void W7(benchmark::State& state) {
  simulate(state, w7());
}
// The same without its MaxCombo test: what W7 may cost at most twice.
void W7_log_rank(benchmark::State& state) {
  Plan plan = w7();
  AnalysisPlan& analysis = plan.designs.front().analyses.front();
  analysis.test = scenario::Analysis::Test::log_rank;
  simulate(state, plan);
}

// W1 at other sizes, with 73 % events.
void growth(benchmark::State& state) {
  const std::int64_t patients = state.range(0);
  simulate(state, w1({{"sample_size", std::to_string(patients)},
                      {"enrolment.rate", std::to_string(static_cast<double>(patients) / 24)},
                      {"follow_up.until.events", std::to_string(patients * 73 / 100)}}));
}

BENCHMARK(W1)->Unit(benchmark::kMicrosecond);
BENCHMARK(W2)->Unit(benchmark::kMicrosecond);
BENCHMARK(W3)->Unit(benchmark::kMicrosecond);
BENCHMARK(W3_all_looks)->Unit(benchmark::kMicrosecond);
BENCHMARK(W1_no_effect)->Unit(benchmark::kMicrosecond);
BENCHMARK(W4)->Unit(benchmark::kMicrosecond);
BENCHMARK(W4_generation)->Unit(benchmark::kMicrosecond);
BENCHMARK(W5)->Unit(benchmark::kMicrosecond);
BENCHMARK(W6)->Unit(benchmark::kMicrosecond);
BENCHMARK(W6_largest_size)->Unit(benchmark::kMicrosecond);
BENCHMARK(W7)->Unit(benchmark::kMicrosecond);
BENCHMARK(W7_log_rank)->Unit(benchmark::kMicrosecond);
BENCHMARK(growth)
    ->Unit(benchmark::kMicrosecond)
    ->Arg(100)
    ->Arg(300)
    ->Arg(1000)
    ->Arg(3000)
    ->Arg(10000)
    ->Arg(30000)
    ->Arg(100000);

}  // namespace
}  // namespace trialmill::simulation
