#include "trialmill/cohort/minimisation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "cohort/arm_at.hpp"

namespace trialmill::cohort {
namespace {

// Sums of counts over shares that are equal in exact arithmetic may differ by rounding.
constexpr double tie = 1e-9;

// How unlike the arms' counts are with `more` patients added to arm `here`.
template <Minimisation::Imbalance measure>
double imbalance_of(std::span<const double> count, std::size_t here, double more) {
  const auto at = [&](std::size_t k) { return count[k] + (k == here ? more : 0.0); };
  if constexpr (measure == Minimisation::Imbalance::range) {
    double least = at(0), most = at(0);
    for (std::size_t k = 1; k < count.size(); ++k) {
      least = std::min(least, at(k));
      most = std::max(most, at(k));
    }
    return most - least;
  } else {
    const auto arms = static_cast<double>(count.size());
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < count.size(); ++k)
      sum += at(k);
    for (std::size_t k = 0; k < count.size(); ++k)
      squares += (at(k) - sum / arms) * (at(k) - sum / arms);
    const double variance = squares / (arms - 1);
    return measure == Minimisation::Imbalance::variance ? variance : std::sqrt(variance);
  }
}

// The chances of the arms, of which those with the least imbalance are preferred.
void set_chances(double outside, std::span<const double> allocation, double total,
                 std::span<const double> imbalance, std::span<double> chance) {
  const double least = std::ranges::min(imbalance);
  const double limit = least + tie * (1 + least);
  double preferred = 0;
  for (std::size_t k = 0; k < chance.size(); ++k)
    if (imbalance[k] <= limit) preferred += allocation[k];
  const double inside = (1 - outside * (total - preferred)) / preferred;
  for (std::size_t k = 0; k < chance.size(); ++k)
    chance[k] = allocation[k] * (imbalance[k] <= limit ? inside : outside);
}

template <Minimisation::Imbalance measure>
void minimise_by(const Minimisation& minimisation, std::span<const double> allocation,
                 std::span<const double> u_arm, MinimisationWorkspace& workspace,
                 std::span<std::int32_t> arm) {
  const std::size_t arms = allocation.size(), factors = minimisation.factors.size();
  const double total = std::accumulate(allocation.begin(), allocation.end(), 0.0);
  const double outside = (1 - minimisation.probability) / (total - std::ranges::min(allocation));
  const std::size_t levels =
      std::accumulate(minimisation.levels.begin(), minimisation.levels.end(), std::size_t{0});
  workspace.count.assign(levels * arms, 0.0);
  workspace.imbalance.resize(arms);
  workspace.chance.resize(arms);
  const auto count_of = [&](std::size_t first_level, std::size_t factor, std::size_t patient) {
    const auto level = static_cast<std::size_t>(workspace.level[factor][patient]);
    return std::span(workspace.count).subspan((first_level + level) * arms, arms);
  };
  for (std::size_t i = 0; i < arm.size(); ++i) {
    std::ranges::fill(workspace.imbalance, 0.0);
    std::size_t first_level = 0;
    for (std::size_t f = 0; f < factors; first_level += minimisation.levels[f++]) {
      const auto count = count_of(first_level, f, i);
      for (std::size_t k = 0; k < arms; ++k)
        workspace.imbalance[k] +=
            minimisation.weight[f] * imbalance_of<measure>(count, k, 1 / allocation[k]);
    }
    set_chances(outside, allocation, total, workspace.imbalance, workspace.chance);
    arm[i] = arm_at(workspace.chance, u_arm[i]);
    const auto taken = static_cast<std::size_t>(arm[i]);
    first_level = 0;
    for (std::size_t f = 0; f < factors; first_level += minimisation.levels[f++])
      count_of(first_level, f, i)[taken] += 1 / allocation[taken];
  }
}

}  // namespace

void minimise(const Minimisation& minimisation, std::span<const double> allocation,
              std::span<const double> u_arm, MinimisationWorkspace& workspace,
              std::span<std::int32_t> arm) {
  assert(u_arm.size() == arm.size() && allocation.size() > 1);
  assert(workspace.level.size() == minimisation.factors.size());
  using enum Minimisation::Imbalance;
  switch (minimisation.imbalance) {
    case range:
      return minimise_by<range>(minimisation, allocation, u_arm, workspace, arm);
    case variance:
      return minimise_by<variance>(minimisation, allocation, u_arm, workspace, arm);
    case standard_deviation:
      return minimise_by<standard_deviation>(minimisation, allocation, u_arm, workspace, arm);
  }
}

}  // namespace trialmill::cohort
