#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using cohort::Endpoint;
using cohort::EndpointEvent;
using input::Record;
using input::Value;

std::string word(Endpoint::Patients patients) {
  using enum Endpoint::Patients;
  switch (patients) {
    case all:
      return "all";
    case operated:
      return "operated";
    case resected:
      return "resected";
    case r0_r1:
      return "r0_r1";
  }
  return "";
}

bool in_some_arm(const Record& file, const Scenario& scenario, const std::string& event,
                 survival::PiecewiseHazard BeforeSurgeryPlan::*hazard) {
  return std::ranges::any_of(scenario.arms, [&](const Arm& arm) {
    return is_swept(file, "arms." + arm.name + ".before_surgery." + event) ||
           std::ranges::any_of((arm.before_surgery.*hazard).hazard_per_month,
                               [](double per_month) { return per_month > 0; });
  });
}

bool some_arm_responds(const Record& file, const Scenario& scenario) {
  return std::ranges::any_of(scenario.arms, [&](const Arm& arm) {
    return is_swept(file, "arms." + arm.name + ".before_surgery.response") ||
           arm.before_surgery.response > 0;
  });
}

// The first arm in which everybody operated on as planned has the event.
const Arm* planned_later(const Scenario& scenario, double months) {
  const auto arm = std::ranges::find_if(
      scenario.arms, [&](const Arm& one) { return one.before_surgery.surgery_at_months > months; });
  return arm == scenario.arms.end() ? nullptr : &*arm;
}

// Why the event happens to nobody among the endpoint's patients; empty where it can.
std::string excluded_by_choice(const Endpoint& endpoint, const EndpointEvent& what) {
  using enum EndpointEvent::Kind;
  using enum Endpoint::Patients;
  const Endpoint::Patients patients = endpoint.patients;
  const std::string of = " `of: " + word(patients) + "`";
  if (patients == all) return {};
  if (what.kind == progression || what.kind == withdrawal)
    return "this precludes surgery: it happens to no patient" + of;
  if (what.kind == no_surgery_by) return "every patient" + of + " is operated on by then";
  if (patients == operated) return {};
  if (what.kind == unresectable) return "no patient" + of + " is unresectable";
  if (patients == r0_r1 && (what.kind == r2 || what.kind == r2_dated))
    return "no patient" + of + " is resected R2";
  return {};
}

// Why the event happens to nobody in the trial; empty where it can.
std::string happens_in_no_arm(const Record& file, const Scenario& scenario,
                              const EndpointEvent& what) {
  using enum EndpointEvent::Kind;
  using Plan = BeforeSurgeryPlan;
  const OperationPlan& operation = scenario.course->operation;
  const std::string radicality = "pathway.surgery.radicality.";
  switch (what.kind) {
    case progression:
      return in_some_arm(file, scenario, "progression", &Plan::progression)
                 ? ""
                 : "this never happens: no arm has a `progression` `before_surgery`";
    case withdrawal:
      return in_some_arm(file, scenario, "withdrawal", &Plan::withdrawal)
                 ? ""
                 : "this never happens: no arm has a `withdrawal` `before_surgery`";
    case unresectable:
      // A definition of event-free survival may list it where the publication reports none.
      return operation.unresectable.probability > 0 ||
                     is_swept(file, radicality + "unresectable") ||
                     !is_stated(file, {"pathway", "surgery", "radicality", "unresectable"})
                 ? ""
                 : "this never happens: `pathway.surgery.radicality.unresectable` is 0";
    case r2:
    case r2_dated:
      return operation.r2.probability > 0 || is_swept(file, radicality + "r2")
                 ? ""
                 : "this never happens: the probability `pathway.surgery.radicality.r2` is 0";
    default:
      return {};
  }
}

