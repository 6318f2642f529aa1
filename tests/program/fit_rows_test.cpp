// Which rows of a file each analysis of `fit` takes, and what it says of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fitted.hpp"

namespace trialmill {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(FitRows, IndependentACovariatesMissingValuesChangeTheCoxModelAlone) {
  // 226 patients of R's lung, the weight loss of 14 unknown. R 4.2.2, survival 3.5-3:
  // survdiff(Surv(time, status) ~ sex), coxph(Surv(time, status) ~ sex + wt).
  const Scratch folder;
  const std::string data =
      "'" TRIALMILL_TEST_DATA "/reference/data/lung-weight.csv'" + times + "--group sex ";
  const json with = fitted(folder, data + "--rmst 300 --cox sex,wt");
  json without = fitted(folder, data + "--rmst 300");
  EXPECT_NEAR(with["logrank"]["chisq"].get<double>(), 9.71596259445047, 1e-12);
  for (const char* key : {"n", "events", "dropped", "kaplan_meier", "logrank", "rmst_difference"})
    EXPECT_EQ(with[key], without[key]) << key;
  EXPECT_EQ(with["n"], 226);
  EXPECT_EQ(with["cox"]["n"], 212);
  EXPECT_NEAR(with["cox"]["terms"][0]["coef"].get<double>(), -0.526337680115679,
              1e-8);  // R stops at 1e-9
  EXPECT_NEAR(with["cox"]["terms"][1]["se"].get<double>(), 0.00614011205491, 1e-10);
  EXPECT_EQ(with["left_out"]["kaplan_meier"]["rows"], 0);
  EXPECT_EQ(with["left_out"]["cox"], json::parse(R"({"rows": 14, "by_column": {"wt": 14}})"));
  const std::string table = run_program(folder, "fit " + data + "--cox sex,wt").output;
  EXPECT_THAT(table, HasSubstr("226 patients, 163 events\n"));
  EXPECT_THAT(table,
              HasSubstr("For Cox regression: 14 rows with a missing value left out (wt 14)"));
}

TEST(FitRows, ACovariateOrStratumThatNoRowHasLeavesTheRestAsItIs) {
  const Scratch folder;
  folder.write("data.csv", "time,status,arm,x\n1,1,a,NA\n2,0,a,\n3,1,b,NA\n4,1,b,NA\n2,1,a,\n");
  const std::string data = "data.csv" + times + "--group arm ";
  const json plain = fitted(folder, data);
  const json adjusted = fitted(folder, data + "--cox arm,x --firth --profile");
  for (const char* key : {"n", "events", "kaplan_meier", "logrank"})
    EXPECT_EQ(adjusted[key], plain[key]) << key;
  EXPECT_EQ(adjusted["cox"]["n"], 0);
  EXPECT_EQ(adjusted["cox"]["status"], "no_events");
  EXPECT_TRUE(adjusted["cox"]["terms"][0]["coef"].is_null());
  EXPECT_EQ(adjusted["left_out"]["cox"]["by_column"]["x"], 5);
  const json stratified = fitted(folder, data + "--strata x");
  EXPECT_EQ(stratified["kaplan_meier"], plain["kaplan_meier"]);
  EXPECT_TRUE(stratified["logrank"]["chisq"].is_null());
}

const char* small =
    "time,status,arm,site,x,ok\n"
    "1,1,a,n,1,1\n2,0,a,n,2,0\n3,1,a,s,NA,1\n4,1,a,NA,1,1\n"
    "2,1,b,n,2,1\n3,1,b,s,1,NA\n5,0,b,s,3,1\n6,1,NA,s,2,1\nNA,1,b,n,NA,1\n";

TEST(FitRows, EveryAnalysisTakesTheRowsThatAreCompleteForIt) {
  const Scratch folder;
  folder.write("data.csv", small);
  const json found =
      fitted(folder, "data.csv" + times + "--group arm --strata site --cox x --proportion ok");
  EXPECT_EQ(found["n"], 7);
  const json& left_out = found["left_out"];
  EXPECT_EQ(left_out["kaplan_meier"],
            json::parse(R"({"rows": 2, "by_column": {"time": 1, "arm": 1}})"));
  EXPECT_EQ(left_out["log_rank"],
            json::parse(R"({"rows": 3, "by_column": {"time": 1, "arm": 1, "site": 1}})"));
  // A row without time and x counts once in the rows, and in either column.
  EXPECT_EQ(left_out["cox"],
            json::parse(R"({"rows": 3, "by_column": {"time": 1, "site": 1, "x": 2}})"));
  EXPECT_EQ(left_out["proportion"],
            json::parse(R"({"rows": 2, "by_column": {"ok": 1, "arm": 1}})"));
  EXPECT_EQ(left_out["mantel_haenszel"]["rows"], 3);
  EXPECT_EQ(found["cox"]["n"], 6);
  EXPECT_EQ(found["proportion"]["n"], json::parse("[4, 3]"));
  double observed = 0;
  for (const json& group : found["logrank"]["observed"])
    observed += group.get<double>();
  EXPECT_EQ(observed, 4);
}

TEST(FitRows, WhatStrataDoNotReachIsSaid) {
  const Scratch folder;
  folder.write("data.csv", small);
  const std::string arguments =
      "data.csv" + times + "--group arm --strata site --rmst 2 --milestone 2 --cox x";
  EXPECT_EQ(fitted(folder, arguments)["pooled_over_strata"],
            json::parse(R"(["kaplan_meier", "rmst_difference", "milestone_difference"])"));
  const std::string table = run_program(folder, "fit " + arguments).output;
  EXPECT_THAT(table, HasSubstr("Within strata: the log-rank tests and Cox regression\n"));
  EXPECT_THAT(table,
              HasSubstr("Of all strata together: the Kaplan-Meier curves, RMST and the milestone"));
  EXPECT_FALSE(fitted(folder, "data.csv" + times + "--group arm").contains("pooled_over_strata"));
}

TEST(FitRows, AnEntryThatRoundingMakesEqualToItsTimeIsRefused) {
  // R: "aeqSurv exception, an interval has effective length 0".
  const Scratch folder;
  folder.write("data.csv",
               "entry,time,status,arm\n0,0.3,1,0\n0.1,0.30000000000000004,1,0\n"
               "0.3,0.30000000000000004,1,0\n0,1,0,0\n0,0.5,1,1\n0,2,1,1\n0,3,0,1\n");
  const std::string arguments = "fit data.csv" + times + "--entry entry --group arm --cox arm";
  const Finished finished = run_program(folder, arguments);
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_EQ(finished.output, "");
  EXPECT_THAT(finished.errors, HasSubstr("data.csv:4:1"));
  EXPECT_THAT(finished.errors, HasSubstr("--exact-times"));
  EXPECT_EQ(run_program(folder, arguments + " --exact-times").exit_status, 0);
}

TEST(FitRows, NothingStandsBelowARefusedComparison) {
  const Scratch folder;
  folder.write("data.csv",
               "time,status,arm\n3,1,0\n5,0,0\n7,1,0\n7,1,0\n10,0,0\n12,0,0\n"
               "2,1,1\n4,1,1\n8,0,1\n9,1,1\n11,1,1\n15,1,1\n");
  const std::string table =
      run_program(folder, "fit data.csv" + times +
                              "--group arm --rmst 14 --rmst-margin 1 --milestone 14 "
                              "--milestone-margin 0.1")
          .output;
  EXPECT_THAT(table, HasSubstr("RMST difference to 14: A survival curve is needed"));
  EXPECT_THAT(table, HasSubstr("Survival difference at 14: A survival curve is needed"));
  EXPECT_THAT(table, Not(HasSubstr("ratio")));
  EXPECT_THAT(table, Not(HasSubstr("Margin")));
}

TEST(FitRows, AnArmThatHasDiedOutHasAMilestoneTestAndItsReasons) {
  // Six patients an arm, nobody censored before 8: a binomial proportion, p (1 - p) / n.
  const Scratch folder;
  folder.write("data.csv",
               "time,status,arm\n1,1,0\n2,1,0\n3,1,0\n4,1,0\n5,1,0\n6,1,0\n"
               "3,1,1\n6,1,1\n9,0,1\n12,0,1\n14,0,1\n15,0,1\n");
  const std::string data = "data.csv" + times + "--group arm ";
  const json tested = fitted(folder, data + "--milestone 8")["milestone_difference"];
  EXPECT_NEAR(tested["estimate"].get<double>(), 2.0 / 3, 1e-15);
  EXPECT_NEAR(tested["se"].get<double>(), std::sqrt(2.0 / 3 / 3 / 6), 1e-15);
  EXPECT_NEAR(tested["z"].get<double>(), 2.0 / 3 / std::sqrt(2.0 / 3 / 3 / 6), 1e-14);
  EXPECT_TRUE(tested["z_log_log"].is_null());
  const std::string table = run_program(folder, "fit " + data + "--milestone 8").output;
  EXPECT_THAT(table, HasSubstr("on the scale of log(-log S): no test, a curve is 0 or 1 there"));
  // At 0.5 nobody has died: a difference, and no more.
  const json untested = fitted(folder, data + "--milestone 0.5")["milestone_difference"];
  EXPECT_EQ(untested["estimate"], 0);
  for (const char* key : {"lower", "upper", "z", "p"})
    EXPECT_TRUE(untested[key].is_null()) << key;
  EXPECT_THAT(run_program(folder, "fit " + data + "--milestone 0.5").output,
              HasSubstr("Survival difference at 0.5: 0; no standard error and no test: each curve "
                        "is 0 or 1 there"));
}

}  // namespace
}  // namespace trialmill
