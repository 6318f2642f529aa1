#include "trialmill/evidence/course_calibration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace trialmill::evidence {
namespace {

using survival::CourseClock;
using survival::IllnessDeathHazards;
using survival::PiecewiseHazard;
using testing::AllOf;
using testing::HasSubstr;

const std::vector<SurvivalKnot> published_rfs{
    {12, 0.547, ""}, {14, 0.5, ""}, {36, 0.239, ""}, {60, 0.134, ""}};
const std::vector<SurvivalKnot> published_os{
    {12, 0.918, ""}, {36, 0.831, ""}, {60, 0.702, ""}, {113, 0.5, ""}, {120, 0.434, ""}};
const std::vector<CoursePattern> by_radicality{{161.0 / 219, false}, {58.0 / 219, true}};
const PiecewiseHazard nothing{{0}, {0}};
// 0.9 % over the first three months, then 0.0006 per month.
const PiecewiseHazard early_deaths{{0, 3}, {-std::log(1 - 0.009) / 3, 0.0006}};

// G3 (2.449 on recurrence, 4.172 on death with disease), 10 or more tumours (1.662 on recurrence),
// radicality, independent of each other.
std::vector<CoursePattern> grade_number_and_radicality() {
  std::vector<CoursePattern> population;
  for (const double g3 : {0.0, 1.0})
    for (const double many : {0.0, 1.0})
      for (const double r2 : {0.0, 1.0}) {
        const double share = (g3 > 0 ? 14.0 : 110.0) / 124 * (many > 0 ? 59.0 : 161.0) / 220 *
                             (r2 > 0 ? 58.0 : 161.0) / 219;
        population.push_back({share, r2 > 0, g3 * std::log(2.449) + many * std::log(1.662),
                              g3 * std::log(1.3), g3 * std::log(4.172)});
      }
  return population;
}

std::pair<std::size_t, std::string> refusal(const std::function<void()>& calibration) {
  try {
    calibration();
  } catch (const CalibrationError& error) {
    return {error.knot, error.what()};
  }
  return {std::numeric_limits<std::size_t>::max(), "accepted"};
}

TEST(CourseCalibration, IndependentFiguresOfTheSurvey) {
  // Solved by another program with a step of 0.0025 months and printed to four decimals, the
  // all-cause hazard of the RFS curve constant from knot to knot.
  IllnessDeathHazards hazards{.death_without_recurrence = early_deaths};
  hazards.recurrence = calibrate_recurrence(published_rfs, by_radicality, early_deaths, nothing);
  const double middle[] = {1, 13, 20, 50};  // months within the pieces between knots
  const double all_cause[] = {0.0503, 0.0449, 0.0336, 0.0241};
  for (std::size_t k = 0; k < 4; ++k) {
    const auto hazard = [&](const PiecewiseHazard& of) {
      return of.cumulative(middle[k] + 0.5) - of.cumulative(middle[k] - 0.5);
    };
    EXPECT_NEAR(hazard(hazards.recurrence) + hazard(early_deaths), all_cause[k], 5.1e-5);
  }
  hazards.death_with_disease = calibrate_death_with_disease(published_os, by_radicality, hazards);
  const double death_with_disease[] = {0.01490, 0.00572, 0.00838, 0.00698, 0.02135};
  const double os_r01[] = {0.9475, 0.8678, 0.7401, 0.5318, 0.4626};
  const double os_r2[] = {0.8362, 0.7290, 0.5962, 0.4118, 0.3546};
  for (std::size_t k = 0; k < 5; ++k) {
    const double t = published_os[k].time_months;
    EXPECT_NEAR(hazards.death_with_disease.hazard_per_month[k], death_with_disease[k], 5.1e-6);
    EXPECT_NEAR(state_occupation(hazards, {false}, t).alive(), os_r01[k], 5.1e-5);
    EXPECT_NEAR(state_occupation(hazards, {true}, t).alive(), os_r2[k], 5.1e-5);
  }
}

TEST(CourseCalibration, AverageCurvesPassEveryKnotOnBothClocks) {
  const auto population = grade_number_and_radicality();
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    IllnessDeathHazards hazards{.death_without_recurrence = {{0}, {0.0006}},
                                .death_after_surgery = {{0, 3}, {0.003, 0}},
                                .clock = clock};
    hazards.recurrence = calibrate_recurrence(
        published_rfs, population, hazards.death_without_recurrence, hazards.death_after_surgery);
    hazards.death_with_disease = calibrate_death_with_disease(published_os, population, hazards);
    EXPECT_EQ(hazards.death_with_disease.from_months, (std::vector<double>{0, 12, 36, 60, 113}));
    for (const SurvivalKnot& knot : published_rfs)
      EXPECT_NEAR(average_occupation(hazards, population, knot.time_months).recurrence_free,
                  knot.survival * 161 / 219, 1e-13);
    // The hazard is solved to 1e-14 of itself.
    for (const SurvivalKnot& knot : published_os)
      EXPECT_NEAR(average_occupation(hazards, population, knot.time_months).alive(), knot.survival,
                  1e-13);
  }
}

