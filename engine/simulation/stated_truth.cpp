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

std::optional<bool> stated_null_hypothesis(const cohort::PiecewiseRatio& ratio, double difference,
                                           const AnalysisPlan& plan) {
  if (!std::isnan(difference)) {
    constexpr double rounding = 1e-9;
    return difference <= rounding - plan.margin.value_or(0);
  }
  const double bound = plan.margin.value_or(1);
  const auto no_better = [&](double one) { return one >= bound; };
  if (std::ranges::all_of(ratio.hazard_ratio, no_better)) return true;
  // No better than the control at some time is still a benefit, if it is better at others.
  const bool never_worse =
      plan.margin ? std::ranges::none_of(ratio.hazard_ratio, no_better)
                  : std::ranges::all_of(ratio.hazard_ratio, [](double one) { return one <= 1; });
  return never_worse ? std::optional(false) : std::nullopt;
}

}  // namespace trialmill::simulation
