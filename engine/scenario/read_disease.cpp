#include <algorithm>
#include <cmath>

#include "scenario/sections.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/baseline.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

input::Interval a_survival() {
  return input::between(0, 1).because("a fraction, not a percentage");
}

survival::PiecewiseHazard constant_hazard(double hazard_per_month) {
  return {{0.0}, {hazard_per_month}};
}

Baseline read_weibull(const Record& weibull) {
  const double shape = weibull.number("shape", input::above_to(0, 100));
  if (const auto scale = weibull.optional_number("scale_months", input::above(0)))
    return cohort::WeibullHazard{shape, *scale};
  const double median = weibull.number("median_months", input::above(0));
  return cohort::WeibullHazard{shape, median / math::power(math::log(2.0), 1 / shape)};
}

std::vector<evidence::SurvivalKnot> read_knots(const Record& baseline) {
  std::vector<evidence::SurvivalKnot> knots;
  for (const Record& knot : baseline.records("knots"))
    knots.push_back(
        {knot.number("month", input::above(0)), knot.number("survival", a_survival()), "scenario"});
  return knots;
}

Baseline read_published(const Value& published, const Scenario& scenario) {
  CalibratedBaseline calibrated;
  calibrated.curve = published.text();
  if (!scenario.evidence) {
    published.reject_because("`published` needs an evidence file: name it with `evidence:`");
    return calibrated;
  }
  std::vector<std::string> curves;
  for (const auto& curve : scenario.evidence->curves)
    curves.push_back(curve.name);
  if (require_known(published, calibrated.curve, "curve", curves))
    calibrated.knots = scenario.evidence->find_curve(calibrated.curve)->knots;
  return calibrated;
}

}  // namespace

Baseline read_baseline(const Value& value, const Scenario& scenario) {
  const Record record = value.record();
  if (const auto published = record.optional_value("published"))
    return read_published(*published, scenario);
  if (record.has("knots")) return CalibratedBaseline{"", read_knots(record), {}, {}};
  if (const auto median = record.optional_number("median_months", input::above(0)))
    return constant_hazard(math::log(2.0) / *median);
  if (const auto survival = record.optional_number("survival", a_survival()))
    return constant_hazard(-math::log(*survival) / record.number("at_months", input::above(0)));
  if (const auto hazard = record.optional_value("hazard_per_month")) {
    const Pieces pieces = read_pieces(*hazard, "hazard", input::at_least(0));
    return survival::PiecewiseHazard{pieces.from_months, pieces.value};
  }
  if (const auto weibull = record.optional_record("weibull")) return read_weibull(*weibull);
  // A key that is none of these is reported as unknown, with its nearest spelling.
  if (value.is(Value::Kind::record) && record.size() == 0)
    value.reject_key(
        "a baseline has one of `published`, `knots`, `median_months`, `survival` with `at_months`, "
        "`hazard_per_month`, `weibull`");
  return constant_hazard(1);
}

void require_origin(const Value& baseline, const CalibratedBaseline& calibrated,
                    const Scenario& scenario, evidence::TimeOrigin origin) {
  const auto* curve = scenario.evidence ? scenario.evidence->find_curve(calibrated.curve) : nullptr;
  if (!curve || curve->origin == origin) return;
  const std::string remedy = scenario.course
                                 ? ""
                                 : "; write `time_zero: " + std::string(word(curve->origin)) +
                                       "`, or model the way there with `recurrence`, "
                                       "`death_with_disease` and `before_surgery`";
  baseline.record()
      .value("published")
      .reject_because("the curve " + input::in_backquotes(calibrated.curve) + " counts from " +
                      input::in_backquotes(word(curve->origin)) + ", this event from " +
                      input::in_backquotes(word(origin)) + remedy);
}

