#include <algorithm>
#include <map>

#include "scenario/sections.hpp"
#include "trialmill/scenario/factors.hpp"

namespace trialmill::scenario {
namespace {

using input::Value;

// What the table of a replicate's patients has in any case.
std::vector<std::string> fixed_columns(const Scenario& scenario) {
  std::vector<std::string> names{"patient",      "time",          "status",
                                 "arm",          "arm_name",      "enrolment_months",
                                 "event_months", "dropout_months"};
  for (const Analysis& analysis : scenario.analyses)
    if (!compares_all_in_order(scenario, analysis))
      names.push_back(comparison_name(names_of_compared_arms(scenario, analysis)));
  if (!scenario.course) return names;
  for (const char* step :
       {"progression", "progression_seen", "withdrawal", "toxicity", "planned_surgery", "surgery",
        "adjuvant", "recurrence", "recurrence_seen", "death"})
    names.push_back(std::string(step) + "_months");
  if (std::ranges::any_of(scenario.arms, [](const Arm& arm) { return arm.switching.has_value(); }))
    names.push_back("switching_months");
  return names;
}

std::vector<std::string> columns_of_covariate(const cohort::Covariate& covariate) {
  std::vector<std::string> names{covariate.name};
  if (const auto* law = std::get_if<cohort::CategoricalLaw>(&covariate.law))
    for (std::size_t level = 1; level < law->levels.size(); ++level)
      names.push_back(covariate.name + "_" + law->levels[level]);
  return names;
}

std::vector<std::string> columns_of_endpoint(const NamedEndpoint& endpoint) {
  if (!endpoint.definition.time_to_event()) return {endpoint.name};
  return {"time_" + endpoint.name, "status_" + endpoint.name};
}

// The names given so far, and who gave them.
class Columns {
 public:
  void take(const std::vector<std::string>& names, const std::string& owner) {
    for (const std::string& name : names)
      owner_.emplace(name, owner);
  }

  void take(const std::vector<std::string>& names, const std::string& owner, const Value& at) {
    for (const std::string& name : names) {
      const auto known = owner_.find(name);
      if (known != owner_.end()) {
        at.reject_key("the table of a replicate's patients would have two columns " +
                      input::in_backquotes(name) + ": the other is that of " + known->second +
                      "; choose another name");
        return;
      }
    }
    take(names, owner);
  }

 private:
  std::map<std::string, std::string> owner_;
};

}  // namespace

void require_distinct_columns(const input::Record& file, const Scenario& scenario) {
  Columns columns;
  columns.take(fixed_columns(scenario), "every such table");
  if (scenario.course)
    for (const cohort::Covariate& attribute : cohort::attribute_descriptions())
      columns.take(columns_of_covariate(attribute), "the attribute " + attribute.name);
  if (const auto population = file.optional_record("population"))
    for (const auto& [name, value] : population->entries())
      for (const cohort::Covariate& covariate : scenario.population)
        if (covariate.name == name)
          columns.take(columns_of_covariate(covariate), "the covariate " + name, value);
  const auto endpoints = scenario.course ? file.optional_record("endpoints") : std::nullopt;
  if (!endpoints) return;
  for (const auto& [name, value] : endpoints->entries())
    for (const NamedEndpoint& endpoint : scenario.endpoints)
      if (endpoint.name == name)
        columns.take(columns_of_endpoint(endpoint), "the endpoint " + name, value);
}

}  // namespace trialmill::scenario
