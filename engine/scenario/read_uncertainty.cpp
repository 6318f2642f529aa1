#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "scenario/places.hpp"
#include "scenario/sections.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

constexpr double interval_z = 1.959963984540054;  // of a 95 % interval

// The dotted parts of a path; "hazard_ratio[1]" is one.
std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('.', start), path.size());
    parts.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// The number in "hazard_ratio[1]"; 0 for "hazard_ratio"; nothing for anything else.
std::optional<std::size_t> piece_in(const std::string& text, bool numbered) {
  const std::string key = "hazard_ratio";
  if (!numbered) return text == key ? std::optional<std::size_t>(0) : std::nullopt;
  if (!text.starts_with(key + "[") || !text.ends_with("]")) return std::nullopt;
  std::size_t piece = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data() + key.size() + 1, end, piece);
  return error == std::errc() && stop == end ? std::optional(piece) : std::nullopt;
}

/// A ratio of the scenario, found by its path.
struct FoundRatio {
  UncertainRatio ratio;
  double value = 1;
};

// "arms.ARM.effects.EVENT.hazard_ratio", or one piece of it, "...hazard_ratio[1].ratio".
std::optional<FoundRatio> find_treatment(const std::vector<std::string>& parts,
                                         const Scenario& scenario) {
  const bool numbered = parts.size() == 6 && parts[5] == "ratio";
  if (!(parts.size() == 5 || numbered) || parts[0] != "arms" || parts[2] != "effects")
    return std::nullopt;
  const auto piece = piece_in(parts[4], numbered);
  const auto arm = std::ranges::find(scenario.arms, parts[1], &Arm::name);
  if (!piece || arm == scenario.arms.end()) return std::nullopt;
  const auto effect = std::ranges::find(arm->effects, parts[3], &TreatmentEffect::transition);
  if (effect == arm->effects.end()) return std::nullopt;
  const std::vector<double>& ratios = effect->ratio.hazard_ratio;
  if (*piece >= ratios.size() || (!numbered && ratios.size() > 1)) return std::nullopt;
  FoundRatio found;
  found.ratio.arm = parts[1];
  found.ratio.piece = *piece;
  found.ratio.transition = parts[3];
  found.value = ratios[*piece];
  return found;
}

// "disease.EVENT.hazard_ratios.COVARIATE", and of a categorical one ".LEVEL".
std::optional<FoundRatio> find_covariate_effect(const std::vector<std::string>& parts,
                                                const Scenario& scenario) {
  if (parts.size() < 4 || parts.size() > 5 || parts[0] != "disease" || parts[2] != "hazard_ratios")
    return std::nullopt;
  FoundRatio found;
  found.ratio.transition = parts[1];
  found.ratio.covariate = parts[3];
  if (parts.size() == 5) found.ratio.level = parts[4];
  Scenario copy = scenario;
  const CovariateEffect* effect = find_effect(copy, found.ratio);
  if (!effect) return std::nullopt;
  found.value = effect->ratio;
  return found;
}

// Every ratio that may be uncertain, by path.
std::vector<std::string> ratio_paths(const Scenario& scenario) {
  std::vector<std::string> paths;
  for (const Arm& arm : scenario.arms)
    for (const TreatmentEffect& effect : arm.effects) {
      const std::string path =
          "arms." + arm.name + ".effects." + effect.transition + ".hazard_ratio";
      const std::size_t pieces = effect.ratio.hazard_ratio.size();
      for (std::size_t k = 0; k < pieces; ++k)
        paths.push_back(pieces == 1 ? path : path + "[" + std::to_string(k) + "].ratio");
    }
  const auto add = [&](const std::string& transition, const std::vector<CovariateEffect>& effects) {
    for (const CovariateEffect& effect : effects)
      paths.push_back("disease." + transition + ".hazard_ratios." + effect.covariate +
                      (effect.level.empty() ? "" : "." + effect.level));
  };
  Scenario copy = scenario;
  for (const std::string& name :
       {scenario.disease.name, std::string("recurrence"), std::string("death_without_recurrence"),
        std::string("death_with_disease")})
    if (const Transition* transition = find_transition(copy, name)) add(name, transition->effects);
  if (scenario.course) add("death_with_disease", scenario.course->survival_ratios);
  return paths;
}

