#include "cli/check_uncertainty.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double interval_z = 1.959963984540054;

/// A point of an uncertain curve.
struct UncertainKnot {
  std::string transition;
  double month = 0, survival = 0, standard_error = 0;
};

const scenario::Transition& transition_of(const scenario::Scenario& scenario,
                                          const std::string& name) {
  if (!scenario.course) return scenario.disease;
  if (name == "recurrence") return scenario.course->recurrence;
  if (name == "death_without_recurrence") return scenario.course->death_without_recurrence;
  return scenario.course->death_with_disease;
}

// Greenwood's formula over the steps of each curve.
std::vector<UncertainKnot> uncertain_knots(const scenario::Scenario& scenario) {
  std::vector<UncertainKnot> out;
  for (const scenario::UncertainSurvival& curve : scenario.uncertainty->survival) {
    const auto& knots =
        std::get<scenario::CalibratedBaseline>(transition_of(scenario, curve.transition).baseline)
            .knots;
    double before = 1, variance = 0;  // of the logarithm
    for (std::size_t k = 0; k < knots.size(); ++k) {
      const double step = knots[k].survival / before;
      variance += (1 - step) / (step * curve.at_risk[k]);
      before = knots[k].survival;
      out.push_back({curve.transition, knots[k].time_months, knots[k].survival,
                     knots[k].survival * std::sqrt(variance)});
    }
  }
  return out;
}

double limit(const scenario::UncertainRatio& ratio, double z) {
  return std::exp(ratio.log_mean + z * ratio.log_sd);
}

}  // namespace

Json uncertainty_document(const scenario::Scenario& scenario) {
  if (!scenario.uncertainty) return nullptr;
  Json ratios = Json::array(), survival = Json::array();
  for (const scenario::UncertainRatio& ratio : scenario.uncertainty->ratios)
    ratios.push_back({{"path", ratio.path},
                      {"median", limit(ratio, 0)},
                      {"lower", limit(ratio, -interval_z)},
                      {"upper", limit(ratio, interval_z)}});
  for (const UncertainKnot& knot : uncertain_knots(scenario))
    survival.push_back({{"event", knot.transition},
                        {"month", knot.month},
                        {"survival", knot.survival},
                        {"standard_error", knot.standard_error}});
  return {
      {"draws", scenario.uncertainty->draws}, {"hazard_ratios", ratios}, {"survival", survival}};
}

void print_uncertainty(const scenario::Scenario& scenario) {
  if (!scenario.uncertainty) return;
  fmt::print("\nUncertain numbers, {} draws\n", scenario.uncertainty->draws);
  for (const scenario::UncertainRatio& ratio : scenario.uncertainty->ratios)
    fmt::print("  {:<52} {:.3f}, 95 % {:.3f} to {:.3f}\n", ratio.path, limit(ratio, 0),
               limit(ratio, -interval_z), limit(ratio, interval_z));
  for (const UncertainKnot& knot : uncertain_knots(scenario))
    fmt::print("  {:<52} {:.3f}, standard error {:.3f}\n",
               fmt::format("{} survival at {:.4g} months", knot.transition, knot.month),
               knot.survival, knot.standard_error);
}

}  // namespace trialmill::cli
