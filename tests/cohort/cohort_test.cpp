#include "trialmill/cohort/cohort.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "cohort/draw_cohort.hpp"
#include "sample_model.hpp"

namespace trialmill::cohort {
namespace {

// Counts what each stream is asked for.
using DrawCounts = std::map<std::pair<random::Purpose, std::uint64_t>, std::size_t>;

class CountingStream {
 public:
  CountingStream(const random::Address& address, DrawCounts& counts)
      : stream_(address), count_(counts[{address.purpose, address.lane}]) {}
  void fill_uniform(std::span<double> out) {
    count_ += out.size();
    stream_.fill_uniform(out);
  }

 private:
  random::Stream stream_;
  std::size_t& count_;
};

DrawCounts count_draws(const TrialModel& model, std::size_t size) {
  DrawCounts counts;
  CohortWorkspace workspace;
  Cohort cohort;
  const auto open = [&](const random::Address& address) { return CountingStream(address, counts); };
  CohortDraw(open, model, 7, 1, workspace, cohort).run(size);
  return counts;
}

Cohort drawn(const TrialModel& model, std::size_t size, std::uint64_t replicate = 3) {
  CohortWorkspace workspace;
  Cohort cohort;
  draw_cohort(model, 20210728, replicate, size, workspace, cohort);
  return cohort;
}

TEST(Cohort, EveryPurposeTakesOneUniformPerPatientWhateverTheDesign) {
  for (const std::size_t size : {1u, 17u, 500u}) {
    const DrawCounts counts = count_draws(sample_model(), size);
    EXPECT_EQ(counts.size(), 8u);  // 3 covariates, enrolment, 2 for randomisation, event, dropout
    for (const auto& [address, count] : counts)
      EXPECT_EQ(count, size);
  }
  EXPECT_EQ(count_draws(sample_model(0.5), 100), count_draws(sample_model(1.0), 100));
}

TEST(Cohort, DependentCovariatesTakeOneUniformPerPatientToo) {
  TrialModel model = sample_model();
  model.population[0].parents = {1};
  model.population[0].law_given_parents = {BinaryLaw{0.1}, BinaryLaw{0.5}, BinaryLaw{0.9}};
  model.population.push_back({"size", LognormalLaw{3, 0.8}});
  model.copula = gaussian_copula({2, 3}, std::vector<double>{1, 0.4, 0.4, 1});
  const DrawCounts counts = count_draws(model, 100);
  EXPECT_EQ(counts.size(), 9u);
  for (const auto& [address, count] : counts)
    EXPECT_EQ(count, 100u);
  model.population[2].missing = MissingValues{0.2};
  EXPECT_EQ(count_draws(model, 100).size(), 10u);
}

// What a patient would meet in an arm is the same whatever other arms there are.
TEST(Cohort, PatientsDoNotDependOnTheNumberOfArms) {
  TrialModel three = sample_model();
  three.event_time_by_arm.insert(three.event_time_by_arm.begin() + 1, three.event_time_by_arm[1]);
  three.dropout_time_by_arm.push_back(three.dropout_time_by_arm[0]);
  three.randomisation.allocation = {1, 1, 1};
  three.randomisation.block_sizes = {3, 6};
  CohortWorkspace workspace;
  Cohort here, there;
  for (const std::int32_t arm : {0, 1}) {
    draw_cohort_under(sample_model(), arm, 7, 3, 200, workspace, here);
    draw_cohort_under(three, 2 * arm, 7, 3, 200, workspace, there);
    EXPECT_EQ(here.covariates, there.covariates);
    EXPECT_EQ(here.enrolment_months, there.enrolment_months);
    EXPECT_EQ(here.event_months, there.event_months);
    EXPECT_EQ(here.dropout_months, there.dropout_months);
  }
  // Randomised, everybody is what he would be in his arm.
  draw_cohort(three, 7, 3, 200, workspace, there);
  for (std::size_t i = 0; i < there.size; ++i) {
    draw_cohort_under(sample_model(), there.arm[i] == 0 ? 0 : 1, 7, 3, 200, workspace, here);
    EXPECT_EQ(there.event_months[i], here.event_months[i]);
  }
}

TEST(Cohort, SmallerTrialsAreTheFirstPatientsOfLargerOnes) {
  const Cohort large = drawn(sample_model(), 400);
  const Cohort small = drawn(sample_model(), 150);
  for (std::size_t i = 0; i < small.size; ++i) {
    EXPECT_EQ(small.enrolment_months[i], large.enrolment_months[i]);
    EXPECT_EQ(small.arm[i], large.arm[i]);
    EXPECT_EQ(small.event_months[i], large.event_months[i]);
    EXPECT_EQ(small.dropout_months[i], large.dropout_months[i]);
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_EQ(small.covariate(c)[i], large.covariate(c)[i]);
  }
}

TEST(Cohort, AnotherEffectChangesTheTreatedPatientsEventsOnly) {
  const Cohort weak = drawn(sample_model(1.0), 300);
  const Cohort strong = drawn(sample_model(0.5), 300);
  EXPECT_EQ(weak.arm, strong.arm);
  EXPECT_EQ(weak.enrolment_months, strong.enrolment_months);
  EXPECT_EQ(weak.covariates, strong.covariates);
  EXPECT_EQ(weak.dropout_months, strong.dropout_months);
  for (std::size_t i = 0; i < weak.size; ++i) {
    if (weak.arm[i] == 0)
      EXPECT_EQ(weak.event_months[i], strong.event_months[i]);
    else
      EXPECT_GT(strong.event_months[i], weak.event_months[i]);
  }
}

TEST(Cohort, AThirdArmLeavesThePatientsAlone) {
  TrialModel three = sample_model();
  three.randomisation.allocation = {1, 1, 1};
  three.randomisation.block_sizes = {3};
  three.event_time_by_arm.push_back(three.event_time_by_arm.front());
  three.dropout_time_by_arm.push_back(three.dropout_time_by_arm.front());
  const Cohort two_arms = drawn(sample_model(), 200);
  const Cohort three_arms = drawn(three, 200);
  EXPECT_EQ(two_arms.covariates, three_arms.covariates);
  EXPECT_EQ(two_arms.enrolment_months, three_arms.enrolment_months);
  EXPECT_EQ(two_arms.dropout_months, three_arms.dropout_months);
  std::set<std::int32_t> arms(three_arms.arm.begin(), three_arms.arm.end());
  EXPECT_EQ(arms, (std::set<std::int32_t>{0, 1, 2}));
}

TEST(Cohort, ReplicatesAndSeedsDiffer) {
  const Cohort one = drawn(sample_model(), 50, 1);
  const Cohort two = drawn(sample_model(), 50, 2);
  EXPECT_NE(one.event_months, two.event_months);
  CohortWorkspace workspace;
  Cohort other_seed;
  draw_cohort(sample_model(), 20210729, 1, 50, workspace, other_seed);
  EXPECT_NE(one.event_months, other_seed.event_months);
}

TEST(Cohort, HazardFactorsMultiply) {
  // With the same uniform, a patient's cumulative hazard at the event is the same exponential:
  // H0(t) x product of ratios = -log u, so the product is recovered from two models.
  TrialModel plain = sample_model(1.0);
  plain.hazard_factors.clear();
  const TrialModel full = sample_model(1.0);
  const Cohort without = drawn(plain, 200);
  const Cohort with = drawn(full, 200);
  const double grade[] = {1.0, 2.4};
  const double primary[] = {1.0, 1.5, 0.8};
  for (std::size_t i = 0; i < with.size; ++i) {
    const double product = grade[static_cast<int>(with.covariate(0)[i])] *
                           primary[static_cast<int>(with.covariate(1)[i])] *
                           std::exp(0.02 * with.covariate(2)[i]);
    const EventTimeLaw& law = full.event_time_by_arm[0];
    EXPECT_NEAR(law.cumulative(with.event_months[i]) * product,
                law.cumulative(without.event_months[i]), 1e-12 * (1 + product));
  }
}

TEST(Cohort, StrataAreLevelsAsDigits) {
  const TrialModel model = sample_model();
  const Cohort cohort = drawn(model, 100);
  std::vector<std::int32_t> stratum(100);
  assign_strata(model.randomisation_strata, cohort, stratum);
  EXPECT_EQ(model.randomisation_strata.count(), 6u);
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ(stratum[i], 3 * static_cast<int>(cohort.covariate(0)[i]) +
                              static_cast<int>(cohort.covariate(1)[i]));
}

}  // namespace
}  // namespace trialmill::cohort
