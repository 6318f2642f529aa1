#include "simulation/stated_truth.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/baseline.hpp"

namespace trialmill::simulation {
namespace {

using Patterns = std::vector<evidence::RiskPattern>;

double survival_at(double months, const cohort::EventTimeLaw& law, const Patterns& patterns) {
  const double hazard = law.cumulative(months);
  double sum = 0;
  for (const evidence::RiskPattern& pattern : patterns)
    sum += pattern.probability * math::exp(-hazard * math::exp(pattern.log_hazard_ratio));
  return sum;
}

// Gauss's rule of two points on short panels: good to 1e-5 months, wherever the hazards change.
double area(double months, const cohort::EventTimeLaw& law, const Patterns& patterns) {
  constexpr int panels = 240;
  const double half = 0.5 * months / panels, reach = half / std::sqrt(3.0);
  double sum = 0;
  for (int k = 0; k < panels; ++k) {
    const double middle = (2 * k + 1) * half;
    sum += half * (survival_at(middle - reach, law, patterns) +
                   survival_at(middle + reach, law, patterns));
  }
  return sum;
}

}  // namespace

double stated_difference(const scenario::Scenario& scenario, const cohort::TrialModel& model,
                         const AnalysisPlan& plan) {
  using enum scenario::Analysis::Test;
  if (plan.test != rmst && plan.test != milestone) return result::not_a_number;
  Patterns patterns;
  try {
    patterns =
        scenario::risk_patterns(scenario.population, scenario.disease.effects, scenario.copula);
  } catch (const std::length_error&) {
    return result::not_a_number;
  }
  const auto figure = plan.test == rmst ? area : survival_at;
  return figure(plan.months, model.event_time_by_arm.back(), patterns) -
         figure(plan.months, model.event_time_by_arm.front(), patterns);
}

}  // namespace trialmill::simulation
