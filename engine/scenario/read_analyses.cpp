#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

// Which covariates an analysis of an endpoint may use, and why no others.
struct Usable {
  std::vector<cohort::Covariate> covariates;
  std::string why_no_attribute;
};

Usable usable_covariates(const Scenario& scenario, const cohort::Endpoint* endpoint) {
  using enum cohort::Endpoint::Origin;
  if (!scenario.course) return {scenario.population, ""};
  if (!endpoint || endpoint->origin == randomisation)
    return {scenario.population,
            "is acquired after randomisation and changed by treatment: an analysis from "
            "randomisation that adjusts for it no longer compares the arms as randomised"};
  if (endpoint->origin == landmark && endpoint->patients == cohort::Endpoint::Patients::all)
    return {scenario.population,
            "may be acquired after the landmark; analyse those operated on by then "
            "(`of: operated`, `resected` or `r0_r1`)"};
  return {known_with(scenario, cohort::attribute_count), ""};
}

void read_covariates(const Record& record, const Usable& usable, Analysis& analysis) {
  const auto value = record.optional_value("covariates");
  if (!value) return;
  for (const Value& item : value->list()) {
    const auto* covariate = find_covariate(item, usable.covariates, usable.why_no_attribute);
    if (!covariate) continue;
    const std::string& name = covariate->name;
    if (std::ranges::find(analysis.covariates, name) != analysis.covariates.end())
      item.reject_because(input::in_backquotes(name) + " is listed twice");
    if (std::ranges::find(analysis.strata, name) != analysis.strata.end())
      item.reject_because(input::in_backquotes(name) +
                          " already forms strata, within which it is constant");
    analysis.covariates.push_back(name);
  }
}

// The endpoint of an analysis; null when it is not known, which was noted.
const NamedEndpoint* read_endpoint(const Record& record, const Scenario& scenario) {
  std::vector<std::string> names;
  for (const NamedEndpoint& endpoint : scenario.endpoints)
    names.push_back(endpoint.name);
  const auto value = scenario.endpoints.size() > 1 ? std::optional(record.value("endpoint"))
                                                   : record.optional_value("endpoint");
  if (scenario.endpoints.empty() || (value && value->is(Value::Kind::absent))) return nullptr;
  if (!value) return &scenario.endpoints.front();
  if (!require_known(*value, value->text(), "endpoint", names)) return nullptr;
  return &*std::ranges::find(scenario.endpoints, value->text(), &NamedEndpoint::name);
}

void require_test_of(const Record& record, Analysis::Test test, const NamedEndpoint& endpoint) {
  const bool of_times = !compares_proportions(test);
  if (of_times == endpoint.definition.time_to_event()) return;
  record.value("test").reject_because(
      input::in_backquotes(endpoint.name) +
      (of_times ? " is a proportion: test it by `score`, `fisher` or `mantel-haenszel`"
                : " is a time to an event: test it by `log-rank`, `max-combo`, `cox`, `rmst` or "
                  "`milestone`"));
}

void read_options(const Record& record, const Usable& usable, Analysis& analysis) {
  using enum Analysis::Test;
  reject_other_keys(record, analysis.test);
  if (analysis.test == log_rank || analysis.test == cox || analysis.test == mantel_haenszel ||
      analysis.test == max_combo)
    analysis.strata = read_strata(record, usable.covariates, usable.why_no_attribute);
  if (analysis.test == mantel_haenszel && !record.has("strata"))
    record.reject_because("`mantel-haenszel` needs `strata`; without them it is `score`");
  if (analysis.test == cox) {
    read_covariates(record, usable, analysis);
    analysis.ties = record.one_of_or<survival::Ties>(
        "ties", survival::Ties::efron,
        {{"efron", survival::Ties::efron}, {"breslow", survival::Ties::breslow}});
  }
  read_test_options(record, analysis);
}

// Whose events an analysis's own time counts: its own endpoint's, if those can be counted.
std::optional<std::size_t> own_events(const NamedEndpoint* endpoint, const Scenario& scenario) {
  if (!endpoint || !endpoint->definition.time_to_event()) return first_time_to_event(scenario);
  return static_cast<std::size_t>(endpoint - scenario.endpoints.data());
}

Analysis read_analysis(const Record& record, const Scenario& scenario) {
  using enum Analysis::Test;
  Analysis analysis;
  analysis.name = record.text("name");
  if (analysis.name.find_first_of(",\"\n\r") != std::string::npos)
    record.value("name").reject_because("commas, quotes and line ends are kept for tables");
  analysis.test = record.one_of<Analysis::Test>("test", {{"log-rank", log_rank},
                                                         {"cox", cox},
                                                         {"score", score},
                                                         {"fisher", fisher},
                                                         {"mantel-haenszel", mantel_haenszel},
                                                         {"max-combo", max_combo},
                                                         {"rmst", rmst},
                                                         {"milestone", milestone},
                                                         {"win-ratio", win_ratio}});
  const NamedEndpoint* endpoint = analysis.test == win_ratio
                                      ? read_outcomes(record, scenario, analysis)
                                      : read_endpoint(record, scenario);
  if (endpoint) analysis.endpoint = endpoint->name;
  if (endpoint) require_test_of(record, analysis.test, *endpoint);
  read_options(record, usable_covariates(scenario, endpoint ? &endpoint->definition : nullptr),
               analysis);
  analysis.alpha = record.number_or(
      "alpha", 0.025,
      input::Interval{1e-10, 0.5, true, false, "the level, one-sided unless `sided: 2`"});
  analysis.sided = static_cast<int>(record.integer_or("sided", 1, input::whole_from_to(1, 2)));
  if (analysis.margin && analysis.sided == 2)
    record.value("sided").reject_because("a test against a margin is one-sided");
  read_compared_arms(record, scenario, analysis);
  if (const auto at = record.optional_value("at"))
    analysis.at = read_analysis_time(*at, scenario, own_events(endpoint, scenario));
  read_looks(record, endpoint, scenario, analysis);
  return analysis;
}

}  // namespace

void read_analyses(const Record& file, Scenario& scenario) {
  for (const Record& record : file.records("analyses")) {
    Analysis analysis = read_analysis(record, scenario);
    const bool taken = std::ranges::find(scenario.analyses, analysis.name, &Analysis::name) !=
                       scenario.analyses.end();
    if (taken) record.value("name").reject_because("another analysis has this name");
    scenario.analyses.push_back(std::move(analysis));
  }
}

void require_name(const Value& value, const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  if (name.empty() || !letter(name.front()) || !std::ranges::all_of(name, allowed))
    value.reject_key("a name is made of letters, digits and underscores, a letter first");
  else if (name == "NA" || name == "NaN")
    value.reject_key("tables read this name as a missing value; choose another");
}

bool require_known(const Value& value, const std::string& name, std::string_view kind,
                   const std::vector<std::string>& known) {
  if (std::ranges::find(known, name) != known.end()) return true;
  const std::string why = "there is no " + std::string(kind) + " " + input::in_backquotes(name);
  // The name is the value's text, or that of its key.
  if (value.is(Value::Kind::text) && value.text() == name)
    value.reject_because(why, known);
  else
    value.reject_key(why, known);
  return false;
}

}  // namespace trialmill::scenario
