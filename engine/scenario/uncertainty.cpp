#include "trialmill/scenario/uncertainty.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "scenario/places.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::scenario {
namespace {

void set_ratio(const UncertainRatio& uncertain, double ratio, Scenario& scenario) {
  if (!uncertain.arm.empty()) {
    const auto arm = std::ranges::find(scenario.arms, uncertain.arm, &Arm::name);
    assert(arm != scenario.arms.end());
    const auto effect =
        std::ranges::find(arm->effects, uncertain.transition, &TreatmentEffect::transition);
    assert(effect != arm->effects.end());
    effect->ratio.hazard_ratio[uncertain.piece] = ratio;
    return;
  }
  CovariateEffect* effect = find_effect(scenario, uncertain);
  assert(effect != nullptr);
  effect->ratio = ratio;
}

void set_survival(const UncertainSurvival& uncertain, std::span<const double> score,
                  Scenario& scenario) {
  CalibratedBaseline* baseline = find_calibrated(scenario, uncertain.transition);
  assert(baseline != nullptr && baseline->knots.size() == score.size());
  double published = 1, survival = 1;  // at the knot before
  for (std::size_t k = 0; k < score.size(); ++k) {
    evidence::SurvivalKnot& knot = baseline->knots[k];
    const double step = knot.survival / published;
    published = knot.survival;
    if (step < 1) {
      const double sd = 1 / std::sqrt(uncertain.at_risk[k] * step * (1 - step));
      const double odds = step / (1 - step) * math::exp(sd * score[k]);
      survival *= odds / (1 + odds);
    }
    knot.survival = survival;
  }
}

}  // namespace

CovariateEffect* find_effect(Scenario& scenario, const UncertainRatio& ratio) {
  const auto among = [&](std::vector<CovariateEffect>& effects) -> CovariateEffect* {
    for (CovariateEffect& effect : effects)
      if (effect.covariate == ratio.covariate && effect.level == ratio.level) return &effect;
    return nullptr;
  };
  Transition* transition = find_transition(scenario, ratio.transition);
  if (!transition) return nullptr;
  if (CovariateEffect* effect = among(transition->effects)) return effect;
  const bool of_survival = scenario.course && ratio.transition == "death_with_disease";
  return of_survival ? among(scenario.course->survival_ratios) : nullptr;
}

Transition* find_transition(Scenario& scenario, const std::string& name) {
  if (!scenario.course) return scenario.disease.name == name ? &scenario.disease : nullptr;
  if (name == "recurrence") return &scenario.course->recurrence;
  if (name == "death_without_recurrence") return &scenario.course->death_without_recurrence;
  if (name == "death_with_disease") return &scenario.course->death_with_disease;
  return nullptr;
}

CalibratedBaseline* find_calibrated(Scenario& scenario, const std::string& transition) {
  Transition* found = find_transition(scenario, transition);
  return found ? std::get_if<CalibratedBaseline>(&found->baseline) : nullptr;
}

std::size_t Uncertainty::scores() const {
  std::size_t count = ratios.size();
  for (const UncertainSurvival& curve : survival)
    count += curve.at_risk.size();
  return count;
}

Scenario drawn(const Scenario& scenario, std::span<const double> score) {
  assert(scenario.uncertainty && score.size() == scenario.uncertainty->scores());
  Scenario out = scenario;
  for (const UncertainRatio& ratio : scenario.uncertainty->ratios) {
    set_ratio(ratio, math::exp(ratio.log_mean + ratio.log_sd * score.front()), out);
    score = score.subspan(1);
  }
  for (const UncertainSurvival& curve : scenario.uncertainty->survival) {
    set_survival(curve, score.first(curve.at_risk.size()), out);
    score = score.subspan(curve.at_risk.size());
  }
  // Deaths before surgery that are taken from a curve follow it.
  for (Arm& arm : out.arms)
    if (arm.before_surgery.published_death)
      arm.before_surgery.death =
          first_hazard(std::get<CalibratedBaseline>(out.course->death_with_disease.baseline));
  return out;
}

}  // namespace trialmill::scenario