namespace {

// The law of a covariate in the cohort whose survival is calibrated to: said in the scenario, else
// the trial's table (what a covariate is given others does not change with who is enrolled), else
// known from the evidence, else (for knots of the scenario itself) the trial's own population.
std::optional<cohort::Covariate> law_in_cohort(const cohort::Covariate& covariate,
                                               const std::vector<cohort::Covariate>& stated,
                                               bool published_curve, const Scenario& scenario) {
  const auto found = std::ranges::find(stated, covariate.name, &cohort::Covariate::name);
  if (found != stated.end()) return *found;
  if (!covariate.parents.empty()) return covariate;
  const bool binary = std::holds_alternative<cohort::BinaryLaw>(covariate.law);
  if (binary && scenario.evidence)
    if (const auto* known = scenario.evidence->find_covariate(covariate.name))
      return cohort::Covariate{covariate.name, cohort::BinaryLaw{known->value()}};
  if (!published_curve) return covariate;
  return std::nullopt;
}

// Hazard ratios belong to a kind of covariate and to its levels; another kind would lose them.
void require_same_kind(const Value& value, const cohort::Covariate& stated,
                       const Scenario& scenario) {
  const auto found = std::ranges::find(scenario.population, stated.name, &cohort::Covariate::name);
  if (found == scenario.population.end()) return;
  const bool both_continuous =
      cohort::level_count(stated.law) == 0 && cohort::level_count(found->law) == 0;
  if (!both_continuous && stated.law.index() != found->law.index())
    value.reject_key("binary, categorical or continuous, as in `population`");
  const auto* levels = std::get_if<cohort::CategoricalLaw>(&stated.law);
  const auto* known = std::get_if<cohort::CategoricalLaw>(&found->law);
  if (levels && known && levels->levels != known->levels)
    value.reject_key("the levels must be those of `population`, in the same order");
}

// What the scenario says of the published cohort; parents are indices in the trial's population.
std::vector<cohort::Covariate> read_stated(const std::vector<std::pair<std::string, Value>>& given,
                                           const Scenario& scenario) {
  const evidence::Evidence* published = scenario.evidence ? &*scenario.evidence : nullptr;
  std::vector<cohort::Covariate> stated;
  for (const auto& [name, value] : given) {
    stated.push_back(read_covariate(name, value, published));
    require_same_kind(value, stated.back(), scenario);
    read_table(value, scenario.population, stated.back());
    if (stated.back().missing || !stated.back().recorded)
      value.reject_key("what the published cohort recorded does not matter here");
    const auto& correlated = scenario.copula.covariates;
    const bool in_copula = std::ranges::any_of(
        correlated, [&](std::size_t index) { return scenario.population[index].name == name; });
    if (in_copula && !stated.back().parents.empty())
      value.reject_key("this covariate is correlated with others; it cannot have a table as well");
  }
  return stated;
}

// The laws there of the covariates with an effect and of all that they are given, each at its place
// in the trial's population.
std::vector<std::optional<cohort::Covariate>> laws_in_cohort(
    const Record& place, std::string_view key, const std::vector<CovariateEffect>& effects,
    const std::vector<cohort::Covariate>& stated, bool published_curve, const Scenario& scenario) {
  std::vector<std::optional<cohort::Covariate>> laws(scenario.population.size());
  std::vector<std::size_t> open;
  for (std::size_t c = 0; c < laws.size(); ++c)
    if (std::ranges::find(effects, scenario.population[c].name, &CovariateEffect::covariate) !=
        effects.end())
      open.push_back(c);
  while (!open.empty()) {
    const std::size_t index = open.back();
    open.pop_back();
    if (laws[index]) continue;
    const cohort::Covariate& covariate = scenario.population[index];
    laws[index] = law_in_cohort(covariate, stated, published_curve, scenario);
    if (!laws[index]) {
      place.reject_because("the evidence does not say how " + input::in_backquotes(covariate.name) +
                           " is distributed in the published cohort; state it under `" +
                           std::string(key) + ":`");
      laws[index] = covariate;  // told once
    }
    open.insert(open.end(), laws[index]->parents.begin(), laws[index]->parents.end());
  }
  return laws;
}

// Notes laws that depend on themselves, and makes them independent.
void reject_cycles_among(const Record& section, const Scenario& scenario,
                         std::vector<std::optional<cohort::Covariate>>& laws) {
  std::vector<cohort::Covariate> population = scenario.population;
  for (std::size_t c = 0; c < laws.size(); ++c)
    if (laws[c]) population[c] = *laws[c];
  reject_cycles(section, population);
  for (std::size_t c = 0; c < laws.size(); ++c)
    if (laws[c]) laws[c] = population[c];
}

}  // namespace

