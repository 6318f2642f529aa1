#include <algorithm>
#include <cassert>
#include <cmath>

#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

constexpr double interval_z = 1.959963984540054;

// Order statistic ceil(p n) of increasing values.
double order_statistic(const std::vector<double>& increasing, double p) {
  const double n = static_cast<double>(increasing.size());
  const auto place = static_cast<std::size_t>(std::max(1.0, std::ceil(p * n * (1 - 1e-12))));
  return increasing[place - 1];
}

}  // namespace

Assurance summarise_draws(const std::vector<DrawCount>& draws) {
  assert(draws.size() >= 2);
  Assurance out;
  out.draws = draws.size();
  double rejections = 0, replicates = 0;
  for (const DrawCount& draw : draws) {
    out.replicates += draw.replicates;
    rejections += static_cast<double>(draw.rejections);
    replicates += static_cast<double>(draw.replicates);
  }
  out.estimate = rejections / replicates;
  const auto count = static_cast<double>(draws.size());
  std::vector<double> power;
  double clusters = 0, between = 0, within = 0;
  for (const DrawCount& draw : draws) {
    const auto n = static_cast<double>(draw.replicates);
    const double share = static_cast<double>(draw.rejections) / n;
    const double off = share - out.estimate;
    clusters += n * n * off * off;
    between += off * off / (count - 1);
    within += share * (1 - share) / (n - 1) / count;
    power.push_back(share);
  }
  out.mc_se = std::sqrt(clusters * count / (count - 1)) / replicates;
  out.ci_lower = std::max(0.0, out.estimate - interval_z * out.mc_se);
  out.ci_upper = std::min(1.0, out.estimate + interval_z * out.mc_se);
  out.power_sd = std::sqrt(std::max(0.0, between - within));
  const double kept = between > 0 ? out.power_sd / std::sqrt(between) : 0;
  for (double& share : power)
    share = out.estimate + kept * (share - out.estimate);
  std::ranges::sort(power);
  out.power = {order_statistic(power, 0.05), order_statistic(power, 0.25),
               order_statistic(power, 0.5), order_statistic(power, 0.75),
               order_statistic(power, 0.95)};
  return out;
}

}  // namespace trialmill::result
