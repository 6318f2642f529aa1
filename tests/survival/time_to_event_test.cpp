#include "trialmill/survival/time_to_event.hpp"

#include <gmock/gmock.h>

#include <array>
#include <limits>

#include "survival/six_patients.hpp"
#include "trialmill/survival/fit_status.hpp"

namespace trialmill::survival {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SortTimes, PutsEventsBeforeCensoringsAndKeepsRowOrderOtherwise) {
  const SortedTimes sorted = six_patients().sorted();
  EXPECT_THAT(sorted.time, ElementsAre(2, 2, 4, 4, 5, 6));
  EXPECT_THAT(sorted.event, ElementsAre(1, 1, 1, 0, 0, 1));
  EXPECT_THAT(sorted.row, ElementsAre(2, 5, 4, 1, 3, 0));
  EXPECT_THAT(sorted.group, ElementsAre(1, 0, 0, 1, 0, 1));
  EXPECT_THAT(sorted.stratum_begin, ElementsAre(0, 6));
  EXPECT_THAT(sorted.entry, IsEmpty());
}

TEST(SortTimes, SortsWithinStrataAndKeepsEmptyOnes) {
  PatientColumns patients = six_patients();
  patients.stratum = {3, 0, 3, 0, 0, 3};
  patients.strata = 4;
  patients.entry = {1, 0, 0.5, 3, 2, 1};
  const SortedTimes sorted = patients.sorted();
  EXPECT_THAT(sorted.stratum_begin, ElementsAre(0, 3, 3, 3, 6));
  EXPECT_THAT(sorted.row, ElementsAre(4, 1, 3, 2, 5, 0));
  EXPECT_THAT(sorted.entry, ElementsAre(2, 0, 3, 0.5, 1, 1));
}

TEST(SortTimes, OrdersEveryDouble) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double denormal = std::numeric_limits<double>::denorm_min();
  PatientColumns patients;
  patients.time = {infinity, 1e300, denormal, 0.0, -0.0, -1.0, -1e300, 0x1p-52 + 1, 1};
  patients.event = {1, 1, 1, 0, 1, 1, 1, 1, 1};
  const SortedTimes sorted = patients.sorted();
  EXPECT_THAT(sorted.time,
              ElementsAre(-1e300, -1.0, 0.0, 0.0, denormal, 1, 1 + 0x1p-52, 1e300, infinity));
  // -0 and 0 are one time, so the event of row 4 precedes the censoring of row 3.
  EXPECT_EQ(sorted.row[2], 4U);
  EXPECT_EQ(sorted.row[3], 3U);
}

TEST(SortTimes, TakesNobody) {
  const SortedTimes sorted = PatientColumns{}.sorted();
  EXPECT_EQ(sorted.size(), 0U);
  EXPECT_THAT(sorted.stratum_begin, ElementsAre(0, 0));
}

TEST(TabulateRisk, CountsSixPatientsByHand) {
  const RiskTable table = six_patients().table();
  EXPECT_THAT(table.time, ElementsAre(2, 4, 6));
  EXPECT_THAT(table.at_risk, ElementsAre(6, 4, 1));
  EXPECT_THAT(table.events, ElementsAre(2, 1, 1));
  EXPECT_THAT(table.group_at_risk, ElementsAre(3, 2, 0, 3, 2, 1));
  EXPECT_THAT(table.group_events, ElementsAre(1, 1, 0, 1, 0, 1));
  EXPECT_THAT(table.group_size, ElementsAre(3, 3));
  EXPECT_THAT(table.stratum_begin, ElementsAre(0, 3));
}

// Everybody entering long before takes the route of delayed entry, which counts one by one.
TEST(TabulateRisk, DoubleProgrammedTiesByTheRouteOfDelayedEntry) {
  for (const std::int32_t groups : {1, 2, 3})
    for (const std::uint32_t n : {2u, 9u, 200u}) {
      PatientColumns patients;
      for (std::uint32_t i = 0; i < n; ++i) {
        patients.time.push_back((i * 7 + i * i % 5) % 23);
        patients.event.push_back(i % 3 != 1);
        patients.group.push_back(static_cast<std::int32_t>(i * i % 7) % groups);
        patients.stratum.push_back(static_cast<std::int32_t>(i % 4) * 2);
      }
      patients.time[1] = patients.time[0];
      patients.groups = groups;
      patients.strata = 8;  // odd ones are empty
      const RiskTable table = patients.table();
      patients.entry.assign(n, -1);
      const RiskTable delayed = patients.table();
      EXPECT_EQ(table.time, delayed.time);
      EXPECT_EQ(table.at_risk, delayed.at_risk);
      EXPECT_EQ(table.events, delayed.events);
      EXPECT_EQ(table.group_at_risk, delayed.group_at_risk);
      EXPECT_EQ(table.group_events, delayed.group_events);
      EXPECT_EQ(table.stratum_begin, delayed.stratum_begin);
    }
}

