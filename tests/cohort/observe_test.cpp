#include "trialmill/cohort/observe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sample_model.hpp"

namespace trialmill::cohort {
namespace {

using Condition = AnalysisTime::Condition;

// Six patients: enrolled monthly, one dropout before the event, one who never has one.
Cohort six_patients() {
  const double never = std::numeric_limits<double>::infinity();
  Cohort cohort;
  cohort.size = 6;
  cohort.enrolment_months = {0, 1, 2, 3, 4, 5};
  cohort.arm = {0, 1, 0, 1, 0, 1};
  cohort.event_months = {4, 2, 9, never, 3, 6};
  cohort.dropout_months = {never, never, 5, 8, never, 7};
  return cohort;  // events at calendar 4, 3, -, -, 7, 11; dropouts at 7, 11
}

struct Look : LookData, Cut {};

Look look_at(const Cohort& cohort, std::size_t size, const AnalysisTime& when) {
  LookWorkspace workspace;
  EndpointWorkspace columns;
  const EndpointColumns endpoint = endpoint_columns({}, cohort, 0, columns);
  Look look;
  static_cast<Cut&>(look) = find_cut(when, std::span(&endpoint, 1),
                                     std::span(cohort.enrolment_months).first(size), workspace);
  observe(endpoint, size, look.calendar_months, {}, look);
  return look;
}

TEST(Observe, AtTheThirdEventByHand) {
  const Look look = look_at(six_patients(), 6, {Condition::events, 3, {}});
  EXPECT_EQ(look.calendar_months, 7);
  EXPECT_TRUE(look.reached);
  EXPECT_EQ(look.rows, 6u);
  EXPECT_EQ(look.events, 3u);
  EXPECT_EQ(look.dropouts, 1u);
  EXPECT_EQ(look.time, (std::vector<double>{4, 2, 5, 4, 3, 2}));
  EXPECT_EQ(look.event, (std::vector<std::uint8_t>{1, 1, 0, 0, 1, 0}));
}

TEST(Observe, TheEventsOfSomeArmsCanBeWaitedFor) {
  const auto cut_at = [](double events, std::vector<std::int32_t> arms) {
    return look_at(six_patients(), 6, {Condition::events, events, {}, 0, std::move(arms)});
  };
  EXPECT_EQ(cut_at(2, {0}).calendar_months, 7);
  EXPECT_EQ(cut_at(2, {1}).calendar_months, 11);
  EXPECT_EQ(cut_at(3, {0, 1}).calendar_months, 7);
  const Look never = cut_at(3, {1});  // two events in the arm; follow-up ends with the last one
  EXPECT_FALSE(never.reached);
  EXPECT_EQ(never.calendar_months, 11);
}

TEST(Observe, PatientsOfSomeArmsByHand) {
  const Cohort cohort = six_patients();
  EndpointWorkspace columns;
  const EndpointColumns endpoint = endpoint_columns({}, cohort, 0, columns);
  LookData look;
  const std::int32_t second[] = {1};
  observe(endpoint, 6, 7, {}, look, second);
  EXPECT_FALSE(look.in_order);
  EXPECT_EQ(look.patient, (std::vector<std::uint32_t>{1, 3, 5}));
  EXPECT_EQ(look.time, (std::vector<double>{2, 4, 2}));
  EXPECT_EQ(look.events, 1u);
  EXPECT_EQ(look.dropouts, 0u);
}

TEST(Observe, BeforeEnrolmentEndsLaterPatientsAreUnseen) {
  const Look look = look_at(six_patients(), 6, {Condition::calendar_months, 3.5, {}});
  EXPECT_EQ(look.rows, 4u);
  EXPECT_EQ(look.events, 1u);
  EXPECT_EQ(look.time, (std::vector<double>{3.5, 2, 1.5, 0.5}));
}

TEST(Observe, MinimumFollowUpCountsFromTheLastPatientOfTheSampleSize) {
  EXPECT_EQ(look_at(six_patients(), 6, {Condition::minimum_follow_up, 12, {}}).calendar_months, 17);
  EXPECT_EQ(look_at(six_patients(), 4, {Condition::minimum_follow_up, 12, {}}).calendar_months, 15);
}

TEST(Observe, FirstAndLastOfSeveralConditions) {
  const AnalysisTime events{Condition::events, 3, {}};
  const AnalysisTime calendar{Condition::calendar_months, 6, {}};
  const Cohort cohort = six_patients();
  EXPECT_EQ(look_at(cohort, 6, {Condition::first_of, 0, {events, calendar}}).calendar_months, 6);
  EXPECT_EQ(look_at(cohort, 6, {Condition::last_of, 0, {events, calendar}}).calendar_months, 7);
}

TEST(Observe, EventsThatNeverComeEndWithTheLastObservation) {
  const Look look = look_at(six_patients(), 6, {Condition::events, 5, {}});
  EXPECT_FALSE(look.reached);
  EXPECT_EQ(look.calendar_months, 11);
  EXPECT_EQ(look.events, 4u);
  EXPECT_EQ(look.dropouts, 2u);
}

TEST(Observe, TheCutAtAnEventHoldsExactlyThatManyEventsInEveryReplicate) {
  // Adding and subtracting the arrival time rounds; the count must not.
  CohortWorkspace workspace;
  Cohort cohort;
  for (std::uint64_t replicate = 1; replicate <= 2000; ++replicate) {
    draw_cohort(sample_model(), 5, replicate, 120, workspace, cohort);
    const Look look = look_at(cohort, 120, {Condition::events, 77, {}});
    ASSERT_TRUE(look.reached);
    ASSERT_EQ(look.events, 77u) << "replicate " << replicate;
  }
}

TEST(Observe, AnEventDatedBackCountsOnceItIsKnown) {
  // R2 dated back to randomisation, known at month 8; the second patient is lost before that.
  const double never = std::numeric_limits<double>::infinity();
  const std::vector<double> origin{0, 0, 0}, event{0, 0, never}, known{8, 8, never},
      dropout{never, 5, never};
  const EndpointColumns endpoint{true, origin, event, known, dropout};
  LookData look;
  observe(endpoint, 3, 7, {}, look);
  EXPECT_EQ(look.events, 0u);
  EXPECT_EQ(look.time, (std::vector<double>{7, 5, 7}));
  observe(endpoint, 3, 9, {}, look);
  EXPECT_EQ(look.events, 1u);
  EXPECT_EQ(look.time, (std::vector<double>{0, 5, 9}));
  LookWorkspace workspace;
  EXPECT_EQ(find_cut({Condition::events, 1, {}}, std::span(&endpoint, 1), origin, workspace)
                .calendar_months,
            8);
}

TEST(Observe, EventFractionsRoundUpWithoutBeingFooledByRounding) {
  EXPECT_EQ(target_events({Condition::event_fraction, 0.7, {}}, 10), 7u);
  EXPECT_EQ(target_events({Condition::event_fraction, 0.7, {}}, 11), 8u);
  EXPECT_EQ(target_events({Condition::event_fraction, 0.07, {}}, 100), 7u);
  EXPECT_EQ(target_events({Condition::event_fraction, 1.0, {}}, 33), 33u);
  EXPECT_EQ(target_events({Condition::calendar_months, 12, {}}, 33), 0u);
  // Of two arms of three, to which 2/3 of 90 patients are allotted.
  EXPECT_EQ(target_events({Condition::event_fraction, 0.5, {}, 0, {0, 2}, 2.0 / 3}, 90), 30u);
}

std::vector<Cut> look_cuts(const std::vector<AnalysisTime>& interim, const AnalysisTime& last) {
  const Cohort cohort = six_patients();
  LookWorkspace workspace;
  EndpointWorkspace columns;
  const EndpointColumns endpoint = endpoint_columns({}, cohort, 0, columns);
  std::vector<Cut> cuts;
  find_look_cuts(interim, last, std::span(&endpoint, 1), cohort.enrolment_months, workspace, cuts);
  return cuts;
}

TEST(LookCuts, FallDueInTheirOrderBeforeTheFinalOne) {
  // Events at 3, 4 and 7. The second look waits for the first.
  const auto cuts = look_cuts({{Condition::events, 2, {}}, {Condition::calendar_months, 2, {}}},
                              {Condition::events, 3, {}});
  ASSERT_EQ(cuts.size(), 3u);
  EXPECT_EQ(cuts[0].calendar_months, 4);
  EXPECT_EQ(cuts[1].calendar_months, 4);
  EXPECT_EQ(cuts[2].calendar_months, 7);
  EXPECT_TRUE(cuts[0].reached && cuts[1].reached && cuts[2].reached);
}

TEST(LookCuts, AreNotHeldFromTheFinalOneOn) {
  const auto cuts = look_cuts(
      {{Condition::events, 1, {}}, {Condition::events, 3, {}}, {Condition::events, 9, {}}},
      {Condition::calendar_months, 7, {}});
  EXPECT_TRUE(cuts[0].reached);
  EXPECT_FALSE(cuts[1].reached) << "due together with the final look";
  EXPECT_FALSE(cuts[2].reached) << "never due";
  EXPECT_EQ(cuts[3].calendar_months, 7);
}

TEST(LookCuts, EndWithFollowUpWhereTheFinalEventsNeverCome) {
  const auto cuts = look_cuts({{Condition::events, 3, {}}}, {Condition::events, 5, {}});
  EXPECT_TRUE(cuts[0].reached);
  EXPECT_FALSE(cuts[1].reached);
  EXPECT_EQ(cuts[1].calendar_months, 11);
}

}  // namespace
}  // namespace trialmill::cohort
