#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

cohort::VisitSchedule read_schedule(const Value& value) {
  if (value.is(Value::Kind::text)) {
    if (value.text() != "continuous") value.reject("`continuous`, or `every_months`");
    return {};
  }
  const Record record = value.record();
  const Pieces pieces = read_pieces(record.value("every_months"), "every_months", input::above(0));
  cohort::VisitSchedule schedule{pieces.from_months, pieces.value};
  schedule.jitter_months = record.number_or("jitter_months", 0, input::at_least(0));
  if (!pieces.value.empty() && schedule.jitter_months >= std::ranges::min(pieces.value) / 2)
    record.value("jitter_months")
        .reject_because("visits would change places: less than half of the shortest interval");
  schedule.missed_probability = record.number_or(
      "missed", 0, input::Interval{0, 1, true, false, "the probability that a visit is missed"});
  using enum cohort::VisitSchedule::Start;
  schedule.from = record.one_of_or<cohort::VisitSchedule::Start>(
      "from", randomisation, {{"randomisation", randomisation}, {"surgery", surgery}});
  return schedule;
}

bool is_schedule(const Value& assessments) {
  if (!assessments.is(Value::Kind::record)) return true;
  const Record record = assessments.record();
  bool any = false;
  for (const char* key : {"every_months", "jitter_months", "missed", "from"})
    any = record.has(key) || any;
  return any;
}

}  // namespace

void read_assessments(const Record& file, Scenario& scenario) {
  const auto assessments = file.optional_value("assessments");
  if (!assessments) return;
  if (!scenario.course) {
    assessments->reject_key(needs_course);
    return;
  }
  if (is_schedule(*assessments)) {
    const cohort::VisitSchedule schedule = read_schedule(*assessments);
    for (Arm& arm : scenario.arms)
      arm.assessments = schedule;
    return;
  }
  std::vector<std::string> names;
  for (const Arm& arm : scenario.arms)
    names.push_back(arm.name);
  const Record by_arm = assessments->record();
  for (const auto& [name, value] : by_arm.entries())
    require_known(value, name, "arm", names);
  for (Arm& arm : scenario.arms)
    arm.assessments = read_schedule(by_arm.value(arm.name));
}

}  // namespace trialmill::scenario
