#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

// A trial with strata and covariates whose statistics must survive the trip through a file.
const char* trial = R"yaml(
trialmill: 1
title: a replicate to refit
population:
  grade_g3: {prevalence: 0.3}
  age: {normal: {mean: 59, sd: 11}}
  stage: {levels: {late: 0.3, b: 0.5, c: 0.2}}
disease:
  rfs: {baseline: {weibull: {shape: 1.2, median_months: 14}}, hazard_ratios: {grade_g3: 2, age: 1.01, stage: {b: 0.8}}}
arms: {control: {}, experimental: {effects: {rfs: {hazard_ratio: 0.7}}}}
enrolment: {rate: 10}
dropout: {per_year: 0.05}
sample_size: 150
follow_up: {until: {events: 90}}
analyses:
  - {name: plain, test: log-rank}
  - {name: late, test: log-rank, strata: [grade_g3], weight: "fh(0,1)"}
  - {name: adjusted, test: cox, covariates: [age, stage], strata: [grade_g3]}
  - {name: by stage, test: log-rank, strata: [stage, grade_g3]}
)yaml";

// The replicate's row of replicates.csv for an analysis, as recorded by the run.
std::vector<std::string> recorded(const Scratch& folder, int replicate, const std::string& name) {
  std::istringstream table(read_file(folder / "out/replicates.csv"));
  std::string line;
  while (std::getline(table, line)) {
    std::vector<std::string> fields;
    std::istringstream row(line);
    for (std::string field; std::getline(row, field, ',');)
      fields.push_back(field);
    if (fields[1] == std::to_string(replicate) && fields[2] == name) return fields;
  }
  return {};
}

TEST(Cohort, RefitsToExactlyTheStatisticRecordedForIt) {
  const Scratch folder;
  folder.write("trial.yaml", trial);
  ASSERT_EQ(
      run_program(folder, "run trial.yaml --replicates 300 --replicate-table -o out").exit_status,
      0);
  for (const int replicate : {1, 17, 100, 101, 300}) {
    const std::string number = std::to_string(replicate);
    const Finished exported =
        run_program(folder, "cohort trial.yaml --replicate " + number + " -o patients.csv --json");
    ASSERT_EQ(exported.exit_status, 0) << exported.errors;
    const json analyses = json::parse(exported.output)["analyses"];
    const std::string fit =
        "fit patients.csv --time time --status status --group arm --exact-times --json ";
    const json plain = json::parse(run_program(folder, fit).output);
    const json rest = json::parse(
        run_program(folder,
                    fit + "--strata grade_g3 --weights 'fh(0,1)' --cox arm,age,stage_b,stage_c")
            .output);
    const json by_stage = json::parse(run_program(folder, fit + "--strata stage,grade_g3").output);
    // The doubles are the same, not nearly the same.
    EXPECT_EQ(plain["logrank"]["z"].get<double>(), analyses[0]["z"].get<double>());
    EXPECT_EQ(rest["weighted"][0]["z"].get<double>(), analyses[1]["z"].get<double>());
    EXPECT_EQ(rest["cox"]["terms"][0]["coef"].get<double>(), analyses[2]["log_hr"].get<double>());
    EXPECT_EQ(rest["cox"]["terms"][0]["se"].get<double>(), analyses[2]["se"].get<double>());
    EXPECT_EQ(by_stage["logrank"]["z"].get<double>(), analyses[3]["z"].get<double>());
    // And they are what the run itself recorded for this replicate.
    EXPECT_EQ(std::stod(recorded(folder, replicate, "plain")[4]), analyses[0]["z"].get<double>());
    EXPECT_EQ(std::stod(recorded(folder, replicate, "late")[4]), analyses[1]["z"].get<double>());
    EXPECT_EQ(std::stod(recorded(folder, replicate, "adjusted")[6]),
              analyses[2]["log_hr"].get<double>());
  }
}

TEST(Cohort, PrintsTheTableAndNamesTheSizesOfASweep) {
  const Scratch folder;
  const std::string verb = "cohort " + shipped("jnets-2021/perioperative.yaml") + " --replicate 3 ";
  const Finished table = run_program(
      folder, verb + "--sample-size 150 --set arms.perioperative.effects.rfs.hazard_ratio=0.7");
  ASSERT_EQ(table.exit_status, 0) << table.errors;
  EXPECT_EQ(std::count(table.output.begin(), table.output.end(), '\n'), 151);
  EXPECT_EQ(table.output.find("patient,time,status,arm,arm_name,enrolment_months,grade_g3"), 0u);
  const Finished wrong = run_program(folder, verb + "--sample-size 151");
  EXPECT_EQ(wrong.exit_status, 2);
  EXPECT_NE(wrong.errors.find("100, 150, 200"), std::string::npos) << wrong.errors;
  const Finished open = run_program(folder, verb);
  EXPECT_EQ(open.exit_status, 2);
  EXPECT_NE(open.errors.find("hazard_ratio=0.8"), std::string::npos) << open.errors;
}

}  // namespace
}  // namespace trialmill
