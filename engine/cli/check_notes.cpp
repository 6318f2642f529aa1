#include "cli/check_notes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "trialmill/simulation/plan.hpp"

namespace trialmill::cli {
namespace {

using cohort::Endpoint;
using Kind = cohort::EndpointEvent::Kind;

bool patients_withdraw(const scenario::Scenario& scenario) {
  return std::ranges::any_of(scenario.arms, [](const scenario::Arm& arm) {
    return std::ranges::any_of(arm.before_surgery.withdrawal.hazard_per_month,
                               [](double per_month) { return per_month > 0; });
  });
}

bool lists(const Endpoint& endpoint, Kind kind) {
  return std::ranges::find(endpoint.events, kind, &cohort::EndpointEvent::kind) !=
         endpoint.events.end();
}

// Those who withdraw are analysed, cannot progress or recur any more, and nothing counts that.
bool spares_withdrawal(const Endpoint& endpoint) {
  return endpoint.time_to_event() && endpoint.patients == Endpoint::Patients::all &&
         endpoint.origin != Endpoint::Origin::surgery &&
         (lists(endpoint, Kind::progression) || lists(endpoint, Kind::recurrence)) &&
         !lists(endpoint, Kind::withdrawal) && !lists(endpoint, Kind::no_surgery_by);
}

// What results say of the first design point's analyses before anything is simulated: levels of
// covariates that they leave out, for nobody can have them, and endpoints that do not hold a level.
void note_analyses(const scenario::Study& study, std::vector<std::string>& notes) {
  scenario::Study first = study;
  first.points.resize(1);
  first.null_twins = scenario::NullTwins::none;
  const simulation::Plan plan = simulation::compile_plan(first);
  for (const result::AnalysisLabel& label : plan.designs.front().labels) {
    for (std::string& warning : result::warnings(label.set, label.endpoint))
      if (std::ranges::find(notes, warning) == notes.end()) notes.push_back(std::move(warning));
    for (const result::AnalysisOption& option : label.options)
      if (option.key == "left_out")
        notes.push_back(fmt::format("{} leaves out {}: none of its patients can have that",
                                    label.name, std::get<std::string>(option.value)));
  }
}

void note_withdrawal(const scenario::Study& study, std::vector<std::string>& notes) {
  const bool withdraw = std::ranges::any_of(study.points, [](const scenario::DesignPoint& point) {
    return patients_withdraw(point.scenario);
  });
  if (!withdraw) return;
  for (const scenario::NamedEndpoint& endpoint : study.points.front().scenario.endpoints)
    if (spares_withdrawal(endpoint.definition))
      notes.push_back(fmt::format(
          "{} does not count `withdrawal`: patients who withdraw can then {}: withdrawal looks "
          "like a benefit",
          endpoint.name,
          lists(endpoint.definition, Kind::death) ? "only die" : "have no event any more"));
}

bool waits(const scenario::Arm& arm) {
  return arm.before_surgery.surgery_at_months > 0;
}

bool operates_at_different_times(const scenario::Scenario& scenario) {
  return std::ranges::any_of(scenario.arms, [&](const scenario::Arm& arm) {
    return arm.before_surgery.surgery_at_months !=
           scenario.arms.front().before_surgery.surgery_at_months;
  });
}

// Arms that wait for surgery at different lengths, in which nothing is said of death until then.
struct ImmortalArms {
  std::vector<std::string> names;
  bool wait_longer = false;  // one of them than some other arm
};

ImmortalArms immortal_arms(const scenario::Scenario& scenario) {
  ImmortalArms out;
  if (!operates_at_different_times(scenario)) return out;
  const auto months = [](const scenario::Arm& arm) { return arm.before_surgery.surgery_at_months; };
  const double earliest = months(std::ranges::min(scenario.arms, {}, months));
  for (const scenario::Arm& arm : scenario.arms) {
    if (!waits(arm) || arm.before_surgery.states_death) continue;
    out.names.push_back(fmt::format("{} (surgery in month {:.4g})", arm.name, months(arm)));
    out.wait_longer |= months(arm) > earliest;
  }
  return out;
}

// Survival is calibrated to published patients, who are taken not to switch.
void note_switching(const scenario::Study& study, std::vector<std::string>& notes) {
  const scenario::Scenario& scenario = study.points.front().scenario;
  const scenario::Arm& control = scenario.arms.front();
  const bool calibrated = scenario.course && std::holds_alternative<scenario::CalibratedBaseline>(
                                                 scenario.course->death_with_disease.baseline);
  if (calibrated && control.switching && control.switching->probability > 0)
    notes.push_back(fmt::format(
        "{} switches treatment, and the published survival is met without switching: the arm's own "
        "survival differs from it",
        control.name));
}

// Of the first design point where that is so.
void note_death(const scenario::Study& study, std::vector<std::string>& notes) {
  for (const scenario::DesignPoint& point : study.points) {
    const ImmortalArms arms = immortal_arms(point.scenario);
    if (arms.names.empty()) continue;
    notes.push_back(fmt::format(
        "nobody dies before surgery in {}, as no `death` is stated there, and arms are operated on "
        "at different times: {}. State `death` under `before_surgery`; `published` takes the "
        "hazard "
        "of overall survival until its first point",
        fmt::join(arms.names, " and in "),
        arms.wait_longer ? "the longer wait looks like a benefit"
                         : "the arms that wait longer have deaths, and this one has none"));
    return;
  }
}

}  // namespace

std::vector<std::string> notes_on(const scenario::Study& study) {
  std::vector<std::string> notes;
  note_analyses(study, notes);
  note_switching(study, notes);
  note_death(study, notes);
  note_withdrawal(study, notes);
  return notes;
}

void print_notes(const scenario::Study& study) {
  const std::vector<std::string> notes = notes_on(study);
  if (notes.empty()) return;
  fmt::print("\nNotes\n");
  for (const std::string& note : notes)
    fmt::print("  {}\n", note);
}

}  // namespace trialmill::cli
