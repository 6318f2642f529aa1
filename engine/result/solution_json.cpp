#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "result/formula_events_json.hpp"
#include "trialmill/result/solution.hpp"

namespace trialmill::result {
namespace {

using Json = nlohmann::ordered_json;

Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json to_document(const std::optional<TrialSize>& size) {
  if (!size) return nullptr;
  return {{"sample_size", size->patients}, {"events", size->events ? Json(*size->events) : Json()}};
}

// In the order they were asked for.
Json target_powers(const Solutions& solutions) {
  Json powers = Json::array();
  for (const Solution& solution : solutions.points)
    if (std::ranges::find(powers, Json(solution.target_power)) == powers.end())
      powers.push_back(solution.target_power);
  return powers;
}

Json to_document(const Solution& solution) {
  Json set = Json::object();
  for (const auto& [key, value] : solution.set)
    set[key] = value;
  Json document = {{"set", set},
                   {"target_power", solution.target_power},
                   {"status", name(solution.status)},
                   {"size", to_document(std::optional(solution.size))},
                   {"estimate", to_document(solution.estimate)},
                   {"lower", to_document(solution.lower)},
                   {"upper", to_document(solution.upper)},
                   {"power", solution.power.estimate},
                   {"mc_se", solution.power.mc_se},
                   {"ci_lower", solution.power.ci_lower},
                   {"ci_upper", solution.power.ci_upper},
                   {"events_mean", number(solution.events_mean)},
                   {"time_mean", number(solution.time_mean)},
                   {"analytic", to_document(solution.analytic)}};
  if (!solution.analytic_absent_because.empty())
    document["analytic_absent_because"] = solution.analytic_absent_because;
  if (!solution.formula_events.events.empty())
    document["formula_events"] = to_document(solution.formula_events);
  document["search"] = {{"rounds", solution.rounds},
                        {"replicates", solution.search_replicates},
                        {"patients_analysed", solution.patients_analysed},
                        {"runs_at_answer", number(solution.runs_at_answer)}};
  return document;
}

}  // namespace

std::string_view name(SolutionStatus status) {
  switch (status) {
    case SolutionStatus::found:
      return "found";
    case SolutionStatus::not_reached:
      return "not_reached";
    case SolutionStatus::already_reached:
      return "already_reached";
  }
  return "";
}

std::string to_json(const Solutions& solutions) {
  Json points = Json::array();
  for (const Solution& solution : solutions.points)
    points.push_back(to_document(solution));
  const AnalysisLabel& analysis = solutions.analysis;
  const Json document = {
      {"schema", "trialmill.solution/1"},
      {"version", solutions.version},
      {"scenario",
       {{"title", solutions.title}, {"file", solutions.file}, {"digest", solutions.digest}}},
      {"seed", solutions.seed},
      {"replicates", solutions.replicates},
      {"solved_for", solutions.for_events ? "events" : "sample_size"},
      {"target_powers", target_powers(solutions)},
      {"confidence", solutions.confidence},
      {"conservative", solutions.conservative},
      {"analysis",
       {{"name", analysis.name},
        {"test", analysis.test},
        {"weight", analysis.weight.empty() ? Json() : Json(analysis.weight)},
        {"endpoint", analysis.endpoint},
        {"alpha", analysis.alpha},
        {"sided", analysis.sided}}},
      {"points", points}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace trialmill::result
