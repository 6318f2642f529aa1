#include <algorithm>
#include <filesystem>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Value;

// A proportion, and the evidence file that has it.
struct Found {
  std::size_t file = 0;
  const evidence::Proportion* proportion = nullptr;
  std::string qualified;
};

// Of all files: a name by itself, or behind that of its file, "neolupanet.partial_response".
std::vector<Found> proportions_of(const Scenario& scenario) {
  std::vector<Found> all;
  const auto add = [&](std::size_t file, const evidence::Evidence& evidence) {
    const std::string stem = std::filesystem::path(evidence.file).stem().string();
    for (const evidence::Proportion& proportion : evidence.proportions)
      all.push_back({file, &proportion, stem + "." + proportion.name});
  };
  if (scenario.evidence) add(0, *scenario.evidence);
  for (std::size_t k = 0; k < scenario.further_evidence.size(); ++k)
    add(k + 1, scenario.further_evidence[k]);
  return all;
}

std::optional<Found> find_proportion(const Value& value, const Scenario& scenario) {
  const std::string name = value.text();
  const std::vector<Found> all = proportions_of(scenario);
  std::vector<Found> matches;
  std::vector<std::string> names, qualified;
  for (const Found& one : all) {
    names.push_back(one.proportion->name);
    if (name != one.proportion->name && name != one.qualified) continue;
    matches.push_back(one);
    qualified.push_back(input::in_backquotes(one.qualified));
  }
  if (matches.size() == 1) return matches.front();
  if (matches.empty()) {
    require_known(value, name, "proportion in the evidence", names);
    return std::nullopt;
  }
  std::string choices = qualified.front();
  for (std::size_t k = 1; k < qualified.size(); ++k)
    choices += " or " + qualified[k];
  value.reject_because("several evidence files have " + input::in_backquotes(name) + ": write " +
                       choices);
  return std::nullopt;
}

}  // namespace

double read_probability(const Value& value, const input::Interval& allowed,
                        const Scenario& scenario, std::string_view of,
                        std::vector<PublishedProbability>& published) {
  if (!value.is(Value::Kind::record)) return value.number(allowed);
  const auto name = value.record().optional_value("published");
  if (!name) {
    value.record().forgive_unread();
    return value.number(allowed);
  }
  const auto found = find_proportion(*name, scenario);
  if (!found) return 0;
  const double probability = found->proportion->value();
  if (!allowed.contains(probability))
    name->reject_because("of all patients: the probability must be " + allowed.to_text());
  published.push_back({std::string(of), found->file, found->proportion->name});
  return probability;
}

}  // namespace trialmill::scenario
