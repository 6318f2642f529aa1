#include "trialmill/cohort/course.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "cohort/visit_grid.hpp"
#include "sample_course.hpp"
#include "trialmill/survival/cumulative_incidence.hpp"

namespace trialmill::cohort {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

Cohort drawn(const TrialModel& model, std::size_t size, std::uint64_t replicate = 3) {
  CohortWorkspace workspace;
  Cohort cohort;
  draw_cohort(model, 20210728, replicate, size, workspace, cohort);
  return cohort;
}

Radicality radicality(const Cohort& cohort, std::size_t i, std::size_t column = radicality_column) {
  return static_cast<Radicality>(static_cast<int>(cohort.covariate(column)[i]));
}

TEST(Course, EventsComeInAnOrderThatCanHappen) {
  const Cohort cohort = drawn(sample_course(), 20000);
  std::size_t operated = 0, recurred = 0, progressed = 0, withdrew = 0, adjuvant = 0;
  for (std::size_t i = 0; i < cohort.size; ++i) {
    const auto at = [&](Milestone which) { return cohort.milestone(which)[i]; };
    const double surgery = at(Milestone::surgery), death = at(Milestone::death);
    const double progression = at(Milestone::progression), withdrawal = at(Milestone::withdrawal);
    ASSERT_LE(at(Milestone::progression), at(Milestone::progression_seen));
    ASSERT_LE(at(Milestone::recurrence), at(Milestone::recurrence_seen));
    ASSERT_LT(death, never);
    if (surgery < never) {
      ++operated;
      ASSERT_LE(surgery, cohort.arm[i] == 0 ? 1 : 5);
      ASSERT_EQ(progression, never);
      ASSERT_EQ(withdrawal, never);
      ASSERT_GE(death, surgery);
    } else {
      ASSERT_EQ(radicality(cohort, i), Radicality::unresected);
      ASSERT_EQ(at(Milestone::recurrence), never);
      ASSERT_EQ(at(Milestone::adjuvant), never);
      ASSERT_GE(death, std::min(progression, withdrawal) < never ? std::min(progression, withdrawal)
                                                                 : 0.0);
    }
    if (at(Milestone::recurrence) < never) {
      ++recurred;
      ASSERT_LE(radicality(cohort, i), Radicality::r1);
      ASSERT_GE(at(Milestone::recurrence), surgery);
      ASSERT_LE(at(Milestone::recurrence), death);
    }
    progressed += progression < never;
    withdrew += withdrawal < never;
    adjuvant += at(Milestone::adjuvant) < never;
  }
  for (const std::size_t count : {operated, recurred, progressed, withdrew, adjuvant})
    EXPECT_GT(count, 100u);
}

TEST(Course, SmallerTrialsAreTheFirstPatientsOfLargerOnes) {
  const Cohort large = drawn(sample_course(), 400);
  const Cohort small = drawn(sample_course(), 150);
  for (std::size_t m = 0; m < milestone_count; ++m)
    for (std::size_t i = 0; i < small.size; ++i)
      ASSERT_EQ(small.milestone(static_cast<Milestone>(m))[i],
                large.milestone(static_cast<Milestone>(m))[i]);
  for (std::size_t c = 0; c < 3 + attribute_count; ++c)
    for (std::size_t i = 0; i < small.size; ++i)
      ASSERT_EQ(small.covariate(c)[i], large.covariate(c)[i]);
}

TEST(Course, UnderAnArmEveryPatientMeetsWhatTheArmsOwnPatientsMeet) {
  const TrialModel model = sample_course();
  const Cohort trial = drawn(model, 500);
  CohortWorkspace workspace;
  for (std::int32_t arm = 0; arm < 2; ++arm) {
    Cohort forced;
    draw_cohort_under(model, arm, 20210728, 3, 500, workspace, forced);
    EXPECT_EQ(forced.enrolment_months, trial.enrolment_months);
    for (std::size_t i = 0; i < 500; ++i) {
      ASSERT_EQ(forced.arm[i], arm);
      if (trial.arm[i] != arm) continue;
      for (std::size_t m = 0; m < milestone_count; ++m)
        ASSERT_EQ(forced.milestone(static_cast<Milestone>(m))[i],
                  trial.milestone(static_cast<Milestone>(m))[i]);
    }
  }
}

TEST(Course, AStrongerEffectOnRecurrencePostponesTheFirstEventOfTreatedPatientsOnly) {
  const Cohort weak = drawn(sample_course(1.0), 3000);
  const Cohort strong = drawn(sample_course(0.5), 3000);
  for (std::size_t i = 0; i < weak.size; ++i) {
    ASSERT_EQ(weak.milestone(Milestone::surgery)[i], strong.milestone(Milestone::surgery)[i]);
    ASSERT_EQ(radicality(weak, i), radicality(strong, i));
    const auto first_event = [i](const Cohort& cohort) {
      return std::min(cohort.milestone(Milestone::recurrence)[i],
                      cohort.milestone(Milestone::death)[i]);
    };
    ASSERT_LE(first_event(weak), first_event(strong) + 1e-9);
    if (weak.arm[i] == 0) {
      ASSERT_EQ(weak.milestone(Milestone::death)[i], strong.milestone(Milestone::death)[i]);
    }
  }
}

// The share of 10^6 patients in each state against a fourth-order Runge-Kutta solution of
//   P0' = -(a01 + a02) P0,  P1' = a01 P0 - a12 P1,  with step 0.01 months.
TEST(Course, DoubleProgrammedStateOccupationOfAMillionPatients) {
  const survival::PiecewiseHazard recurrence{{0, 12, 36}, {0.05, 0.035, 0.02}};
  const survival::PiecewiseHazard dies_free{{0, 3}, {0.003, 0.0006}};
  const survival::PiecewiseHazard dies_ill{{0, 12, 36}, {0.015, 0.006, 0.009}};
  DiseaseCourse disease;
  disease.recurrence = same_in_both_arms(recurrence);
  disease.death_without_recurrence = same_in_both_arms(dies_free);
  disease.death_with_disease = same_in_both_arms(dies_ill);
  const double r2 = 0.26;
  const Cohort cohort = drawn(after_surgery_only(disease, r2 / (1 - r2)), 1000000);
  const auto at = [](const survival::PiecewiseHazard& hazard, double t) {
    const auto piece = std::ranges::upper_bound(hazard.from_months, t) - hazard.from_months.begin();
    return hazard.hazard_per_month[static_cast<std::size_t>(piece - 1)];
  };
  double free = 1 - r2, ill = r2;
  const double step = 0.01;
  for (int k = 0; k <= 12000; ++k) {
    const double t = k * step;
    if (k % 1200 == 0) {
      std::size_t is_free = 0, is_ill = 0;
      for (std::size_t i = 0; i < cohort.size; ++i) {
        const double death = cohort.milestone(Milestone::death)[i];
        const bool ill_from_start = radicality(cohort, i, 2) == Radicality::r2;
        const double onset = ill_from_start ? 0 : cohort.milestone(Milestone::recurrence)[i];
        is_ill += onset <= t && t < death;
        is_free += t < onset && t < death;
      }
      // Six standard errors are 0.003 at most; the issue asks for 0.002, four of them.
      EXPECT_NEAR(static_cast<double>(is_free) / 1e6, free, 0.002) << t;
      EXPECT_NEAR(static_cast<double>(is_ill) / 1e6, ill, 0.002) << t;
    }
    // Hazards do not change within a step, so the matrix of the step is constant.
    const double a01 = at(recurrence, t), a02 = at(dies_free, t), a12 = at(dies_ill, t);
    const auto slope = [&](double p0, double p1) {
      return std::pair(-(a01 + a02) * p0, a01 * p0 - a12 * p1);
    };
    const auto [k1a, k1b] = slope(free, ill);
    const auto [k2a, k2b] = slope(free + step / 2 * k1a, ill + step / 2 * k1b);
    const auto [k3a, k3b] = slope(free + step / 2 * k2a, ill + step / 2 * k2b);
    const auto [k4a, k4b] = slope(free + step * k3a, ill + step * k3b);
    free += step / 6 * (k1a + 2 * k2a + 2 * k3a + k4a);
    ill += step / 6 * (k1b + 2 * k2b + 2 * k3b + k4b);
  }
}

// Aalen-Johansen of recurrence, death without it competing, in a million censored patients against
// the integral of hazard x recurrence-free survival by the midpoint rule.
TEST(Course, DoubleProgrammedCumulativeIncidenceOfAMillionPatients) {
  DiseaseCourse disease;
  disease.recurrence = same_in_both_arms({{0, 12, 36}, {0.05, 0.035, 0.02}});
  disease.death_without_recurrence = same_in_both_arms({{0, 3}, {0.02, 0.006}});
  disease.death_with_disease = same_in_both_arms({{0.0}, {0.01}});
  const Cohort cohort = drawn(after_surgery_only(disease, 0), 1000000);
  std::vector<double> time(cohort.size);
  std::vector<std::uint8_t> event(cohort.size);
  std::vector<std::int32_t> cause(cohort.size);
  for (std::size_t i = 0; i < cohort.size; ++i) {
    const double recurrence = cohort.milestone(Milestone::recurrence)[i];
    const double death = cohort.milestone(Milestone::death)[i];
    time[i] = std::min({recurrence, death, cohort.dropout_months[i]});
    cause[i] = time[i] == recurrence ? 1 : time[i] == death ? 2 : 0;
    event[i] = cause[i] > 0;
  }
  survival::Observations seen;
  seen.time = time;
  seen.event = event;
  survival::SortedTimes sorted;
  survival::sort_times(seen, sorted);
  const auto curve = survival::cumulative_incidence(sorted, cause, 2);
  double recurred = 0, died = 0, cumulative = 0;
  const double step = 0.005;
  for (int k = 0; k < 24000; ++k) {
    const double t = (k + 0.5) * step;
    const double recurs = t < 12 ? 0.05 : t < 36 ? 0.035 : 0.02, dies = t < 3 ? 0.02 : 0.006;
    const double free = std::exp(-cumulative - 0.5 * step * (recurs + dies));
    recurred += step * recurs * free;
    died += step * dies * free;
    cumulative += step * (recurs + dies);
    if ((k + 1) % 2400 != 0) continue;  // every 12 months
    EXPECT_NEAR(survival::incidence_at(curve, 1, t).estimate, recurred, 0.002) << t;
    EXPECT_NEAR(survival::incidence_at(curve, 2, t).estimate, died, 0.002) << t;
  }
}

// With the clock reset, time from recurrence to death has the law of death with disease itself.
TEST(Course, DoubleProgrammedClockReset) {
  DiseaseCourse disease;
  disease.recurrence = same_in_both_arms({{0.0}, {0.04}});
  disease.death_with_disease = same_in_both_arms({{0, 6}, {0.03, 0.01}});
  disease.clock = survival::CourseClock::reset;
  const Cohort cohort = drawn(after_surgery_only(disease, 0), 200000);
  for (const double t : {3.0, 6.0, 20.0, 60.0}) {
    std::size_t alive = 0;
    for (std::size_t i = 0; i < cohort.size; ++i)
      alive +=
          cohort.milestone(Milestone::death)[i] - cohort.milestone(Milestone::recurrence)[i] > t;
    const double expected = std::exp(-0.03 * std::min(t, 6.0) - 0.01 * std::max(0.0, t - 6));
    // Five standard errors.
    EXPECT_NEAR(static_cast<double>(alive) / 2e5, expected,
                5 * std::sqrt(expected * (1 - expected) / 2e5));
  }
}

TEST(Course, AttritionAndOutcomesOfSurgeryHaveTheirProbabilities) {
  TrialModel model = sample_course();
  model.course->before.progression.factors.clear();
  const Cohort cohort = drawn(model, 400000);
  double patients = 0, progressed = 0, operated = 0, r2 = 0, responders = 0;
  for (std::size_t i = 0; i < cohort.size; ++i) {
    if (cohort.arm[i] == 0) continue;
    ++patients;
    progressed += cohort.milestone(Milestone::progression)[i] < never;
    const bool surgery = cohort.milestone(Milestone::surgery)[i] < never;
    operated += surgery;
    responders += cohort.covariate(response_column)[i];
    r2 += radicality(cohort, i) == Radicality::r2;
  }
  // Causes compete until surgery: at month 5, or a month after toxicity (hazard 0.02 until month
  // 4).
  const double cause = 0.02 + 0.002 + 0.01, toxic = 0.02;
  double expected_operated = 0, expected_progressed = 0;
  const int steps = 200000;
  for (int k = 0; k < steps; ++k) {
    const double t = (k + 0.5) * 5.0 / steps, width = 5.0 / steps;
    const double still_waiting = std::exp(-cause * t) * (t <= 1 ? 1.0 : std::exp(-toxic * (t - 1)));
    expected_progressed += 0.02 * still_waiting * width;
    // Operated early: toxicity at t - 1, surgery at t.
    if (t > 1)
      expected_operated += toxic * std::exp(-toxic * (t - 1)) * std::exp(-cause * t) * width;
  }
  expected_operated += std::exp(-cause * 5) * std::exp(-toxic * 4);
  const auto tolerance = [&](double p) { return 5 * std::sqrt(p * (1 - p) / patients); };
  EXPECT_NEAR(progressed / patients, expected_progressed, tolerance(expected_progressed));
  EXPECT_NEAR(operated / patients, expected_operated, tolerance(expected_operated));
  // Odds of response 1.2, halved by toxicity; odds of R2 0.25, halved by response.
  const double untouched = std::exp(-cause * 5) * std::exp(-toxic * 5) / expected_operated;
  const double respond = untouched * (1.2 / 2.2) + (1 - untouched) * (0.6 / 1.6);
  EXPECT_NEAR(responders / operated, respond, tolerance(respond));
  const double r2_expected =
      (1 - respond) * 0.25 / (1 + 0.12 + 0.25 + 0.05) + respond * 0.125 / (1 + 0.12 + 0.125 + 0.05);
  EXPECT_NEAR(r2 / operated, r2_expected, tolerance(r2_expected));
}

TEST(Visits, ByHand) {
  const VisitSchedule every_three{{0.0}, {3.0}, 0, 0};
  EXPECT_EQ(seen_at(every_three, 0.5, 0, 0), 3);
  EXPECT_EQ(seen_at(every_three, 3, 0, 0), 3);
  EXPECT_EQ(seen_at(every_three, 3.1, 0, 0), 6);
  EXPECT_EQ(seen_at(every_three, 3.1, 0, 2), 12);
  EXPECT_EQ(seen_at(every_three, 3.1, 0.25, 0), 3.25);
  EXPECT_EQ(seen_at(every_three, 3.1, -0.25, 0), 5.75);
  EXPECT_EQ(seen_at(every_three, never, 0, 0), never);
  EXPECT_EQ(seen_at(VisitSchedule{}, 3.1, 0, 0), 3.1);
  const VisitSchedule slower{{0.0, 24.0}, {3.0, 6.0}, 0, 0};
  EXPECT_EQ(seen_at(slower, 23, 0, 0), 24);
  EXPECT_EQ(seen_at(slower, 24.5, 0, 0), 30);
  EXPECT_EQ(seen_at(slower, 20, 0, 2), 30);  // 21 and 24 are missed
  EXPECT_EQ(seen_at(slower, 20, 0, 3), 36);
}

// Against a walk through the visits one by one.
TEST(Visits, DoubleProgrammedByWalking) {
  const VisitSchedule schedule{{0.0, 10.0, 24.0, 60.0}, {3.0, 4.0, 6.0, 12.0}, 0.5, 0.1};
  const auto walk = [&](double t, double shift, std::uint64_t missed) {
    double visit = 0;
    for (;;) {
      const auto piece = std::ranges::upper_bound(schedule.from_months, visit + 1e-9) -
                         schedule.from_months.begin() - 1;
      visit += schedule.every_months[static_cast<std::size_t>(piece)];
      if (visit + shift < t) continue;
      if (missed-- == 0) return visit + shift;
    }
  };
  for (double t = 0.05; t < 150; t += 0.37)
    for (const double shift : {-0.5, 0.0, 0.31})
      for (std::uint64_t missed = 0; missed < 12; ++missed)
        ASSERT_NEAR(seen_at(schedule, t, shift, missed), walk(t, shift, missed), 1e-9)
            << t << " " << shift << " " << missed;
}

// What the patients of both arms have as dates of seen recurrence by month 30; they are operated on
// in month 1 or 5, or a month after toxicity.
std::set<double> dates_of_recurrence(VisitSchedule::Start from) {
  TrialModel model = sample_course();
  model.course->assessments.assign(2, VisitSchedule{{0.0, 12.0}, {2.3, 4.7}, 0, 0.1, from});
  const Cohort cohort = drawn(model, 20000);
  std::set<double> dates;
  for (const double seen : cohort.milestone(Milestone::recurrence_seen))
    if (seen < 30) dates.insert(seen);
  return dates;
}

// Tied events are tied to the last bit only if no patient's date was computed in another way.
TEST(Visits, FromRandomisationAreTheSameDatesInEveryArm) {
  std::set<double> expected;
  for (const double visit : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0})
    expected.insert(visit * 2.3);  // the sixth, in month 13.8, is the first at or after month 12
  for (const double visit : {1.0, 2.0, 3.0})
    expected.insert(6 * 2.3 + visit * 4.7);
  EXPECT_EQ(dates_of_recurrence(VisitSchedule::Start::randomisation), expected);
}

