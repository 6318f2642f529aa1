// Cure fractions, effects within subgroups and treatment switching: patients against closed forms,
// and against the same patients without them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "cohort/draw_cohort.hpp"
#include "sample_course.hpp"

namespace trialmill::cohort {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

Cohort drawn(const TrialModel& model, std::size_t size, std::uint64_t replicate = 3) {
  CohortWorkspace workspace;
  Cohort cohort;
  draw_cohort(model, 20210728, replicate, size, workspace, cohort);
  return cohort;
}

// A share of n patients lies within 4.5 standard errors of its probability (false alarm 7e-6).
void expect_share(std::size_t count, std::size_t n, double probability, const char* what) {
  const auto patients = static_cast<double>(n);
  EXPECT_NEAR(static_cast<double>(count) / patients, probability,
              4.5 * std::sqrt(probability * (1 - probability) / patients))
      << what;
}

// ---- cure ----

// Two arms with exponential times, a covariate acting on hazard and cure.
TrialModel cure_model(double odds, double odds_ratio) {
  TrialModel model = sample_model();
  model.hazard_factors = {{0, {1.0, 1.5}, 0}};
  model.event_time_by_arm = {constant_law(0.07), constant_law(0.07, 0.8)};
  model.cured = {{odds, odds * odds_ratio}, {{0, {1.0, 0.5}, 0}}};
  return model;
}

TEST(Cure, DoubleProgrammedSurvivalOfAMillionPatients) {
  const Cohort cohort = drawn(cure_model(0.4, 1.8), 1'000'000);
  std::map<std::pair<int, int>, std::size_t> patients, cured, alive;
  for (std::size_t i = 0; i < cohort.size; ++i) {
    const std::pair key(cohort.arm[i], static_cast<int>(cohort.covariate(0)[i]));
    ++patients[key];
    cured[key] += cohort.event_months[i] == never;
    alive[key] += cohort.event_months[i] > 12;
  }
  ASSERT_EQ(patients.size(), 4u);
  for (const auto& [key, n] : patients) {
    const double odds = 0.4 * (key.first == 1 ? 1.8 : 1) * (key.second == 1 ? 0.5 : 1);
    const double pi = odds / (1 + odds);
    const double hazard = 0.07 * (key.first == 1 ? 0.8 : 1) * (key.second == 1 ? 1.5 : 1);
    expect_share(cured[key], n, pi, "cured");
    expect_share(alive[key], n, pi + (1 - pi) * std::exp(-12 * hazard), "event-free at 12 months");
  }
}

TEST(Cure, WhoIsCuredStaysCuredWhenMoreAre) {
  const Cohort few = drawn(cure_model(0.2, 1.5), 5000), more = drawn(cure_model(0.5, 1.5), 5000);
  EXPECT_EQ(few.arm, more.arm);
  for (std::size_t i = 0; i < few.size; ++i)
    EXPECT_GE(more.event_months[i], few.event_months[i]);
}

TEST(Cure, NobodyCuredIsTheModelWithoutCure) {
  TrialModel without = cure_model(0, 2);
  without.cured = {};
  EXPECT_EQ(drawn(cure_model(0, 2), 1000).event_months, drawn(without, 1000).event_months);
}

// ---- subgroups ----

TEST(Subgroups, PatientsHaveTheLawOfTheirArmAndLevel) {
  // Of the arm `rectum` gets ratio 0.3 and `other` 2; the rest have the arm's 0.8.
  TrialModel model = sample_model(0.8);
  const auto with_ratio = [](double ratio) { return sample_model(ratio).event_time_by_arm[1]; };
  model.event_subgroups.laws = {model.event_time_by_arm[0], model.event_time_by_arm[1],
                                with_ratio(0.3), with_ratio(2)};
  model.event_subgroups.by_arm = {{}, {1, {1, 2, 3}}};
  const Cohort cohort = drawn(model, 4000);
  const std::vector<Cohort> by_level{drawn(sample_model(0.8), 4000), drawn(sample_model(0.3), 4000),
                                     drawn(sample_model(2), 4000)};
  for (std::size_t i = 0; i < cohort.size; ++i)
    ASSERT_EQ(cohort.event_months[i],
              by_level[static_cast<std::size_t>(cohort.covariate(1)[i])].event_months[i]);
}

TEST(Subgroups, OfATransitionActOnItAlone) {
  TrialModel model = sample_course();
  TransitionLaw& dies = model.course->disease.death_with_disease;
  dies.subgroups.laws = dies.by_arm;
  dies.subgroups.laws.push_back(
      EventTimeLaw(survival::PiecewiseHazard{{0, 12, 36}, {0.015, 0.006, 0.009}}, {{0}, {0.4}}));
  dies.subgroups.by_arm = {{}, {response_column, {1, 2}}};
  const Cohort plain = drawn(sample_course(), 5000), cohort = drawn(model, 5000);
  std::size_t later = 0;
  for (std::size_t i = 0; i < cohort.size; ++i) {
    const double before = plain.milestone(Milestone::death)[i];
    const double now = cohort.milestone(Milestone::death)[i];
    ASSERT_EQ(cohort.milestone(Milestone::surgery)[i], plain.milestone(Milestone::surgery)[i]);
    ASSERT_GE(now, before);
    if (cohort.arm[i] == 0 || cohort.covariate(response_column)[i] == 0) {
      ASSERT_EQ(now, before);
    }
    later += now > before;
  }
  EXPECT_GT(later, 300u);
}

// ---- switching ----

constexpr double recurs = 0.05, dies_free = 0.002, dies_ill = 0.06;

TrialModel switching_model(const Switching& control, survival::CourseClock clock) {
  DiseaseCourse disease;
  disease.recurrence = same_in_both_arms({{0.0}, {recurs}});
  disease.death_without_recurrence = same_in_both_arms({{0.0}, {dies_free}});
  disease.death_with_disease = same_in_both_arms({{0.0}, {dies_ill}});
  disease.clock = clock;
  if (control.probability > 0) disease.switching = {control, {}};
  return after_surgery_only(disease, 0);
}

TEST(Switching, StretchesTheLifeThatWasLeft) {
  using enum survival::CourseClock;
  for (const auto clock : {forward, reset}) {
    const Cohort plain = drawn(switching_model({}, clock), 20000);
    const Cohort cohort = drawn(switching_model({0.5, 2, 0.4}, clock), 20000);
    EXPECT_TRUE(plain.switching_months.empty());
    std::size_t switched = 0, recurred = 0;
    for (std::size_t i = 0; i < cohort.size; ++i) {
      const double recurrence = cohort.milestone(Milestone::recurrence)[i];
      const double before = plain.milestone(Milestone::death)[i];
      const double now = cohort.milestone(Milestone::death)[i], at = cohort.switching_months[i];
      ASSERT_EQ(recurrence, plain.milestone(Milestone::recurrence)[i]);
      recurred += cohort.arm[i] == 0 && recurrence < never;
      if (at == never) {
        ASSERT_EQ(now, before);
        continue;
      }
      ++switched;
      ASSERT_EQ(cohort.arm[i], 0);
      ASSERT_NEAR(at, recurrence + 2, 1e-9);
      ASSERT_NEAR(now - at, (before - at) / 0.4, 1e-8 * now);
    }
    // Half of those who live two months with their disease.
    expect_share(switched, recurred, 0.5 * std::exp(-2 * dies_ill), "switched");
  }
}

TEST(Switching, ByNobodyOrToNothingNewChangesNothing) {
  TrialModel nobody = sample_course(), nothing = sample_course();
  nobody.course->disease.switching = {{0, 1, 0.5}, {0, 0, 2}};
  nothing.course->disease.switching = {{0.7, 1, 1}, {0.7, 0, 1}};
  const Cohort plain = drawn(sample_course(), 5000);
  EXPECT_EQ(drawn(nobody, 5000).milestones, plain.milestones);
  const Cohort same = drawn(nothing, 5000);
  std::size_t switched = 0;
  for (std::size_t i = 0; i < same.size; ++i) {
    const double death = plain.milestone(Milestone::death)[i];
    ASSERT_NEAR(same.milestone(Milestone::death)[i], death, 1e-9 * death);
    switched += same.switching_months[i] < never;
    if (same.switching_months[i] < never) {
      ASSERT_LT(same.switching_months[i], death);
    }
  }
  EXPECT_GT(switched, 500u);
}

// Overall survival with switching: alive without recurrence, or recurred at u and alive since, an
// integral over u by Simpson's rule.
double overall_survival(double t, const Switching& plan) {
  const auto alive_since = [&](double v) {
    const double own = std::exp(-dies_ill * v);
    if (v <= plan.delay_months) return own;
    const double after = v - plan.delay_months;
    const double other = std::exp(-dies_ill * (plan.delay_months + plan.hazard_ratio * after));
    return (1 - plan.probability) * own + plan.probability * other;
  };
  const double out = recurs + dies_free;
  constexpr int panels = 2000;
  const double h = t / panels;
  double sum = 0;
  for (int k = 0; k <= panels; ++k) {
    const double u = k * h;
    const double weight = k == 0 || k == panels ? 1 : k % 2 == 1 ? 4 : 2;
    sum += weight * recurs * std::exp(-out * u) * alive_since(t - u);
  }
  return std::exp(-out * t) + sum * h / 3;
}

TEST(Switching, DoubleProgrammedOverallSurvivalOfAMillionPatients) {
  // Constant hazards: both clocks give the same survival.
  const Switching plan{0.6, 3, 0.5};
  for (const auto clock : {survival::CourseClock::forward, survival::CourseClock::reset}) {
    const Cohort cohort = drawn(switching_model(plan, clock), 1'000'000);
    for (const double t : {12.0, 36.0, 72.0}) {
      std::size_t patients = 0, alive = 0, others = 0, others_alive = 0;
      for (std::size_t i = 0; i < cohort.size; ++i) {
        const bool lives = cohort.milestone(Milestone::death)[i] > t;
        (cohort.arm[i] == 0 ? patients : others) += 1;
        (cohort.arm[i] == 0 ? alive : others_alive) += lives;
      }
      expect_share(alive, patients, overall_survival(t, plan), "arm that switches");
      expect_share(others_alive, others, overall_survival(t, {}), "arm that does not");
    }
  }
}

// ---- random numbers ----

TEST(TreatmentEffects, TakeNoOtherUniformsThanOneForSwitching) {
  using Draws = std::map<std::pair<random::Purpose, std::uint64_t>, std::size_t>;
  struct Counting {
    random::Stream stream;
    std::size_t& count;
    void fill_uniform(std::span<double> out) {
      count += out.size();
      stream.fill_uniform(out);
    }
  };
  const auto draws = [](const TrialModel& model) {
    Draws counts;
    CohortWorkspace workspace;
    Cohort cohort;
    const auto open = [&](const random::Address& address) {
      return Counting{random::Stream(address), counts[{address.purpose, address.lane}]};
    };
    CohortDraw(open, model, 7, 1, workspace, cohort).run(50);
    return counts;
  };
  TrialModel plain = cure_model(0, 1);
  EXPECT_EQ(draws(cure_model(0.4, 2)), draws(plain));
  TrialModel switching = sample_course();
  switching.course->disease.switching = {{0.5, 0, 0.5}, {}};
  Draws expected = draws(sample_course());
  expected[{random::Purpose::pathway, 10}] = 50;
  EXPECT_EQ(draws(switching), expected);
}

}  // namespace
}  // namespace trialmill::cohort
