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
  if (const auto from = record.optional_value("r2")) {
    const Kind kind =
        from->one_of<Kind>({{"randomisation", Kind::r2_at_randomisation}, {"surgery", Kind::r2}});
    return EndpointEvent{kind};
  }
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
  const auto kind = [](const EndpointEvent& e) {
    return e.kind == r2_at_randomisation ? r2 : e.kind;
  };
  return kind(one) == kind(other);
}

// Events that end the way to surgery, or count from before it, mean nothing to a clock that starts
// there.
void require_after_origin(const Value& item, const EndpointEvent& what, Endpoint::Origin origin) {
  using enum EndpointEvent::Kind;
  if (origin != Endpoint::Origin::surgery) return;
  if (what.kind == progression || what.kind == withdrawal || what.kind == no_surgery_by ||
      what.kind == r2_at_randomisation)
    item.reject_because("this comes before surgery, from which the endpoint counts");
}

void read_events(const Record& file, const Value& value, Endpoint& endpoint) {
  for (const Value& item : value.list(1)) {
    const auto what = read_event(item);
    if (!what) continue;
    if (std::ranges::any_of(endpoint.events,
                            [&](const EndpointEvent& other) { return same_event(*what, other); }))
      item.reject_because("this event is listed twice");
    require_after_origin(item, *what, endpoint.origin);
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

Endpoint read_proportion(const Record& record) {
  using enum Endpoint::Outcome;
  Endpoint endpoint;
  endpoint.outcome = record.one_of<Endpoint::Outcome>("proportion", {{"response", response},
                                                                     {"surgery", surgery},
                                                                     {"resection", resection},
                                                                     {"r0", r0},
                                                                     {"r0_r1", r0_r1}});
  endpoint.patients = record.one_of_or("of", Endpoint::Patients::all, patients_choices);
  for (const char* key : {"from", "events"})
    if (const auto value = record.optional_value(key))
      value->reject_key("belongs to a time to an event; this endpoint is a proportion");
  return endpoint;
}

Endpoint read_time_to_event(const Record& file, const Record& record) {
  Endpoint endpoint;
  read_origin(record, endpoint);
  endpoint.patients = record.one_of_or("of", Endpoint::Patients::all, patients_choices);
  if (!record.has("events"))
    record.reject_because("an endpoint has `events` (with `from`), or is a `proportion`");
  else
    read_events(file, record.value("events"), endpoint);
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
                                            ? read_proportion(record)
                                            : read_time_to_event(file, record)});
  }
  if (endpoints.is(Value::Kind::record) && scenario.endpoints.empty())
    endpoints.reject_key("a trial has at least one endpoint");
}

}  // namespace trialmill::scenario