TEST(Visits, FromSurgeryAreNewDates) {
  const auto dates = dates_of_recurrence(VisitSchedule::Start::surgery);
  EXPECT_THAT(dates, testing::IsSupersetOf({on_visit_grid(1 + 2.3), on_visit_grid(5 + 2.3)}));
  EXPECT_EQ(dates.count(2 * 2.3), 0U);
}

// Exponential recurrence, visits every d months, each missed with probability m: the visit that
// shows it is V = d (first + misses), P(first > k) = exp(-h d k), misses geometric.
TEST(Visits, DoubleProgrammedMedianOfSeenRecurrence) {
  DiseaseCourse disease;
  disease.recurrence = same_in_both_arms({{0.0}, {0.05}});
  TrialModel model = after_surgery_only(disease, 0);
  model.course->assessments.assign(2, VisitSchedule{{0.0}, {4.0}, 0, 0.2});
  const Cohort cohort = drawn(model, 200000);
  for (int visit = 1; visit <= 10; ++visit) {
    double expected = 0;  // P(seen later than `visit`)
    for (int first = 1; first <= visit; ++first)
      expected += (std::exp(-0.2 * (first - 1)) - std::exp(-0.2 * first)) *
                  std::pow(0.2, visit - first + 1);
    expected += std::exp(-0.2 * visit);
    std::size_t later = 0;
    for (const double seen : cohort.milestone(Milestone::recurrence_seen))
      later += seen > 4 * visit + 1e-9;
    EXPECT_NEAR(static_cast<double>(later) / 2e5, expected,
                5 * std::sqrt(expected * (1 - expected) / 2e5));
  }
}

}  // namespace
}  // namespace trialmill::cohort
