#include "report/imbalance_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trialmill::report {
namespace {

std::string row_words(const result::ArmImbalance& imbalance) {
  const result::ImbalanceLabel& of = imbalance.label;
  return fmt::format("  {}: mean {:.2f}, 95 % quantile {:.6g}, largest {:.6g}",
                     of.covariate.empty() ? "all patients" : of.covariate + " " + of.level,
                     imbalance.mean, imbalance.q95, imbalance.largest);
}

}  // namespace

std::vector<std::string> imbalance_words(const result::Result& result) {
  const auto point = std::ranges::find_if(
      result.points, [](const result::PointResult& one) { return one.replicates > 0; });
  if (point == result.points.end() || point->imbalance.empty()) return {};
  std::vector<std::string> lines{
      std::string("Imbalance: largest difference between an arm's patients and those expected") +
      (result.points.size() == 1 ? ":" : ", at the first design point:")};
  for (const result::ArmImbalance& imbalance : point->imbalance)
    lines.push_back(row_words(imbalance));
  return lines;
}

}  // namespace trialmill::report
