// The course of a cohort, drawn column by column, against one drawn patient by patient.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "cohort/factors.hpp"
#include "cohort/visit_grid.hpp"
#include "cohort/visits.hpp"
#include "sample_course.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/random/stream.hpp"

namespace trialmill::cohort {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr std::uint64_t seed = 20210728, replicate = 3;

// Follows one patient at a time, from the covariates and the arm that the cohort has.
class OnePatient {
 public:
  OnePatient(const TrialModel& model, const Cohort& cohort, std::size_t index)
      : course_(*model.course), cohort_(cohort), index_(index) {
    for (std::size_t c = 0; c < model.population.size(); ++c)
      value_.push_back(cohort.covariate(c)[index]);
    attributes_ = value_.size();
    value_.resize(attributes_ + attribute_count, 0.0);
    at_.fill(never);
  }

  void follow() {
    go_to_surgery();
    happens(course_.before.response, 4, Attribute::response);
    operate();
    happens(course_.operation.morbidity, 7, Attribute::morbidity);
    start_adjuvant();
    go_through_disease();
    const double of_surgery = surgery() + time(course_.operation.mortality, pathway, 6);
    if (surgery() < never) {
      at(Milestone::death) = std::min(at(Milestone::death), of_surgery);
      for (double* later : {&at(Milestone::recurrence), &at(Milestone::adjuvant)})
        if (*later >= at(Milestone::death)) *later = never;
    }
    show_at_visits();
  }

  double& at(Milestone which) { return at_[static_cast<std::size_t>(which)]; }
  double& attribute(Attribute which) {
    return value_[attributes_ + static_cast<std::size_t>(which)];
  }

 private:
  static constexpr auto pathway = random::Purpose::pathway;
  static constexpr auto event_time = random::Purpose::event_time;

  std::size_t arm() const { return static_cast<std::size_t>(cohort_.arm[index_]); }
  double surgery() { return at(Milestone::surgery); }

  double uniform(random::Purpose purpose, std::uint64_t lane) const {
    std::vector<double> u(index_ + 1);
    random::Stream({seed, purpose, lane, replicate}).fill_uniform(u);
    return u.back();
  }

  double ratio(const std::vector<HazardFactor>& factors) const {
    double product = 1;
    for (const HazardFactor& factor : factors)
      product *= factor.ratio_by_level.empty()
                     ? math::exp(factor.log_ratio_per_unit * value_[factor.covariate])
                     : factor.ratio_by_level[static_cast<std::size_t>(value_[factor.covariate])];
    return product;
  }

  double cumulative(const TransitionLaw& law, random::Purpose purpose, std::uint64_t lane) const {
    return -math::log(uniform(purpose, lane)) / ratio(law.factors);
  }
  double time(const TransitionLaw& law, random::Purpose purpose, std::uint64_t lane) const {
    return law.never() ? never : law.by_arm[arm()].inverse(cumulative(law, purpose, lane));
  }

  double odds(const OddsLaw& law) const {
    return law.never() ? 0 : ratio(law.factors) * law.odds_by_arm[arm()];
  }
  void happens(const OddsLaw& law, std::uint64_t lane, Attribute which) {
    const double u = uniform(pathway, lane);
    attribute(which) = surgery() < never && u < odds(law) * (1 - u);
  }

  void go_to_surgery() {
    const BeforeSurgery& before = course_.before;
    const double progression = time(before.progression, pathway, 0);
    const double death = time(before.death, pathway, 1);
    const double withdrawal = time(before.withdrawal, pathway, 2);
    const double toxicity = time(before.toxicity, pathway, 3);
    const double first = std::min({progression, death, withdrawal});
    double planned = before.surgery_at_months[arm()];
    if (toxicity < planned && toxicity < first) {
      at(Milestone::toxicity) = toxicity;
      attribute(Attribute::toxicity) = 1;
      planned = std::min(planned, toxicity + before.surgery_after_toxicity_months[arm()]);
    }
    at(Milestone::planned_surgery) = planned;
    if (first >= planned)
      at(Milestone::surgery) = planned;
    else if (first == progression)
      at(Milestone::progression) = progression;
    else if (first == withdrawal)
      at(Milestone::withdrawal) = withdrawal;
    else
      at(Milestone::death) = death;
  }

