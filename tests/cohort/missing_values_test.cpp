#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sample_model.hpp"

namespace trialmill::cohort {
namespace {

using enum MissingValues::AnalysedAs;

Cohort drawn(const TrialModel& model, std::size_t size) {
  CohortWorkspace workspace;
  Cohort cohort;
  draw_cohort(model, 20210728, 3, size, workspace, cohort);
  return cohort;
}

// Not stratified: strata are what is recorded, and a patient who is left out has none.
TrialModel without_strata() {
  TrialModel model = sample_model();
  model.randomisation_strata = {};
  model.randomisation.strata = 1;
  return model;
}

TrialModel with_missing(double probability, MissingValues::AnalysedAs analysed_as) {
  TrialModel model = without_strata();
  model.population[0].missing = MissingValues{probability, analysed_as};
  return model;
}

TEST(MissingValues, WithoutThemWhatIsRecordedIsTheTruth) {
  const Cohort cohort = drawn(sample_model(), 50);
  EXPECT_TRUE(cohort.recorded.empty());
  for (std::size_t c = 0; c < 3; ++c)
    EXPECT_EQ(cohort.recorded_covariate(c).data(), cohort.covariate(c).data());
}

TEST(MissingValues, TheTruthActsOnTheHazardsWhateverIsRecorded) {
  const Cohort before = drawn(without_strata(), 300);
  const Cohort after = drawn(with_missing(0.441, reference), 300);
  EXPECT_EQ(before.covariates, after.covariates);
  EXPECT_EQ(before.arm, after.arm);
  EXPECT_EQ(before.event_months, after.event_months);
  EXPECT_EQ(before.dropout_months, after.dropout_months);
}

TEST(MissingValues, AreMissingCompletelyAtRandomWithTheirProbability) {
  // 200,000 patients, 4 standard errors, two comparisons: chance of a false alarm 1.3e-4.
  const Cohort cohort = drawn(with_missing(0.441, left_out), 200'000);
  double missing[2] = {0, 0}, patients[2] = {0, 0};
  for (std::size_t i = 0; i < cohort.size; ++i) {
    const double truth = cohort.covariate(0)[i], seen = cohort.recorded_covariate(0)[i];
    const auto level = static_cast<std::size_t>(truth);
    patients[level] += 1;
    missing[level] += std::isnan(seen);
    ASSERT_TRUE(std::isnan(seen) || seen == truth) << i;
  }
  for (const int level : {0, 1})
    EXPECT_NEAR(missing[level] / patients[level], 0.441,
                4 * std::sqrt(0.441 * 0.559 / patients[level]));
  EXPECT_TRUE(std::ranges::equal(cohort.recorded_covariate(2), cohort.covariate(2)));
}

TEST(MissingValues, ReadAsTheReferenceOrLeaveThePatientOut) {
  const Cohort reference_level = drawn(with_missing(0.441, reference), 1000);
  const Cohort gone = drawn(with_missing(0.441, left_out), 1000);
  std::size_t missing = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const bool left = std::isnan(gone.recorded_covariate(0)[i]);
    missing += left;
    EXPECT_EQ(reference_level.recorded_covariate(0)[i], left ? 0 : reference_level.covariate(0)[i]);
  }
  EXPECT_GT(missing, 350u);
  EXPECT_LT(missing, 530u);
}

TEST(MissingValues, StrataAreWhatIsRecorded) {
  const Cohort cohort = drawn(with_missing(0.441, left_out), 200);
  std::vector<std::int32_t> stratum(200);
  assign_strata(sample_model().randomisation_strata, cohort, stratum);
  for (std::size_t i = 0; i < 200; ++i) {
    const double grade = cohort.recorded_covariate(0)[i];
    EXPECT_EQ(stratum[i], std::isnan(grade) ? -1
                                            : 3 * static_cast<int>(grade) +
                                                  static_cast<int>(cohort.covariate(1)[i]));
  }
}

}  // namespace
}  // namespace trialmill::cohort
