#include "report/pathway_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trialmill::report {
namespace {

std::string step_words(std::string name) {
  std::ranges::replace(name, '_', ' ');
  if (name == "r0" || name == "r1" || name == "r2") name[0] = 'R';
  return name;
}

std::string arm_words(const result::PathwayShare& share) {
  std::string words;
  for (const auto& [step, proportion] : share.steps)
    if (proportion > 0)
      words += fmt::format("{}{} {:.1f} %", words.empty() ? "" : ", ", step_words(step),
                           100 * proportion);
  return fmt::format("  {}: {}", share.arm, words);
}

}  // namespace

std::vector<std::string> pathway_words(const result::Result& result) {
  const auto point = std::ranges::find_if(
      result.points, [](const result::PointResult& one) { return one.replicates > 0; });
  if (point == result.points.end() || point->pathway.empty()) return {};
  std::vector<std::string> lines{result.points.size() == 1
                                     ? std::string("Pathway, share of an arm's patients:")
                                     : "Pathway, share of an arm's patients at the first design "
                                       "point:"};
  for (const result::PathwayShare& share : point->pathway)
    lines.push_back(arm_words(share));
  return lines;
}

}  // namespace trialmill::report