void require_possible(const Record& file, const Scenario& scenario, const Endpoint& endpoint,
                      const EndpointEvent& what, const Value& item) {
  if (what.kind == EndpointEvent::Kind::no_surgery_by) {
    if (const Arm* late = planned_later(scenario, what.months)) {
      item.reject_because(fmt::format(
          "surgery in arm {} is planned for month {:.6g}: everybody operated on as planned would "
          "have this event",
          input::in_backquotes(late->name), late->before_surgery.surgery_at_months));
      return;
    }
  }
  const OperationPlan& operation = scenario.course->operation;
  const double from = operation.adjuvant_from_months;
  if (what.kind == EndpointEvent::Kind::no_adjuvant_by &&
      (what.months < from || (what.months == from && operation.adjuvant_to_months > from))) {
    item.reject_because(fmt::format(
        "adjuvant therapy starts in month {:.6g} after surgery at the earliest: everybody operated "
        "on would have this event",
        from));
    return;
  }
  std::string why = excluded_by_choice(endpoint, what);
  if (why.empty()) why = happens_in_no_arm(file, scenario, what);
  if (!why.empty()) item.reject_because(std::move(why));
}

void require_varying(const Record& file, const Scenario& scenario, const Endpoint& endpoint,
                     const Value& proportion) {
  using Patients = Endpoint::Patients;
  using enum Endpoint::Outcome;
  const Patients of = endpoint.patients;
  const bool always =
      (endpoint.outcome == surgery && of != Patients::all) ||
      (endpoint.outcome == resection && (of == Patients::resected || of == Patients::r0_r1)) ||
      (endpoint.outcome == r0_r1 && of == Patients::r0_r1);
  if (always)
    proportion.reject_because("the proportion is always 1 `of: " + word(of) + "`");
  else if (endpoint.outcome == response && !some_arm_responds(file, scenario))
    proportion.reject_because(
        "the proportion is always 0: no arm has a `response` `before_surgery`");
}

// Nobody is followed for longer than this, whatever else happens.
double longest_follow_up(const cohort::AnalysisTime& time) {
  using enum cohort::AnalysisTime::Condition;
  constexpr double unknown = std::numeric_limits<double>::infinity();
  if (time.condition == calendar_months) return time.value;
  if (time.condition != first_of && time.condition != last_of) return unknown;
  double longest = time.condition == first_of ? unknown : 0;
  for (const cohort::AnalysisTime& one : time.of)
    longest = time.condition == first_of ? std::min(longest, longest_follow_up(one))
                                         : std::max(longest, longest_follow_up(one));
  return longest;
}

// In the data that the endpoint is analysed in.
double longest_follow_up(const Scenario& scenario, const std::string& endpoint) {
  std::vector<double> of_analyses;
  for (const Analysis& analysis : scenario.analyses)
    if (analysis.endpoint == endpoint)
      of_analyses.push_back(longest_follow_up(analysis.at.value_or(scenario.analysis_time)));
  return of_analyses.empty() ? longest_follow_up(scenario.analysis_time)
                             : std::ranges::max(of_analyses);
}

void require_followed(const Scenario& scenario, const NamedEndpoint& endpoint,
                      const Value& landmark) {
  const double longest = longest_follow_up(scenario, endpoint.name);
  if (endpoint.definition.landmark_months >= longest)
    landmark.reject_because(fmt::format(
        "nobody is followed to the landmark: the data are analysed in month {:.6g} at the latest",
        longest));
}

}  // namespace

bool is_swept(const Record& file, std::string_view path) {
  const auto sweep = file.optional_value("sweep");
  if (!sweep || !sweep->is(Value::Kind::record)) return false;
  const std::string below = std::string(path) + ".";
  return std::ranges::any_of(sweep->record().entries(), [&](const auto& entry) {
    return entry.first == path || entry.first.starts_with(below);
  });
}

void reject_empty_endpoints(const Record& file, const Scenario& scenario) {
  if (scenario.survey) return;
  const Record endpoints = file.record("endpoints");
  for (const NamedEndpoint& named : scenario.endpoints) {
    const Endpoint& endpoint = named.definition;
    const Record record = endpoints.record(named.name);
    if (!endpoint.time_to_event()) {
      require_varying(file, scenario, endpoint, record.value("proportion"));
      continue;
    }
    const auto items = record.value("events").list();
    // An event that could not be read has been complained of, and is not among the endpoint's.
    for (std::size_t k = 0; items.size() == endpoint.events.size() && k < items.size(); ++k)
      require_possible(file, scenario, endpoint, endpoint.events[k], items[k]);
    if (endpoint.origin == Endpoint::Origin::landmark)
      require_followed(scenario, named, record.record("from").value("landmark_months"));
  }
}

}  // namespace trialmill::scenario
