#include <fmt/format.h>

#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

std::vector<std::string> arm_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Arm& arm : scenario.arms)
    names.push_back(arm.name);
  return names;
}

// Arms by name, each once; none when something is wrong, which was noted.
std::vector<std::int32_t> read_arm_list(const Value& value, const Scenario& scenario,
                                        std::size_t at_least) {
  const std::vector<std::string> names = arm_names(scenario);
  std::vector<std::int32_t> arms;
  bool good = true;
  const std::vector<Value> items = value.list(at_least);
  for (const Value& item : items) {
    const std::string name = item.text();
    if (!require_known(item, name, "arm", names)) {
      good = false;
      continue;
    }
    const auto arm = static_cast<std::int32_t>(std::ranges::find(names, name) - names.begin());
    if (std::ranges::find(arms, arm) != arms.end()) {
      item.reject_because(input::in_backquotes(name) + " is listed twice");
      good = false;
    }
    arms.push_back(arm);
  }
  return good && items.size() >= at_least ? arms : std::vector<std::int32_t>{};
}

// A comparison of more than two arms is a chi-square test without a side.
void require_chi_square(const Record& record, const Value& arms, const Analysis& analysis) {
  if (analysis.test != Analysis::Test::log_rank)
    arms.reject_because(fmt::format(
        "{} compares two arms, the reference first; more than two are compared by `log-rank`",
        input::in_backquotes(std::string(name(analysis.test)))));
  else if (analysis.weight != survival::LogRankWeight{})
    record.value("weight").reject_because("more than two arms are compared without a weight");
  else if (analysis.sided != 2)
    record.optional_value("sided").value_or(arms).reject_key(
        "the chi-square test of more than two arms has no side: state `sided: 2`");
  else if (const auto looks = record.optional_value("looks"))
    looks->reject_key(
        "bounds are on the scale of Z, which a chi-square test of more than two arms has not");
}

}  // namespace

void read_compared_arms(const Record& record, const Scenario& scenario, Analysis& analysis) {
  const auto value = record.optional_value("arms");
  if (scenario.arms.size() < 2) return;  // noted
  if (!value) {
    if (scenario.arms.size() > 2)
      record.reject_because(fmt::format(
          "which of the {} arms are compared must be stated, the reference first: `arms: [{}, "
          "{}]`{}",
          scenario.arms.size(), scenario.arms[0].name, scenario.arms[1].name,
          analysis.test == Analysis::Test::log_rank ? ", or `arms: all`" : ""));
    return;
  }
  if (value->is(Value::Kind::list)) {
    const std::vector<std::int32_t> arms = read_arm_list(*value, scenario, 2);
    if (!arms.empty()) analysis.arms = arms;
  } else if (value->is(Value::Kind::text) && value->text() == "all") {
    for (std::size_t arm = 2; arm < scenario.arms.size(); ++arm)
      analysis.arms.push_back(static_cast<std::int32_t>(arm));
  } else {
    value->reject("a list of arms, the reference first, or all");
  }
  if (analysis.arms.size() > 2) require_chi_square(record, *value, analysis);
}

std::vector<std::int32_t> read_counted_arms(const Value& value, const Scenario& scenario) {
  if (scenario.arms.size() < 2) return {};  // noted
  std::vector<std::int32_t> arms = read_arm_list(value, scenario, 1);
  std::ranges::sort(arms);
  return arms.size() == scenario.arms.size() ? std::vector<std::int32_t>{} : arms;
}

}  // namespace trialmill::scenario
