#include <fmt/format.h>

#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

// How many attributes are known when something is decided.
constexpr std::size_t with_toxicity = 1;
constexpr std::size_t with_response = 2;
constexpr std::size_t with_radicality = 3;
constexpr std::size_t with_morbidity = 4;

input::Interval a_probability() {
  return input::from_to(0, 1).because("a fraction, not a percentage");
}

// A share of the published patients whose radicality is known.
void read_published_radicality(const Value& value, const std::string& outcome,
                               const Scenario& scenario, Chance& chance) {
  if (!scenario.evidence) {
    value.reject_because("`published` needs an evidence file: name it with `evidence:`");
    return;
  }
  if (const auto* covariate = scenario.evidence->find_covariate(outcome)) {
    chance.probability = covariate->value();
    chance.source = covariate->source;
    return;
  }
  double count = 0;
  double known = 0;
  for (const evidence::Proportion& proportion : scenario.evidence->proportions) {
    if (!proportion.name.starts_with("radicality_") || proportion.name == "radicality_unknown")
      continue;
    known += proportion.count;
    if (proportion.name != "radicality_" + outcome) continue;
    count = proportion.count;
    chance.source = proportion.source;
  }
  if (count == 0)
    value.reject_because("the evidence has neither a covariate " + input::in_backquotes(outcome) +
                         " nor a proportion " + input::in_backquotes("radicality_" + outcome));
  else
    chance.probability = count / known;
}

void read_radicality(const Record& surgery, const Scenario& scenario, OperationPlan& operation) {
  const auto radicality = surgery.optional_record("radicality");
  const auto odds_ratios = surgery.optional_record("odds_ratios");
  double sum = 0;
  for (const auto& [outcome, chance] : {std::pair{"r1", &operation.r1},
                                        {"r2", &operation.r2},
                                        {"unresectable", &operation.unresectable}}) {
    if (const auto value = radicality ? radicality->optional_value(outcome) : std::nullopt) {
      if (!value->is(Value::Kind::text))
        chance->probability =
            read_probability(*value, a_probability(), scenario, outcome, operation.published);
      else if (value->text() == "published")
        read_published_radicality(*value, outcome, scenario, *chance);
      else
        value->reject("a number from 0 to 1, or `published`");
    }
    sum += chance->probability;
    if (odds_ratios)
      chance->odds_ratios =
          read_ratios(*odds_ratios, outcome, {known_with(scenario, with_response)}, scenario)
              .effects;
  }
  if (radicality)
    if (const auto r0 = radicality->optional_value("r0"))
      r0->reject_key("R0 is what the other outcomes leave over; it is not stated");
  if (sum >= 1)
    radicality->reject_because(
        fmt::format("the probabilities of R1, R2 and unresectable disease add up to {:.6g}; they "
                    "must leave something over for R0",
                    sum));
}

void read_mortality(const Record& surgery, const Scenario& scenario, OperationPlan& operation) {
  if (const auto value = surgery.optional_value("mortality_90_days"))
    operation.mortality_90_days =
        read_probability(*value, input::Interval{0, 1, true, false, "a fraction, not a percentage"},
                         scenario, "mortality_90_days", operation.published);
}

void read_morbidity(const Record& surgery, const Scenario& scenario, OperationPlan& operation) {
  const auto value = surgery.optional_value("morbidity");
  if (!value) return;
  // A probability, or a record with one and the ratios that act on it.
  const bool with_ratios = value->is(Value::Kind::record) && !value->record().has("published");
  operation.morbidity.probability =
      read_probability(with_ratios ? value->record().value("probability") : *value, a_probability(),
                       scenario, "morbidity", operation.published);
  if (with_ratios)
    operation.morbidity.odds_ratios = read_ratios(value->record(), "odds_ratios",
                                                  {known_with(scenario, with_radicality)}, scenario)
                                          .effects;
}

void read_adjuvant(const Record& surgery, const Scenario& scenario, OperationPlan& operation) {
  const auto adjuvant = surgery.optional_record("adjuvant");
  if (!adjuvant) return;
  operation.adjuvant.probability = read_probability(adjuvant->value("probability"), a_probability(),
                                                    scenario, "adjuvant", operation.published);
  operation.adjuvant.odds_ratios =
      read_ratios(*adjuvant, "odds_ratios", {known_with(scenario, with_morbidity)}, scenario)
          .effects;
  operation.adjuvant_from_months = adjuvant->number("from_months", input::at_least(0));
  operation.adjuvant_to_months = adjuvant->number("to_months", input::at_least(0));
  operation.adjuvant_delay_by_morbidity_months =
      adjuvant->number_or("delay_by_morbidity_months", 0, input::at_least(0));
  if (operation.adjuvant_to_months < operation.adjuvant_from_months)
    adjuvant->value("to_months").reject_because("the latest start lies before the earliest");
}

}  // namespace

void read_pathway(const Record& file, const Scenario& scenario, Course& course) {
  const auto pathway = file.optional_record("pathway");
  if (!pathway) return;
  for (const auto& [event, ratios] : {std::pair{"progression", &course.progression_ratios},
                                      {"death", &course.death_before_surgery_ratios},
                                      {"withdrawal", &course.withdrawal_ratios},
                                      {"toxicity", &course.toxicity_ratios}})
    if (const auto record = pathway->optional_record(event))
      *ratios = read_ratios(*record, "hazard_ratios", {known_with(scenario, 0)}, scenario).effects;
  if (const auto response = pathway->optional_record("response"))
    course.response_odds =
        read_ratios(*response, "odds_ratios", {known_with(scenario, with_toxicity)}, scenario)
            .effects;
  if (const auto surgery = pathway->optional_record("surgery")) {
    read_radicality(*surgery, scenario, course.operation);
    read_mortality(*surgery, scenario, course.operation);
    read_morbidity(*surgery, scenario, course.operation);
    read_adjuvant(*surgery, scenario, course.operation);
  }
}

bool is_stated(const Record& file, const std::vector<std::string_view>& path) {
  Record record = file;
  for (const std::string_view key : path) {
    const auto value = record.optional_value(key);
    if (!value) return false;
    if (!value->is(Value::Kind::record)) return true;
    record = value->record();
  }
  return true;
}

}  // namespace trialmill::scenario
