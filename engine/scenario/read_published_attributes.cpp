#include <algorithm>
#include <array>

#include "scenario/sections.hpp"
#include "trialmill/scenario/published_cohort.hpp"

namespace trialmill::scenario {
namespace {

using cohort::Attribute;
using input::Record;
using input::Value;

// Shares that the scenario states of the published cohort, by attribute.
std::optional<double>* place_of(PublishedAttributes& attributes, std::string_view name) {
  if (name == "toxicity") return &attributes.toxicity;
  if (name == "response") return &attributes.response;
  return name == "morbidity" ? &attributes.morbidity : nullptr;
}

double read_share(const Value& value, const std::string& name, const Scenario& scenario,
                  Course& course) {
  return read_probability(value.record().value("prevalence"),
                          name == "toxicity"
                              ? input::Interval{0, 1, true, false, "a fraction, not a percentage"}
                              : input::from_to(0, 1).because("a fraction, not a percentage"),
                          scenario, name + " in the published cohort", course.operation.published);
}

bool is_calibrated(const Transition& transition) {
  return std::holds_alternative<CalibratedBaseline>(transition.baseline);
}

bool can_happen(const survival::PiecewiseHazard& hazard) {
  return std::ranges::any_of(hazard.hazard_per_month, [](double h) { return h > 0; });
}

constexpr std::array acquired = {std::pair{"toxicity", Attribute::toxicity},
                                 std::pair{"response", Attribute::response},
                                 std::pair{"morbidity", Attribute::morbidity}};

}  // namespace

void read_published_attributes(const Record& disease, const Scenario& scenario, Course& course) {
  const auto section = disease.optional_record("published_cohort");
  if (!section) return;
  for (const auto& [name, value] : section->entries()) {
    if (!is_attribute(name)) continue;
    if (auto* place = place_of(course.published_attributes, name))
      *place = read_share(value, name, scenario, course);
    else
      value.reject_key("its shares in the published cohort are `pathway.surgery.radicality`");
  }
  for (const auto& [name, attribute] : acquired)
    if (states_published_share(course, attribute) && !acts_after_surgery(course, attribute))
      section->value(name).reject_key(
          "only attributes with an effect, and covariates, matter here");
}

void require_published_attributes(const Record& file, const Scenario& scenario) {
  const Course& course = *scenario.course;
  if (scenario.survey) return;
  if (!is_calibrated(course.recurrence) && !is_calibrated(course.death_with_disease)) return;
  const Arm& control = scenario.arms.front();
  for (const auto& [name, attribute] : acquired) {
    const bool acquires =
        attribute == Attribute::toxicity
            ? can_happen(control.before_surgery.toxicity)
            : attribute == Attribute::response && control.before_surgery.response > 0;
    if (!acquires || states_published_share(course, attribute) ||
        !acts_after_surgery(course, attribute))
      continue;
    const std::string key(name);
    file.record("disease").reject_because(
        input::in_backquotes(key) + " acts after surgery, and patients of the first arm, " +
        input::in_backquotes(control.name) +
        ", have it: say how many of the published cohort had it, `published_cohort: {" + key +
        ": {prevalence: 0}}` if nobody");
  }
}

}  // namespace trialmill::scenario
