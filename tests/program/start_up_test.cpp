// Reading, calibrating and checking a scenario, but for the trial of its level, takes less than a
// second of one CPU.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>

#include "program.hpp"

namespace trialmill {
namespace {

// Of all children that have ended so far. A loaded machine makes a program late, not busy.
double cpu_seconds_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void expect_quick_check(const Scratch& folder, const std::string& file) {
  const double before = cpu_seconds_of_children();
  EXPECT_EQ(run_program(folder, "check --no-null " + file).exit_status, 0) << file;
#ifdef NDEBUG
  EXPECT_LT(cpu_seconds_of_children() - before, 1) << file;
#else
  static_cast<void>(before);  // without optimisation it may take longer
#endif
}

TEST(StartUp, OfEveryShippedScenarioTakesLessThanASecond) {
  const Scratch folder;
  const std::filesystem::path root = TRIALMILL_SOURCE_DIR "/scenarios";
  std::size_t scenarios = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".yaml") continue;
    // `check` of a survey draws it 2,000 times; reading it is what start-up is.
    const bool survey = entry.path().filename() == "cohort.yaml";
    expect_quick_check(folder, "'" + entry.path().string() + "'" +
                                   (survey ? " --set simulation.replicates=1" : ""));
    ++scenarios;
  }
  EXPECT_GE(scenarios, 18u);
}

// A Gaussian copula with a continuous covariate in it, a table on one of its others, and an
// adjusted ratio of overall survival to solve for.
const std::string head = R"yaml(trialmill: 1
title: correlated
population:
  grade: {levels: {g1: 0.3, g2: 0.5, g3: 0.2}, missing: {probability: 0.44, analysed_as: left_out}}
  size_big: {prevalence: 0.3}
  age: {normal: {mean: 59, sd: 11}}
  diameter: {lognormal: {median: 3, sd_log: 0.8}}
  met_grade: {given: grade, table: {g1: {a: 0.5, b: 0.5}, g2: {a: 0.2, b: 0.8}, g3: {a: 0, b: 1}}}
correlations:
  - {between: [grade, size_big], latent: 0.4}
  - {between: [age, size_big], latent: 0.3}
  - {between: [diameter, size_big], latent: 0.5}
)yaml";

std::string correlated(const std::string& recurrence) {
  return head + R"yaml(disease:
  recurrence:
    baseline: {knots: [{month: 12, survival: 0.5}, {month: 36, survival: 0.2}]}
    hazard_ratios: )yaml" +
         recurrence + R"yaml(
  death_without_recurrence: {baseline: {hazard_per_month: 0.0006}}
  death_with_disease:
    baseline: {knots: [{month: 12, survival: 0.9}, {month: 60, survival: 0.7}]}
    hazard_ratios: {met_grade: {b: {overall_survival: 2}}}
pathway:
  surgery: {radicality: {r1: 0.1, r2: 0.25}, odds_ratios: {r2: {met_grade: {b: 2}}}}
arms:
  upfront: {before_surgery: {surgery_at_months: 1}}
  neoadjuvant: {before_surgery: {surgery_at_months: 5, progression: {probability: 0.05}}}
endpoints: {efs: {events: [progression, r2, recurrence, death]}}
enrolment: {rate: 10}
sample_size: 300
follow_up: {until: {minimum_months: 24}}
analyses: [{name: efs, endpoint: efs, test: cox, covariates: [grade]}]
)yaml";
}

TEST(StartUp, OfACourseWithCorrelatedContinuousCovariatesTakesLessThanASecond) {
  const Scratch folder;
  folder.write("one.yaml", correlated("{met_grade: {b: 2}, age: 1.02, grade: {g3: 1.5}}"));
  folder.write("with_size.yaml", correlated("{size_big: 2, age: 1.02, grade: {g3: 1.5}}"));
  folder.write("two.yaml", correlated("{age: 1.02, diameter: 1.05, grade: {g3: 1.5}}"));
  for (const char* file : {"one.yaml", "with_size.yaml", "two.yaml"})
    expect_quick_check(folder, file);
}

}  // namespace
}  // namespace trialmill