TEST(TabulateRisk, CountsDelayedEntryAfterTheEventsAtItsTime) {
  PatientColumns patients = six_patients();
  // Times 6 4+ 2 5+ 4 2. Entering at 2 is after the events at 2; entering at 3.5 is before those
  // at 4; entering at 4 is after them.
  patients.entry = {4, 3.5, 0, 2, 0, 1};
  const RiskTable table = patients.table();
  EXPECT_THAT(table.at_risk, ElementsAre(3, 3, 1));
  EXPECT_THAT(table.group_at_risk, ElementsAre(2, 2, 0, 1, 1, 1));
}

TEST(TabulateRisk, OverwritesWhatItHeld) {
  SortedTimes sorted;
  RiskTable table;
  PatientColumns first = six_patients();
  first.entry = {0, 0, 0, 0, 0, 0};
  sort_times(first.view(), sorted);
  tabulate_risk(sorted, table);
  PatientColumns second;
  second.time = {3, 1};
  second.event = {1, 0};
  sort_times(second.view(), sorted);
  tabulate_risk(sorted, table);
  EXPECT_THAT(sorted.row, ElementsAre(1, 0));
  EXPECT_THAT(sorted.group, ElementsAre(0, 0));
  EXPECT_THAT(sorted.entry, IsEmpty());
  EXPECT_THAT(table.time, ElementsAre(3));
  EXPECT_THAT(table.group_at_risk, ElementsAre(1));
  EXPECT_THAT(table.group_size, ElementsAre(2));
}

TEST(MergeNearTies, TakesTheFirstOfARunAndLeavesTheRest) {
  std::vector<double> time{0.1 + 0.2, 0.3, 0.7, 0.7 + 1e-7};
  const std::array<std::span<double>, 1> columns{time};
  EXPECT_EQ(merge_near_ties(columns), 1U);
  EXPECT_THAT(time, ElementsAre(0.3, 0.3, 0.7, 0.7 + 1e-7));
}

TEST(MergeNearTies, ComparesWithTheMeanTimeWhenTimesAreLarge) {
  // The gap of 1e-3 is above 1.5e-8, but 1e-3 / mean = 1e-9 is not.
  std::vector<double> time{1e6, 1e6 + 1e-3, 2e6};
  const std::array<std::span<double>, 1> columns{time};
  EXPECT_EQ(merge_near_ties(columns), 1U);
  EXPECT_THAT(time, ElementsAre(1e6, 1e6, 2e6));
}

TEST(MergeNearTies, ChainsNeighboursAcrossColumnsAndLeavesInfinity) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> time{1 + 2e-8, infinity, 5};
  std::vector<double> entry{1, 1 + 1e-8, 0};
  const std::array<std::span<double>, 2> columns{time, entry};
  EXPECT_EQ(merge_near_ties(columns), 2U);
  EXPECT_THAT(time, ElementsAre(1, infinity, 5));
  EXPECT_THAT(entry, ElementsAre(1, 1, 0));
}

TEST(FitStatus, HasANameAndASentenceForEachValue) {
  std::vector<std::string_view> names;
  for (const FitStatus status :
       {FitStatus::ok, FitStatus::no_events, FitStatus::one_group_empty, FitStatus::no_information,
        FitStatus::singular, FitStatus::monotone_likelihood, FitStatus::not_converged,
        FitStatus::follow_up_too_short}) {
    names.push_back(name(status));
    EXPECT_TRUE(explanation(status).ends_with('.')) << name(status);
  }
  EXPECT_THAT(names, ElementsAre("ok", "no_events", "one_group_empty", "no_information", "singular",
                                 "monotone_likelihood", "not_converged", "follow_up_too_short"));
}

}  // namespace
}  // namespace trialmill::survival
