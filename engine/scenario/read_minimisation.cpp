#include <fmt/format.h>

#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

constexpr const char* only_later = "is known only after randomisation";

void read_factor(const Value& item, const std::string& name, double weight, Scenario& scenario) {
  const auto found = std::ranges::find(scenario.population, name, &cohort::Covariate::name);
  if (is_attribute(name))
    item.reject_because(input::in_backquotes(name) + " " + only_later);
  else if (!require_known(item, name, "covariate", names_of(scenario.population)))
    return;
  else if (!found->recorded)
    item.reject_because(input::in_backquotes(name) +
                        " is latent (`recorded: false`): nobody in the trial knows it");
  else if (cohort::level_count(found->law) == 0)
    item.reject_because(input::in_backquotes(name) +
                        " is continuous: only levels can be kept in balance, so give it as a "
                        "categorical covariate");
  else if (std::ranges::find(scenario.minimisation.factors, name) !=
           scenario.minimisation.factors.end())
    item.reject_because(input::in_backquotes(name) + " is listed twice");
  else
    require_always_recorded(item, *found);
  scenario.minimisation.factors.push_back(name);
  scenario.minimisation.weights.push_back(weight);
}

// A list of names, or a mapping from names to weights.
void read_factors(const Value& factors, Scenario& scenario) {
  if (factors.is(Value::Kind::record)) {
    const auto entries = factors.record().entries();
    if (entries.empty()) factors.reject_because("minimisation needs a factor or more");
    for (const auto& [name, weight] : entries)
      read_factor(weight, name, weight.number(input::above_to(0, 1e6).because("a weight")),
                  scenario);
    return;
  }
  for (const Value& item : factors.list(1))
    read_factor(item, item.text(), 1, scenario);
}

// The share of the smallest arm, which it gets when nothing is balanced.
double smallest_share(const std::vector<Arm>& arms) {
  double total = 0;
  for (const Arm& arm : arms)
    total += arm.allocation;
  return arms.empty() ? 0 : std::ranges::min(arms, {}, &Arm::allocation).allocation / total;
}

}  // namespace

void require_always_recorded(const Value& item, const cohort::Covariate& covariate) {
  if (covariate.missing &&
      covariate.missing->analysed_as == cohort::MissingValues::AnalysedAs::left_out)
    item.reject_because(
        "a patient whose value is not recorded has no stratum to be randomised in; analyse "
        "missing values as `reference`");
}

void read_minimisation(const Record& randomisation, Scenario& scenario) {
  if (scenario.randomisation != cohort::Randomisation::Method::minimisation) {
    for (const char* key : {"factors", "probability", "imbalance"})
      if (const auto value = randomisation.optional_value(key))
        value->reject_key("belongs to `method: minimisation`");
    return;
  }
  read_factors(randomisation.value("factors"), scenario);
  MinimisationPlan& plan = scenario.minimisation;
  using enum cohort::Minimisation::Imbalance;
  plan.imbalance = randomisation.one_of_or<cohort::Minimisation::Imbalance>(
      "imbalance", range,
      {{"range", range}, {"variance", variance}, {"standard-deviation", standard_deviation}});
  plan.probability = randomisation.number_or("probability", 0.8, input::above_to(0, 1));
  const double share = smallest_share(scenario.arms);
  if (!(plan.probability <= share)) return;
  const std::string why = fmt::format(
      "must be above {:.6g}, the smallest arm's share of the patients, which is simple "
      "randomisation; a smaller one would drive the arms apart",
      share);
  if (const auto probability = randomisation.optional_value("probability"))
    probability->reject_because(why);
  else
    randomisation.reject_because("`probability` (0.8 when it is not stated) " + why);
}

void read_report_imbalance(const Record& randomisation, Scenario& scenario) {
  const auto value = randomisation.optional_value("report_imbalance");
  if (!value) {
    if (scenario.randomisation == cohort::Randomisation::Method::minimisation)
      scenario.imbalance_of = scenario.minimisation.factors;
    return;
  }
  std::vector<std::string>& names = scenario.imbalance_of.emplace();
  for (const Value& item : value->list()) {
    const auto* covariate = find_covariate(item, scenario.population, only_later);
    if (!covariate) continue;
    if (cohort::level_count(covariate->law) == 0)
      item.reject_because("a continuous covariate has no levels to be balanced within");
    if (std::ranges::find(names, covariate->name) != names.end())
      item.reject_because(input::in_backquotes(covariate->name) + " is listed twice");
    names.push_back(covariate->name);
  }
}

}  // namespace trialmill::scenario
