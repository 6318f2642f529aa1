#include <algorithm>
#include <cmath>
#include <numeric>

#include "scenario/sections.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

constexpr auto infinite = std::numeric_limits<double>::infinity();

cohort::CovariateLaw read_binary(const std::string& name, const Value& prevalence,
                                 const evidence::Evidence* published) {
  if (!prevalence.is(Value::Kind::text))
    return cohort::BinaryLaw{prevalence.number(
        input::from_to(0, 1).because("a proportion of patients, or `published`"))};
  const cohort::BinaryLaw unknown{};
  if (prevalence.text() != "published") {
    prevalence.reject("a number from 0 to 1, or `published`");
    return unknown;
  }
  if (!published) {
    prevalence.reject_because("`published` needs an evidence file: name it with `evidence:`");
    return unknown;
  }
  if (const auto* covariate = published->find_covariate(name))
    return cohort::BinaryLaw{covariate->value()};
  std::vector<std::string> known;
  for (const auto& covariate : published->covariates)
    known.push_back(covariate.name);
  prevalence.reject_key("the evidence has no covariate " + input::in_backquotes(name), known);
  return unknown;
}

cohort::CovariateLaw read_levels(const Value& levels) {
  cohort::CategoricalLaw law;
  for (const auto& [level, probability] : levels.record().entries()) {
    require_name(probability, level);
    law.levels.push_back(level);
    law.probabilities.push_back(probability.number(input::from_to(0, 1)));
  }
  if (law.levels.size() < 2) {
    levels.reject_because("a categorical covariate has two levels or more");
    return cohort::BinaryLaw{};
  }
  const double total = std::accumulate(law.probabilities.begin(), law.probabilities.end(), 0.0);
  if (std::abs(total - 1) > 1e-9)
    levels.reject_because("the probabilities of the levels must add up to 1");
  return law;
}

cohort::CovariateLaw read_normal(const Record& record) {
  cohort::NormalLaw law{record.number("mean"), record.number("sd", input::above(0)),
                        record.number_or("lower", -infinite), record.number_or("upper", infinite)};
  if (law.lower >= law.upper)
    record.reject_because("the upper limit must lie above the lower limit");
  else if (law.upper < law.mean - 8 * law.sd || law.lower > law.mean + 8 * law.sd)
    record.reject_because("the limits leave nothing of this normal distribution");
  return law;
}

cohort::CovariateLaw read_uniform(const Record& record) {
  const cohort::UniformLaw law{record.number("lower"), record.number("upper")};
  if (law.lower >= law.upper)
    record.reject_because("the upper limit must lie above the lower limit");
  return law;
}

std::optional<cohort::MissingValues> read_missing(const Record& covariate) {
  using AnalysedAs = cohort::MissingValues::AnalysedAs;
  const auto missing = covariate.optional_record("missing");
  if (!missing) return std::nullopt;
  return cohort::MissingValues{
      missing->number("probability", input::from_to(0, 1)),
      missing->one_of<AnalysedAs>("analysed_as", {{"reference", AnalysedAs::reference},
                                                  {"left_out", AnalysedAs::left_out}})};
}

}  // namespace

cohort::Covariate read_covariate(const std::string& name, const Value& value,
                                 const evidence::Evidence* published) {
  const Record record = value.record();
  cohort::Covariate covariate{name, cohort::BinaryLaw{}};
  covariate.missing = read_missing(record);
  covariate.recorded = record.boolean_or("recorded", true);
  if (!covariate.recorded && covariate.missing)
    record.value("missing").reject_key("this is never recorded: `recorded: false`");
  if (const auto given = record.optional_value("given"))
    covariate.law = kind_of_table(*given, record.value("table"));
  else if (const auto prevalence = record.optional_value("prevalence"))
    covariate.law = read_binary(name, *prevalence, published);
  else if (const auto levels = record.optional_value("levels"))
    covariate.law = read_levels(*levels);
  else if (const auto normal = record.optional_record("normal"))
    covariate.law = read_normal(*normal);
  else if (const auto lognormal = record.optional_record("lognormal"))
    covariate.law = cohort::LognormalLaw{lognormal->number("median", input::above(0)),
                                         lognormal->number("sd_log", input::above(0))};
  else if (const auto uniform = record.optional_record("uniform"))
    covariate.law = read_uniform(*uniform);
  else if (value.is(Value::Kind::record) &&
           record.size() == (covariate.missing ? 1U : 0U) + (record.has("recorded") ? 1U : 0U))
    value.reject_key(
        "a covariate has one of `prevalence`, `levels`, `normal`, `lognormal`, `uniform`, or "
        "`given` with a `table`");
  return covariate;
}

void read_population(const Record& file, Scenario& scenario) {
  const auto population = file.optional_record("population");
  if (!population) {
    read_correlations(file, {});
    return;
  }
  const evidence::Evidence* published = scenario.evidence ? &*scenario.evidence : nullptr;
  for (const auto& [name, value] : population->entries()) {
    require_name(value, name);
    if (is_attribute(name))
      value.reject_key(
          "this name is kept for what happens to a patient on the way; choose another");
    scenario.population.push_back(read_covariate(name, value, published));
  }
  // Tables last: what a covariate is given may stand below it.
  const auto entries = population->entries();
  for (std::size_t c = 0; c < entries.size(); ++c)
    read_table(entries[c].second, scenario.population, scenario.population[c]);
  reject_cycles(*population, scenario.population);
  scenario.copula = read_correlations(file, scenario.population);
}

std::vector<std::string> names_of(const std::vector<cohort::Covariate>& population) {
  std::vector<std::string> names;
  for (const auto& covariate : population)
    names.push_back(covariate.name);
  return names;
}

const cohort::Covariate* find_covariate(const Value& item,
                                        const std::vector<cohort::Covariate>& known,
                                        std::string_view why_no_attribute) {
  const std::string name = item.text();
  const auto found = std::ranges::find(known, name, &cohort::Covariate::name);
  if (found != known.end()) {
    if (!found->recorded)
      item.reject_because(input::in_backquotes(name) +
                          " is latent (`recorded: false`): nobody in the trial knows it");
    return &*found;
  }
  if (is_attribute(name) && !why_no_attribute.empty())
    item.reject_because(input::in_backquotes(name) + " " + std::string(why_no_attribute));
  else
    require_known(item, name, "covariate", names_of(known));
  return nullptr;
}

std::vector<std::string> read_strata(const Record& record,
                                     const std::vector<cohort::Covariate>& known,
                                     std::string_view why_no_attribute) {
  std::vector<std::string> strata;
  const auto value = record.optional_value("strata");
  if (!value) return strata;
  std::size_t crossed = 1;
  for (const Value& item : value->list()) {
    const auto* covariate = find_covariate(item, known, why_no_attribute);
    if (!covariate) continue;
    const std::size_t levels = cohort::level_count(covariate->law);
    if (levels == 0)
      item.reject_because("a continuous covariate cannot form strata");
    else if (std::ranges::find(strata, covariate->name) != strata.end())
      item.reject_because(input::in_backquotes(covariate->name) + " is listed twice");
    else
      strata.push_back(covariate->name);
    crossed *= std::max<std::size_t>(levels, 1);
    if (crossed > max_strata) {
      value->reject_because("these covariates cross to more than 10000 strata");
      break;
    }
  }
  return strata;
}

}  // namespace trialmill::scenario
