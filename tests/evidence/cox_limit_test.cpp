#include "trialmill/evidence/cox_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

#include "trialmill/survival/cox.hpp"

namespace trialmill::evidence {
namespace {

using survival::CourseClock;
using survival::IllnessDeathHazards;
using survival::PiecewiseHazard;
using testing::HasSubstr;

IllnessDeathHazards surgery(CourseClock clock = CourseClock::forward) {
  return {.recurrence = {{0, 12, 14, 36}, {0.05, 0.045, 0.033, 0.024}},
          .death_without_recurrence = {{0}, {0.0006}},
          .death_with_disease = {{0, 12, 36, 60, 113}, {0.015, 0.006, 0.008, 0.007, 0.021}},
          .death_after_surgery = {{0, 3}, {0.003, 0}},
          .clock = clock};
}

struct Study {
  std::vector<CoursePattern> population;
  CoxDesign design{3, {}};
};

// Three independent binary covariates: one acts on recurrence by 2, one on death with disease by 3,
// one is disease left by surgery.
Study two_covariates_and_radicality() {
  Study study;
  for (int bits = 0; bits < 8; ++bits) {
    const double early = bits & 1;
    const double lethal = bits >> 1 & 1;
    const double r2 = bits >> 2 & 1;
    const double share =
        (early > 0 ? 0.3 : 0.7) * (lethal > 0 ? 0.4 : 0.6) * (r2 > 0 ? 0.25 : 0.75);
    study.population.push_back({share, r2 > 0, early * std::log(2), 0, lethal * std::log(3)});
    study.design.covariates.insert(study.design.covariates.end(), {early, lethal, r2});
  }
  return study;
}

// The time at which a cumulative hazard, times the ratio, reaches a standard exponential.
double first_time(const PiecewiseHazard& hazard, double ratio, double exponential) {
  for (std::size_t k = 0; k < hazard.from_months.size(); ++k) {
    const bool last = k + 1 == hazard.from_months.size();
    const double rate = ratio * hazard.hazard_per_month[k];
    if (last || exponential < rate * (hazard.from_months[k + 1] - hazard.from_months[k]))
      return rate > 0 ? hazard.from_months[k] + exponential / rate : 1e9;
    exponential -= rate * (hazard.from_months[k + 1] - hazard.from_months[k]);
  }
  return 1e9;
}

struct Simulated {
  std::vector<double> rfs, os;
  std::vector<std::uint8_t> rfs_event, os_event;
  std::vector<std::size_t> pattern;
};

// Latent times, the naive way: every transition draws its own.
Simulated simulate(const IllnessDeathHazards& hazards, const Study& study,
                   const FollowUp& follow_up, std::size_t n) {
  std::mt19937_64 bits(20210728);
  const auto uniform = [&] { return (static_cast<double>(bits() >> 12) + 0.5) * 0x1p-52; };
  const auto exponential = [&] { return -std::log(uniform()); };
  Simulated sample;
  for (std::size_t i = 0; i < n; ++i) {
    double u = uniform();
    std::size_t j = 0;
    while (j + 1 < study.population.size() && u > study.population[j].probability)
      u -= study.population[j++].probability;
    const CoursePattern& kind = study.population[j];
    const double operation = first_time(hazards.death_after_surgery, 1, exponential());
    const double other =
        std::min(operation, first_time(hazards.death_without_recurrence,
                                       std::exp(kind.log_death_without_recurrence), exponential()));
    const double recurrence =
        kind.starts_with_disease
            ? 0
            : first_time(hazards.recurrence, std::exp(kind.log_recurrence), exponential());
    double rfs = std::min(recurrence, other);
    double os = other;
    if (kind.starts_with_disease || recurrence < other) {
      const double ratio = std::exp(kind.log_death_with_disease);
      const double spent = hazards.clock == CourseClock::forward
                               ? ratio * hazards.death_with_disease.cumulative(recurrence)
                               : 0;
      const double since = hazards.clock == CourseClock::forward ? 0 : recurrence;
      os = std::min(operation,
                    since + first_time(hazards.death_with_disease, ratio, spent + exponential()));
    }
    const double censored =
        std::min(follow_up.horizon_months, first_time(follow_up.censoring, 1, exponential()));
    sample.pattern.push_back(j);
    sample.rfs.push_back(std::min(rfs, censored));
    sample.os.push_back(std::min(os, censored));
    sample.rfs_event.push_back(rfs <= censored);
    sample.os_event.push_back(os <= censored);
  }
  return sample;
}

survival::CoxFit fit(const std::vector<double>& time, const std::vector<std::uint8_t>& event,
                     const std::vector<std::size_t>& pattern, const CoxDesign& design,
                     std::size_t columns) {
  std::vector<std::vector<double>> values(columns);
  for (const std::size_t j : pattern)
    for (std::size_t m = 0; m < columns; ++m)
      values[m].push_back(design.covariates[j * design.columns + m]);
  survival::SortedTimes sorted;
  survival::Observations observations{};
  observations.time = time;
  observations.event = event;
  survival::sort_times(observations, sorted);
  survival::Covariates covariates;
  for (const auto& column : values)
    covariates.columns.emplace_back(column);
  survival::CoxWorkspace workspace;
  survival::CoxFit result;
  survival::fit_cox(sorted, covariates, {}, workspace, result);
  return result;
}

void expect_fits_agree(const CoxLimit& limit, std::size_t columns, const survival::CoxFit& sample) {
  for (std::size_t m = 0; m < columns; ++m) {
    // Beyond 4 standard errors once in 16,000; the seed is fixed.
    EXPECT_NEAR(limit.log_hazard_ratio[m], sample.coefficient[m], 4 * sample.standard_error[m])
        << m;
    // The information: of the model at its limit, relative sampling error 1 / sqrt(events).
    const double per_patient = static_cast<double>(sample.n) * limit.information[m * columns + m];
    EXPECT_GT(per_patient * sample.standard_error[m] * sample.standard_error[m], 1 - 0.03) << m;
  }
  EXPECT_NEAR(limit.events, static_cast<double>(sample.events) / static_cast<double>(sample.n),
              4 * 0.5 / std::sqrt(static_cast<double>(sample.n)));
}

TEST(CoxLimit, DoubleProgrammedLargeSamplesFittedByTheCoxCore) {
  const Study study = two_covariates_and_radicality();
  const FollowUp until_the_end{{{0}, {0}}, 2000};
  const FollowUp censored{{{0}, {0.0165}}, 150};
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset})
    for (const FollowUp& follow_up : {until_the_end, censored}) {
      const IllnessDeathHazards hazards = surgery(clock);
      const Simulated sample = simulate(hazards, study, follow_up, 40'000);
      expect_fits_agree(
          overall_survival_cox_limit(hazards, study.population, study.design, follow_up), 3,
          fit(sample.os, sample.os_event, sample.pattern, study.design, 3));
      // RFS: the third column is constant among those who do not start with disease.
      CoxDesign two{2, {}};
      Simulated at_risk;
      for (std::size_t j = 0; j < study.population.size(); ++j)
        for (std::size_t m = 0; m < 2; ++m)
          two.covariates.push_back(study.design.covariates[j * 3 + m]);
      for (std::size_t i = 0; i < sample.rfs.size(); ++i) {
        if (study.population[sample.pattern[i]].starts_with_disease) continue;
        at_risk.rfs.push_back(sample.rfs[i]);
        at_risk.rfs_event.push_back(sample.rfs_event[i]);
        at_risk.pattern.push_back(sample.pattern[i]);
      }
      const CoxLimit rfs = recurrence_free_cox_limit(hazards, study.population, two, follow_up);
      expect_fits_agree(rfs, 2, fit(at_risk.rfs, at_risk.rfs_event, at_risk.pattern, two, 2));
      EXPECT_NEAR(rfs.log_hazard_ratio[1], 0, 1e-9);  // acts after recurrence only
    }
}

TEST(CoxLimit, ProportionalHazardsAreTheirOwnLimit) {
  // Everybody starts with disease and dies of it alone: a Cox model, whatever the censoring.
  Study study = two_covariates_and_radicality();
  for (CoursePattern& pattern : study.population) {
    if (pattern.starts_with_disease) pattern.log_death_with_disease += 0.5;
    pattern.starts_with_disease = true;
  }
  IllnessDeathHazards hazards = surgery();
  hazards.death_after_surgery = {{0}, {0}};
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    hazards.clock = clock;
    const CoxLimit limit = overall_survival_cox_limit(hazards, study.population, study.design,
                                                      {{{0, 20}, {0.01, 0.03}}, 90});
    EXPECT_NEAR(limit.log_hazard_ratio[0], 0, 1e-9);
    EXPECT_NEAR(limit.log_hazard_ratio[1], std::log(3), 1e-9);
    EXPECT_NEAR(limit.log_hazard_ratio[2], 0.5, 1e-9);
  }
}

