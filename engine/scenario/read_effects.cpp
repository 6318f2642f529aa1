#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

cohort::PiecewiseRatio read_ratio(const Value& value) {
  const Pieces pieces = read_pieces(value, "ratio", a_ratio());
  return {pieces.from_months, pieces.value};
}

cohort::PiecewiseRatio read_ratio_of(const Record& effect, const std::string& subgroup) {
  if (has_other_ratio(effect, subgroup, "hazard_ratio", "odds_ratio")) return {};
  return read_ratio(effect.value("hazard_ratio"));
}

// One ratio per level of a categorical covariate, at least one level.
void read_levels(const Record& levels, const cohort::CategoricalLaw& law, bool beside,
                 SubgroupRatios& ratios) {
  for (const auto& [level, effect] : levels.entries())
    if (require_known(effect, level, "level", law.levels))
      ratios.ratio_by_level.emplace_back(level, read_ratio_of(effect.record(), level));
  if (levels.size() == 0) levels.reject_because("name a level or more");
  if (beside && ratios.ratio_by_level.size() == law.levels.size())
    levels.reject_because(
        "every level has a ratio of its own: the `hazard_ratio` beside `within` would never act");
}

// The covariates that can divide patients when an event after the first ones strikes.
std::vector<cohort::Covariate> dividing(const Scenario& scenario) {
  return scenario.course ? known_with(scenario, cohort::attribute_count) : scenario.population;
}

SubgroupRatios read_within(const Value& within, bool beside, const Scenario& scenario) {
  SubgroupRatios ratios;
  const auto entries = within.record().entries();
  if (within.is(Value::Kind::record) && entries.size() != 1)
    within.reject_key("an effect differs between the levels of one covariate");
  if (entries.size() != 1) return ratios;
  const auto& [name, value] = entries.front();
  const std::vector<cohort::Covariate> known = dividing(scenario);
  if (!require_known(value, name, "covariate", names_of(known))) return ratios;
  ratios.covariate = name;
  const cohort::CovariateLaw& law = std::ranges::find(known, name, &cohort::Covariate::name)->law;
  if (const auto* categorical = std::get_if<cohort::CategoricalLaw>(&law))
    read_levels(value.record(), *categorical, beside, ratios);
  else if (std::holds_alternative<cohort::BinaryLaw>(law))
    ratios.ratio_by_level.emplace_back("", read_ratio_of(value.record(), name));
  else
    value.reject_key("a continuous covariate has no levels; give it as a categorical one");
  return ratios;
}

// @param optional there are other effects, beside which no ratio of the hazard is 1
TreatmentEffect read_hazard_effect(const Record& effect, const std::string& transition,
                                   const Scenario& scenario, bool optional) {
  TreatmentEffect out{transition, {}};
  if (has_other_ratio(effect, transition, "hazard_ratio", "odds_ratio")) return out;
  const auto within = effect.optional_value("within");
  const bool beside = effect.has("hazard_ratio");
  if (beside || !(optional || within)) out.ratio = read_ratio(effect.value("hazard_ratio"));
  if (within && (transition == "mortality_90_days"))
    within->reject_key("mortality of surgery has no subgroups");
  else if (within)
    out.within = read_within(*within, beside, scenario);
  return out;
}

}  // namespace

bool has_other_ratio(const Record& effect, const std::string& name, const char* meant,
                     const char* other) {
  const auto value = effect.optional_value(other);
  if (!value || effect.has(meant)) return false;
  value->reject_key("effects on " + input::in_backquotes(name) + " are stated as " +
                    input::in_backquotes(meant));
  return true;
}

TreatmentEffect read_hazard_effect(const Record& effect, const std::string& transition,
                                   const Scenario& scenario) {
  return read_hazard_effect(effect, transition, scenario, false);
}

void read_event_effects(const Record& effect, const Scenario& scenario, Arm& arm) {
  const auto cured = effect.optional_record(cure);
  arm.effects.push_back(
      read_hazard_effect(effect, scenario.disease.name, scenario, cured.has_value()));
  if (!cured) return;
  if (!scenario.disease.cured)
    cured->reject_because("nobody is cured: `disease." + scenario.disease.name +
                          ".cured` is not stated");
  if (!has_other_ratio(*cured, std::string(cure), "odds_ratio", "hazard_ratio"))
    arm.odds_effects.push_back({std::string(cure), cured->number("odds_ratio", a_ratio())});
}

void read_switching(const Record& arm_record, const Scenario& scenario, Arm& arm) {
  const auto value = arm_record.optional_value("switching");
  if (!value) return;
  if (!scenario.course) {
    value->reject_key(needs_course);
    return;
  }
  const Record record = value->record();
  record.one_of<bool>("after", {{"recurrence", true}});
  cohort::Switching& switching = arm.switching.emplace();
  switching.probability = record.number("probability", input::from_to(0, 1));
  switching.hazard_ratio = record.number("hazard_ratio", a_ratio());
  switching.delay_months = record.number_or("delay_months", 0, input::at_least(0));
}

void read_cured(const Record& transition_record, const Scenario& scenario, Transition& transition) {
  const auto value = transition_record.optional_value(cure);
  if (!value) return;
  const input::Interval allowed =
      input::Interval{0, 1, true, false, "the share of patients who never have the event"};
  Chance& cured = transition.cured.emplace();
  if (value->is(Value::Kind::record)) {
    const Record record = value->record();
    cured.probability = record.number("probability", allowed);
    cured.odds_ratios = read_ratios(record, "odds_ratios", {scenario.population}, scenario).effects;
  } else {
    cured.probability = value->number(allowed);
  }
  if (std::holds_alternative<CalibratedBaseline>(transition.baseline))
    value->reject_key(
        "a baseline is calibrated to survival of all patients, so that a cure fraction beside it "
        "has no meaning; state the baseline of patients who are not cured");
}

}  // namespace trialmill::scenario
