#include "simulation/stated_truth.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "trialmill/scenario/arm_survival.hpp"

namespace trialmill::simulation {
namespace {

double survival_at(double months, const scenario::ArmSurvival& survival) {
  return survival.at(months);
}

// Gauss's rule of two points on short panels: good to 1e-5 months, wherever the hazards change.
double area(double months, const scenario::ArmSurvival& survival) {
  constexpr int panels = 240;
  const double half = 0.5 * months / panels, reach = half / std::sqrt(3.0);
  double sum = 0;
  for (int k = 0; k < panels; ++k) {
    const double middle = (2 * k + 1) * half;
    sum += half * (survival.at(middle - reach) + survival.at(middle + reach));
  }
  return sum;
}

}  // namespace

double stated_difference(const scenario::Scenario& scenario, const cohort::TrialModel& model,
                         const AnalysisPlan& plan) {
  using enum scenario::Analysis::Test;
  if (plan.test != rmst && plan.test != milestone) return result::not_a_number;
  const scenario::TreatedLaws laws{model.event_time_by_arm, model.event_subgroups};
  const auto figure = plan.test == rmst ? area : survival_at;
  const auto in_arm = [&](std::int32_t arm) {
    return figure(plan.months, scenario::ArmSurvival(scenario, static_cast<std::size_t>(arm), laws,
                                                     model.cured));
  };
  try {
    return in_arm(plan.arms[1]) - in_arm(plan.arms[0]);
  } catch (const std::length_error&) {
    return result::not_a_number;
  }
}

std::optional<bool> stated_null_hypothesis(const std::vector<cohort::PiecewiseRatio>& ratios,
                                           double difference, const AnalysisPlan& plan) {
  if (!std::isnan(difference)) {
    constexpr double rounding = 1e-9;
    return difference <= rounding - plan.margin.value_or(0);
  }
  // Against the reference, at every time at which some ratio changes.
  std::vector<double> relative;
  for (const cohort::PiecewiseRatio& compared : ratios)
    for (const auto* ratio : {&ratios.front(), &compared})
      for (const double months : ratio->from_months)
        relative.push_back(ratio_at(months, compared) / ratio_at(months, ratios.front()));
  if (ratios.size() > 2)
    return std::ranges::all_of(relative, [](double ratio) { return ratio == 1; });
  relative.erase(relative.begin(),
                 relative.begin() + 2 * static_cast<std::ptrdiff_t>(ratios[0].from_months.size()));
  const double bound = plan.margin.value_or(1);
  const auto no_better = [&](double ratio) { return ratio >= bound; };
  if (std::ranges::all_of(relative, no_better)) return true;
  // No better than the reference at some time is still a benefit, if it is better at others.
  const bool never_worse =
      plan.margin ? std::ranges::none_of(relative, no_better)
                  : std::ranges::all_of(relative, [](double ratio) { return ratio <= 1; });
  return never_worse ? std::optional(false) : std::nullopt;
}

}  // namespace trialmill::simulation
