#include "simulation/stated_truth.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
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

// Many short panels, so that the kinks where a hazard changes do not matter: good to 1e-7 months.
double area(double months, const cohort::EventTimeLaw& law, const Patterns& patterns) {
  constexpr int panels = 400;
  const double width = months / panels;
  double sum = 0;
  for (int k = 0; k < panels; ++k)
    sum += boost::math::quadrature::gauss<double, 10>::integrate(
        [&](double t) { return survival_at(t, law, patterns); }, k * width, (k + 1) * width);
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
