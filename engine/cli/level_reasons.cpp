#include "cli/level_reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "trialmill/cohort/population.hpp"
#include "trialmill/simulation/analytic_twin.hpp"

namespace trialmill::cli {
namespace {

using cohort::Endpoint;
using Kind = cohort::EndpointEvent::Kind;
using scenario::Analysis;
using scenario::Arm;
using scenario::Scenario;

bool is_weighted(const Analysis& analysis) {
  if (analysis.test == Analysis::Test::max_combo) return true;
  const auto* harrington = std::get_if<survival::FlemingHarrington>(&analysis.weight);
  return analysis.test == Analysis::Test::log_rank &&
         (!harrington || harrington->rho != 0 || harrington->gamma != 0);
}

std::size_t strata_of(const Scenario& scenario, const Analysis& analysis) {
  std::size_t strata = 1;
  for (const std::string& name : analysis.strata) {
    const auto covariate = std::ranges::find(scenario.population, name, &cohort::Covariate::name);
    // What is acquired on the way is yes or no, or radicality.
    strata *= covariate != scenario.population.end() ? cohort::level_count(covariate->law)
              : name == "radicality"                 ? 4
                                                     : 2;
  }
  return strata;
}

const Arm& arm_of(const Scenario& scenario, std::int32_t arm) {
  return scenario.arms[static_cast<std::size_t>(arm)];
}

// Do the arms compared differ in some property?
template <typename Property>
bool differ(const Scenario& scenario, const Analysis& analysis, Property property) {
  return std::ranges::any_of(analysis.arms, [&](std::int32_t arm) {
    return !(property(arm_of(scenario, arm)) == property(arm_of(scenario, analysis.arms.front())));
  });
}

// Of a win ratio its outcomes.
std::vector<Endpoint> endpoints_of(const Scenario& scenario, const Analysis& analysis) {
  std::vector<std::string> names = analysis.outcomes;
  if (names.empty()) names.push_back(analysis.endpoint);
  std::vector<Endpoint> out;
  for (const std::string& name : names)
    out.push_back(
        std::ranges::find(scenario.endpoints, name, &scenario::NamedEndpoint::name)->definition);
  return out;
}

bool lists(const Endpoint& endpoint, std::initializer_list<Kind> kinds) {
  return std::ranges::any_of(endpoint.events, [&](const cohort::EndpointEvent& event) {
    return std::ranges::find(kinds, event.kind) != kinds.end();
  });
}

// "1 in upfront, 8 in neoadjuvant".
std::string months_of_surgery(const Scenario& scenario, const Analysis& analysis) {
  std::string words;
  for (const std::int32_t arm : analysis.arms)
    words += fmt::format("{}{:.4g} in {}", words.empty() ? "" : ", ",
                         arm_of(scenario, arm).before_surgery.surgery_at_months,
                         arm_of(scenario, arm).name);
  return words;
}

bool dies_before_surgery(const Arm& arm) {
  return std::ranges::any_of(arm.before_surgery.death.hazard_per_month,
                             [](double per_month) { return per_month > 0; });
}

// The arms compared that wait for surgery without a death: "upfront and neoadjuvant".
std::string arms_without_deaths(const Scenario& scenario, const Analysis& analysis) {
  std::string words;
  for (const std::int32_t index : analysis.arms) {
    const Arm& arm = arm_of(scenario, index);
    if (arm.before_surgery.surgery_at_months > 0 && !dies_before_surgery(arm))
      words += (words.empty() ? "" : " and ") + arm.name;
  }
  return words;
}

// The outcomes of a win ratio may give the same reason.
void add_once(std::vector<std::string>& reasons, std::string reason) {
  if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(std::move(reason));
}

// Of surgery in different months.
void add_reasons_of_waiting(const Scenario& scenario, const Analysis& analysis,
                            const Endpoint& endpoint, std::vector<std::string>& reasons) {
  const std::string months = months_of_surgery(scenario, analysis);
  if (endpoint.analysed_before_known())
    add_once(reasons, fmt::format("{} is counted before it is known, at surgery (month {}): "
                                  "`analysed_from: randomisation`",
                                  endpoint.time_to_event() ? "R2" : "the outcome", months));
  const std::string immortal = arms_without_deaths(scenario, analysis);
  if (lists(endpoint, {Kind::death}) && !immortal.empty())
    add_once(
        reasons,
        fmt::format(
            "nobody dies before surgery (month {}) in {}, as `before_surgery` states no `death`",
            months, immortal));
  if (endpoint.origin != Endpoint::Origin::surgery &&
      lists(endpoint, {Kind::recurrence, Kind::r2, Kind::unresectable}))
    add_once(
        reasons,
        fmt::format(
            "a real difference: what comes at surgery or after it comes later with later surgery "
            "(month {})",
            months));
  if (endpoint.patients != Endpoint::Patients::all)
    add_once(reasons, "patients are chosen by an operation that comes at another time");
}

}  // namespace

std::vector<std::string> reasons_above_level(const Scenario& scenario, std::size_t place,
                                             const result::NullTwinRejections& found) {
  const Analysis& analysis = scenario.analyses[place];
  constexpr double few_events = 60, few_patients = 10;
  std::vector<std::string> reasons;
  const double events = found.by_look.front().events_mean;
  const std::size_t strata = strata_of(scenario, analysis);
  if (simulation::made_when_another_stops(scenario, place))
    reasons.emplace_back(
        "it is made when an analysis with looks stops, which it does when results are good, and at "
        "a level of its own: it is meant for an estimate");
  if (!scenario::compares_proportions(analysis.test) && events < few_events)
    reasons.push_back(fmt::format("few events ({:.0f} at the {})", events,
                                  analysis.looks ? "first look" : "analysis"));
  if (is_weighted(analysis))
    reasons.push_back(analysis.looks ? "looks of a weighted test" : "a weighted test");
  if (static_cast<double>(scenario.sample_size) < few_patients * static_cast<double>(strata))
    reasons.push_back(
        fmt::format("sparse strata ({} for {} patients)", strata, scenario.sample_size));
  if (differ(scenario, analysis, [](const Arm& arm) { return arm.allocation; }))
    reasons.emplace_back("unequal allocation, with which the statistic is skewed");
  if (reasons.empty()) reasons.emplace_back("chance, or a reason that this program does not know");
  return reasons;
}

std::vector<std::string> reasons_of_schedule(const Scenario& scenario, const Analysis& analysis) {
  std::vector<std::string> reasons;
  if (differ(scenario, analysis,
             [](const Arm& arm) { return arm.before_surgery.surgery_at_months; }))
    for (const Endpoint& endpoint : endpoints_of(scenario, analysis))
      add_reasons_of_waiting(scenario, analysis, endpoint, reasons);
  if (differ(scenario, analysis, [](const Arm& arm) { return arm.assessments; }))
    reasons.emplace_back("recurrence is looked for at other visits");
  if (differ(scenario, analysis, [](const Arm& arm) { return arm.dropout; }))
    reasons.emplace_back("arms lose their patients at other rates");
  if (reasons.empty()) reasons.emplace_back("what is stated of the time before surgery differs");
  return reasons;
}

}  // namespace trialmill::cli
