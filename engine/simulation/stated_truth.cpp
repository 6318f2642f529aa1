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

double ratio_at(double months, const cohort::PiecewiseRatio& ratio) {
  const auto piece =
      std::ranges::upper_bound(ratio.from_months, months) - ratio.from_months.begin();
  return ratio.hazard_ratio[static_cast<std::size_t>(piece) - 1];
}

}  // namespace

std::optional<double> stated_ratio(const cohort::PiecewiseRatio& reference,
                                   const cohort::PiecewiseRatio& compared) {
  const double first = compared.hazard_ratio.front() / reference.hazard_ratio.front();
  for (const auto* ratio : {&reference, &compared})
    for (const double months : ratio->from_months)
      if (ratio_at(months, compared) / ratio_at(months, reference) != first) return std::nullopt;
  return first;
}

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
  const auto of_arm = [&](std::int32_t arm) {
    return figure(plan.months, model.event_time_by_arm[static_cast<std::size_t>(arm)], patterns);
  };
  return of_arm(plan.arms[1]) - of_arm(plan.arms[0]);
}

}  // namespace trialmill::simulation
