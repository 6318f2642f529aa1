#include <algorithm>
#include <optional>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using cohort::Endpoint;
using cohort::EndpointEvent;
using input::Record;
using input::Value;

const std::vector<input::Choice<Endpoint::Patients>> patients_choices{
    {"all", Endpoint::Patients::all},
    {"operated", Endpoint::Patients::operated},
    {"resected", Endpoint::Patients::resected},
    {"r0_r1", Endpoint::Patients::r0_r1}};

const std::vector<input::Choice<EndpointEvent::Kind>> event_choices{
    {"progression", EndpointEvent::Kind::progression},
    {"withdrawal", EndpointEvent::Kind::withdrawal},
    {"unresectable", EndpointEvent::Kind::unresectable},
    {"r2", EndpointEvent::Kind::r2},
    {"recurrence", EndpointEvent::Kind::recurrence},
    {"death", EndpointEvent::Kind::death}};

const input::Interval fixed_day =
    input::above_to(0, 240).because("a day after randomisation, in months, that all arms share");

EndpointEvent read_r2(const Value& counted) {
  using Kind = EndpointEvent::Kind;
  if (counted.is(Value::Kind::record))
    return {Kind::r2_dated, counted.record().number("at_months", fixed_day)};
  return {counted.one_of<Kind>({{"randomisation", Kind::r2_dated}, {"surgery", Kind::r2}})};
}

std::optional<EndpointEvent> read_event(const Value& item) {
  using Kind = EndpointEvent::Kind;
  if (!item.is(Value::Kind::record)) {
    const Kind kind = item.one_of(event_choices);  // the first one if it is none of them
    const bool known = item.is(Value::Kind::text) &&
                       std::ranges::find(event_choices, item.text(), &input::Choice<Kind>::name) !=
                           event_choices.end();
    return known ? std::optional(EndpointEvent{kind}) : std::nullopt;
  }
  const Record record = item.record();
  if (record.size() > 1) item.reject_because("each event is an item of the list of its own");
  if (const auto from = record.optional_value("r2")) return read_r2(*from);
  if (const auto months = record.optional_number("no_surgery_by_months", input::above(0)))
    return EndpointEvent{Kind::no_surgery_by, *months};
  if (const auto months = record.optional_number("no_adjuvant_by_months", input::above(0)))
    return EndpointEvent{Kind::no_adjuvant_by, *months};
  if (record.size() == 0)
    item.reject_because(
        "an event with a detail is one of `r2`, `no_surgery_by_months`, `no_adjuvant_by_months`");
  return std::nullopt;
}

bool same_event(const EndpointEvent& one, const EndpointEvent& other) {
  using enum EndpointEvent::Kind;
  const auto kind = [](const EndpointEvent& e) { return e.kind == r2_dated ? r2 : e.kind; };
  return kind(one) == kind(other);
}

// Events that end the way to surgery, or count from before it, mean nothing to a clock that starts
// there.
void require_after_origin(const Value& item, const EndpointEvent& what, const Endpoint& endpoint) {
  using enum EndpointEvent::Kind;
  const bool before_landmark = endpoint.origin == Endpoint::Origin::landmark &&
                               what.kind == r2_dated && what.months <= endpoint.landmark_months;
  if (before_landmark)
    item.reject_because("this is dated before the landmark, from which the endpoint counts");
  if (endpoint.origin != Endpoint::Origin::surgery) return;
  if (what.kind == progression || what.kind == withdrawal || what.kind == no_surgery_by ||
      what.kind == r2_dated)
    item.reject_because("this comes before surgery, from which the endpoint counts");
}

void read_events(const Record& file, const Value& value, Endpoint& endpoint) {
  for (const Value& item : value.list(1)) {
    const auto what = read_event(item);
    if (!what) continue;
    if (std::ranges::any_of(endpoint.events,
                            [&](const EndpointEvent& other) { return same_event(*what, other); }))
      item.reject_because("this event is listed twice");
    require_after_origin(item, *what, endpoint);
    if (what->kind == EndpointEvent::Kind::no_adjuvant_by &&
        !is_stated(file, {"pathway", "surgery", "adjuvant"}))
      item.reject_because(
          "nobody starts adjuvant therapy: `pathway.surgery.adjuvant` is not stated");
    endpoint.events.push_back(*what);
  }
}

