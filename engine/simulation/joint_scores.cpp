#include "simulation/joint_scores.hpp"

#include <algorithm>
#include <cmath>

namespace trialmill::simulation {
namespace {

std::size_t weights_of(const LookScores& scores) {
  return static_cast<std::size_t>(std::lround(std::sqrt(scores.covariance.size())));
}

double variance(const LookScores& scores, std::size_t weight) {
  return scores.covariance[weight * weights_of(scores) + weight];
}

// Of a statistic at an earlier look, or this one, with one of this look.
double correlation(const LookScores& earlier, std::size_t a, const LookScores& now, std::size_t b) {
  const double covariance = earlier.covariance[a * weights_of(earlier) + b];
  return std::clamp(covariance / std::sqrt(variance(earlier, a) * variance(now, b)), -1.0, 1.0);
}

}  // namespace

design::JointStatistics joint_statistics(const std::vector<LookScores>& scores, std::size_t look) {
  design::JointStatistics out;
  if (scores.empty() || scores.back().look != look) return out;
  const LookScores& now = scores.back();
  out.count = now.tested.size();
  for (const std::size_t b : now.tested)
    for (const LookScores& earlier : scores)
      for (const std::size_t a : earlier.tested)
        out.correlation.push_back(correlation(earlier, a, now, b));
  return out;
}

double joint_correlation(const std::vector<LookScores>& scores, std::size_t look) {
  if (scores.size() < 2 || scores.back().look != look) return result::not_a_number;
  const LookScores &now = scores.back(), &before = scores[scores.size() - 2];
  if (now.tested.size() > 1 || before.tested.size() > 1) return result::not_a_number;
  return correlation(before, before.tested.front(), now, now.tested.front());
}

}  // namespace trialmill::simulation
