#include "trialmill/cohort/minimisation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "reference_data.hpp"
#include "trialmill/cohort/randomisation.hpp"
#include "trialmill/random/stream.hpp"

namespace trialmill::cohort {
namespace {

using enum Minimisation::Imbalance;

std::vector<double> uniforms(std::uint64_t lane, std::uint64_t replicate, std::size_t n) {
  std::vector<double> u(n);
  random::Stream({75, random::Purpose::randomisation, lane, replicate}).fill_uniform(u);
  return u;
}

// A trial in which levels of factors are independent.
struct Trial {
  Minimisation minimisation;
  std::vector<std::vector<double>> probabilities;  // of the levels of each factor
  std::vector<double> allocation;

  // A column of levels per factor.
  std::vector<std::vector<double>> levels(std::uint64_t replicate, std::size_t n) const {
    std::vector<std::vector<double>> columns;
    for (std::size_t f = 0; f < probabilities.size(); ++f) {
      columns.push_back(uniforms(1 + f, replicate, n));
      for (double& u : columns.back()) {
        double below = 0, level = -1;
        for (const double p : probabilities[f])
          if (u >= below) {
            below += p;
            ++level;
          }
        u = level;
      }
    }
    return columns;
  }

  std::vector<std::int32_t> arms(std::uint64_t replicate, std::size_t n,
                                 RandomisationWorkspace& workspace) const {
    const auto columns = levels(replicate, n);
    workspace.minimisation.level.assign(columns.begin(), columns.end());
    std::vector<std::int32_t> arm(n);
    allot_arms({Randomisation::Method::minimisation, allocation, {}, 1, minimisation},
               uniforms(0, replicate, n), {}, {}, workspace, arm);
    return arm;
  }
};

Trial trial(std::vector<std::vector<double>> probabilities, std::vector<double> weight,
            std::vector<double> allocation, double probability, Minimisation::Imbalance imbalance) {
  Trial out;
  for (std::size_t f = 0; f < probabilities.size(); ++f) {
    out.minimisation.factors.push_back(f);
    out.minimisation.levels.push_back(probabilities[f].size());
  }
  out.minimisation.weight = std::move(weight);
  out.minimisation.probability = probability;
  out.minimisation.imbalance = imbalance;
  out.probabilities = std::move(probabilities);
  out.allocation = std::move(allocation);
  return out;
}

const Trial two_arms = trial({{0.5, 0.5}, {0.3, 0.45, 0.25}, {0.45, 0.55}, {0.4, 0.3, 0.2, 0.1}},
                             {2, 1, 1, 1}, {1, 1}, 0.8, range);
const Trial three_arms = trial({{0.7, 0.3}, {0.5, 0.3, 0.2}}, {1, 1}, {1, 1, 2}, 0.75, variance);

// Spread of some numbers by its definition.
double spread(const std::vector<double>& x, Minimisation::Imbalance measure) {
  if (measure == range) return std::ranges::max(x) - std::ranges::min(x);
  const auto n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double sum = 0;
  for (const double value : x)
    sum += std::pow(value - mean, 2);
  return measure == variance ? sum / (n - 1) : std::sqrt(sum / (n - 1));
}

// The imbalance of putting the next patient into each arm, counted from the history.
std::vector<double> scores(const Trial& trial, const std::vector<std::vector<double>>& level,
                           const std::vector<std::int32_t>& before) {
  const std::size_t arms = trial.allocation.size(), next = before.size();
  std::vector<double> score(arms, 0);
  for (std::size_t put = 0; put < arms; ++put)
    for (std::size_t f = 0; f < level.size(); ++f) {
      std::vector<double> scaled(arms, 0);
      for (std::size_t i = 0; i < next; ++i)
        if (level[f][i] == level[f][next]) ++scaled[static_cast<std::size_t>(before[i])];
      ++scaled[put];
      for (std::size_t k = 0; k < arms; ++k)
        scaled[k] /= trial.allocation[k];
      score[put] += trial.minimisation.weight[f] * spread(scaled, trial.minimisation.imbalance);
    }
  return score;
}

// The chances of the arms: the preferred arm drawn among those tied, then the biased coin of Han et
// al. (2009), p_H(i) = 1 - (sum of r without i) / (sum of r without the smallest) (1 - p_H(1)).
std::vector<double> chances(const Trial& trial, const std::vector<double>& score) {
  const std::vector<double>& r = trial.allocation;
  const double total = std::accumulate(r.begin(), r.end(), 0.0), least = std::ranges::min(score);
  const auto tied = [&](std::size_t k) { return score[k] < least + 1e-8 * (1 + least); };
  double tied_share = 0;
  for (std::size_t k = 0; k < r.size(); ++k)
    if (tied(k)) tied_share += r[k];
  std::vector<double> chance(r.size(), 0);
  for (std::size_t preferred = 0; preferred < r.size(); ++preferred) {
    if (!tied(preferred)) continue;
    const double high = 1 - (total - r[preferred]) / (total - std::ranges::min(r)) *
                                (1 - trial.minimisation.probability);
    for (std::size_t k = 0; k < r.size(); ++k)
      chance[k] += r[preferred] / tied_share *
                   (k == preferred ? high : (1 - high) * r[k] / (total - r[preferred]));
  }
  return chance;
}

std::vector<std::int32_t> naive_arms(const Trial& trial, std::uint64_t replicate, std::size_t n) {
  const auto level = trial.levels(replicate, n);
  const auto u = uniforms(0, replicate, n);
  std::vector<std::int32_t> arm;
  for (std::size_t i = 0; i < n; ++i) {
    const auto chance = chances(trial, scores(trial, level, arm));
    std::int32_t taken = 0;
    for (double below = chance[0]; below <= u[i] && taken + 1 < std::ssize(chance);)
      below += chance[static_cast<std::size_t>(++taken)];
    arm.push_back(taken);
  }
  return arm;
}

TEST(Minimisation, DoubleProgrammedAssignmentByAssignment) {
  const std::vector<std::vector<double>> factors{{0.5, 0.5}, {0.2, 0.3, 0.5}, {0.6, 0.4}};
  RandomisationWorkspace workspace;
  for (const auto& allocation :
       {std::vector<double>{1, 1}, {2, 1}, {1, 1, 1}, {1, 2, 3}, {2.5, 1, 1.5, 1}})
    for (const auto measure : {range, variance, standard_deviation})
      for (const double probability : {0.6, 0.8, 1.0})
        for (std::uint64_t replicate = 0; replicate < 4; ++replicate) {
          const Trial one = trial(factors, {1, 0.5, 3}, allocation, probability, measure);
          ASSERT_EQ(one.arms(replicate, 150, workspace), naive_arms(one, replicate, 150));
        }
}

TEST(Minimisation, AWholeCoinAllotsTheOnlyArmThatBalances) {
  // One factor of one level and certainty: arms alternate, the first of each pair at random.
  const Trial certain = trial({{1}}, {1}, {1, 1}, 1, range);
  RandomisationWorkspace workspace;
  int first = 0;
  for (std::uint64_t replicate = 0; replicate < 2000; ++replicate) {
    const auto arm = certain.arms(replicate, 40, workspace);
    for (std::size_t i = 0; i < arm.size(); i += 2)
      ASSERT_NE(arm[i], arm[i + 1]);
    first += arm[0];
  }
  EXPECT_NEAR(first / 2000.0, 0.5, 5 * 0.5 / std::sqrt(2000.0));  // false alarm 6e-7
}

TEST(Minimisation, FirstPatientsAreTheSameWhateverTheSize) {
  RandomisationWorkspace workspace;
  for (const Trial& one : {two_arms, three_arms}) {
    const auto large = one.arms(3, 400, workspace), small = one.arms(3, 90, workspace);
    EXPECT_TRUE(std::equal(small.begin(), small.end(), large.begin()));
  }
}

TEST(Minimisation, UnequalAllocationIsKept) {
  // Scaled counts with one probability for all would favour small arms; the biased coin does not.
  const Trial one = trial({{0.5, 0.5}, {0.5, 0.5}}, {1, 1}, {1, 3}, 0.9, range);
  RandomisationWorkspace workspace;
  double patients = 0, second = 0;
  for (std::uint64_t replicate = 0; replicate < 4000; ++replicate) {
    const auto arm = one.arms(replicate, 100, workspace);
    patients += 100;
    second += static_cast<double>(std::ranges::count(arm, 1));
  }
  // Allotments within a trial balance each other, so that independence gives too wide a limit.
  EXPECT_NEAR(second / patients, 0.75, 5 * std::sqrt(0.75 * 0.25 / patients));
}

double largest_difference(const Trial& trial, const std::vector<std::int32_t>& arm,
                          const std::vector<double>* level, double which) {
  std::vector<double> count(trial.allocation.size(), 0);
  for (std::size_t i = 0; i < arm.size(); ++i)
    if (!level || (*level)[i] == which) ++count[static_cast<std::size_t>(arm[i])];
  const double patients = std::accumulate(count.begin(), count.end(), 0.0);
  const double total = std::accumulate(trial.allocation.begin(), trial.allocation.end(), 0.0);
  double largest = 0;
  for (std::size_t k = 0; k < count.size(); ++k)
    largest = std::max(largest, std::abs(count[k] - patients * trial.allocation[k] / total));
  return largest;
}

// tests/reference/minimisation.R, an own program in R, simulated 100,000 trials of each design.
void expect_reference(const Trial& trial, std::size_t patients, const char* name) {
  const nlohmann::json expected = reference::read_json("expected/minimisation.json");
  constexpr std::size_t trials = 20000;
  std::vector<std::vector<double>> imbalance(expected.at(name).size());
  RandomisationWorkspace workspace;
  for (std::uint64_t replicate = 0; replicate < trials; ++replicate) {
    const auto arm = trial.arms(replicate, patients, workspace);
    const auto columns = trial.levels(replicate, patients);
    std::size_t row = 0;
    imbalance[row++].push_back(largest_difference(trial, arm, nullptr, 0));
    for (std::size_t f = 0; f < columns.size(); ++f)
      for (std::size_t k = 0; k < trial.probabilities[f].size(); ++k)
        imbalance[row++].push_back(
            largest_difference(trial, arm, &columns[f], static_cast<double>(k)));
    ASSERT_EQ(row, imbalance.size());
  }
  for (std::size_t row = 0; row < imbalance.size(); ++row) {
    const nlohmann::json& other = expected.at(name)[row];
    std::vector<double>& own = imbalance[row];
    const double mean = std::accumulate(own.begin(), own.end(), 0.0) / trials;
    const double error = other.at("sd").get<double>() *
                         std::sqrt(1.0 / trials + 1 / expected.at("trials").get<double>());
    EXPECT_NEAR(mean, other.at("mean").get<double>(), 3.5 * error) << name << ", row " << row;
    std::ranges::sort(own);
    // A quantile of counts is stable unless 95 % falls next to a step: one step of 1/2 or 1/4.
    EXPECT_NEAR(own[trials * 95 / 100 - 1], other.at("q95").get<double>(), 0.5) << name;
  }
}

TEST(Minimisation, IndependentImbalanceOfTwoArms) {
  expect_reference(two_arms, 120, "two arms, range");
}

TEST(Minimisation, IndependentImbalanceOfThreeUnequalArms) {
  expect_reference(three_arms, 90, "three arms 1:1:2, variance");
}

}  // namespace
}  // namespace trialmill::cohort
