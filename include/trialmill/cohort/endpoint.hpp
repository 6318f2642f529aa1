#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/cohort/cohort.hpp"

/// Endpoints of a trial: definitions applied to the courses of the same patients.
namespace trialmill::cohort {

/// One of the events of which an endpoint takes the first.
struct EndpointEvent {
  enum class Kind {
    event,                ///< the event of a model that has just one
    progression,          ///< seen before surgery, which it precludes
    withdrawal,           ///< decision against surgery
    unresectable,         ///< found at surgery
    r2,                   ///< R2 resection, at surgery
    r2_at_randomisation,  ///< the same, dated back to the first day; known at surgery
    recurrence,           ///< seen
    death,
    no_surgery_by,   ///< no operation `months` after randomisation, at that time
    no_adjuvant_by,  ///< resected, and adjuvant therapy not started `months` after surgery
  };
  Kind kind = Kind::event;
  double months = 0;  ///< of the last two
};

/// A time to the first of some events, or a yes-or-no outcome of the pathway.
struct Endpoint {
  enum class Origin {
    randomisation,
    surgery,
    landmark,  ///< `landmark_months` after randomisation, among those without event until then
  };
  /// Who is analysed. Patients chosen by an operation that comes after the origin are immortal
  /// until it: a bias that trials should not have, and that this program can show.
  enum class Patients { all, operated, resected, r0_r1 };
  enum class Outcome { none, response, surgery, resection, r0, r0_r1 };

  Origin origin = Origin::randomisation;
  double landmark_months = 0;
  Patients patients = Patients::all;
  std::vector<EndpointEvent> events;  ///< of a time-to-event endpoint
  Outcome outcome = Outcome::none;    ///< of a yes-or-no endpoint

  bool time_to_event() const { return outcome == Outcome::none; }
  /// Everybody counts from randomisation.
  bool everybody() const { return origin == Origin::randomisation && patients == Patients::all; }
};

/// An endpoint of one replicate's patients, as columns of cohort.size values. Of a yes-or-no
/// endpoint success is the event and failure the dropout, both on the day planned for
/// surgery: a failure known earlier must not count before a success can.
struct EndpointColumns {
  bool everybody = true;                  ///< the clock starts at randomisation for all patients
  std::span<const double> origin_months;  ///< calendar time at which the clock starts; infinite
                                          ///< for patients who are not analysed
  std::span<const double> event_months;   ///< from the origin; infinite when it never happens
  std::span<const double> known_months;   ///< when the event is known: later than it where an event
                                          ///< is dated back
  std::span<const double> dropout_months;  ///< from the origin
  std::span<const std::int32_t> arm = {};
};

/// Storage of an endpoint's columns, reused from replicate to replicate.
struct EndpointWorkspace {
  std::vector<double> origin, event, known, dropout, scratch;
};

/// Computes an endpoint of every patient. Columns that the cohort has already are not copied: they
/// point into the cohort, the others into the workspace.
EndpointColumns endpoint_columns(const Endpoint& endpoint, const Cohort& cohort,
                                 std::size_t attributes_from, EndpointWorkspace& workspace);

}  // namespace trialmill::cohort
