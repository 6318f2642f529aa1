#include "trialmill/cohort/endpoint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "cohort/visit_grid.hpp"
#include "sample_course.hpp"

namespace trialmill::cohort {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
using Kind = EndpointEvent::Kind;

// Eight patients without covariates, each with another fate, enrolled monthly from month 10.
//   0 R0, recurs at 20, dies at 40          4 dies before surgery at 2
//   1 R2 at month 5, dies at 30             5 withdraws at 3, dies at 25
//   2 progresses at 2, seen at 3, dies 18   6 R1, adjuvant late at 9.5, lost at 12
//   3 unresectable at 5, dies at 15         7 R0, adjuvant at 6.5, never recurs, lost at 4
Cohort eight_patients() {
  Cohort cohort;
  cohort.size = 8;
  cohort.enrolment_months = {10, 11, 12, 13, 14, 15, 16, 17};
  cohort.arm.assign(8, 0);
  cohort.covariates.assign(8 * attribute_count, 0.0);
  const double radicality[] = {0, 2, 3, 3, 3, 3, 1, 0};
  for (std::size_t i = 0; i < 8; ++i)
    cohort.covariates[static_cast<std::size_t>(Attribute::radicality) * 8 + i] = radicality[i];
  cohort.covariates[static_cast<std::size_t>(Attribute::response) * 8 + 0] = 1;
  cohort.milestones.assign(8 * milestone_count, never);
  const auto set = [&](Milestone which, std::size_t i, double t) {
    cohort.milestones[static_cast<std::size_t>(which) * 8 + i] = t;
  };
  for (const std::size_t i : {0u, 1u, 3u, 6u, 7u})
    set(Milestone::surgery, i, 5);
  for (std::size_t i = 0; i < 8; ++i)
    set(Milestone::planned_surgery, i, 5);
  set(Milestone::recurrence, 0, 19);
  set(Milestone::recurrence_seen, 0, 20);
  const double death[] = {40, 30, 18, 15, 2, 25, 50, never};
  for (std::size_t i = 0; i < 8; ++i)
    set(Milestone::death, i, death[i]);
  set(Milestone::progression, 2, 2);
  set(Milestone::progression_seen, 2, 3);
  set(Milestone::withdrawal, 5, 3);
  set(Milestone::adjuvant, 6, 9.5);
  set(Milestone::adjuvant, 7, 6.5);
  cohort.dropout_months = {never, never, never, never, never, never, 12, 4};
  return cohort;
}

struct Columns {
  std::vector<double> origin, event, known, dropout;
};

Columns columns_of(const Endpoint& endpoint) {
  const Cohort cohort = eight_patients();
  EndpointWorkspace workspace;
  const EndpointColumns columns = endpoint_columns(endpoint, cohort, 0, workspace);
  const auto copy = [](std::span<const double> column) {
    return std::vector<double>(column.begin(), column.end());
  };
  return {copy(columns.origin_months), copy(columns.event_months), copy(columns.known_months),
          copy(columns.dropout_months)};
}

Endpoint first_of(std::vector<EndpointEvent> events) {
  Endpoint endpoint;
  endpoint.events = std::move(events);
  return endpoint;
}

TEST(Endpoint, EventFreeSurvivalFromRandomisationByHand) {
  const Columns efs = columns_of(first_of(
      {{Kind::progression}, {Kind::unresectable}, {Kind::r2}, {Kind::recurrence}, {Kind::death}}));
  EXPECT_EQ(efs.event, (std::vector<double>{20, 5, 3, 5, 2, 25, 50, never}));
  EXPECT_EQ(efs.origin, (std::vector<double>{10, 11, 12, 13, 14, 15, 16, 17}));
}

TEST(Endpoint, R2IsAnEventAtTheOperationAtRandomisationOrNotAtAll) {
  EXPECT_EQ(columns_of(first_of({{Kind::r2}, {Kind::death}})).event[1], 5);
  const Columns dated_back = columns_of(first_of({{Kind::r2_dated}, {Kind::death}}));
  EXPECT_EQ(dated_back.event[1], 0);
  EXPECT_EQ(dated_back.known[1], 5);  // nobody knows before the operation
  EXPECT_EQ(columns_of(first_of({{Kind::recurrence}, {Kind::death}})).event[1], 30);
}

TEST(Endpoint, R2DatedToACommonDayWaitsForIt) {
  const Columns dated = columns_of(first_of({{Kind::r2_dated, 8}, {Kind::death}}));
  EXPECT_EQ(dated.event[1], 8);
  EXPECT_EQ(dated.known[1], 8);
  EXPECT_EQ(dated.event[4], 2);  // died before surgery
}

TEST(Endpoint, EarlyEventsAreDatedToADay) {
  Endpoint efs = first_of({{Kind::progression}, {Kind::r2}, {Kind::recurrence}, {Kind::death}});
  efs.early_events_at_months = 6;
  const Columns columns = columns_of(efs);
  EXPECT_EQ(columns.event, (std::vector<double>{20, 6, 6, 15, 6, 25, 50, never}));
  EXPECT_EQ(columns.known, columns.event);
  EXPECT_EQ(columns.dropout[6], 12);
  EXPECT_EQ(columns.dropout[7], 4);
}

TEST(Endpoint, AnAnalysisSetLeavesOutWhoWasLostBefore) {
  Endpoint efs =
      first_of({{Kind::progression}, {Kind::r2_dated}, {Kind::recurrence}, {Kind::death}});
  efs.surgery_due_months = 7;
  EXPECT_TRUE(efs.dated_before_known());
  EXPECT_TRUE(efs.analysed_before_known());
  efs.analysed_once_due = true;
  EXPECT_FALSE(efs.analysed_before_known());
  const Columns columns = columns_of(efs);
  // Patient 7 is lost at 4, before month 7.
  EXPECT_EQ(columns.origin, (std::vector<double>{10, 11, 12, 13, 14, 15, 16, never}));
  EXPECT_EQ(columns.event, (std::vector<double>{20, 0, 3, 15, 2, 25, 50, never}));
  EXPECT_EQ(columns.known, (std::vector<double>{20, 7, 7, 15, 7, 25, 50, never}));

  Endpoint r0;
  r0.outcome = Endpoint::Outcome::r0;
  r0.surgery_due_months = 7;
  r0.analysed_once_due = true;
  EXPECT_EQ(columns_of(r0).origin, columns.origin);
  EXPECT_EQ(columns_of(r0).event[0], 7);
  EXPECT_EQ(columns_of(r0).dropout[4], 7);  // died, a failure
}

TEST(Endpoint, TheDeadAreNotLost) {
  Cohort cohort = eight_patients();
  cohort.dropout_months[4] = 3;  // died at 2
  cohort.dropout_months[1] = 6;  // R2 at 5
  Endpoint efs = first_of({{Kind::r2_dated, 8}, {Kind::death}});
  EndpointWorkspace workspace;
  efs.early_events_at_months = 9;
  const EndpointColumns dated = endpoint_columns(efs, cohort, 0, workspace);
  EXPECT_EQ(dated.event_months[4], 9);
  EXPECT_EQ(dated.dropout_months[4], never);
  EXPECT_EQ(dated.dropout_months[1], 6);  // lost before the day to which R2 is dated
}

// A patient seen at the third visit after surgery is tied with another one, whenever they were
// operated on.
TEST(Endpoint, TimesFromSurgeryKeepTheTiesOfVisits) {
  Cohort cohort = eight_patients();
  Endpoint rfs = first_of({{Kind::recurrence}});
  rfs.origin = Endpoint::Origin::surgery;
  for (std::size_t i = 0; i < 8; ++i) {
    const double surgery = 0.1 + 1.3 * static_cast<double>(i);
    cohort.dropout_months[i] = never;
    cohort.milestones[static_cast<std::size_t>(Milestone::surgery) * 8 + i] = surgery;
    cohort.milestones[static_cast<std::size_t>(Milestone::recurrence_seen) * 8 + i] = surgery + 3.3;
  }
  EndpointWorkspace workspace;
  const EndpointColumns columns = endpoint_columns(rfs, cohort, 0, workspace);
  for (std::size_t i = 1; i < 8; ++i)
    EXPECT_EQ(columns.event_months[i], columns.event_months[0]);
  EXPECT_NEAR(columns.event_months[0], 3.3, 1e-10);
}

// The second visit after an early operation, and the first one after a later one, on the same day.
TEST(VisitGrid, TiesDaysThatAreReachedByOtherSums) {
  const double early = 0.92 + 2 * 2.76, late = 3.68 + 2.76;
  EXPECT_EQ(on_visit_grid(early), on_visit_grid(late));
  EXPECT_NEAR(on_visit_grid(early), 6.44, 1e-11);
  EXPECT_EQ(on_visit_grid(never), never);
}

TEST(Endpoint, DeadlinesAreEventsWhenTheyPass) {
  const auto surgery = columns_of(first_of({{Kind::no_surgery_by, 6}})).event;
  EXPECT_EQ(surgery, (std::vector<double>{never, never, 6, never, 6, 6, never, never}));
  // Adjuvant therapy within 84 days of surgery, as in S1801.
  const auto adjuvant = columns_of(first_of({{Kind::no_adjuvant_by, 2.76}})).event;
  EXPECT_EQ(adjuvant, (std::vector<double>{7.76, 7.76, never, never, never, never, 7.76, never}));
}

TEST(Endpoint, FromSurgeryAmongTheRadicallyResected) {
  Endpoint rfs = first_of({{Kind::recurrence}, {Kind::death}});
  rfs.origin = Endpoint::Origin::surgery;
  rfs.patients = Endpoint::Patients::r0_r1;
  const Columns columns = columns_of(rfs);
  // Patient 7 was lost before surgery and is never seen to be among the resected.
  EXPECT_EQ(columns.origin,
            (std::vector<double>{15, never, never, never, never, never, 21, never}));
  EXPECT_EQ(columns.event[0], 15);
  EXPECT_EQ(columns.event[6], 45);
  EXPECT_EQ(columns.dropout[6], 7);
  EXPECT_FALSE(rfs.everybody());
}

TEST(Endpoint, LandmarkLeavesOutEventsBeforeIt) {
  Endpoint landmark = first_of({{Kind::progression}, {Kind::recurrence}, {Kind::death}});
  landmark.origin = Endpoint::Origin::landmark;
  landmark.landmark_months = 6;
  const Columns all = columns_of(landmark);
  EXPECT_EQ(all.origin, (std::vector<double>{16, 17, never, 19, never, 21, 22, never}));
  EXPECT_EQ(all.event[0], 14);
  landmark.patients = Endpoint::Patients::resected;
  EXPECT_EQ(columns_of(landmark).origin,
            (std::vector<double>{16, 17, never, never, never, never, 22, never}));
  landmark.landmark_months = 4;  // nobody has been operated on by then
  EXPECT_EQ(columns_of(landmark).origin, std::vector<double>(8, never));
}

TEST(Endpoint, YesOrNoOutcomesAreKnownWhenThePathwayEnds) {
  Endpoint r0;
  r0.outcome = Endpoint::Outcome::r0;
  const Columns columns = columns_of(r0);
  EXPECT_EQ(columns.event,
            (std::vector<double>{5, never, never, never, never, never, never, never}));
  // Patient 7 would have been R0 but was lost at month 4: a failure. Failures count on the day
  // planned for surgery, as successes do.
  EXPECT_EQ(columns.dropout, (std::vector<double>{never, 5, 5, 5, 5, 5, 5, 5}));
  r0.patients = Endpoint::Patients::operated;  // patient 7 is not seen to be one of them
  EXPECT_EQ(columns_of(r0).origin,
            (std::vector<double>{10, 11, never, 13, never, never, 16, never}));
  Endpoint resection;
  resection.outcome = Endpoint::Outcome::resection;
  EXPECT_EQ(columns_of(resection).event,
            (std::vector<double>{5, 5, never, never, never, never, 5, never}));
  Endpoint response;
  response.outcome = Endpoint::Outcome::response;
  EXPECT_EQ(columns_of(response).event[0], 5);
  EXPECT_EQ(columns_of(response).event[1], never);
}

// The definition of each event, of one patient.
double time_of(const EndpointEvent& what, const Cohort& cohort, std::size_t i) {
  const auto at = [&](Milestone which) { return cohort.milestone(which)[i]; };
  const double surgery = at(Milestone::surgery),
               radicality = cohort.covariate(radicality_column)[i];
  switch (what.kind) {
    case Kind::progression:
      return at(Milestone::progression_seen);
    case Kind::withdrawal:
      return at(Milestone::withdrawal);
    case Kind::unresectable:
      return surgery < never && radicality == 3 ? surgery : never;
    case Kind::r2:
      return radicality == 2 ? surgery : never;
    case Kind::r2_dated:
      return radicality == 2 && surgery < never ? what.months : never;
    case Kind::recurrence:
      return at(Milestone::recurrence_seen);
    case Kind::no_surgery_by:
      return surgery <= what.months ? never : what.months;
    case Kind::no_adjuvant_by:
      return radicality == 3 || at(Milestone::adjuvant) <= surgery + what.months
                 ? never
                 : surgery + what.months;
    default:
      return at(Milestone::death);
  }
}

// What a trial learns of one patient by the definition, event by event.
struct Learnt {
  bool left_out = false, seen = false;
  double event = never, counts_from = never;
};

Learnt learn(const Endpoint& endpoint, const Cohort& cohort, std::size_t i) {
  Learnt out;
  double known = never;
  for (const EndpointEvent& what : endpoint.events) {
    const double time = time_of(what, cohort, i);
    if (time >= out.event) continue;
    out.event = time;
    known = what.kind == Kind::r2_dated ? cohort.milestone(Milestone::surgery)[i] : time;
  }
  const double lost = cohort.dropout_months[i];
  const bool dead = cohort.milestone(Milestone::death)[i] <= lost;
  out.left_out = endpoint.analysed_once_due && !dead && lost < endpoint.surgery_due_months;
  out.event = std::max(out.event, endpoint.early_events_at_months);
  out.counts_from = std::max({known, out.event, endpoint.analysed_from_months()});
  out.seen = known <= lost && (dead || out.counts_from <= lost);
  return out;
}

void expect_as_learnt(const Endpoint& endpoint, const Cohort& cohort) {
  EndpointWorkspace storage;
  const EndpointColumns columns = endpoint_columns(endpoint, cohort, 3, storage);
  ASSERT_EQ(columns.analysed_from_months, endpoint.analysed_from_months());
  for (std::size_t i = 0; i < cohort.size; ++i) {
    const Learnt learnt = learn(endpoint, cohort, i);
    ASSERT_EQ(columns.origin_months[i], learnt.left_out ? never : cohort.enrolment_months[i]);
    if (learnt.left_out) continue;
    ASSERT_EQ(columns.event_months[i], learnt.event);
    ASSERT_EQ(columns.known_months[i], learnt.counts_from);
    if (learnt.event < never) {
      ASSERT_EQ(columns.known_months[i] <= columns.dropout_months[i], learnt.seen);
    }
    if (!learnt.seen) {
      ASSERT_EQ(columns.dropout_months[i], cohort.dropout_months[i]);
    }
  }
}

TEST(Endpoint, DoubleProgrammedFirstEventsPatientByPatient) {
  CohortWorkspace workspace;
  Cohort cohort;
  draw_cohort(sample_course(), 1, 1, 1003, workspace, cohort);
  for (std::size_t i = 0; i < cohort.size; i += 3)
    cohort.dropout_months[i] = 0.01 * static_cast<double>(i);  // losses at every stage
  const std::vector<EndpointEvent> events{
      {Kind::progression}, {Kind::no_surgery_by, 4.5}, {Kind::r2_dated},
      {Kind::withdrawal},  {Kind::unresectable},       {Kind::no_adjuvant_by, 2.2},
      {Kind::r2_dated, 6}, {Kind::recurrence},         {Kind::death}};
  for (std::size_t first = 0; first < events.size(); ++first)
    for (std::size_t last = first + 1; last <= events.size(); ++last)
      for (const double early : {0.0, 3.5})
        for (const double due : {0.0, 5.5}) {
          Endpoint endpoint = first_of({events.begin() + static_cast<long>(first),
                                        events.begin() + static_cast<long>(last)});
          endpoint.early_events_at_months = early;
          endpoint.surgery_due_months = 5.5;
          endpoint.analysed_once_due = due > 0;
          expect_as_learnt(endpoint, cohort);
        }
}

TEST(Endpoint, OverallSurvivalIsNeverShorterThanAnythingThatCountsDeath) {
  CohortWorkspace workspace;
  Cohort cohort;
  draw_cohort(sample_course(), 1, 1, 20000, workspace, cohort);
  EndpointWorkspace one, two;
  const auto os = endpoint_columns(first_of({{Kind::death}}), cohort, 3, one);
  const auto efs = endpoint_columns(
      first_of({{Kind::progression}, {Kind::r2}, {Kind::recurrence}, {Kind::death}}), cohort, 3,
      two);
  for (std::size_t i = 0; i < cohort.size; ++i)
    ASSERT_LE(efs.event_months[i], os.event_months[i]);
}

}  // namespace
}  // namespace trialmill::cohort