TEST(CourseCalibration, WithoutOtherDeathsRecurrenceIsTheBaselineOfOneEndpoint) {
  const std::vector<CoursePattern> population{
      {0.5, false, std::log(2.0)}, {0.3, false, 0}, {0.2, true, std::log(7.0)}};
  const auto of_course = calibrate_recurrence(published_rfs, population, nothing, nothing);
  const std::vector<RiskPattern> risks{{0.625, std::log(2.0)}, {0.375, 0}};
  const auto of_endpoint = calibrate_baseline(published_rfs, risks);
  for (std::size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(of_course.hazard_per_month[k], of_endpoint.hazard_per_month[k], 1e-15);
}

TEST(CourseCalibration, EverybodyWithDiseaseIsOneEndpoint) {
  const std::vector<CoursePattern> population{{0.4, true, 0, 0, std::log(3.0)}, {0.6, true}};
  const std::vector<RiskPattern> risks{{0.4, std::log(3.0)}, {0.6, 0}};
  const auto expected = calibrate_baseline(published_os, risks);
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    const auto solved = calibrate_death_with_disease(published_os, population, {.clock = clock});
    for (std::size_t k = 0; k < 5; ++k)
      EXPECT_NEAR(solved.hazard_per_month[k], expected.hazard_per_month[k], 1e-14);
  }
}

TEST(CourseCalibration, ALevelStretchHasHazardZero) {
  const std::vector<SurvivalKnot> knots{{12, 0.8, ""}, {24, 0.8, ""}, {36, 0.7, ""}};
  const auto recurrence = calibrate_recurrence(knots, by_radicality, nothing, nothing);
  EXPECT_EQ(recurrence.hazard_per_month[1], 0);
  const auto death = calibrate_death_with_disease(knots, by_radicality, {.recurrence = recurrence});
  EXPECT_EQ(death.hazard_per_month[1], 0);
  EXPECT_GT(death.hazard_per_month[2], 0);
}

TEST(CourseCalibration, OtherDeathsThatExceedTheRfsCurveAreRefused) {
  const PiecewiseHazard many{{0, 14}, {0.001, 0.05}};
  const auto [knot, message] = refusal([&] {
    calibrate_recurrence(published_rfs, by_radicality, many, {{0}, {0.01}});
  });
  EXPECT_EQ(knot, 2U);
  EXPECT_THAT(message, AllOf(HasSubstr("knot 3 (36 months, survival 0.239)"),
                             HasSubstr("without recurrence"), HasSubstr("can be reached at 36")));
}

TEST(CourseCalibration, AnOsKnotAboveWhatOtherDeathsLeaveIsRefused) {
  const std::vector<SurvivalKnot> knots{{12, 0.9, ""}, {24, 0.8999, ""}};
  const auto recurrence =
      calibrate_recurrence(published_rfs, by_radicality, {{0}, {0.002}}, nothing);
  const auto [knot, message] = refusal([&] {
    calibrate_death_with_disease(
        knots, by_radicality,
        {.recurrence = recurrence, .death_without_recurrence = {{0}, {0.002}}});
  });
  EXPECT_EQ(knot, 1U);
  EXPECT_THAT(message, AllOf(HasSubstr("knot 2 (24 months, survival 0.8999)"),
                             HasSubstr("lies above"), HasSubstr("can be reached at 24 months")));
}

TEST(CourseCalibration, AnOsKnotBelowWhatRfsAllowsIsRefusedWithThatLimit) {
  // Nobody starts with disease: overall survival at 12 months cannot fall to RFS, 0.547.
  const std::vector<CoursePattern> population{{1, false}};
  const std::vector<SurvivalKnot> knots{{12, 0.54, ""}};
  const auto recurrence = calibrate_recurrence(published_rfs, population, nothing, nothing);
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    const auto [knot, message] = refusal([&] {
      calibrate_death_with_disease(knots, population, {.recurrence = recurrence, .clock = clock});
    });
    EXPECT_EQ(knot, 0U);
    EXPECT_THAT(message, AllOf(HasSubstr("what recurrence-free survival allows"),
                               HasSubstr("survival above 0.547 and up to 1 can")));
  }
  const std::vector<SurvivalKnot> just_above{{12, 0.5471, ""}};
  EXPECT_GT(calibrate_death_with_disease(just_above, population, {.recurrence = recurrence})
                .hazard_per_month[0],
            100);
}

TEST(CourseCalibration, OnTheResetClockPatientsNewToDiseaseLimitTheFallOfSurvival) {
  // The second piece strikes who has had disease for 12 months: survival at 14 months keeps above
  // who is recurrence-free or fell ill in the last 12, a limit the forward clock has not.
  const std::vector<CoursePattern> population{{1, false}};
  const std::vector<SurvivalKnot> knots{{12, 0.9, ""}, {14, 0.6, ""}};
  IllnessDeathHazards hazards{.recurrence = {{0}, {0.05}}};
  EXPECT_EQ(calibrate_death_with_disease(knots, population, hazards).from_months.size(), 2U);
  hazards.clock = CourseClock::reset;
  const auto [knot, message] =
      refusal([&] { calibrate_death_with_disease(knots, population, hazards); });
  EXPECT_EQ(knot, 1U);
  EXPECT_THAT(message, HasSubstr("survival above 0.8"));
}

TEST(CourseCalibration, ListsThatAreNoCurveAndPopulationsWithoutRfsAreRefused) {
  const std::vector<SurvivalKnot> rising{{12, 0.5, ""}, {24, 0.6, ""}};
  const auto recurrence =
      refusal([&] { calibrate_recurrence(rising, by_radicality, nothing, nothing); });
  EXPECT_THAT(recurrence.second, HasSubstr("survival rises from 0.5"));
  const auto death = refusal([&] { calibrate_death_with_disease(rising, by_radicality, {}); });
  EXPECT_THAT(death.second, HasSubstr("survival rises from 0.5"));
  const std::vector<CoursePattern> all_r2{{1, true}};
  EXPECT_THAT(
      refusal([&] { calibrate_recurrence(published_rfs, all_r2, nothing, nothing); }).second,
      HasSubstr("every patient starts with disease"));
}

}  // namespace
}  // namespace trialmill::evidence