  void operate() {
    const Operation& operation = course_.operation;
    const double r1 = odds(operation.r1), r2 = odds(operation.r2);
    const double unresectable = odds(operation.unresectable);
    const double u = uniform(pathway, 5) * (1 + r1 + r2 + unresectable);
    double outcome = 0;
    if (!(surgery() < never) || u < unresectable)
      outcome = 3;
    else if (u < unresectable + r2)
      outcome = 2;
    else if (u < unresectable + r2 + r1)
      outcome = 1;
    attribute(Attribute::radicality) = outcome;
  }

  void start_adjuvant() {
    const AdjuvantTherapy& adjuvant = course_.operation.adjuvant;
    const double u = uniform(pathway, 8);
    if (attribute(Attribute::radicality) == 3 || !(u < odds(adjuvant.started) * (1 - u))) return;
    at(Milestone::adjuvant) =
        surgery() + adjuvant.earliest_months +
        uniform(pathway, 9) * (adjuvant.latest_months - adjuvant.earliest_months) +
        attribute(Attribute::morbidity) * adjuvant.delay_by_morbidity_months;
  }

  void go_through_disease() {
    if (at(Milestone::death) < never) return;
    const DiseaseCourse& disease = course_.disease;
    const EventTimeLaw& ill = disease.death_with_disease.by_arm[arm()];
    const double left = cumulative(disease.death_with_disease, event_time, 2);
    if (attribute(Attribute::radicality) >= 2) {
      const double given_up = std::min(at(Milestone::progression), at(Milestone::withdrawal));
      at(Milestone::death) = (surgery() < never ? surgery() : given_up) + ill.inverse(left);
      return;
    }
    const double recurs = time(disease.recurrence, event_time, 0);
    const double dies = time(disease.death_without_recurrence, event_time, 1);
    at(Milestone::death) = surgery() + dies;
    if (dies <= recurs) return;
    at(Milestone::recurrence) = surgery() + recurs;
    at(Milestone::death) =
        surgery() + (disease.clock == survival::CourseClock::reset
                         ? recurs + ill.inverse(left)
                         : std::max(recurs, ill.inverse(ill.cumulative(recurs) + left)));
  }

  void show_at_visits() {
    const VisitSchedule& visits = course_.assessments[arm()];
    const double shift = visits.jitter_months * (2 * uniform(random::Purpose::assessment, 0) - 1);
    std::uint64_t missed = 0;
    if (visits.missed_probability > 0)
      missed = static_cast<std::uint64_t>(math::log(uniform(random::Purpose::assessment, 1)) /
                                          math::log(visits.missed_probability));
    const double progression = at(Milestone::progression), recurrence = at(Milestone::recurrence);
    if (progression < never)
      at(Milestone::progression_seen) = std::max(
          progression,
          std::min(at(Milestone::planned_surgery), seen_at(visits, progression, shift, missed)));
    const double start = visits.from == VisitSchedule::Start::surgery ? surgery() : 0;
    const bool another_clock =
        std::ranges::any_of(course_.assessments, [](const VisitSchedule& schedule) {
          return schedule.from == VisitSchedule::Start::surgery;
        });
    const double date = start + seen_at(visits, recurrence - start, shift, missed);
    if (recurrence < never)
      at(Milestone::recurrence_seen) =
          std::max(recurrence, another_clock ? on_visit_grid(date) : date);
  }

