#include "simulation/label.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "trialmill/survival/weight_name.hpp"

namespace trialmill::simulation {
namespace {

using scenario::Analysis;

// "fh(0,0);fh(0,1)"
std::string names_of(const std::vector<survival::LogRankWeight>& weights) {
  std::string text;
  for (const survival::LogRankWeight& weight : weights)
    text += (text.empty() ? "" : ";") + survival::name(weight);
  return text;
}

// "fh(0,1)", "fh(0,0);fh(0,1)"; nothing for an unweighted test.
std::string weight_of(const Analysis& analysis) {
  if (analysis.test == Analysis::Test::max_combo) return names_of(analysis.weights);
  return analysis.weight == survival::LogRankWeight{} ? "" : survival::name(analysis.weight);
}

// The options that are not at their default, under the keys of a scenario.
std::vector<result::AnalysisOption> options_of(const Analysis& analysis) {
  using enum Analysis::Test;
  std::vector<result::AnalysisOption> options;
  if (analysis.test == rmst) options.push_back({"tau_months", analysis.months});
  if (analysis.test == milestone) options.push_back({"at_months", analysis.months});
  if (analysis.scale == Analysis::MilestoneScale::log_log) options.push_back({"scale", "log-log"});
  if (analysis.statistic != Analysis::CoxStatistic::wald)
    options.push_back({"statistic", std::string(name(analysis.statistic))});
  if (analysis.standard_error == Analysis::CoxStandardError::robust)
    options.push_back({"standard_error", "robust"});
  if (analysis.penalty == Analysis::CoxPenalty::firth) options.push_back({"penalty", "firth"});
  if (analysis.margin) options.push_back({"margin", *analysis.margin});
  if (analysis.looks && !analysis.looks->final_weights.empty()) {
    const auto& last = analysis.looks->final_weights;
    options.push_back(
        {"final_analysis", (last.size() > 1 ? "max-combo " : "log-rank ") + names_of(last)});
  }
  std::string outcomes;
  for (const std::string& outcome : analysis.outcomes)
    outcomes += (outcomes.empty() ? "" : ", ") + outcome;
  if (!outcomes.empty()) options.push_back({"outcomes", outcomes});
  return options;
}

bool loses_unequally(const scenario::Scenario& scenario, const Analysis& analysis) {
  const auto loss = [&](std::int32_t arm) {
    return scenario.arms[static_cast<std::size_t>(arm)].dropout;
  };
  return std::ranges::any_of(
      analysis.arms, [&](std::int32_t arm) { return !(loss(arm) == loss(analysis.arms.front())); });
}

// Of a win ratio that of all its outcomes.
result::AnalysisSet set_of(const scenario::Scenario& scenario, const Analysis& analysis) {
  result::AnalysisSet set;
  std::vector<std::string> endpoints = analysis.outcomes;
  endpoints.push_back(analysis.endpoint);
  for (const scenario::NamedEndpoint& endpoint : scenario.endpoints) {
    if (std::ranges::find(endpoints, endpoint.name) == endpoints.end()) continue;
    const cohort::Endpoint& definition = endpoint.definition;
    set.from_months = std::max(set.from_months, definition.analysed_from_months());
    set.before_known |= definition.analysed_before_known();
    set.unequal_losses |= (definition.analysed_once_due || definition.early_events_at_months > 0) &&
                          loses_unequally(scenario, analysis);
  }
  return set;
}

result::SpendingLabel spending_label(const Analysis& analysis) {
  const scenario::Looks& looks = *analysis.looks;
  result::SpendingLabel label{design::name(looks.spending)};
  label.correlation =
      name(scenario::look_correlation(analysis), !scenario::compares_proportions(analysis.test));
  if (!looks.futility) return label;
  label.futility_spending = design::name(looks.futility->spending);
  label.binding = looks.futility->binding;
  label.obeyed = looks.futility_obeyed;
  return label;
}

}  // namespace

result::AnalysisLabel label_of(const scenario::Scenario& scenario, const Analysis& analysis) {
  using enum Analysis::Test;
  result::AnalysisLabel label;
  label.name = analysis.name;
  label.test = scenario::name(analysis.test);
  label.weight = weight_of(analysis);
  label.endpoint = analysis.endpoint;
  label.alpha = analysis.alpha;
  label.sided = analysis.sided;
  label.estimates_hazard_ratio = analysis.test == cox;
  label.compares_proportions = scenario::compares_proportions(analysis.test);
  label.estimates_difference =
      analysis.test == rmst || analysis.test == milestone || analysis.test == win_ratio;
  label.options = options_of(analysis);
  label.arms = scenario::names_of_compared_arms(scenario, analysis);
  if (analysis.looks) label.spending = spending_label(analysis);
  label.set = set_of(scenario, analysis);
  return label;
}

}  // namespace trialmill::simulation