TEST(CoxLimit, InformationOfTwoEqualGroupsIsAQuarterOfTheEvents) {
  const std::vector<CoursePattern> population{{0.5, true}, {0.5, true}};
  const CoxLimit limit = overall_survival_cox_limit({.death_with_disease = {{0}, {0.02}}},
                                                    population, {1, {0, 1}}, {{{0}, {0}}, 50});
  EXPECT_NEAR(limit.events, 1 - std::exp(-1), 1e-14);
  EXPECT_NEAR(limit.information[0], limit.events / 4, 1e-14);
  EXPECT_NEAR(limit.log_hazard_ratio[0], 0, 1e-14);
}

TEST(CoxLimit, DoubleProgrammedTrapezoidAndBisection) {
  // The estimating equation of one covariate as it is written, on a fine grid of midpoints.
  Study study = two_covariates_and_radicality();
  const CoxDesign lethal_alone = [&] {
    CoxDesign design{1, {}};
    for (std::size_t j = 0; j < 8; ++j)
      design.covariates.push_back(study.design.covariates[j * 3 + 1]);
    return design;
  }();
  const FollowUp follow_up{{{0}, {0.0165}}, 130};
  for (const CourseClock clock : {CourseClock::forward, CourseClock::reset}) {
    const IllnessDeathHazards hazards = surgery(clock);
    const auto ratios = course_ratios(study.population);
    std::vector<double> times;
    constexpr double step = 0.05;
    for (double t = step / 2; t < 130; t += step)
      times.push_back(t);
    const auto table = survival::tabulate_course(hazards, ratios, times);
    const auto equation = [&](double beta) {
      double sum = 0;
      for (std::size_t i = 0; i < times.size(); ++i) {
        double s0 = 0, s1 = 0, events = 0, events_of_x = 0;
        for (std::size_t j = 0; j < 8; ++j) {
          const double x = lethal_alone.covariates[j];
          const double p = study.population[j].probability;
          const double alive = table.recurrence_free[i * 8 + j] + table.with_disease[i * 8 + j];
          s0 += p * alive * std::exp(beta * x);
          s1 += p * x * alive * std::exp(beta * x);
          events += p * table.death[i * 8 + j];
          events_of_x += p * x * table.death[i * 8 + j];
        }
        sum += step * std::exp(-0.0165 * times[i]) * (events_of_x - events * s1 / s0);
      }
      return sum;
    };
    double low = 0, high = 2;
    for (int i = 0; i < 50; ++i)
      (equation(0.5 * (low + high)) > 0 ? low : high) = 0.5 * (low + high);
    const CoxLimit limit =
        overall_survival_cox_limit(hazards, study.population, lethal_alone, follow_up);
    EXPECT_NEAR(limit.log_hazard_ratio[0], low, 1e-5);
    EXPECT_LT(limit.log_hazard_ratio[0], 0.97 * std::log(3));  // not the effect on one transition
  }
}