// The name of the curve that published ratios of a transition are of.
std::string curve_of(const Scenario& scenario, const std::string& transition) {
  Scenario copy = scenario;
  const CalibratedBaseline* calibrated = find_calibrated(copy, transition);
  return calibrated && !calibrated->curve.empty() ? calibrated->curve : transition;
}

// `multivariable` or `univariable`: the evidence's ratio with its interval.
void read_published(const Value& value, const Scenario& scenario, UncertainRatio& ratio) {
  const std::string analysis = value.text();
  if (analysis != "multivariable" && analysis != "univariable") {
    value.reject(
        "`{interval: [LOWER, UPPER]}`, `{standard_error: OF_THE_LOGARITHM}`, or `multivariable` or "
        "`univariable` for the published interval");
    return;
  }
  const std::string curve = curve_of(scenario, ratio.transition);
  const auto* factor = scenario.evidence && ratio.arm.empty()
                           ? scenario.evidence->find_factor(curve, ratio.covariate)
                           : nullptr;
  const auto published = !factor                       ? std::nullopt
                         : analysis == "multivariable" ? factor->multivariable
                                                       : factor->univariable;
  if (!published) {
    value.reject_because("the evidence has no " + analysis +
                         " hazard ratio that this one could be");
    return;
  }
  ratio.log_mean = math::log(published->hazard_ratio);
  ratio.log_sd = (math::log(published->upper) - math::log(published->lower)) / (2 * interval_z);
}

void read_spread(const Record& record, double estimate, UncertainRatio& ratio) {
  if (const auto error = record.optional_value("standard_error")) {
    if (record.has("interval")) error->reject_key("`interval` says the same; leave one out");
    ratio.log_sd = error->number(input::above_to(0, 10).because("of the logarithm"));
    return;
  }
  const Value interval = record.value("interval");
  const std::vector<double> limits = interval.numbers(a_ratio(), 2);
  if (limits.size() != 2 || !(limits[0] < estimate && estimate < limits[1])) {
    if (limits.size() >= 2)
      interval.reject_because(
          "a 95 % interval has a lower limit below the estimate and an upper one above it");
    return;
  }
  ratio.log_sd = (math::log(limits[1]) - math::log(limits[0])) / (2 * interval_z);
}

void read_ratio(const Record& file, const std::string& path, const Value& value, Scenario& scenario,
                Uncertainty& uncertainty) {
  const std::vector<std::string> parts = parts_of(path);
  auto found = find_treatment(parts, scenario);
  if (!found) found = find_covariate_effect(parts, scenario);
  if (!found) {
    const std::vector<std::string> known = ratio_paths(scenario);
    value.reject_key("no hazard ratio of this scenario has this path", known);
    if (value.is(Value::Kind::record)) value.record().forgive_unread();
    return;
  }
  found->ratio.path = path;
  found->ratio.log_mean = math::log(found->value);
  if (value.is(Value::Kind::text)) {
    if (is_swept(file, path))
      value.reject_because("this ratio is swept; state an `interval`'s width by `standard_error`");
    read_published(value, scenario, found->ratio);
  } else {
    const Record record = value.record();
    double estimate = found->value;
    if (const auto stated = record.optional_value("estimate")) {
      estimate = stated->number(a_ratio());
      if (is_swept(file, path))
        stated->reject_key("this ratio is swept, and each point has its own estimate");
      found->ratio.log_mean = math::log(estimate);
    }
    if (is_swept(file, path) && record.has("interval"))
      record.value("interval")
          .reject_key(
              "this ratio is swept: an interval fits one estimate; state the `standard_error` of "
              "its "
              "logarithm");
    else
      read_spread(record, estimate, found->ratio);
  }
  uncertainty.ratios.push_back(std::move(found->ratio));
}

