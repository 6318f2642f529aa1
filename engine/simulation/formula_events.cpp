#include "simulation/formula_events.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "trialmill/design/event_formulae.hpp"

namespace trialmill::simulation {
namespace {

using design::TwoArmModel;

// The hazard ratio of the trial, the same at all times; none otherwise.
std::optional<double> constant_ratio(const TwoArmModel& model) {
  std::optional<double> ratio;
  for (const design::RiskGroup& group : model.groups)
    for (std::size_t k = 0; k < group.control_hazard.hazard_per_month.size(); ++k) {
      const double control = group.control_hazard.hazard_per_month[k];
      const double experimental = group.experimental_hazard.hazard_per_month[k];
      if (control == 0 && experimental == 0) continue;
      const double here = experimental / control;
      if (ratio && std::abs(here / *ratio - 1) > 1e-9) return std::nullopt;
      if (!ratio) ratio = here;
    }
  return ratio;
}

bool one_hazard_in_each_stratum(const TwoArmModel& model) {
  return std::ranges::all_of(model.groups, [&](const design::RiskGroup& group) {
    return std::ranges::count(model.groups, group.stratum, &design::RiskGroup::stratum) == 1;
  });
}

bool unweighted(const scenario::Analysis& analysis) {
  return !analysis.margin && (analysis.test == scenario::Analysis::Test::cox ||
                              analysis.weight == survival::LogRankWeight{});
}

}  // namespace

result::EventsForPower formula_events(const scenario::Analysis& analysis, const TwoArmModel& model,
                                      double time_months, double power) {
  using enum design::EventFormula;
  const std::optional<double> ratio = constant_ratio(model);
  const double alpha = analysis.alpha / analysis.sided;
  const bool applies = ratio && std::abs(*ratio - 1) > 1e-9 && unweighted(analysis) &&
                       one_hazard_in_each_stratum(model) && alpha <= 0.5 && power > alpha + 1e-9 &&
                       power < 1;
  result::EventsForPower out{power, {}};
  if (!applies) return out;
  const auto add = [&](const design::EventNumber& number) {
    out.events.push_back({std::string(name(number.formula)), number.events});
  };
  for (const design::EventFormula formula : {schoenfeld, freedman, hsieh_freedman})
    add(design::required_events(formula, {*ratio, model.allocation, alpha, power}));
  add(design::lachin_foulkes(model, time_months, alpha, power).events);
  return out;
}

}  // namespace trialmill::simulation
