#include "trialmill/cohort/endpoint.hpp"

#include <algorithm>
#include <limits>

#include "cohort/visit_grid.hpp"
#include "trialmill/math/clones.hpp"

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

// `value` of the patients with an outcome of the operation, never of the others.
TRIALMILL_CLONES void take_outcome(double outcome, const double* __restrict radicality,
                                   const double* __restrict value, std::size_t n,
                                   double* __restrict time) {
  for (std::size_t i = 0; i < n; ++i)
    time[i] = radicality[i] == outcome ? value[i] : never;
}

TRIALMILL_CLONES void miss_deadline(double months, const double* __restrict surgery, std::size_t n,
                                    double* __restrict time) {
  for (std::size_t i = 0; i < n; ++i)
    time[i] = surgery[i] <= months ? never : months;
}

// Of adjuvant therapy, `months` after surgery, for those who were resected.
TRIALMILL_CLONES void miss_adjuvant(double months, const double* __restrict radicality,
                                    const double* __restrict surgery,
                                    const double* __restrict adjuvant, std::size_t n,
                                    double* __restrict time) {
  constexpr double unresected = static_cast<double>(Radicality::unresected);
  for (std::size_t i = 0; i < n; ++i) {
    const double deadline = surgery[i] + months;
    const double missed = adjuvant[i] <= deadline ? never : deadline;
    time[i] = radicality[i] == unresected ? never : missed;
  }
}

// Takes an event that comes before those found so far.
TRIALMILL_CLONES void take_earlier(const double* __restrict time, std::size_t n,
                                   double* __restrict event, double* __restrict known) {
  for (std::size_t i = 0; i < n; ++i) {
    known[i] = time[i] < event[i] ? time[i] : known[i];
    event[i] = time[i] < event[i] ? time[i] : event[i];
  }
}

// The same for events known at `known_at` that have a date of their own.
TRIALMILL_CLONES void take_dated(double months, const double* __restrict known_at, std::size_t n,
                                 double* __restrict event, double* __restrict known) {
  for (std::size_t i = 0; i < n; ++i) {
    const double time = known_at[i] < never ? months : never;
    known[i] = time < event[i] ? known_at[i] : known[i];
    event[i] = time < event[i] ? time : event[i];
  }
}

// When one kind of event comes to be known, in months from randomisation: infinite when it never
// happens. A column of the cohort or `scratch`.
std::span<const double> times_of(const EndpointEvent& what, const Cohort& cohort,
                                 std::span<const double> radicality, std::span<double> scratch) {
  using enum EndpointEvent::Kind;
  const auto surgery = cohort.milestone(Milestone::surgery);
  const auto outcome = [&](Radicality which) {
    take_outcome(static_cast<double>(which), radicality.data(), surgery.data(), cohort.size,
                 scratch.data());
  };
  switch (what.kind) {
    case event:
      return cohort.event_months;
    case progression:
      return cohort.milestone(Milestone::progression_seen);
    case withdrawal:
      return cohort.milestone(Milestone::withdrawal);
    case recurrence:
      return cohort.milestone(Milestone::recurrence_seen);
    case death:
      return cohort.milestone(Milestone::death);
    case unresectable:  // surgery that never was comes never
      outcome(Radicality::unresected);
      break;
    case r2:
    case r2_dated:
      outcome(Radicality::r2);
      break;
    case no_surgery_by:
      miss_deadline(what.months, surgery.data(), cohort.size, scratch.data());
      break;
    case no_adjuvant_by:
      miss_adjuvant(what.months, radicality.data(), surgery.data(),
                    cohort.milestone(Milestone::adjuvant).data(), cohort.size, scratch.data());
      break;
  }
  return scratch;
}

// What decides when an event counts.
struct Dating {
  double early = 0;  // events before are dated to it
  double due = 0;    // nobody is analysed before
};

