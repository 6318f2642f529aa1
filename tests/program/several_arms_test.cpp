// Trials of more than two arms as a user meets them: tables, files, and what `check` says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::string three = shipped("reference/several-arms.yaml");
const std::string regimens = shipped("jnets-2021/neoadjuvant-two-regimens.yaml");

TEST(SeveralArmsProgram, RunNamesTheArmsOfEveryAnalysis) {
  const Scratch folder;
  const Finished run =
      run_program(folder, "run " + three + " --replicates 100 --replicate-table -o out");
  ASSERT_EQ(run.exit_status, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("high (log-rank, high against control)"));
  EXPECT_THAT(run.output, HasSubstr("control, low and high"));
  const json analyses = json::parse(read_file(folder / "out/result.json"))["points"][0]["analyses"];
  EXPECT_EQ(analyses[2]["arms"], (json{"low", "high"}));
  EXPECT_EQ(analyses[3]["arms"], (json{"control", "low", "high"}));
  const std::string table = read_file(folder / "out/power.csv");
  EXPECT_THAT(table, HasSubstr(",arms\n"));
  EXPECT_THAT(table, HasSubstr(",control;low;high\n"));
  EXPECT_THAT(read_file(folder / "out/power.svg"), HasSubstr("high against control"));
  EXPECT_THAT(read_file(folder / "out/replicates.csv"), HasSubstr(",p,"));
}

TEST(SeveralArmsProgram, ATrialOfTwoNamesNone) {
  const Scratch folder;
  const Finished run =
      run_program(folder, "run " + shipped("reference/w1.yaml") + " --replicates 100 -o out");
  ASSERT_EQ(run.exit_status, 0) << run.errors;
  EXPECT_THAT(read_file(folder / "out/result.json"), Not(HasSubstr("\"arms\"")));
  EXPECT_THAT(read_file(folder / "out/power.csv"), Not(HasSubstr("arms")));
}

// Exponential medians: log 2 / (0.06 x ratio).
TEST(SeveralArmsProgram, CheckTellsTheMedianOfEveryArm) {
  const Scratch folder;
  const Finished check = run_program(folder, "check " + three + " --json");
  ASSERT_EQ(check.exit_status, 0) << check.errors;
  const json medians = json::parse(check.output)["model"]["median_months"];
  EXPECT_NEAR(medians["control"].get<double>(), std::log(2) / 0.06, 1e-9);
  EXPECT_NEAR(medians["experimental_arms"]["low"].get<double>(), std::log(2) / 0.042, 1e-9);
  EXPECT_NEAR(medians["experimental_arms"]["high"].get<double>(), std::log(2) / 0.036, 1e-9);
  EXPECT_THAT(run_program(folder, "check " + three).output,
              HasSubstr("control 11.6 months, low 16.5 months, high 19.3 months"));
}

TEST(SeveralArmsProgram, CheckOfACourseTellsWhoIsComparedAndWhoseEventsCount) {
  const Scratch folder;
  const Finished check = run_program(folder, "check " + regimens);
  ASSERT_EQ(check.exit_status, 0) << check.errors;
  for (const char* words :
       {"brief against upfront, around what was acquired", "full against upfront, around",
        "regimens: cox, stratified by tumors_ge_10, full against brief",
        "120 events of efs in upfront and full", "of upfront, brief, full"})
    EXPECT_THAT(check.output, HasSubstr(words));
}

}  // namespace
}  // namespace trialmill
