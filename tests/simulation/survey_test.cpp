// The survey, drawn again and again: it comes out as it was put in.
#include "trialmill/simulation/survey.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "study.hpp"

namespace trialmill::simulation {
namespace {

SurveyReproduction reproduced(std::uint64_t surveys, int threads = 0,
                              std::uint64_t seed = 20210728) {
  scenario::Study study = shipped_study("jnets-2021/cohort.yaml");
  study.replicates = surveys;
  study.seed = seed;
  return reproduce_survey(study, {.threads = threads, .progress = {}});
}

const SurveyRow& row(const SurveyReproduction& survey, const std::string& name) {
  const auto found = std::ranges::find(survey.rows, name, &SurveyRow::name);
  EXPECT_NE(found, survey.rows.end()) << name;
  return found == survey.rows.end() ? survey.rows.front() : *found;
}

TEST(Survey, IsTheSameForAnyNumberOfThreads) {
  const SurveyReproduction one = reproduced(90, 1), three = reproduced(90, 3);
  ASSERT_EQ(one.rows.size(), three.rows.size());
  for (std::size_t k = 0; k < one.rows.size(); ++k)
    for (const auto figure : {&SurveyRow::average, &SurveyRow::lower, &SurveyRow::upper,
                              &SurveyRow::average_lower, &SurveyRow::average_upper})
      EXPECT_EQ(std::bit_cast<std::uint64_t>(one.rows[k].*figure),
                std::bit_cast<std::uint64_t>(three.rows[k].*figure))
          << one.rows[k].name;
}

TEST(Survey, CharacteristicsComeOutAsPublished) {
  constexpr double surveys = 600;
  const SurveyReproduction survey = reproduced(600);
  for (const SurveyRow& figure : survey.rows) {
    if (!figure.name.starts_with("covariates.")) continue;
    // Grade is known of 56 % of the patients; 4.5 standard errors for ten rows.
    const double patients = figure.name == "covariates.grade_g3" ? 0.559 * 222 : 222;
    const double p = *figure.published;
    const double standard_error = std::sqrt(p * (1 - p) / (patients * surveys));
    EXPECT_NEAR(figure.average, p, 4.5 * standard_error) << figure.name;
    // 3.5 of them either way; a standard deviation of 600 surveys has an error of 3 %.
    EXPECT_NEAR((figure.average_upper - figure.average_lower) / (7 * standard_error), 1, 0.13)
        << figure.name;
    EXPECT_EQ(figure.verdict, SurveyVerdict::inside) << figure.name;
  }
}

TEST(Survey, DenominatorsAreTheStatedOnes) {
  const SurveyReproduction survey = reproduced(300);
  // 4.5 standard errors of 300 surveys: of all 222; of 140 synchronous; of 67 with the pancreas;
  // of 222 minus those with unknown grade, where it is the grade that is counted.
  for (const auto& [name, share, of] :
       {std::tuple("proportions.primary_grade_unknown", 0.441, 222.0),
        std::tuple("proportions.primary_g3", 14.0 / 124 * 0.559, 222.0),
        std::tuple("proportions.concomitant_resection", 93.0 / 140, 140.0),
        std::tuple("proportions.distal_pancreatectomy", 49.0 / 67, 67.0),
        std::tuple("proportions.functional_pancreas", 26.0 / 29, 29.0),
        std::tuple("proportions.treated_after", 175.0 / 189, 189.0),
        std::tuple("proportions.site_both", 40.0 / 142, 130.0)})
    EXPECT_NEAR(row(survey, name).average, share, 4.5 * std::sqrt(share * (1 - share) / of / 300))
        << name;
}

// Nothing was fitted to it: patients resected R2 start with disease. Both ratios lie inside 1.013
// to 2.967, the published interval of the univariable one.
TEST(Survey, IndependentRatioOfR2FollowsFromTheCourse) {
  constexpr double surveys = 2000;
  for (const std::uint64_t seed : {20210728u, 1u}) {
    const SurveyReproduction survey = reproduced(2000, 0, seed);
    for (const auto& [name, value] : {std::pair{"factors.os.r2.univariable", 1.495},
                                      std::pair{"factors.os.r2.multivariable", 1.597}}) {
      const SurveyRow& ratio = row(survey, name);
      // Four standard errors of the mean logarithm; the surveys' range is four of their deviations.
      const double deviation = std::log(ratio.upper / ratio.lower) / 3.92;
      EXPECT_NEAR(std::log(ratio.average), std::log(value), 4 * deviation / std::sqrt(surveys))
          << name << " " << seed;
      EXPECT_GT(ratio.average, 1.013) << name;
      EXPECT_LT(ratio.average, 2.967) << name;
      EXPECT_EQ(ratio.verdict, SurveyVerdict::inside) << name;
      EXPECT_EQ(ratio.standing, SurveyStanding::predicted) << name;
      EXPECT_TRUE(ratio.acquired) << name;
    }
  }
}

// Figures calculated independently without covariates, which move them by a percentage point.
TEST(Survey, IndependentSurvivalByRadicality) {
  const SurveyReproduction survey = reproduced(600);
  for (const auto& [name, survival] :
       {std::pair{"groups.os.r2.12", 0.8362}, std::pair{"groups.os.r2.36", 0.7290},
        std::pair{"groups.os.r2.60", 0.5962}, std::pair{"groups.os.r2.120", 0.3546},
        std::pair{"groups.os.not_r2.12", 0.9475}, std::pair{"groups.os.not_r2.36", 0.8678},
        std::pair{"groups.os.not_r2.60", 0.7401}, std::pair{"groups.os.not_r2.120", 0.4626}}) {
    EXPECT_NEAR(row(survey, name).average, survival, 0.03) << name;
    EXPECT_EQ(row(survey, name).verdict, SurveyVerdict::not_published) << name;
  }
}

TEST(Survey, EveryRowSaysWhatItIs) {
  using enum SurveyStanding;
  const SurveyReproduction survey = reproduced(20);
  for (const auto& [name, standing] :
       {std::pair{"covariates.male", input}, std::pair{"proportions.radicality_r0", input},
        std::pair{"proportions.treated_after", input}, std::pair{"curves.rfs.36", tuned},
        std::pair{"curves.os.120", tuned}, std::pair{"quantities.os_median", tuned},
        std::pair{"quantities.follow_up_mean", tuned}, std::pair{"at_risk.os.R2.60", tuned},
        std::pair{"proportions.recurrence", tuned},
        std::pair{"quantities.follow_up_longest", predicted},
        std::pair{"proportions.mortality_90_days", predicted},
        std::pair{"quantities.os_r01_v_r2_p", predicted},
        std::pair{"factors.rfs.grade_g3.multivariable", input},
        std::pair{"factors.rfs.grade_g3.univariable", predicted},
        std::pair{"factors.os.grade_g3.multivariable", tuned},
        std::pair{"factors.os.male.univariable", predicted}})
    EXPECT_EQ(row(survey, name).standing, standing) << name;
}

TEST(Survey, WhatHardlyAnySurveyHasIsNotReproduced) {
  scenario::Study study = shipped_study("jnets-2021/cohort.yaml", {{"survey.patients", "2"}});
  study.replicates = 20;
  const SurveyReproduction survey = reproduce_survey(study);
  for (const SurveyRow& figure : survey.rows) {
    if (!figure.published) continue;
    const bool none = std::isnan(figure.average);
    EXPECT_EQ(figure.verdict == SurveyVerdict::not_reproduced, none) << figure.name;
  }
  EXPECT_EQ(row(survey, "factors.os.r2.multivariable").verdict, SurveyVerdict::not_reproduced);
  EXPECT_EQ(row(survey, "proportions.functional_pancreas").verdict, SurveyVerdict::not_reproduced);
  EXPECT_NE(row(survey, "covariates.male").verdict, SurveyVerdict::not_reproduced);
}

// ---- one synthetic survey, measured by a second program ----

class OneSurvey : public testing::Test {
 protected:
  void SetUp() override {
    study_ = shipped_study("jnets-2021/cohort.yaml");
    study_.replicates = 1;
    survey_ = reproduce_survey(study_);
    const Plan plan = compile_plan(study_);
    cohort::CohortWorkspace workspace;
    cohort::draw_cohort(plan.designs[0].model, study_.seed, 1, 222, workspace, cohort_);
    population_ = study_.points[0].scenario.population;
    const auto died = cohort_.milestone(cohort::Milestone::death);
    for (std::size_t i = 0; i < cohort_.size; ++i) {
      time_.push_back(std::min(died[i], cohort_.dropout_months[i]));
      event_.push_back(died[i] <= cohort_.dropout_months[i]);
    }
  }

