// What `trialmill fit` makes of files: how they may be written, and what it says of those that it
// cannot analyse.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

TEST(FitInput, ReadsQuotesMissingValuesAndAnyColumnOrder) {
  const Scratch folder;
  folder.write("data.csv",
               "\"the group\",status,extra,\"time, months\"\r\n"
               "B,1,x,3\r\nA,0,\"say \"\"no\"\"\",5\r\nA,1,,NA\r\nB,1,y,4\r\nA,1,z,2\r\n");
  const Finished finished = run_program(
      folder, "fit data.csv --time 'time, months' --status status --group 'the group' --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output);
  EXPECT_EQ(found["n"], 4);
  EXPECT_EQ(found["dropped"], 1);
  EXPECT_EQ(found["kaplan_meier"][0]["group"], "A");
  EXPECT_EQ(found["kaplan_meier"][1]["time"], json::array({3.0, 4.0}));
}

TEST(FitInput, MergesNearTiesAndSaysSo) {
  const Scratch folder;
  const std::string file = "'" TRIALMILL_TEST_DATA "/reference/input/edge-nearly-tied.csv'";
  const std::string verb = "fit " + file + " --time time --status status --group group ";
  EXPECT_NE(run_program(folder, verb).output.find("--exact-times"), std::string::npos);
  const json merged = json::parse(run_program(folder, verb + "--json").output);
  const json exact = json::parse(run_program(folder, verb + "--json --exact-times").output);
  EXPECT_EQ(merged["merged_times"], 2);
  EXPECT_NEAR(merged["logrank"]["chisq"].get<double>(), 0.416809605488851, 1e-12);
  EXPECT_EQ(exact["merged_times"], 0);
  EXPECT_NE(exact["logrank"]["chisq"], merged["logrank"]["chisq"]);
}

TEST(FitInput, NamesTheStratumOfEveryBaselineTime) {
  const Scratch folder;
  folder.write("t.csv",
               "time,status,x,site,sex\n"
               "1,1,0,10,f\n2,1,1,10,f\n3,1,0,10,f\n"
               "1,1,1,9,m\n4,1,0,9,m\n5,0,1,9,m\n");
  const auto baseline = [&](const std::string& strata) {
    const Finished done =
        run_program(folder, "fit t.csv --time time --status status --cox x --json" + strata);
    EXPECT_EQ(done.exit_status, 0) << done.errors;
    return json::parse(done.output)["cox"]["baseline"];
  };
  EXPECT_FALSE(baseline("").contains("stratum"));
  const json stratified = baseline(" --strata site,sex");
  EXPECT_EQ(stratified["time"], json({1, 4, 5, 1, 2, 3}));
  const json nine = {{"site", "9"}, {"sex", "m"}}, ten = {{"site", "10"}, {"sex", "f"}};
  EXPECT_EQ(stratified["stratum"], json({nine, nine, nine, ten, ten, ten}));
}

TEST(FitInput, TellsWhyAFitFailed) {
  const Scratch folder;
  const auto status = [&](const std::string& file, const std::string& covariates) {
    const Finished finished =
        run_program(folder, "fit '" TRIALMILL_TEST_DATA "/reference/input/" + file +
                                "' --time time --status status --json --cox " + covariates);
    EXPECT_EQ(finished.exit_status, 0) << finished.errors;
    return json::parse(finished.output)["cox"];
  };
  EXPECT_EQ(status("edge-all-censored.csv", "group")["status"], "no_events");
  EXPECT_EQ(status("edge-one-time.csv", "group")["status"], "no_information");
  EXPECT_EQ(status("edge-collinear.csv", "x1,x2")["dropped_terms"], json::array({"x2"}));
  const json monotone = status("edge-arm-without-events.csv", "group");
  EXPECT_EQ(monotone["status"], "monotone_likelihood");
  EXPECT_EQ(monotone["terms"][0]["coef"], nullptr);
  EXPECT_EQ(monotone["terms"][0]["limit"], "-inf");
}

struct WrongInput {
  const char* content;
  const char* arguments;
  const char* message;
};

TEST(FitInput, WrongInputsNameThePlaceAndWriteNothing) {
  const std::vector<WrongInput> inputs{
      {"time,status\n1,1\n", "--time tme --status status", "did you mean `time`?"},
      {"time,status\n1,1\n2,2\n", "--time time --status status", "data.csv:3:3"},
      {"time,status\n1,1\nabc,0\n", "--time time --status status", "data.csv:3:1"},
      {"time,status\n-1,1\n", "--time time --status status", "data.csv:2:1"},
      {"time,status\n1,1,5\n", "--time time --status status", "data.csv:2"},
      {"time,time\n1,1\n", "--time time --status time", "data.csv:1"},
      {"", "--time time --status status", "data.csv"},
      {"\x01\x02\x00\xff", "--time time --status status", "data.csv"},
      {"time,status\n1,1\n", "--time time --status status --weights 'fh(0,1)'", "--group"},
      {"time,status,g\n1,1,a\n2,1,b\n", "--time time --status status --group g --weights 'fh(0)'",
       "fh(RHO,GAMMA)"},
      {"time,status,g\n1,1,a\n2,1,b\n",
       "--time time --status status --group g --maxcombo 'fh(0,0);mwlr(1);mwlr(2);mwlr(3);mwlr(4)'",
       "at most 4"},
      {"time,status\n1,1\n", "--time time --status status --firth", "--cox"},
      {"time,status\n1,1\n", "--time time --status status --margin 1.3", "--cox"},
      {"time,status\n1,1\n", "--time time --status status --cox time --margin 0", "above 0"},
      {"t,s,g\n1,1,a\n2,1,b\n", "--group g --win-ratio 't'", "TIME:STATUS"},
      {"t,s,g\n1,1,a\n2,7,b\n", "--group g --win-ratio 't:s'", "data.csv:3:3"},
      {"t,s\n1,1\n", "--win-ratio 't:s'", "--group"},
      {"time,status\n", "--time time --status status", "no row below"},
      {"time,status\n1,NA\n,1\n", "--time time --status status", "every row has a missing value"},
      {"time,status,x\n1,1,5\n2,0,high\n", "--time time --status status --cox x", "data.csv:3:5"},
      {"time,status\n1,1\n", "--time time --status status --rmst nan", "a time above 0"},
      {"time,status\n1,1\n", "--time time --status status --rmst 0", "a time above 0"},
      {"time,status\n1,1\n", "--time time --status status --milestone inf", "a time from 0"},
      {"time,status\n1,1\n", "--time time --status status --ties efrom", "did you mean `efron`?"},
      {"time,status\n1,1\n", "--time time --status status --conf-type log-lg", "`log-log`"},
      {"time,status\n1,1\n", "--time time", "--status"},
      {"time,status,e\n1,1,2\n", "--time time --status status --entry e", "data.csv:2:5"},
  };
  for (const WrongInput& input : inputs) {
    const Scratch folder;
    folder.write("data.csv", input.content);
    const Finished finished = run_program(folder, std::string("fit data.csv ") + input.arguments);
    EXPECT_EQ(finished.exit_status, 2) << input.arguments << finished.errors;
    EXPECT_NE(finished.errors.find(input.message), std::string::npos)
        << input.message << " is not in: " << finished.errors;
    EXPECT_EQ(finished.output, "");
  }
}

TEST(FitInput, WithoutAFileOrAVerbShowsTheWay) {
  const Scratch folder;
  const Finished no_file = run_program(folder, "fit nowhere.csv --time time --status status");
  EXPECT_EQ(no_file.exit_status, 2);
  EXPECT_NE(no_file.errors.find("nowhere.csv: cannot be opened"), std::string::npos);
  const Finished no_verb = run_program(folder, "");
  EXPECT_EQ(no_verb.exit_status, 2);
  EXPECT_EQ(no_verb.output, "");
  EXPECT_NE(no_verb.errors.find("analyse a CSV file"), std::string::npos);
}

TEST(FitInput, GroupsThatAreNumbersAreOrderedAsNumbers) {
  const Scratch folder;
  folder.write("data.csv", "time,status,g\n1,1,10\n2,1,9\n3,0,10.0\n4,1,2\n");
  const Finished finished =
      run_program(folder, "fit data.csv --time time --status status --group g --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output);
  ASSERT_EQ(found["kaplan_meier"].size(), 3u);
  EXPECT_EQ(found["kaplan_meier"][0]["group"], "2");
  EXPECT_EQ(found["kaplan_meier"][1]["group"], "9");
  EXPECT_EQ(found["kaplan_meier"][2]["n"], 2);
}

TEST(FitInput, WhatNobodyWasFollowedToIsNotEstimated) {
  const Scratch folder;
  folder.write("few.csv",
               "time,status,arm\n1,1,a\n2,0,a\n3,1,a\n4,0,a\n1,0,b\n2,1,b\n3,0,b\n5,0,b\n");
  const std::string fit =
      "fit few.csv --time time --status status --group arm --rmst 500 --milestone 400";
  const json document = json::parse(run_program(folder, fit + " --json").output);
  for (const char* comparison : {"rmst_difference", "milestone_difference"})
    for (const char* key : {"estimate", "se", "lower", "upper", "z", "p"})
      EXPECT_TRUE(document[comparison][key].is_null()) << comparison << " " << key;
  EXPECT_TRUE(document["rmst_difference"]["ratio"].is_null());
  for (const json& curve : document["kaplan_meier"])
    EXPECT_TRUE(curve["rmst"]["estimate"].is_null());
  const std::string table = run_program(folder, fit).output;
  EXPECT_NE(table.find("RMST difference to 500: "), std::string::npos) << table;
  EXPECT_EQ(table.find("p 1.0"), std::string::npos) << table;
}

}  // namespace
}  // namespace trialmill