TEST(CoxLimit, AHeldTermIsAnOffset) {
  const Study study = two_covariates_and_radicality();
  const FollowUp follow_up{{{0}, {0.0165}}, 130};
  const CoxLimit free =
      overall_survival_cox_limit(surgery(), study.population, study.design, follow_up);
  std::vector<CoxTerm> terms{{free.log_hazard_ratio[0], true}, {}, {}};
  const CoxLimit at_its_value =
      overall_survival_cox_limit(surgery(), study.population, study.design, follow_up, terms);
  EXPECT_NEAR(at_its_value.log_hazard_ratio[1], free.log_hazard_ratio[1], 1e-12);
  terms[0].log_hazard_ratio = 1;
  const CoxLimit elsewhere =
      overall_survival_cox_limit(surgery(), study.population, study.design, follow_up, terms);
  EXPECT_EQ(elsewhere.log_hazard_ratio[0], 1);
  EXPECT_GT(std::abs(elsewhere.log_hazard_ratio[1] - free.log_hazard_ratio[1]), 1e-4);
}

TEST(CoxLimit, NamesTheColumnThatHasNoLimit) {
  const std::vector<CoursePattern> population{{0.5, true}, {0.25, true}, {0.25, false}};
  const IllnessDeathHazards hazards{.death_with_disease = {{0}, {0.02}}};
  const FollowUp follow_up{{{0}, {0}}, 50};
  const auto refusal = [&](const CoxDesign& design) -> std::pair<std::size_t, std::string> {
    try {
      overall_survival_cox_limit(hazards, population, design, follow_up);
    } catch (const CoxLimitError& error) {
      return {error.column, error.what()};
    }
    return {99, "accepted"};
  };
  const auto constant = refusal({2, {0, 1, 1, 1, 0, 1}});
  EXPECT_EQ(constant.first, 1U);
  EXPECT_THAT(constant.second, HasSubstr("column 2 of the Cox model is constant"));
  EXPECT_EQ(refusal({2, {0, 3, 1, 4, 0, 3}}).first, 1U);  // the first plus 3
  const auto immortal = refusal({1, {0, 0, 1}});          // the third kind never dies
  EXPECT_EQ(immortal.first, 0U);
  EXPECT_THAT(immortal.second, HasSubstr("no finite coefficient"));
}

TEST(CoxLimit, QuadratureGridIntegratesBetweenChanges) {
  const double changes[] = {0, 36, 12, 500, 12};
  const QuadratureGrid grid = quadrature_grid(changes, 200);
  ASSERT_EQ(grid.time_months.size(), 50U);  // 0-12, 12-36, and 36-200 in three
  EXPECT_TRUE(std::ranges::is_sorted(grid.time_months));
  double total = 0;
  double exponential = 0;
  for (std::size_t q = 0; q < grid.weight.size(); ++q) {
    total += grid.weight[q];
    exponential += grid.weight[q] * 0.1 * std::exp(-0.1 * grid.time_months[q]);
  }
  EXPECT_NEAR(total, 200, 1e-11);
  EXPECT_NEAR(exponential, 1 - std::exp(-20), 1e-14);
}

}  // namespace
}  // namespace trialmill::evidence
