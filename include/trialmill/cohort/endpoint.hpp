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
    event,         ///< the event of a model that has just one
    progression,   ///< seen before surgery, which it precludes
    withdrawal,    ///< decision against surgery
    unresectable,  ///< found at surgery
    r2,            ///< R2 resection, at surgery
    r2_dated,      ///< the same, known at surgery and dated `months` after randomisation
    recurrence,    ///< seen
    death,
    no_surgery_by,   ///< no operation `months` after randomisation, at that time
    no_adjuvant_by,  ///< resected, and adjuvant therapy not started `months` after surgery
  };
  Kind kind = Kind::event;
  double months = 0;  ///< of the kinds that say so
};

/// A time to the first of some events, or a yes-or-no outcome of the pathway.
///
/// What is known only at the operation is known earlier in the arm that operates earlier. An
/// endpoint that is dated before it is known therefore has an analysis set that does not depend on
/// the arm: the patients for whom the longest planned operation of any arm is due at the cut, and
/// who were not lost to follow-up before that day (the dead are not lost). See Othus and others
/// (Clinical Trials 2025) on event-free survival in S1801.
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
  /// Events before this month after randomisation, of whatever kind, are dated to it; 0: they are
  /// not. A patient lost before that day is censored when lost.
  double early_events_at_months = 0;
  double surgery_due_months = 0;   ///< after randomisation: the longest plan of any arm
  bool analysed_once_due = false;  ///< by the analysis set above

  bool time_to_event() const { return outcome == Outcome::none; }
  /// Does an event have a date at which it may not be known yet?
  bool dated_before_known() const;
  /// Are patients analysed while what is counted is known in one arm and not yet in another?
  bool analysed_before_known() const;
  /// From when after randomisation a patient is analysed.
  double analysed_from_months() const { return analysed_once_due ? surgery_due_months : 0; }
  /// Everybody counts from randomisation.
  bool everybody() const { return origin == Origin::randomisation && patients == Patients::all; }
};

/// An endpoint of one replicate's patients, as columns of cohort.size values. Of a yes-or-no
/// endpoint success is the event and failure the dropout, both on the day from which patients are
/// analysed (without an analysis set, on the day planned for surgery): a failure known earlier
/// must not count before a success can.
struct EndpointColumns {
  bool everybody = true;                   ///< the clock starts at randomisation for all patients
  std::span<const double> origin_months;   ///< calendar time at which the clock starts; infinite
                                           ///< for patients who are not analysed
  std::span<const double> event_months;    ///< from the origin; infinite when it never happens
  std::span<const double> known_months;    ///< when the event counts: later than it where it is
                                           ///< dated before it is known, or nobody is analysed yet
  std::span<const double> dropout_months;  ///< from the origin
  std::span<const std::int32_t> arm = {};
  double analysed_from_months = 0;  ///< from the origin: no patient is analysed earlier

  bool analyses(std::size_t patient, double cut_months) const {
    return origin_months[patient] + analysed_from_months <= cut_months;
  }
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