  const Course& course_;
  const Cohort& cohort_;
  std::size_t index_;
  std::size_t attributes_ = 0;
  std::vector<double> value_;
  std::array<double, milestone_count> at_{};
};

void expect_the_same_patient_by_patient(const TrialModel& model) {
  CohortWorkspace workspace;
  Cohort cohort;
  draw_cohort(model, seed, replicate, 403, workspace, cohort);
  for (std::size_t i = 0; i < cohort.size; ++i) {
    OnePatient patient(model, cohort, i);
    patient.follow();
    for (std::size_t m = 0; m < milestone_count; ++m)
      ASSERT_EQ(cohort.milestone(static_cast<Milestone>(m))[i],
                patient.at(static_cast<Milestone>(m)))
          << "milestone " << m << " of patient " << i;
    for (std::size_t a = 0; a < attribute_count; ++a)
      ASSERT_EQ(cohort.covariate(model.population.size() + a)[i],
                patient.attribute(static_cast<Attribute>(a)))
          << "attribute " << a << " of patient " << i;
  }
}

TEST(CourseColumns, DoubleProgrammedPatientByPatient) {
  expect_the_same_patient_by_patient(sample_course());
}

TEST(CourseColumns, DoubleProgrammedWithTheClockResetAndSchedulesByArm) {
  TrialModel model = sample_course();
  model.course->disease.clock = survival::CourseClock::reset;
  model.course->assessments = {VisitSchedule{}, VisitSchedule{{0, 10}, {2, 5}, 0, 0.3}};
  expect_the_same_patient_by_patient(model);
}

TEST(CourseColumns, DoubleProgrammedWithVisitsFromSurgeryInOneArmOrBoth) {
  TrialModel model = sample_course();
  auto& schedules = model.course->assessments;
  schedules[1].from = VisitSchedule::Start::surgery;
  expect_the_same_patient_by_patient(model);
  schedules[0].from = VisitSchedule::Start::surgery;
  expect_the_same_patient_by_patient(model);
}

TEST(CourseColumns, DoubleProgrammedWithoutWhatNeedNotHappen) {
  TrialModel model = sample_course();
  Course& course = *model.course;
  course.before.death = course.before.withdrawal = course.before.toxicity = {};
  course.before.response = {};
  course.operation.mortality = {};
  course.operation.adjuvant = {};
  course.disease.death_without_recurrence = {};
  course.assessments.assign(2, VisitSchedule{});
  expect_the_same_patient_by_patient(model);
}

TEST(CourseColumns, DoubleProgrammedVisitsByWalkingThroughThePieces) {
  const std::vector<VisitSchedule> by_arm{
      {{0, 10, 24, 60}, {3, 4, 6, 12}, 0.5, 0.1}, {}, {{0}, {2.5}, 0, 0.4}};
  std::vector<std::int32_t> arm;
  std::vector<double> t, shift, missed, seen;
  for (int k = 0; k < 2003; ++k) {
    arm.push_back(k % 3);
    t.push_back(k % 17 == 0 ? never : 0.061 * k);
    shift.push_back(k % 5 * 0.1 - 0.2);
    missed.push_back(k % 13);
  }
  seen.resize(t.size());
  std::vector<double> left = missed;
  see_at_visits(by_arm, arm, t, {shift, left}, seen);
  for (std::size_t i = 0; i < t.size(); ++i)
    ASSERT_EQ(seen[i], seen_at(by_arm[static_cast<std::size_t>(arm[i])], t[i], shift[i],
                               static_cast<std::uint64_t>(missed[i])));
}

TEST(CourseColumns, DoubleProgrammedRatiosOfEveryNumberOfLevels) {
  const std::vector<double> ratio{1, 1.7, 0.3, 2.9, 0.45, 1.1};
  Cohort cohort;
  cohort.size = 61;
  for (std::size_t levels = 1; levels <= ratio.size(); ++levels) {
    cohort.covariates.clear();
    for (std::size_t i = 0; i < cohort.size; ++i)
      cohort.covariates.push_back(static_cast<double>(i * i % levels));
    HazardFactor factor;
    factor.ratio_by_level.assign(ratio.begin(), ratio.begin() + static_cast<long>(levels));
    std::vector<double> product(cohort.size), scratch(cohort.size);
    multiply_factors(std::vector{factor, factor}, cohort, product, scratch);
    for (std::size_t i = 0; i < cohort.size; ++i)
      ASSERT_EQ(product[i], ratio[i * i % levels] * ratio[i * i % levels]);
  }
}

}  // namespace
}  // namespace trialmill::cohort
