// CPU time of each stage of a simulated trial alone, on the data of a replicate of W1 or W4.
#include <benchmark/benchmark.h>

#include "bench/workloads.hpp"

namespace trialmill::simulation {
namespace {

// A replicate as the analyses find it.
struct Drawn {
  Plan plan;
  Workspace workspace;

  explicit Drawn(Plan planned) : plan(std::move(planned)) {
    simulate_replicate(design(), plan.seed, 1, workspace);
  }
  const Design& design() const { return plan.designs.front(); }
};

void draw(benchmark::State& state) {
  Drawn trial(w1());
  std::uint64_t number = 0;
  for (auto _ : state) {
    draw_replicate(trial.design(), trial.plan.seed, ++number, trial.workspace);
    benchmark::DoNotOptimize(trial.workspace.endpoints.data());
  }
}

void draw_illness_death_course(benchmark::State& state) {
  Drawn trial(w5());
  std::uint64_t number = 0;
  for (auto _ : state) {
    draw_replicate(trial.design(), trial.plan.seed, ++number, trial.workspace);
    benchmark::DoNotOptimize(trial.workspace.endpoints.data());
  }
}

// A new replicate each time: on the same data a processor learns every branch by heart.
class Replicates {
 public:
  explicit Replicates(Drawn& trial) : trial_(trial), size_(trial.workspace.cohort.size) {
    for (std::uint64_t number = 1; number <= count; ++number) {
      Workspace workspace;
      simulate_replicate(trial.design(), trial.plan.seed, number, workspace);
      drawn_.push_back(std::move(workspace));
      define_endpoints(trial.design(), drawn_.back());
    }
  }
  Workspace& next() { return drawn_[number_++ % count]; }
  const Design& design() const { return trial_.design(); }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::uint64_t count = 64;
  Drawn& trial_;
  std::size_t size_;
  std::vector<Workspace> drawn_;
  std::size_t number_ = 0;
};

void calendar_cut(benchmark::State& state) {
  Drawn trial(w1());
  Replicates replicates(trial);
  for (auto _ : state) {
    Workspace& w = replicates.next();
    benchmark::DoNotOptimize(cohort::find_cut(trial.design().cuts.front().when, w.endpoints,
                                              w.cohort.enrolment_months, w.looking));
  }
}

void observe(benchmark::State& state) {
  Drawn trial(w1());
  Replicates replicates(trial);
  for (auto _ : state) {
    Workspace& w = replicates.next();
    cohort::observe(w.endpoints.front(), replicates.size(), w.cuts.front().calendar_months, {},
                    w.looks.front().data);
  }
}

survival::Observations observations(const Workspace& w) {
  survival::Observations seen;
  seen.time = w.looks.front().data.time;
  seen.event = w.looks.front().data.event;
  seen.group = std::span(w.cohort.arm).first(seen.time.size());
  seen.groups = 2;
  return seen;
}

void sort(benchmark::State& state) {
  Drawn trial(w1());
  Replicates replicates(trial);
  survival::SortedTimes sorted;
  for (auto _ : state)
    survival::sort_times(observations(replicates.next()), sorted);
}

void tabulate_risk(benchmark::State& state) {
  Drawn trial(w1());
  Replicates replicates(trial);
  for (auto _ : state) {
    Workspace& w = replicates.next();
    survival::tabulate_risk(w.sorted.front(), w.risk.front());
  }
}

void weighted_log_rank(benchmark::State& state, survival::FlemingHarrington weight) {
  Drawn trial(w1());
  Replicates replicates(trial);
  for (auto _ : state) {
    Workspace& w = replicates.next();
    benchmark::DoNotOptimize(survival::weighted_log_rank(w.risk.front(), weight, w.log_rank));
  }
}

void log_rank(benchmark::State& state) {
  weighted_log_rank(state, {});
}
void fleming_harrington(benchmark::State& state) {
  weighted_log_rank(state, {0, 1});
}

void cox_one_covariate(benchmark::State& state) {
  Drawn trial(w1());
  Replicates replicates(trial);
  for (auto _ : state) {
    Workspace& w = replicates.next();
    survival::fit_cox(w.risk.front(), {}, w.cox, w.fit);
  }
}

void cox_seven_covariates(benchmark::State& state) {
  Drawn trial(w4());
  Replicates replicates(trial);
  for (auto _ : state) {
    Workspace& w = replicates.next();
    survival::fit_cox(w.sorted.front(), w.covariates, {}, w.cox, w.fit);
  }
}

BENCHMARK(draw)->Unit(benchmark::kMicrosecond);
BENCHMARK(calendar_cut)->Unit(benchmark::kMicrosecond);
BENCHMARK(observe)->Unit(benchmark::kMicrosecond);
BENCHMARK(sort)->Unit(benchmark::kMicrosecond);
BENCHMARK(tabulate_risk)->Unit(benchmark::kMicrosecond);
BENCHMARK(log_rank)->Unit(benchmark::kMicrosecond);
BENCHMARK(fleming_harrington)->Unit(benchmark::kMicrosecond);
BENCHMARK(cox_one_covariate)->Unit(benchmark::kMicrosecond);
BENCHMARK(cox_seven_covariates)->Unit(benchmark::kMicrosecond);
BENCHMARK(draw_illness_death_course)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace trialmill::simulation
