#include "simulation/planned_looks.hpp"

#include <algorithm>
#include <utility>

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

std::shared_ptr<const design::GraphProcedure> planned_procedure(
    const scenario::Scenario& scenario) {
  using scenario::Analysis;
  using Procedure = scenario::Multiplicity::Procedure;
  if (!scenario.multiplicity || scenario.multiplicity->procedure == Procedure::hochberg)
    return nullptr;
  const scenario::Multiplicity& stated = *scenario.multiplicity;
  design::GraphProcedure procedure{
      design::LocalLevels(stated.graph, stated.alpha), stated.past_looks, {}};
  for (const std::string& hypothesis : stated.hypotheses) {
    const auto analysis = std::ranges::find(scenario.analyses, hypothesis, &Analysis::name);
    design::HypothesisTest& test = procedure.hypotheses.emplace_back();
    if (!analysis->looks) continue;
    test.boundaries = scenario::planned_boundaries(scenario, *analysis);
    test.clock = analysis->looks->clock;
    test.last_look = analysis->looks->last_look;
  }
  return std::make_shared<const design::GraphProcedure>(std::move(procedure));
}

}  // namespace trialmill::simulation
