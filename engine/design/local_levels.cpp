#include "trialmill/design/local_levels.hpp"

#include <algorithm>
#include <string>

namespace trialmill::design {
namespace {

// Levels that differ by less are the same one, come to by other ways.
constexpr double same_level = 1e-12;

// What is left of a graph, for every set of hypotheses that can have been rejected; empty for the
// other sets.
std::vector<HypothesisGraph> remaining_graphs(const HypothesisGraph& graph) {
  std::vector<HypothesisGraph> left(std::size_t{1} << graph.size());
  left[0] = graph;
  for (HypothesisSet rejected = 0; rejected < left.size(); ++rejected) {
    if (left[rejected].size() == 0) continue;
    for (std::size_t h = 0; h < graph.size(); ++h) {
      if (left[rejected].weight[h] <= 0) continue;
      const HypothesisSet with = rejected | HypothesisSet{1} << h;
      if (left[with].size() > 0) continue;
      left[with] = left[rejected];
      take_out(left[with], h);
    }
  }
  return left;
}

bool alike(double a, double b) {
  return a - b < same_level && b - a < same_level;
}

}  // namespace

LocalLevels::LocalLevels(const HypothesisGraph& graph, double alpha)
    : alpha_(alpha), levels_(graph.size()) {
  require_graph(graph);
  if (!(alpha > 0 && alpha <= 0.5))
    throw DesignError("alpha", "the familywise level is a number above 0 and up to 0.5");
  if (graph.size() > max_hypotheses)
    throw DesignError("weights", "found " + std::to_string(graph.size()) +
                                     " hypotheses, more than " + std::to_string(max_hypotheses));
  const std::vector<HypothesisGraph> left = remaining_graphs(graph);
  // Bonferroni weights of 1 may be rounded to a little more.
  const auto level_in = [&](const HypothesisGraph& one, std::size_t h) {
    return std::min(one.weight[h], 1.0) * alpha;
  };
  for (const HypothesisGraph& one : left)
    for (std::size_t h = 0; h < one.size(); ++h)
      if (one.weight[h] > 0) levels_[h].push_back(level_in(one, h));
  for (std::size_t h = 0; h < size(); ++h) {
    if (levels_[h].empty())
      throw DesignError("weights", "hypothesis " + std::to_string(h + 1) +
                                       " has no weight, and none can be passed on to it");
    std::ranges::sort(levels_[h]);
    const auto same = std::ranges::unique(levels_[h], alike);
    levels_[h].erase(same.begin(), same.end());
  }
  places_.assign(left.size() * size(), -1);
  for (std::size_t set = 0; set < left.size(); ++set)
    for (std::size_t h = 0; h < left[set].size(); ++h) {
      if (left[set].weight[h] <= 0) continue;
      const auto found = std::ranges::find_if(
          levels_[h], [&](double level) { return alike(level, level_in(left[set], h)); });
      places_[set * size() + h] = static_cast<std::int32_t>(found - levels_[h].begin());
    }
}

}  // namespace trialmill::design