// Gives events their dates, which may lie before or after the day they become known, and leaves out
// (origin: never) patients lost before they would be analysed. The dead cannot be lost any more:
// what was seen of them counts whenever it is dated.
TRIALMILL_CLONES void date_events(Dating dating, const double* __restrict death,
                                  const double* __restrict lost_at, std::size_t n,
                                  double* __restrict origin, double* __restrict event,
                                  double* __restrict known, double* __restrict dropout) {
  for (std::size_t i = 0; i < n; ++i) {
    const bool dead = death[i] <= lost_at[i], seen = known[i] <= lost_at[i];
    const bool left_out = (lost_at[i] < dating.due) & !dead;
    const double dated = event[i] < dating.early ? dating.early : event[i];
    const double shown = known[i] < dated ? dated : known[i];
    const double counted = shown < dating.due ? dating.due : shown;
    origin[i] = left_out ? never : 0.0;
    event[i] = left_out ? never : dated;
    known[i] = left_out ? never : counted;
    dropout[i] = left_out | (seen & dead) ? never : lost_at[i];
  }
}

TRIALMILL_CLONES void add_enrolment(const double* __restrict enrolment, std::size_t n,
                                    double* __restrict origin) {
  for (std::size_t i = 0; i < n; ++i)
    origin[i] = enrolment[i] + origin[i];
}

// Months from randomisation.
struct FirstEvents {
  std::span<const double> event, known, dropout;
  std::span<const double> origin;  // never for patients left out; empty: nobody is
};

bool dates_itself(const EndpointEvent& what) {
  return what.kind == EndpointEvent::Kind::r2_dated;
}

// Does every event count on the day it becomes known?
bool counts_when_known(const Endpoint& endpoint) {
  return endpoint.early_events_at_months == 0 && !endpoint.analysed_once_due &&
         std::ranges::none_of(endpoint.events, dates_itself);
}

FirstEvents find_first_events(const Endpoint& endpoint, const Cohort& cohort,
                              std::span<const double> radicality, EndpointWorkspace& workspace) {
  workspace.scratch.resize(cohort.size);
  const bool when_known = counts_when_known(endpoint);
  if (endpoint.events.size() == 1 && when_known) {
    const auto time = times_of(endpoint.events[0], cohort, radicality, workspace.scratch);
    return {time, time, cohort.dropout_months, {}};
  }
  workspace.event.assign(cohort.size, never);
  workspace.known.assign(cohort.size, never);
  for (const EndpointEvent& what : endpoint.events) {
    const auto time = times_of(what, cohort, radicality, workspace.scratch);
    if (dates_itself(what))
      take_dated(what.months, time.data(), cohort.size, workspace.event.data(),
                 workspace.known.data());
    else
      take_earlier(time.data(), cohort.size, workspace.event.data(), workspace.known.data());
  }
  if (when_known) return {workspace.event, workspace.known, cohort.dropout_months, {}};
  workspace.origin.resize(cohort.size);
  workspace.dropout.resize(cohort.size);
  date_events({endpoint.early_events_at_months, endpoint.analysed_from_months()},
              cohort.milestone(Milestone::death).data(), cohort.dropout_months.data(), cohort.size,
              workspace.origin.data(), workspace.event.data(), workspace.known.data(),
              workspace.dropout.data());
  return {workspace.event, workspace.known, workspace.dropout, workspace.origin};
}

struct Times {
  double origin = never;  // from randomisation, as the others
  double event = never;
  double known = never;
  double dropout = never;
};

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

