#include <algorithm>
#include <optional>

#include "scenario/sections.hpp"
#include "trialmill/survival/max_combo.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;
using enum Analysis::Test;

constexpr const char* a_weight =
    "fh(RHO,GAMMA) with both from 0 to 10, for example fh(0,1), or mwlr(MONTHS), for example "
    "mwlr(6)";

// None when it could not be read, which was noted.
std::optional<survival::LogRankWeight> read_weight(const Value& value) {
  const auto weight = survival::parse_weight(value.text());
  if (!weight) value.reject(a_weight);
  return weight;
}

std::vector<survival::LogRankWeight> read_max_combo_weights(const Record& record) {
  std::vector<survival::LogRankWeight> weights;
  const Value value = record.value("weights");
  if (value.is(Value::Kind::absent)) return weights;
  const std::vector<Value> items = value.list();
  for (const Value& item : items) {
    const auto weight = read_weight(item);
    if (!weight) continue;
    if (std::ranges::find(weights, *weight) != weights.end())
      item.reject_because("this weight is listed twice");
    weights.push_back(*weight);
  }
  if (items.size() < 2 || items.size() > survival::most_max_combo_weights)
    value.reject_because(
        "a MaxCombo test takes two to four weights; of one it is `test: "
        "log-rank`");
  return weights;
}

// Notes an option that the test of treatment chosen by others has no use for.
void reject_option(const Record& record, const char* key, const char* why) {
  if (const auto value = record.optional_value(key)) value->reject_because(why);
}

void read_cox_options(const Record& record, Analysis& analysis) {
  using Statistic = Analysis::CoxStatistic;
  using StandardError = Analysis::CoxStandardError;
  using Penalty = Analysis::CoxPenalty;
  analysis.statistic =
      record.one_of_or<Statistic>("statistic", Statistic::wald,
                                  {{"wald", Statistic::wald},
                                   {"score", Statistic::score},
                                   {"likelihood-ratio", Statistic::likelihood_ratio}});
  analysis.standard_error = record.one_of_or<StandardError>(
      "standard_error", StandardError::model,
      {{"model", StandardError::model}, {"robust", StandardError::robust}});
  analysis.penalty = record.one_of_or<Penalty>(
      "penalty", Penalty::none, {{"none", Penalty::none}, {"firth", Penalty::firth}});
  const bool firth = analysis.penalty == Penalty::firth;
  const bool robust = analysis.standard_error == StandardError::robust;
  const bool adjusted = !analysis.covariates.empty();
  if (robust && firth)
    reject_option(record, "penalty", "Firth's fit has the standard error of its model");
  else if (robust && analysis.statistic != Statistic::wald)
    reject_option(record, "standard_error", "a robust standard error belongs to `statistic: wald`");
  else if (firth && analysis.statistic == Statistic::score)
    reject_option(record, "statistic", "Firth's fit is tested by `wald` or `likelihood-ratio`");
  else if (adjusted && firth && analysis.statistic == Statistic::likelihood_ratio)
    reject_option(record, "statistic", "with covariates Firth's fit is tested by `wald`");
}

input::Interval margin_interval(const Analysis& analysis) {
  if (analysis.test == cox)
    return input::above(1).because(
        "the hazard ratio just too high; superiority is tested without a margin");
  const std::string loss = "the loss just too much; superiority is tested without a margin";
  if (analysis.test == rmst && analysis.months > 0)
    return input::between(0, analysis.months).because(loss + ", and no loss exceeds `tau_months`");
  return (analysis.test == rmst ? input::above(0) : input::between(0, 1)).because(loss);
}

void read_margin(const Record& record, Analysis& analysis) {
  const auto value = record.optional_value("margin");
  if (!value) return;
  analysis.margin = value->number(margin_interval(analysis));
  const bool plain_wald = analysis.statistic == Analysis::CoxStatistic::wald &&
                          analysis.standard_error == Analysis::CoxStandardError::model &&
                          analysis.penalty == Analysis::CoxPenalty::none;
  if (analysis.test == cox && !plain_wald)
    value->reject_key(
        "is tested by `statistic: wald` with the model's standard error, without a "
        "penalty");
  if (analysis.test == milestone && analysis.scale == Analysis::MilestoneScale::log_log)
    value->reject_key("is a difference of probabilities: it belongs to `scale: plain`");
}

struct KeyOfTests {
  const char* key;
  std::vector<Analysis::Test> tests;
  const char* why;  // when it is another test's
};

