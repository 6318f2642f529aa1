#include <string>

#include "scenario/sections.hpp"
#include "trialmill/design/boundaries.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

// Do the events of the looks increase to the planned ones? Notes the first look whose do not.
bool require_increasing_events(const Record& looks, const Analysis& analysis,
                               const Scenario& scenario) {
  const auto interim = looks.optional_value("interim");
  const auto fractions = looks.optional_value("information_fraction");
  if (interim && fractions) return true;
  const std::size_t planned = planned_information(scenario, analysis);
  const std::vector<Value> items = (interim ? *interim : *fractions).list();
  std::size_t before = 0;
  for (std::size_t k = 0; k < analysis.looks->interim.size(); ++k) {
    const std::size_t events = awaited_events(scenario, analysis, analysis.looks->interim[k]);
    if (events <= before || events >= planned) {
      const std::string other =
          events <= before ? "the look before for " + std::to_string(before)
                           : "no more than " + std::to_string(planned) + " are planned at the end";
      items[k].reject_because("the look waits for " + std::to_string(events) + " events, and " +
                              other + ": information must increase from look to look");
      return false;
    }
    before = events;
  }
  return true;
}

// Where the part of a design that a `DesignError` names is written.
Value place_of(const std::string& part, const Record& analysis, const Record& looks) {
  if (part == "alpha" || part == "sided")
    return analysis.optional_value(part).value_or(looks.itself());
  if (part == "spending") return looks.value("spending");
  const auto futility = looks.optional_record("futility");
  if (futility && part == "beta") return futility->value("beta");
  if (futility && part == "beta-spending") return futility->value("spending");
  return looks.optional_value("information_fraction").value_or(looks.itself());
}

}  // namespace

void reject_impossible_looks(const Record& file, const Scenario& scenario) {
  if (scenario.sample_size == 0) return;  // swept: seen at each point
  const std::vector<Record> records = file.records("analyses");
  for (std::size_t a = 0; a < records.size(); ++a) {
    const Analysis& analysis = scenario.analyses[a];
    if (!analysis.looks) continue;
    const Record looks = records[a].record("looks");
    if (!require_increasing_events(looks, analysis, scenario)) continue;
    try {
      planned_boundaries(scenario, analysis);
    } catch (const design::DesignError& error) {
      const Value place = place_of(error.part, records[a], looks);
      if (place.path() == looks.path())
        place.reject_key(error.what());
      else
        place.reject_because(error.what());
    }
  }
}

}  // namespace trialmill::scenario