// Of a patient whose first event is known from randomisation.
Times time_to_event(const Endpoint& endpoint, const Patient& patient, const FirstEvents& first) {
  Times times;
  times.dropout = first.dropout[patient.index];
  times.event = first.event[patient.index];
  times.known = first.known[patient.index];
  const bool left_out = !first.origin.empty() && !(first.origin[patient.index] < never);
  if (left_out || !is_among(endpoint, patient)) return times;
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
      times.origin = chosen_later || times.event <= endpoint.landmark_months
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

// By an analysis set, patients lost before it can be known in every arm are left out. Without one
// a patient lost before the pathway ends is a failure, or not seen to be among those analysed.
Times yes_or_no(const Endpoint& endpoint, const Patient& patient) {
  const double dropout = patient.cohort.dropout_months[patient.index];
  const double ends = std::min({patient.at(Milestone::surgery), patient.at(Milestone::progression),
                                patient.at(Milestone::withdrawal), patient.at(Milestone::death)});
  Times times;
  const bool once_due = endpoint.analysed_once_due;
  const bool lost =
      once_due ? dropout < endpoint.surgery_due_months && dropout < patient.at(Milestone::death)
               : dropout < ends;
  const bool chosen = endpoint.patients != Endpoint::Patients::all;
  if (!is_among(endpoint, patient) || (lost && (chosen || once_due))) return times;
  times.origin = 0;
  const double counted =
      once_due ? endpoint.surgery_due_months : patient.at(Milestone::planned_surgery);
  if (!lost && succeeds(endpoint.outcome, patient))
    times.event = times.known = counted;
  else
    times.dropout = counted;
  return times;
}

}  // namespace

bool Endpoint::dated_before_known() const {
  return std::ranges::any_of(events, [&](const EndpointEvent& what) {
    return dates_itself(what) && std::max(what.months, early_events_at_months) < surgery_due_months;
  });
}

bool Endpoint::analysed_before_known() const {
  return !analysed_once_due && (time_to_event() ? dated_before_known() : surgery_due_months > 0);
}

EndpointColumns endpoint_columns(const Endpoint& endpoint, const Cohort& cohort,
                                 std::size_t attributes_from, EndpointWorkspace& workspace) {
  if (cohort.milestones.empty())
    return {true,
            cohort.enrolment_months,
            cohort.event_months,
            cohort.event_months,
            cohort.dropout_months,
            cohort.arm};
  constexpr auto radicality = static_cast<std::size_t>(Attribute::radicality);
  FirstEvents first;
  if (endpoint.time_to_event())
    first = find_first_events(endpoint, cohort, cohort.covariate(attributes_from + radicality),
                              workspace);
  const double from = endpoint.analysed_from_months();
  if (endpoint.time_to_event() && endpoint.everybody()) {
    if (from == 0)
      return {true, cohort.enrolment_months, first.event, first.known, first.dropout, cohort.arm};
    add_enrolment(cohort.enrolment_months.data(), cohort.size, workspace.origin.data());
    return {false, workspace.origin, first.event, first.known, first.dropout, cohort.arm, from};
  }
  workspace.origin.resize(cohort.size);
  workspace.event.resize(cohort.size);
  workspace.known.resize(cohort.size);
  workspace.dropout.resize(cohort.size);
  for (std::size_t i = 0; i < cohort.size; ++i) {
    const Patient patient{cohort, attributes_from, i};
    const Times times = endpoint.time_to_event() ? time_to_event(endpoint, patient, first)
                                                 : yes_or_no(endpoint, patient);
    const bool from_surgery = endpoint.origin == Endpoint::Origin::surgery;
    const auto since_origin = [&](double months) {
      return from_surgery ? on_visit_grid(months - times.origin) : months - times.origin;
    };
    workspace.origin[i] = cohort.enrolment_months[i] + times.origin;
    workspace.event[i] = since_origin(times.event);
    workspace.known[i] = since_origin(times.known);
    workspace.dropout[i] = times.dropout - times.origin;
    if (!(times.origin < never))
      workspace.event[i] = workspace.known[i] = workspace.dropout[i] = never;
  }
  const bool landmark = endpoint.origin == Endpoint::Origin::landmark;
  const double clock_starts = landmark ? endpoint.landmark_months : 0;
  return {endpoint.everybody() && from == 0,
          workspace.origin,
          workspace.event,
          workspace.known,
          workspace.dropout,
          cohort.arm,
          std::max(0.0, from - clock_starts)};
}

}  // namespace trialmill::cohort
