#include "simulation/planned_looks.hpp"

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

}  // namespace trialmill::simulation
