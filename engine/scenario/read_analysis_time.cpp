#include <fmt/format.h>

#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

// Reads conditions nested in each other.
class ConditionReader {
 public:
  ConditionReader(const Scenario& scenario, std::optional<std::size_t> endpoint,
                  const std::vector<std::int32_t>& arms)
      : scenario_(scenario), endpoint_(endpoint), arms_(arms) {}

  cohort::AnalysisTime read(const Value& value, int depth) const {
    using enum cohort::AnalysisTime::Condition;
    const Record record = value.record();
    const bool counts = record.has("events") || record.has("event_fraction");
    const std::size_t details =
        counts ? std::size_t{record.has("of")} + std::size_t{record.has("arms")} : 0;
    if (record.size() > 1 + details) {
      value.reject_key(
          "one condition stands alone; several are combined by `first_of` or `last_of`");
      record.forgive_unread();
    }
    if (const auto count = record.optional_value("events")) {
      const auto whole =
          static_cast<double>(count->integer(input::whole_from_to(1, 1'000'000'000)));
      const auto when = counted(events, whole, *count, record);
      require_reachable(*count, when);
      return when;
    }
    if (const auto share = record.optional_value("event_fraction"))
      return counted(event_fraction,
                     share->number(input::above_to(0, 1).because("events per patient randomised")),
                     *share, record);
    if (const auto months = record.optional_number("calendar_months", input::above(0)))
      return {calendar_months, *months, {}};
    if (const auto months = record.optional_number("minimum_months", input::at_least(0)))
      return {minimum_follow_up, *months, {}};
    if (const auto list = record.optional_value("first_of"))
      return read_list(*list, first_of, depth);
    if (const auto list = record.optional_value("last_of")) return read_list(*list, last_of, depth);
    if (value.is(Value::Kind::record) && record.size() == 0)
      value.reject_key(
          "a condition is one of `events`, `event_fraction`, `calendar_months`, "
          "`minimum_months`, `first_of`, `last_of`");
    return {calendar_months, 1, {}};
  }

 private:
  cohort::AnalysisTime read_list(const Value& value, cohort::AnalysisTime::Condition condition,
                                 int depth) const {
    cohort::AnalysisTime time{condition, 0, {}};
    if (depth >= 3) {
      value.reject_because("conditions nest at most three deep");
      return time;
    }
    for (const Value& item : value.list(2))
      time.of.push_back(read(item, depth + 1));
    return time;
  }

  // A condition that counts events.
  cohort::AnalysisTime counted(cohort::AnalysisTime::Condition condition, double value,
                               const Value& at, const Record& record) const {
    cohort::AnalysisTime when{condition, value, {}, whose_events(at, record)};
    const auto arms = record.optional_value("arms");
    when.arms = arms ? read_counted_arms(*arms, scenario_) : arms_;
    when.share = allocation_share(scenario_, when.arms);
    return when;
  }

  void require_reachable(const Value& events, const cohort::AnalysisTime& when) const {
    const auto patients = static_cast<double>(scenario_.sample_size);
    if (scenario_.sample_size == 0 || when.value <= patients * when.share) return;
    std::string in = std::to_string(scenario_.sample_size) + " patients";
    if (!when.arms.empty())
      in = fmt::format("these arms, to which {:.6g} of {} are allotted", patients * when.share, in);
    events.reject_because(events.found() + " events cannot happen in " + in +
                          " (a sweep of sample sizes wants `event_fraction`)");
  }

  std::size_t whose_events(const Value& condition, const Record& record) const {
    const auto of = record.optional_value("of");
    if (!of) {
      if (!endpoint_ && !scenario_.endpoints.empty())
        condition.reject_key("no endpoint is a time to an event, so there are no events to count");
      return endpoint_.value_or(0);
    }
    std::vector<std::string> names;
    for (const NamedEndpoint& endpoint : scenario_.endpoints)
      names.push_back(endpoint.name);
    const std::string name = of->text();
    if (names.empty() || !require_known(*of, name, "endpoint", names)) return 0;
    const auto found = std::ranges::find(names, name);
    const auto index = static_cast<std::size_t>(found - names.begin());
    if (!scenario_.endpoints[index].definition.time_to_event())
      of->reject_because(input::in_backquotes(name) +
                         " is a proportion; only events of a time to an event are counted");
    return index;
  }

  const Scenario& scenario_;
  std::optional<std::size_t> endpoint_;
  const std::vector<std::int32_t>& arms_;
};

}  // namespace

std::optional<std::size_t> first_time_to_event(const Scenario& scenario) {
  for (std::size_t k = 0; k < scenario.endpoints.size(); ++k)
    if (scenario.endpoints[k].definition.time_to_event()) return k;
  return std::nullopt;
}

cohort::AnalysisTime read_analysis_time(const Value& value, const Scenario& scenario,
                                        std::optional<std::size_t> endpoint,
                                        const std::vector<std::int32_t>& arms) {
  return ConditionReader(scenario, endpoint, arms).read(value, 0);
}

void read_follow_up(const Record& file, Scenario& scenario) {
  using enum cohort::AnalysisTime::Condition;
  const Record record = file.record("follow_up");
  scenario.analysis_time =
      read_analysis_time(record.value("until"), scenario, first_time_to_event(scenario));
  if (const auto cap = record.optional_number("at_most_months", input::above(0)))
    scenario.analysis_time = {first_of, 0, {scenario.analysis_time, {calendar_months, *cap, {}}}};
}

}  // namespace trialmill::scenario
