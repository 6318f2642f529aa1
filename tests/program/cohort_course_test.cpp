// A replicate of a whole course, exported and refitted: several endpoints, each with its own look.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

const char* trial = R"yaml(
trialmill: 1
title: a course to refit
population:
  grade_g3: {prevalence: 0.3}
  stage: {levels: {late: 0.3, b: 0.5, c: 0.2}, missing: {probability: 0.2, analysed_as: left_out}}
disease:
  recurrence: {baseline: {hazard_per_month: 0.04}, hazard_ratios: {grade_g3: 2, stage: {b: 0.7}}}
  death_without_recurrence: {baseline: {hazard_per_month: 0.001}}
  death_with_disease: {baseline: {hazard_per_month: 0.02}, hazard_ratios: {radicality: {unresected: 1.5}}}
pathway:
  surgery: {radicality: {r1: 0.1, r2: 0.2}, odds_ratios: {r2: {response: 0.5}}}
assessments: {every_months: 3, missed: 0.1}
arms:
  upfront: {before_surgery: {surgery_at_months: 1, progression: {probability: 0.02}}}
  neoadjuvant:
    before_surgery: {surgery_at_months: 6, progression: {probability: 0.1}, response: 0.5}
    effects: {recurrence: {hazard_ratio: 0.7}}
enrolment: {rate: 10}
dropout: {per_year: 0.05}
sample_size: 200
endpoints:
  efs: {events: [progression, unresectable, {r2: randomisation}, recurrence, death]}
  os: {events: [death]}
  rfs: {from: surgery, of: r0_r1, events: [recurrence, death]}
  r0_rate: {proportion: r0}
follow_up: {until: {events: 100, of: efs}}
analyses:
  - {name: efs, endpoint: efs, test: log-rank, strata: [grade_g3]}
  - {name: os, endpoint: os, test: cox, at: {events: 60}}
  - {name: rfs, endpoint: rfs, test: cox, covariates: [stage]}
  - {name: rate, endpoint: r0_rate, test: score, at: {minimum_months: 7}}
  - {name: stratified rate, endpoint: r0_rate, test: mantel-haenszel, strata: [grade_g3], at: {minimum_months: 7}}
)yaml";

json fit(const Scratch& folder, const std::string& columns, const std::string& more = "") {
  const Finished done =
      run_program(folder, "fit patients.csv --group arm --exact-times --json " + columns + more);
  EXPECT_EQ(done.exit_status, 0) << done.errors;
  return json::parse(done.output);
}

TEST(CohortOfACourse, EveryAnalysisRefitsToTheStatisticOfTheReplicate) {
  const Scratch folder;
  folder.write("trial.yaml", trial);
  for (const char* replicate : {"1", "2", "57"}) {
    const Finished exported = run_program(folder, std::string("cohort trial.yaml --replicate ") +
                                                      replicate + " -o patients.csv --json");
    ASSERT_EQ(exported.exit_status, 0) << exported.errors;
    const json analyses = json::parse(exported.output)["analyses"];
    const auto z = [&](std::size_t a) { return analyses[a]["z"].get<double>(); };
    EXPECT_EQ(fit(folder, "--time time --status status --strata grade_g3")["logrank"]["z"], z(0));
    const json os = fit(folder, "--time time_os --status status_os --cox arm");
    EXPECT_EQ(os["events"], 60);
    EXPECT_EQ(os["cox"]["terms"][0]["coef"], analyses[1]["log_hr"]);
    // Patients whose stage is not recorded have empty cells and are dropped, as in the replicate.
    const json rfs = fit(folder, "--time time_rfs --status status_rfs --cox arm,stage_b,stage_c");
    EXPECT_EQ(rfs["cox"]["terms"][0]["coef"], analyses[2]["log_hr"]);
    EXPECT_EQ(rfs["cox"]["n"], analyses[2]["patients"]);
    const json rate = fit(folder, "--proportion r0_rate");
    EXPECT_EQ(rate["proportion"]["score"]["z"], z(3));
    EXPECT_EQ(rate["proportion"]["risk_difference"]["estimate"], analyses[3]["risk_difference"]);
    const json strata = fit(folder, "--proportion r0_rate --strata grade_g3");
    EXPECT_EQ(strata["proportion"]["mantel_haenszel"]["z"], z(4));
  }
}

}  // namespace
}  // namespace trialmill
