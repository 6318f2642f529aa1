#include <fmt/format.h>

#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

constexpr std::size_t most_arms = 20;

// What an arm can change in a course, and where the file says that it happens at all.
struct Changeable {
  const char* name;
  bool by_odds;
  std::vector<std::string_view> stated_at;
};

const std::vector<Changeable>& changeable_in_course() {
  static const std::vector<Changeable> all{
      {"recurrence", false, {"disease", "recurrence"}},
      {"death_without_recurrence", false, {"disease", "death_without_recurrence"}},
      {"death_with_disease", false, {"disease", "death_with_disease"}},
      {"mortality_90_days", false, {"pathway", "surgery", "mortality_90_days"}},
      {"r1", true, {"pathway", "surgery", "radicality", "r1"}},
      {"r2", true, {"pathway", "surgery", "radicality", "r2"}},
      {"unresectable", true, {"pathway", "surgery", "radicality", "unresectable"}},
      {"morbidity", true, {"pathway", "surgery", "morbidity"}},
      {"adjuvant", true, {"pathway", "surgery", "adjuvant"}}};
  return all;
}

void read_course_effect(const Record& file, const std::string& name, const Value& value,
                        const Scenario& scenario, Arm& arm) {
  const auto& all = changeable_in_course();
  const auto what = std::ranges::find(all, name, &Changeable::name);
  if (what == all.end()) {
    std::vector<std::string> names;
    for (const Changeable& one : all)
      names.emplace_back(one.name);
    require_known(value, name, "transition or outcome of surgery", names);
    return;
  }
  if (!is_stated(file, what->stated_at)) {
    std::string path;
    for (const std::string_view key : what->stated_at)
      path += (path.empty() ? "" : ".") + std::string(key);
    value.reject_key("this never happens: " + input::in_backquotes(path) + " is not stated");
  }
  const Record effect = value.record();
  if (!what->by_odds)
    arm.effects.push_back(read_hazard_effect(effect, name, scenario));
  else if (!has_other_ratio(effect, name, "odds_ratio", "hazard_ratio"))
    arm.odds_effects.push_back({name, effect.number("odds_ratio", a_ratio())});
}

void read_effects(const Record& file, const Record& effects, const Scenario& scenario, Arm& arm) {
  for (const auto& [name, value] : effects.entries()) {
    if (scenario.course)
      read_course_effect(file, name, value, scenario, arm);
    else if (scenario.disease.name.empty() ||
             require_known(value, name, "event of `disease`", {scenario.disease.name}))
      read_event_effects(value.record(), scenario, arm);
  }
}

Arm read_arm(const Record& file, const std::string& name, const Value& value,
             const Scenario& scenario) {
  const Record record = value.record();
  Arm arm;
  arm.name = name;
  arm.allocation = record.number_or("allocation", 1, input::above_to(0, 1000));
  arm.dropout = {{0.0}, {0.0}};
  arm.before_surgery = surgery_at_once();
  if (const auto plan = record.optional_value("before_surgery")) {
    if (scenario.course)
      arm.before_surgery = read_before_surgery(plan->record(), scenario);
    else
      plan->reject_key(needs_course);
  }
  read_switching(record, scenario, arm);
  const auto effects = record.optional_record("effects");
  if (!effects) return arm;
  if (scenario.arms.empty())
    effects->reject_because("the first arm is the control, against which effects count");
  read_effects(file, *effects, scenario, arm);
  return arm;
}

// What a pathway needs beyond its arms: outcomes of surgery, and patients who come before it.
void require_pathway(const Record& file, const Scenario& scenario) {
  const Value surgery_unknown = file.has("pathway") ? file.value("pathway") : file.value("arms");
  if (!is_stated(file, {"pathway", "surgery", "radicality"}))
    surgery_unknown.reject_key(
        "what surgery achieves must be stated: `pathway.surgery.radicality` (`{}` when it is R0 "
        "in every patient)");
  if (scenario.time_zero == evidence::TimeOrigin::surgery)
    file.value("time_zero")
        .reject_because("patients who enter the trial at surgery have no `before_surgery`");
}

// Operated patients: nothing of what comes before surgery can be stated.
void reject_pathway_before_surgery(const Record& file, const Scenario& scenario) {
  if (scenario.time_zero != evidence::TimeOrigin::surgery &&
      scenario.time_zero != evidence::TimeOrigin::randomisation)
    file.value("time_zero")
        .reject_because("without `before_surgery` in the arms patients enter the trial at surgery");
  const auto pathway = file.optional_value("pathway");
  if (!pathway || !pathway->is(Value::Kind::record)) return;
  for (const char* key : {"progression", "death", "withdrawal", "toxicity", "response"})
    if (const auto value = pathway->record().optional_value(key))
      value->reject_key("comes before surgery, of which the arms say nothing: `before_surgery`");
}

// `before_surgery` stands in every arm or in none.
void check_pathway(const Record& file, const Scenario& scenario) {
  const Value arms = file.value("arms");
  std::vector<Value> without;
  const auto entries = arms.record().entries();
  for (const auto& [name, value] : entries)
    if (value.is(Value::Kind::record) && !value.record().has("before_surgery"))
      without.push_back(value);
  if (without.size() == entries.size())
    reject_pathway_before_surgery(file, scenario);
  else if (without.empty())
    require_pathway(file, scenario);
  else
    for (const Value& arm : without)
      arm.reject_key("`before_surgery` stands in all arms or in none");
}

}  // namespace

void read_arms(const Record& file, Scenario& scenario) {
  const Value arms = file.value("arms");
  for (const auto& [name, value] : arms.record().entries()) {
    require_name(value, name);
    scenario.arms.push_back(read_arm(file, name, value, scenario));
  }
  if (arms.is(Value::Kind::record) &&
      (scenario.arms.size() < 2 || scenario.arms.size() > most_arms))
    arms.reject_key(fmt::format("a trial has two to {} arms, the control first; found {}",
                                most_arms, scenario.arms.size()));
  if (scenario.course) check_pathway(file, scenario);
}

}  // namespace trialmill::scenario
