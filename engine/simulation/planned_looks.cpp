#include "simulation/planned_looks.hpp"

#include <algorithm>

#include "trialmill/design/boundaries.hpp"
#include "trialmill/scenario/looks.hpp"

namespace trialmill::simulation {

std::shared_ptr<const PlannedLooks> planned_looks(const scenario::Scenario& scenario,
                                                  const scenario::Analysis& analysis) {
  if (!analysis.looks) return nullptr;
  const auto maximum = static_cast<double>(scenario::planned_information(scenario, analysis));
  return std::make_shared<const PlannedLooks>(PlannedLooks{
      scenario::planned_boundaries(scenario, analysis).front(), maximum, analysis.looks->clock,
      analysis.looks->last_look, analysis.looks->futility_obeyed});
}

WeightsByLook weights_by_look(const scenario::Analysis& analysis,
                              std::vector<survival::LogRankWeight>& weights) {
  using Weights = std::vector<survival::LogRankWeight>;
  const bool combined = analysis.test == scenario::Analysis::Test::max_combo;
  const Weights interim = combined ? analysis.weights : Weights{analysis.weight};
  const Weights& last = analysis.looks->final_weights;
  weights.clear();
  const auto places = [&](const Weights& of) {
    std::vector<std::size_t> out;
    for (const survival::LogRankWeight& weight : of) {
      const auto known = std::ranges::find(weights, weight);
      out.push_back(static_cast<std::size_t>(known - weights.begin()));
      if (known == weights.end()) weights.push_back(weight);
    }
    return out;
  };
  WeightsByLook out;
  out.interim = places(interim);
  out.last = last.empty() ? out.interim : places(last);
  return out;
}

}  // namespace trialmill::simulation