const std::vector<KeyOfTests>& keys_of_tests() {
  static const std::vector<KeyOfTests> keys = {
      {"weight", {log_rank}, "belongs to `test: log-rank`"},
      {"weights", {max_combo}, "belongs to `test: max-combo`"},
      {"covariates", {cox}, "belongs to `test: cox`"},
      {"ties", {cox}, "belongs to `test: cox`"},
      {"statistic", {cox}, "belongs to `test: cox`"},
      {"standard_error", {cox}, "belongs to `test: cox`"},
      {"penalty", {cox}, "belongs to `test: cox`"},
      {"tau_months", {rmst}, "belongs to `test: rmst`"},
      {"at_months", {milestone}, "belongs to `test: milestone`; when the data are cut is `at`"},
      {"scale", {milestone}, "belongs to `test: milestone`"},
      {"outcomes", {win_ratio}, "belongs to `test: win-ratio`"},
      {"strata",
       {log_rank, cox, max_combo, mantel_haenszel, score, fisher},
       "this test compares whole arms; within strata `log-rank`, `max-combo` and `cox` do"},
      {"margin",
       {cox, rmst, milestone, score},
       "belongs to `test: cox`, `rmst`, `milestone` or `score`"},
  };
  return keys;
}

// The same clock and the same patients, so that pairs of patients can be compared by both.
bool alike(const cohort::Endpoint& a, const cohort::Endpoint& b) {
  return a.origin == b.origin && a.patients == b.patients;
}

void require_outcome(const Value& item, const NamedEndpoint& endpoint, const NamedEndpoint& first) {
  const std::string name = input::in_backquotes(endpoint.name);
  if (!endpoint.definition.time_to_event())
    item.reject_because(name + " is a proportion; a win ratio compares times to events");
  else if (endpoint.definition.origin == cohort::Endpoint::Origin::landmark)
    item.reject_because(name + " counts from a landmark, whose patients are chosen by it");
  else if (!alike(endpoint.definition, first.definition))
    item.reject_because(name + " is of other patients than " + input::in_backquotes(first.name) +
                        ", or from another origin");
}

}  // namespace

std::vector<survival::LogRankWeight> read_weights(const Record& record, Analysis::Test test) {
  if (test == max_combo) return read_max_combo_weights(record);
  const auto value = record.optional_value("weight");
  if (!value) return {survival::LogRankWeight{}};
  return {read_weight(*value).value_or(survival::LogRankWeight{})};
}

void reject_other_keys(const Record& record, Analysis::Test test) {
  for (const KeyOfTests& entry : keys_of_tests()) {
    if (std::ranges::find(entry.tests, test) != entry.tests.end()) continue;
    if (const auto value = record.optional_value(entry.key)) value->reject_key(entry.why);
  }
  if (test != score && test != fisher) return;
  if (const auto value = record.optional_value("strata"))
    value->reject_key("a test of two proportions within strata is `test: mantel-haenszel`");
}

void read_test_options(const Record& record, Analysis& analysis) {
  if (analysis.test == log_rank) analysis.weight = read_weights(record, log_rank).front();
  if (analysis.test == max_combo) analysis.weights = read_weights(record, max_combo);
  if (analysis.test == cox) read_cox_options(record, analysis);
  if (analysis.test == rmst) analysis.months = record.number("tau_months", input::above(0));
  if (analysis.test == milestone) {
    using Scale = Analysis::MilestoneScale;
    analysis.months = record.number("at_months", input::above(0));
    analysis.scale = record.one_of_or<Scale>(
        "scale", Scale::plain, {{"plain", Scale::plain}, {"log-log", Scale::log_log}});
  }
  if (analysis.test == cox || analysis.test == rmst || analysis.test == milestone ||
      analysis.test == score)
    read_margin(record, analysis);
}

const NamedEndpoint* read_outcomes(const Record& record, const Scenario& scenario,
                                   Analysis& analysis) {
  if (const auto value = record.optional_value("endpoint"))
    value->reject_key("a win ratio compares `outcomes`");
  std::vector<std::string> names;
  for (const NamedEndpoint& endpoint : scenario.endpoints)
    names.push_back(endpoint.name);
  const Value value = record.value("outcomes");
  if (scenario.endpoints.empty() || value.is(Value::Kind::absent)) return nullptr;
  const NamedEndpoint* first = nullptr;
  for (const Value& item : value.list(1)) {
    const std::string name = item.text();
    if (!require_known(item, name, "endpoint", names)) continue;
    if (std::ranges::find(analysis.outcomes, name) != analysis.outcomes.end())
      item.reject_because(input::in_backquotes(name) + " is listed twice");
    const NamedEndpoint& endpoint =
        *std::ranges::find(scenario.endpoints, name, &NamedEndpoint::name);
    if (!first) first = &endpoint;
    require_outcome(item, endpoint, *first);
    analysis.outcomes.push_back(name);
  }
  return first;
}

}  // namespace trialmill::scenario
