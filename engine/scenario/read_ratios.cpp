#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

// One ratio as the file has it: a number, a word for the evidence's, or a ratio of survival.
class RatioReader {
 public:
  RatioReader(const RatioPlace& place, const Scenario& scenario, Ratios& ratios)
      : place_(place), scenario_(scenario), ratios_(ratios) {}

  void read(const Value& value, const cohort::Covariate& covariate) {
    if (const auto* law = std::get_if<cohort::CategoricalLaw>(&covariate.law)) {
      for (const auto& [level, ratio] : value.record().entries())
        read_level(ratio, covariate, *law, level);
      return;
    }
    const bool binary = std::holds_alternative<cohort::BinaryLaw>(covariate.law);
    if (value.is(Value::Kind::text) && !place_.curve.empty()) {
      if (binary)
        read_published(value, covariate.name);
      else
        value.reject_because("published ratios are of binary covariates; state the ratio per unit");
    } else if (!read_of_survival(value, covariate, "")) {
      ratios_.effects.push_back({covariate.name, "", value.number(a_ratio()), "scenario"});
    }
  }

 private:
  void read_level(const Value& ratio, const cohort::Covariate& covariate,
                  const cohort::CategoricalLaw& law, const std::string& level) {
    if (!require_known(ratio, level, "level", law.levels)) return;
    if (level == law.levels.front())
      ratio.reject_key("the first level is the reference; its ratio is 1 by definition");
    if (!read_of_survival(ratio, covariate, level))
      ratios_.effects.push_back({covariate.name, level, ratio.number(a_ratio()), "scenario"});
  }

  // The evidence's ratio by name of the analysis that estimated it.
  void read_published(const Value& value, const std::string& covariate) {
    const std::string analysis = value.text();
    if (analysis != "multivariable" && analysis != "univariable") {
      value.reject("a number above 0, or `multivariable` or `univariable` for the published ratio");
      return;
    }
    if (place_.of_survival && analysis == "univariable") {
      value.reject_because(
          "a univariable ratio of overall survival holds the effects of the other covariates and "
          "of R2 too; take `multivariable`, or state `{overall_survival: RATIO}`");
      return;
    }
    const auto* factor =
        scenario_.evidence ? scenario_.evidence->find_factor(place_.curve, covariate) : nullptr;
    const auto ratio = !factor                       ? std::nullopt
                       : analysis == "multivariable" ? factor->multivariable
                                                     : factor->univariable;
    if (!ratio) {
      value.reject_because("the evidence has no " + analysis + " hazard ratio of " +
                           input::in_backquotes(covariate) + " for " +
                           input::in_backquotes(place_.curve));
      return;
    }
    auto& ratios = place_.of_survival ? ratios_.of_survival : ratios_.effects;
    ratios.push_back({covariate, "", ratio->hazard_ratio, factor->source + ", " + analysis});
  }

  // `{overall_survival: RATIO}`, where that can be said.
  bool read_of_survival(const Value& value, const cohort::Covariate& covariate,
                        const std::string& level) {
    if (!place_.of_survival || !value.is(Value::Kind::record)) return false;
    if (is_attribute(covariate.name))
      value.reject_because(
          "ratios of overall survival are solved for covariates known before surgery; state the "
          "hazard ratio of death with disease as a number");
    else if (cohort::level_count(covariate.law) == 0)
      value.reject_because(
          "ratios of overall survival are solved for binary covariates and levels; state the "
          "hazard ratio of death with disease per unit");
    ratios_.of_survival.push_back(
        {covariate.name, level, value.record().number("overall_survival", a_ratio()), "scenario"});
    return true;
  }

  const RatioPlace& place_;
  const Scenario& scenario_;
  Ratios& ratios_;
};

}  // namespace

input::Interval a_ratio() {
  return input::above(0).because("a ratio, not its logarithm");
}

bool is_attribute(std::string_view name) {
  return std::ranges::any_of(cohort::attribute_descriptions(),
                             [&](const auto& attribute) { return attribute.name == name; });
}

std::vector<cohort::Covariate> known_with(const Scenario& scenario, std::size_t attributes) {
  std::vector<cohort::Covariate> known = scenario.population;
  const auto all = cohort::attribute_descriptions();
  known.insert(known.end(), all.begin(), all.begin() + static_cast<std::ptrdiff_t>(attributes));
  return known;
}

Ratios read_ratios(const Record& record, std::string_view key, const RatioPlace& place,
                   const Scenario& scenario) {
  Ratios ratios;
  const auto section = record.optional_record(key);
  if (!section) return ratios;
  RatioReader reader(place, scenario, ratios);
  for (const auto& [name, value] : section->entries()) {
    const auto covariate = std::ranges::find(place.covariates, name, &cohort::Covariate::name);
    if (covariate != place.covariates.end())
      reader.read(value, *covariate);
    else if (is_attribute(name))
      value.reject_key(input::in_backquotes(name) + " is not known yet when this is decided");
    else
      require_known(value, name, "covariate", names_of(place.covariates));
  }
  return ratios;
}

}  // namespace trialmill::scenario
