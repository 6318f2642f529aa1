#include <algorithm>

#include "scenario/sections.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

void read_weight(const Record& record, Analysis& analysis) {
  const auto value = record.optional_value("weight");
  if (!value) return;
  if (const auto weight = survival::parse_weight(value->text()))
    analysis.weight = *weight;
  else
    value->reject("fh(RHO,GAMMA) with both from 0 to 10, for example fh(0,1)");
}

void read_covariates(const Record& record, const Scenario& scenario, Analysis& analysis) {
  const auto value = record.optional_value("covariates");
  if (!value) return;
  for (const Value& item : value->list()) {
    const std::string name = item.text();
    if (!require_known(item, name, "covariate", names_of(scenario.population))) continue;
    if (std::ranges::find(analysis.covariates, name) != analysis.covariates.end())
      item.reject_because(input::in_backquotes(name) + " is listed twice");
    if (std::ranges::find(analysis.strata, name) != analysis.strata.end())
      item.reject_because(input::in_backquotes(name) +
                          " already forms strata, within which it is constant");
    analysis.covariates.push_back(name);
  }
}

Analysis read_analysis(const Record& record, const Scenario& scenario) {
  using enum Analysis::Test;
  Analysis analysis;
  analysis.name = record.text("name");
  if (analysis.name.find_first_of(",\"\n\r") != std::string::npos)
    record.value("name").reject_because("commas, quotes and line ends are kept for tables");
  analysis.endpoint = scenario.disease.name;
  const auto endpoint = record.optional_value("endpoint");
  if (endpoint && !scenario.disease.name.empty())
    require_known(*endpoint, endpoint->text(), "endpoint", {scenario.disease.name});
  analysis.test = record.one_of<Analysis::Test>("test", {{"log-rank", log_rank}, {"cox", cox}});
  analysis.strata = read_strata(record, scenario);
  analysis.alpha = record.number_or(
      "alpha", 0.025,
      input::Interval{1e-10, 0.5, true, false, "the level, one-sided unless `sided: 2`"});
  analysis.sided = static_cast<int>(record.integer_or("sided", 1, input::whole_from_to(1, 2)));
  if (analysis.test == log_rank) {
    read_weight(record, analysis);
    for (const char* key : {"covariates", "ties"})
      if (const auto value = record.optional_value(key))
        value->reject_key("belongs to `test: cox`; a log-rank test takes `strata` and `weight`");
    return analysis;
  }
  read_covariates(record, scenario, analysis);
  analysis.ties = record.one_of_or<survival::Ties>(
      "ties", survival::Ties::efron,
      {{"efron", survival::Ties::efron}, {"breslow", survival::Ties::breslow}});
  if (const auto weight = record.optional_value("weight"))
    weight->reject_key("belongs to `test: log-rank`");
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
  value.reject_key("there is no " + std::string(kind) + " " + input::in_backquotes(name), known);
  return false;
}

}  // namespace trialmill::scenario
