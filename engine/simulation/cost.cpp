#include "trialmill/simulation/cost.hpp"

#include <algorithm>
#include <ctime>

#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

constexpr std::size_t most_measured = 32;

double thread_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Seconds of one replicate. The first ones find cold caches and an empty workspace, so they are not
// counted unless there is no time for more.
double measure(const Design& design, const Plan& plan, double budget_seconds) {
  Workspace workspace;
  const double begin = thread_cpu_seconds();
  std::uint64_t number = 0;
  const auto simulate = [&](std::uint64_t replicates) {
    const double start = thread_cpu_seconds();
    for (std::uint64_t k = 0; k < replicates; ++k)
      simulate_replicate(design, plan.seed, number++ % plan.replicates + 1, workspace);
    return (thread_cpu_seconds() - start) / static_cast<double>(replicates);
  };
  double each = simulate(1);
  for (std::uint64_t batch = 4;
       thread_cpu_seconds() - begin + each * static_cast<double>(batch) < budget_seconds;
       batch *= 2)
    each = simulate(batch);
  return each;
}

}  // namespace

Cost measure_cost(const Plan& plan, double budget_seconds) {
  const std::size_t designs = plan.designs.size();
  const std::size_t measured = std::min(designs, most_measured);
  std::vector<double> seconds(measured);
  for (std::size_t k = 0; k < measured; ++k)
    seconds[k] = measure(plan.designs[k * designs / measured], plan,
                         budget_seconds / static_cast<double>(measured));
  Cost cost;
  for (std::size_t d = 0; d < designs; ++d) {
    cost.seconds_per_replicate.push_back(seconds[d * measured / designs]);
    cost.cpu_seconds += cost.seconds_per_replicate.back() * static_cast<double>(plan.replicates);
  }
  return cost;
}

}  // namespace trialmill::simulation