void read_origin(const Record& record, Endpoint& endpoint) {
  using enum Endpoint::Origin;
  const auto from = record.optional_value("from");
  if (!from) return;
  if (from->is(Value::Kind::record)) {
    endpoint.origin = landmark;
    endpoint.landmark_months = from->record().number(
        "landmark_months",
        input::above_to(0, 240).because("nobody is followed to a later landmark"));
    return;
  }
  endpoint.origin =
      from->one_of<Endpoint::Origin>({{"randomisation", randomisation}, {"surgery", surgery}});
}

double longest_planned_surgery(const Scenario& scenario) {
  double longest = 0;
  for (const Arm& arm : scenario.arms)
    longest = std::max(longest, arm.before_surgery.surgery_at_months);
  return longest;
}

// @param by_default whether an analysis set is used where the key is absent
void read_analysis_set(const Record& record, bool by_default, Endpoint& endpoint) {
  endpoint.analysed_once_due = record.one_of_or("analysed_from", by_default,
                                                {{"surgery_due", true}, {"randomisation", false}});
  if (endpoint.origin == Endpoint::Origin::surgery && record.has("analysed_from"))
    record.value("analysed_from")
        .reject_key("an endpoint from surgery has no patient before the operation");
}

void read_early_events(const Record& record, Endpoint& endpoint) {
  const auto day = record.optional_value("date_early_events_to_months");
  if (!day) return;
  endpoint.early_events_at_months = record.number("date_early_events_to_months", fixed_day);
  if (endpoint.origin != Endpoint::Origin::randomisation)
    day->reject_key("belongs to an endpoint from randomisation");
}

Endpoint read_proportion(const Record& record, const Scenario& scenario) {
  using enum Endpoint::Outcome;
  Endpoint endpoint;
  endpoint.surgery_due_months = longest_planned_surgery(scenario);
  endpoint.outcome = record.one_of<Endpoint::Outcome>("proportion", {{"response", response},
                                                                     {"surgery", surgery},
                                                                     {"resection", resection},
                                                                     {"r0", r0},
                                                                     {"r0_r1", r0_r1}});
  endpoint.patients = record.one_of_or("of", Endpoint::Patients::all, patients_choices);
  read_analysis_set(record, true, endpoint);
  for (const char* key : {"from", "events", "date_early_events_to_months"})
    if (const auto value = record.optional_value(key))
      value->reject_key("belongs to a time to an event; this endpoint is a proportion");
  return endpoint;
}

Endpoint read_time_to_event(const Record& file, const Record& record, const Scenario& scenario) {
  Endpoint endpoint;
  endpoint.surgery_due_months = longest_planned_surgery(scenario);
  read_origin(record, endpoint);
  endpoint.patients = record.one_of_or("of", Endpoint::Patients::all, patients_choices);
  if (!record.has("events"))
    record.reject_because("an endpoint has `events` (with `from`), or is a `proportion`");
  else
    read_events(file, record.value("events"), endpoint);
  read_early_events(record, endpoint);
  read_analysis_set(record, endpoint.dated_before_known(), endpoint);
  return endpoint;
}

}  // namespace

void read_endpoints(const Record& file, Scenario& scenario) {
  const auto section = file.optional_value("endpoints");
  if (!scenario.course) {
    if (section)
      section->reject_key("with one event there is one endpoint, named after it; several " +
                          std::string(needs_course));
    if (!scenario.disease.name.empty())
      scenario.endpoints.push_back({scenario.disease.name, {.events = {EndpointEvent{}}}});
    return;
  }
  const Value endpoints = file.value("endpoints");
  for (const auto& [name, value] : endpoints.record().entries()) {
    require_name(value, name);
    const Record record = value.record();
    scenario.endpoints.push_back({name, record.has("proportion")
                                            ? read_proportion(record, scenario)
                                            : read_time_to_event(file, record, scenario)});
  }
  if (endpoints.is(Value::Kind::record) && scenario.endpoints.empty())
    endpoints.reject_key("a trial has at least one endpoint");
}

}  // namespace trialmill::scenario