  std::span<const double> column(const std::string& name) const {
    const auto found = std::ranges::find(population_, name, &cohort::Covariate::name);
    return cohort_.recorded_covariate(static_cast<std::size_t>(found - population_.begin()));
  }

  scenario::Study study_;
  SurveyReproduction survey_;
  cohort::Cohort cohort_;
  std::vector<cohort::Covariate> population_;
  std::vector<double> time_;
  std::vector<bool> event_;
};

TEST_F(OneSurvey, DoubleProgrammedShares) {
  double male = 0, g3 = 0, graded = 0;
  for (std::size_t i = 0; i < 222; ++i) {
    male += column("male")[i];
    if (std::isnan(column("grade_g3")[i])) continue;
    ++graded;
    g3 += column("grade_g3")[i];
  }
  EXPECT_LT(graded, 222);
  EXPECT_DOUBLE_EQ(row(survey_, "covariates.male").average, male / 222);
  EXPECT_DOUBLE_EQ(row(survey_, "covariates.grade_g3").average, g3 / graded);
  EXPECT_DOUBLE_EQ(row(survey_, "proportions.primary_g3").average, g3 / 222);
}

TEST_F(OneSurvey, DoubleProgrammedSurvivalAndFollowUp) {
  double survival = 1, sum = 0;
  for (std::size_t i = 0; i < 222; ++i) {
    sum += time_[i];
    if (!event_[i] || time_[i] > 60) continue;
    const auto at_risk = std::ranges::count_if(time_, [&](double t) { return t >= time_[i]; });
    survival *= 1 - 1 / static_cast<double>(at_risk);
  }
  EXPECT_NEAR(row(survey_, "curves.os.60").average, survival, 1e-12);
  EXPECT_NEAR(row(survey_, "quantities.follow_up_mean").average, sum / 222, 1e-10);
  std::vector<double> sorted = time_;
  std::ranges::sort(sorted);
  EXPECT_DOUBLE_EQ(row(survey_, "quantities.follow_up_median").average,
                   (sorted[110] + sorted[111]) / 2);
  EXPECT_EQ(row(survey_, "quantities.follow_up_longest").average, std::floor(sorted.back()));
}

TEST_F(OneSurvey, DoubleProgrammedHazardRatio) {
  const auto male = column("male");
  double beta = 0;
  for (int step = 0; step < 50; ++step) {
    double score = 0, information = 0;
    for (std::size_t i = 0; i < 222; ++i) {
      if (!event_[i]) continue;
      double all = 0, of_men = 0;
      for (std::size_t j = 0; j < 222; ++j) {
        if (time_[j] < time_[i]) continue;
        all += std::exp(beta * male[j]);
        of_men += male[j] * std::exp(beta * male[j]);
      }
      score += male[i] - of_men / all;
      information += of_men / all * (1 - of_men / all);
    }
    beta += score / information;
  }
  EXPECT_NEAR(row(survey_, "factors.os.male.univariable").average, std::exp(beta), 1e-9);
}

TEST_F(OneSurvey, DoubleProgrammedSurvivalByRadicality) {
  const auto radicality = cohort_.covariate(
      population_.size() + static_cast<std::size_t>(cohort::Attribute::radicality));
  const auto reported = column("radicality_reported");
  for (const bool r2 : {true, false}) {
    double survival = 1;
    const auto belongs = [&](std::size_t i) {
      return !std::isnan(reported[i]) && (radicality[i] == 2) == r2;
    };
    for (std::size_t i = 0; i < 222; ++i) {
      if (!belongs(i) || !event_[i] || time_[i] > 36) continue;
      double at_risk = 0;
      for (std::size_t j = 0; j < 222; ++j)
        at_risk += belongs(j) && time_[j] >= time_[i];
      survival *= 1 - 1 / at_risk;
    }
    EXPECT_NEAR(row(survey_, r2 ? "groups.os.r2.36" : "groups.os.not_r2.36").average, survival,
                1e-12);
  }
}

TEST_F(OneSurvey, DoubleProgrammedPatientsAtRisk) {
  const auto radicality = cohort_.covariate(
      population_.size() + static_cast<std::size_t>(cohort::Attribute::radicality));
  const auto reported = column("radicality_reported");
  double r2 = 0, all = 0;
  for (std::size_t i = 0; i < 222; ++i) {
    if (time_[i] < 60 || std::isnan(reported[i])) continue;
    ++all;
    r2 += radicality[i] == 2;
  }
  EXPECT_EQ(row(survey_, "at_risk.os.R2.60").average, r2);
  EXPECT_EQ(row(survey_, "at_risk.os.all.60").average, all);
}

}  // namespace
}  // namespace trialmill::simulation
