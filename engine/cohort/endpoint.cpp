#include "trialmill/cohort/endpoint.hpp"

#include <algorithm>
#include <limits>

namespace trialmill::cohort {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

// One patient's course, by name.
struct Patient {
  const Cohort& cohort;
  std::size_t attributes_from;
  std::size_t index;

  double at(Milestone which) const { return cohort.milestone(which)[index]; }
  double attribute(Attribute which) const {
    return cohort.covariate(attributes_from + static_cast<std::size_t>(which))[index];
  }
  Radicality radicality() const {
    return static_cast<Radicality>(static_cast<int>(attribute(Attribute::radicality)));
  }
  bool operated() const { return at(Milestone::surgery) < never; }
  bool resected() const { return radicality() != Radicality::unresected; }
};

// Months from randomisation; infinite when it never happens.
double time_of(const EndpointEvent& what, const Patient& patient) {
  using enum EndpointEvent::Kind;
  const double surgery = patient.at(Milestone::surgery);
  switch (what.kind) {
    case event:
      return patient.cohort.event_months[patient.index];
    case progression:
      return patient.at(Milestone::progression_seen);
    case withdrawal:
      return patient.at(Milestone::withdrawal);
    case unresectable:
      return patient.operated() && !patient.resected() ? surgery : never;
    case r2:
      return patient.radicality() == Radicality::r2 ? surgery : never;
    case r2_at_randomisation:
      return patient.radicality() == Radicality::r2 ? 0 : never;
    case recurrence:
      return patient.at(Milestone::recurrence_seen);
    case death:
      return patient.at(Milestone::death);
    case no_surgery_by:
      return surgery <= what.months ? never : what.months;
    case no_adjuvant_by:
      return !patient.resected() || patient.at(Milestone::adjuvant) <= surgery + what.months
                 ? never
                 : surgery + what.months;
  }
  return never;
}

// An event that is dated back is known at surgery only.
double known_at(const EndpointEvent& what, const Patient& patient, double time) {
  return what.kind == EndpointEvent::Kind::r2_at_randomisation && time < never
             ? patient.at(Milestone::surgery)
             : time;
}

struct Times {
  double origin = never;  // from randomisation, as the others
  double event = never;
  double known = never;
  double dropout = never;
};

void find_first_event(const Endpoint& endpoint, const Patient& patient, Times& times) {
  for (const EndpointEvent& event : endpoint.events) {
    const double time = time_of(event, patient);
    if (time >= times.event) continue;
    times.event = time;
    times.known = known_at(event, patient, time);
  }
}

bool is_among(const Endpoint& endpoint, const Patient& patient) {
  using enum Endpoint::Patients;
  switch (endpoint.patients) {
    case all:
      return true;
    case operated:
      return patient.operated();
    case resected:
      return patient.resected();
    case r0_r1:
      return patient.radicality() == Radicality::r0 || patient.radicality() == Radicality::r1;
  }
  return false;
}

Times time_to_event(const Endpoint& endpoint, const Patient& patient) {
  Times times;
  times.dropout = patient.cohort.dropout_months[patient.index];
  find_first_event(endpoint, patient, times);
  if (!is_among(endpoint, patient)) return times;
  const double surgery = patient.at(Milestone::surgery);
  switch (endpoint.origin) {
    case Endpoint::Origin::randomisation: {
      const bool chosen = endpoint.patients != Endpoint::Patients::all;
      times.origin = chosen && times.dropout < surgery ? never : 0;
      return times;
    }
    case Endpoint::Origin::surgery:
      times.origin = surgery;
      break;
    case Endpoint::Origin::landmark: {
      const bool chosen_later =
          endpoint.patients != Endpoint::Patients::all && surgery > endpoint.landmark_months;
      times.origin = chosen_later || times.known <= endpoint.landmark_months
                         ? never
                         : endpoint.landmark_months;
      break;
    }
  }
  // Patients lost before the clock starts are never seen to be among those analysed.
  if (times.dropout < times.origin) times.origin = never;
  return times;
}

bool succeeds(Endpoint::Outcome outcome, const Patient& patient) {
  using enum Endpoint::Outcome;
  const Radicality radicality = patient.radicality();
  switch (outcome) {
    case none:
      return false;
    case response:
      return patient.attribute(Attribute::response) == 1;
    case surgery:
      return patient.operated();
    case resection:
      return patient.resected();
    case r0:
      return radicality == Radicality::r0;
    case r0_r1:
      return radicality == Radicality::r0 || radicality == Radicality::r1;
  }
  return false;
}

// A patient lost before the pathway ends is a failure, or not seen to be among those analysed.
Times yes_or_no(const Endpoint& endpoint, const Patient& patient) {
  const double dropout = patient.cohort.dropout_months[patient.index];
  const double ends = std::min({patient.at(Milestone::surgery), patient.at(Milestone::progression),
                                patient.at(Milestone::withdrawal), patient.at(Milestone::death)});
  Times times;
  const bool lost = dropout < ends;
  const bool chosen = endpoint.patients != Endpoint::Patients::all;
  if (!is_among(endpoint, patient) || (chosen && lost)) return times;
  times.origin = 0;
  const double counted = patient.at(Milestone::planned_surgery);
  if (!lost && succeeds(endpoint.outcome, patient))
    times.event = times.known = counted;
  else
    times.dropout = counted;
  return times;
}

}  // namespace

EndpointColumns endpoint_columns(const Endpoint& endpoint, const Cohort& cohort,
                                 std::size_t attributes_from, EndpointWorkspace& workspace) {
  if (cohort.milestones.empty())
    return {true, cohort.enrolment_months, cohort.event_months, cohort.event_months,
            cohort.dropout_months};
  workspace.origin.resize(cohort.size);
  workspace.event.resize(cohort.size);
  workspace.known.resize(cohort.size);
  workspace.dropout.resize(cohort.size);
  for (std::size_t i = 0; i < cohort.size; ++i) {
    const Patient patient{cohort, attributes_from, i};
    const Times times =
        endpoint.time_to_event() ? time_to_event(endpoint, patient) : yes_or_no(endpoint, patient);
    workspace.origin[i] = cohort.enrolment_months[i] + times.origin;
    workspace.event[i] = times.event - times.origin;
    workspace.known[i] = times.known - times.origin;
    workspace.dropout[i] = times.dropout - times.origin;
    if (!(times.origin < never))
      workspace.event[i] = workspace.known[i] = workspace.dropout[i] = never;
  }
  return {endpoint.everybody(), workspace.origin, workspace.event, workspace.known,
          workspace.dropout};
}

}  // namespace trialmill::cohort