std::vector<std::optional<cohort::Covariate>> read_published_laws(
    const Record& place, std::string_view key, const std::vector<CovariateEffect>& effects,
    bool published_curve, const Scenario& scenario) {
  const auto section = place.optional_record(key);
  auto given = section ? section->entries() : std::vector<std::pair<std::string, Value>>{};
  if (scenario.course)  // what its patients acquired is read elsewhere
    std::erase_if(given, [](const auto& entry) { return is_attribute(entry.first); });
  auto laws =
      laws_in_cohort(place, key, effects, read_stated(given, scenario), published_curve, scenario);
  for (const auto& [name, value] : given)
    if (std::ranges::none_of(laws, [&](const auto& law) { return law && law->name == name; }))
      value.reject_key("only covariates with an effect, and those they are given, matter here");
  if (section) reject_cycles_among(*section, scenario, laws);
  return laws;
}

namespace {

// The cohort of one curve: covariates as correlated as in the trial.
void read_cohort(const Record& baseline, const Transition& transition, const Scenario& scenario,
                 CalibratedBaseline& calibrated) {
  const auto laws = read_published_laws(baseline, "cohort", transition.effects,
                                        !calibrated.curve.empty(), scenario);
  std::vector<std::size_t> place(laws.size());  // in the cohort, of those it has
  for (std::size_t c = 0; c < laws.size(); ++c) {
    place[c] = calibrated.cohort.size();
    if (laws[c]) calibrated.cohort.push_back(*laws[c]);
  }
  for (cohort::Covariate& covariate : calibrated.cohort)
    for (std::size_t& parent : covariate.parents)
      parent = place[parent];
  std::vector<std::size_t> correlated;
  for (const std::size_t index : scenario.copula.covariates)
    if (laws[index] && laws[index]->parents.empty()) correlated.push_back(index);
  calibrated.copula = cohort::copula_among(scenario.copula, correlated);
  for (std::size_t& index : calibrated.copula.covariates)
    index = place[index];
}

// Bad numbers read so far have been noted; a calibration of them would only add noise.
bool usable(const Transition& transition, const CalibratedBaseline& calibrated) {
  const auto finite = [](double x) { return std::isfinite(x); };
  return !calibrated.knots.empty() &&
         std::ranges::all_of(transition.effects, [&](const auto& e) { return finite(e.ratio); }) &&
         std::ranges::all_of(calibrated.knots, [&](const auto& knot) {
           return finite(knot.time_months) && finite(knot.survival);
         });
}

void try_calibration(const Value& where, const Transition& transition) {
  const auto* calibrated = std::get_if<CalibratedBaseline>(&transition.baseline);
  if (!calibrated || !usable(transition, *calibrated)) return;
  try {
    resolve_baseline(transition);
  } catch (const evidence::CalibrationError& error) {
    where.reject_key(error.what());
  } catch (const std::length_error& error) {
    where.reject_key(error.what());
  }
}

Transition read_transition(const std::string& name, const Value& value, const Scenario& scenario,
                           input::Reading& reading) {
  const Record record = value.record();
  Transition transition;
  transition.name = name;
  const Value baseline = record.value("baseline");
  transition.baseline = read_baseline(baseline, scenario);
  auto* calibrated = std::get_if<CalibratedBaseline>(&transition.baseline);
  const std::string curve = calibrated && !calibrated->curve.empty() ? calibrated->curve : name;
  transition.effects =
      read_ratios(record, "hazard_ratios", {scenario.population, curve}, scenario).effects;
  if (calibrated) {
    require_origin(baseline, *calibrated, scenario, scenario.time_zero);
    read_cohort(baseline.record(), transition, scenario, *calibrated);
  }
  read_cured(record, scenario, transition);
  if (!reading.failed()) try_calibration(baseline, transition);
  return transition;
}

}  // namespace

void read_disease(const Record& file, Scenario& scenario, input::Reading& reading) {
  const Value disease = file.value("disease");
  if (describes_course(disease.record())) {
    read_course(file, scenario);
    return;
  }
  const auto entries = disease.record().entries();
  if (disease.is(Value::Kind::record) && entries.size() != 1)
    disease.reject_key(
        "exactly one event with its hazard is described here, or a whole course: `recurrence`, "
        "`death_with_disease` and, where it occurs, `death_without_recurrence`");
  if (const auto pathway = file.optional_value("pathway")) pathway->reject_key(needs_course);
  if (entries.size() != 1) return;
  require_name(entries.front().second, entries.front().first);
  scenario.disease =
      read_transition(entries.front().first, entries.front().second, scenario, reading);
}

}  // namespace trialmill::scenario
