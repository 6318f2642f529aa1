#include "simulation/arm_imbalance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace trialmill::simulation {
namespace {

double largest_difference(std::span<const std::uint32_t> count,
                          std::span<const double> allocation) {
  const double patients = std::accumulate(count.begin(), count.end(), 0.0);
  const double total = std::accumulate(allocation.begin(), allocation.end(), 0.0);
  double largest = 0;
  for (std::size_t arm = 0; arm < count.size(); ++arm)
    largest = std::max(largest, std::abs(count[arm] - patients * allocation[arm] / total));
  return largest;
}

}  // namespace

void measure_imbalance(const Design& design, std::size_t patients, const cohort::Cohort& cohort,
                       std::vector<std::uint32_t>& count, std::vector<double>& imbalance) {
  imbalance.clear();
  if (design.imbalance.empty()) return;
  const std::vector<double>& allocation = design.model.randomisation.allocation;
  const std::size_t arms = allocation.size();
  count.assign(arms, 0);
  for (std::size_t i = 0; i < patients; ++i)
    ++count[static_cast<std::size_t>(cohort.arm[i])];
  imbalance.push_back(largest_difference(count, allocation));
  for (const std::size_t covariate : design.imbalance_of) {
    const std::size_t levels = cohort::level_count(design.columns[covariate].law);
    const auto level = cohort.recorded_covariate(covariate);
    count.assign(levels * arms, 0);
    for (std::size_t i = 0; i < patients; ++i)
      if (!std::isnan(level[i]))
        ++count[static_cast<std::size_t>(level[i]) * arms +
                static_cast<std::size_t>(cohort.arm[i])];
    for (std::size_t k = 0; k < levels; ++k)
      imbalance.push_back(largest_difference(std::span(count).subspan(k * arms, arms), allocation));
  }
}

}  // namespace trialmill::simulation