// Patients behind each step of a curve, from its standard errors by Greenwood's formula: the
// variance of log S grows by (1 - p) / (p patients) at a step of conditional survival p.
std::vector<double> patients_behind(const Value& errors, const CalibratedBaseline& baseline) {
  const std::vector<double> error = errors.numbers(input::between(0, 1));
  std::vector<double> patients;
  if (error.size() != baseline.knots.size()) {
    errors.reject_because("one standard error of survival for each of the " +
                          std::to_string(baseline.knots.size()) + " points of the curve");
    return std::vector<double>(baseline.knots.size(), 1);
  }
  double before = 1, variance = 0;  // of the survival and of its logarithm
  for (std::size_t k = 0; k < error.size(); ++k) {
    const double survival = baseline.knots[k].survival, step = survival / before;
    const double relative = error[k] / survival;
    const double added = relative * relative - variance;
    if (step < 1 && !(added > 0)) {
      errors.list()[k].reject_because(
          "relative to survival, standard errors of a curve grow from point to point");
      return std::vector<double>(baseline.knots.size(), 1);
    }
    patients.push_back(step < 1 ? (1 - step) / (step * added) : 1);
    before = survival;
    variance += step < 1 ? added : 0;
  }
  return patients;
}

void read_curve(const std::string& transition, const Value& value, Scenario& scenario,
                Uncertainty& uncertainty) {
  const Record record = value.record();
  const CalibratedBaseline* baseline = find_calibrated(scenario, transition);
  if (!baseline) {
    value.reject_key("no baseline of this name is calibrated to survival");
    record.forgive_unread();
    return;
  }
  UncertainSurvival curve{transition, {}};
  if (const auto errors = record.optional_value("standard_errors")) {
    curve.at_risk = patients_behind(*errors, *baseline);
  } else {
    const double patients = record.number("patients", input::at_least(1));
    for (std::size_t k = 0; k < baseline->knots.size(); ++k)
      curve.at_risk.push_back(patients * (k == 0 ? 1 : baseline->knots[k - 1].survival));
  }
  uncertainty.survival.push_back(std::move(curve));
}

}  // namespace

void read_uncertainty(const Record& file, Scenario& scenario, const input::Reading& reading) {
  const auto record = file.optional_record("uncertainty");
  if (!record) return;
  if (reading.failed()) {  // its paths lead into sections that could not be read
    record->entries();
    record->forgive_unread();
    return;
  }
  Uncertainty uncertainty;
  uncertainty.draws =
      static_cast<std::size_t>(record->integer_or("draws", 200, input::whole_from_to(2, 100'000)));
  if (const auto ratios = record->optional_record("hazard_ratios"))
    for (const auto& [path, value] : ratios->entries())
      read_ratio(file, path, value, scenario, uncertainty);
  if (const auto curves = record->optional_record("survival"))
    for (const auto& [transition, value] : curves->entries())
      read_curve(transition, value, scenario, uncertainty);
  if (uncertainty.ratios.empty() && uncertainty.survival.empty() && !reading.failed())
    record->reject_because("nothing is uncertain: state `hazard_ratios` or `survival`");
  scenario.uncertainty = std::move(uncertainty);
}

void require_replicates(const Record& file, const Uncertainty& uncertainty,
                        std::uint64_t replicates) {
  if (replicates >= 2 * uncertainty.draws) return;
  const Record record = file.record("uncertainty");
  record.forgive_unread();
  const std::string why = "each draw needs two replicates or more, and there are " +
                          std::to_string(replicates) + " for " + std::to_string(uncertainty.draws) +
                          " draws";
  if (const auto draws = record.optional_value("draws"))
    draws->reject_because(why);
  else
    record.reject_because(why);
}

}  // namespace trialmill::scenario
