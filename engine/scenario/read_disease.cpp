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
  if (record.has("knots")) return CalibratedBaseline{"", read_knots(record), {}};
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
                    const Scenario& scenario, const std::string& origin) {
  const auto* curve = scenario.evidence ? scenario.evidence->find_curve(calibrated.curve) : nullptr;
  if (!curve || curve->origin == origin) return;
  const std::string remedy = scenario.course ? ""
                                             : "; write `time_zero: " + curve->origin +
                                                   "`, or model the way there with `recurrence`, "
                                                   "`death_with_disease` and `before_surgery`";
  baseline.record()
      .value("published")
      .reject_because("the curve " + input::in_backquotes(calibrated.curve) + " counts from " +
                      input::in_backquotes(curve->origin) + ", this event from " +
                      input::in_backquotes(origin) + remedy);
}

namespace {

// The law of a covariate in the cohort whose survival is calibrated to: said in the scenario, else
// known from the evidence, else (for knots of the scenario itself) the trial's own population.
std::optional<cohort::Covariate> law_in_cohort(const cohort::Covariate& covariate,
                                               const std::vector<cohort::Covariate>& stated,
                                               bool published_curve, const Scenario& scenario) {
  const auto found = std::ranges::find(stated, covariate.name, &cohort::Covariate::name);
  if (found != stated.end()) return *found;
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

}  // namespace

void read_cohort(const Record& place, std::string_view key, const Transition& transition,
                 const Scenario& scenario, CalibratedBaseline& calibrated) {
  std::vector<cohort::Covariate> stated;
  const evidence::Evidence* published = scenario.evidence ? &*scenario.evidence : nullptr;
  if (const auto given = place.optional_record(key)) {
    for (const auto& [name, value] : given->entries()) {
      const bool used = std::ranges::any_of(
          transition.effects, [&](const auto& effect) { return effect.covariate == name; });
      if (!used) value.reject_key("only covariates with an effect matter here");
      stated.push_back(read_covariate(name, value, published));
      require_same_kind(value, stated.back(), scenario);
    }
  }
  for (const cohort::Covariate& covariate : scenario.population) {
    const bool used = std::ranges::any_of(
        transition.effects, [&](const auto& effect) { return effect.covariate == covariate.name; });
    if (!used) continue;
    if (auto law = law_in_cohort(covariate, stated, !calibrated.curve.empty(), scenario))
      calibrated.cohort.push_back(std::move(*law));
    else
      place.reject_because("the evidence does not say how " + input::in_backquotes(covariate.name) +
                           " is distributed in the published cohort; state it under `" +
                           std::string(key) + ":`");
  }
}

namespace {

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
    read_cohort(baseline.record(), "cohort", transition, scenario, *calibrated);
  }
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
