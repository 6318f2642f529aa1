// Columns of `fit` as people have them: groups by name, text as levels, other codes of an event,
// other separators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fitted.hpp"

namespace trialmill {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Twelve patients. `sex` and `male`, `arm` and `placebo` say the same.
const char* patients =
    "time,status,arm,placebo,sex,male,site\n"
    "5,1,Placebo,1,Male,1,a\n8,0,Placebo,1,Female,0,b\n12,1,Placebo,1,Female,0,c\n"
    "3,1,Placebo,1,Male,1,b\n7,1,Placebo,1,Male,1,c\n9,1,Placebo,1,Female,0,a\n"
    "6,1,Active,0,Male,1,c\n11,0,Active,0,Female,0,a\n14,1,Active,0,Male,1,b\n"
    "16,0,Active,0,Female,0,a\n10,1,Active,0,Female,0,c\n13,1,Active,0,Male,1,b\n";

TEST(FitColumns, AReferenceIsSaidAndCanBeChosen) {
  const Scratch folder;
  folder.write("data.csv", patients);
  const std::string data = "data.csv" + times + "--group arm --rmst 10 --cox arm ";
  const json alphabetical = fitted(folder, data);
  const json chosen = fitted(folder, data + "--reference Placebo");
  EXPECT_EQ(alphabetical["reference"], "Active");
  EXPECT_EQ(chosen["reference"], "Placebo");
  EXPECT_EQ(chosen["kaplan_meier"][0]["group"], "Placebo");
  EXPECT_EQ(chosen["kaplan_meier"][1]["survival"], alphabetical["kaplan_meier"][0]["survival"]);
  EXPECT_NEAR(chosen["logrank"]["z"].get<double>(), -alphabetical["logrank"]["z"].get<double>(),
              1e-12);
  EXPECT_NEAR(chosen["rmst_difference"]["estimate"].get<double>(),
              -alphabetical["rmst_difference"]["estimate"].get<double>(), 1e-12);
  EXPECT_EQ(chosen["cox"]["terms"][0]["name"], "arm=Active");
  EXPECT_EQ(chosen["cox"]["terms"][0]["reference"], "Placebo");
  EXPECT_NEAR(chosen["cox"]["terms"][0]["coef"].get<double>(),
              -alphabetical["cox"]["terms"][0]["coef"].get<double>(), 1e-9);
  EXPECT_THAT(run_program(folder, "fit " + data).output, HasSubstr("Reference: Active\n"));
  // A numeric group too, by its name or by its column and name.
  for (const char* reference : {"1", "placebo=1"})
    EXPECT_EQ(fitted(folder, "data.csv" + times + "--group placebo --reference " +
                                 reference)["kaplan_meier"][0]["group"],
              "1");
  const Finished misspelt = run_program(folder, "fit " + data + "--reference Plcebo");
  EXPECT_EQ(misspelt.exit_status, 2);
  EXPECT_THAT(misspelt.errors, HasSubstr("did you mean `Placebo`?"));
  EXPECT_EQ(run_program(folder, "fit data.csv" + times + "--reference Placebo").exit_status, 2);
}

TEST(FitColumns, DoubleProgrammedTextEntersACoxModelAsLevels) {
  const Scratch folder;
  folder.write("data.csv", patients);
  const json numbers = fitted(folder, "data.csv" + times + "--cox placebo,male")["cox"];
  const json text = fitted(folder, "data.csv" + times + "--cox arm,sex")["cox"];
  ASSERT_EQ(text["terms"].size(), 2u);
  EXPECT_EQ(text["terms"][0]["name"], "arm=Placebo");
  EXPECT_EQ(text["terms"][1]["name"], "sex=Male");
  EXPECT_EQ(text["loglik"], numbers["loglik"]);
  for (const std::size_t k : {0u, 1u})
    for (const char* key : {"coef", "se", "robust_se", "lower", "upper"})
      EXPECT_EQ(text["terms"][k][key], numbers["terms"][k][key]) << key;
  const json levels =
      fitted(folder, "data.csv" + times + "--cox site,sex --reference site=b")["cox"]["terms"];
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_EQ(levels[0]["name"], "site=a");
  EXPECT_EQ(levels[1]["name"], "site=c");
  EXPECT_EQ(levels[1]["reference"], "b");
  // A slip among numbers is no level, unless the column is said to have levels.
  folder.write("mixed.csv", "time,status,stage\n1,1,1\n2,0,2\n3,1,3+\n4,1,1\n5,1,2\n");
  const Finished slip = run_program(folder, "fit mixed.csv" + times + "--cox stage");
  EXPECT_EQ(slip.exit_status, 2);
  EXPECT_THAT(slip.errors, HasSubstr("mixed.csv:4:5: stage: found `3+`, allowed is a number"));
  EXPECT_EQ(fitted(folder, "mixed.csv" + times + "--cox stage --reference stage=1")["cox"]["terms"]
                .size(),
            2u);
}

TEST(FitColumns, EventsMayBeTrueFalseOrAnyValueThatIsNamed) {
  const std::string data = "time,status,arm\n5,2,A\n8,1,A\n12,2,A\n6,2,B\n9,1,B\n15,1,B\n";
  std::string zero_one = data, logical = data;
  for (std::size_t i = 1; i + 1 < data.size(); ++i)
    if (data[i - 1] == ',' && data[i + 1] == ',') {
      zero_one[i] = data[i] == '2' ? '1' : '0';
      logical[i] = data[i] == '2' ? 'T' : 'F';
    }
  const Scratch folder;
  folder.write("two.csv", data);
  folder.write("one.csv", zero_one);
  folder.write("logical.csv", logical);
  const std::string rest = times + "--group arm";
  const json expected = fitted(folder, "one.csv" + rest);
  EXPECT_EQ(expected["events"], 3);
  EXPECT_EQ(fitted(folder, "two.csv" + rest + " --event 2"), expected);
  EXPECT_EQ(fitted(folder, "logical.csv" + rest), expected);
  const Finished unnamed = run_program(folder, "fit two.csv" + rest);
  EXPECT_EQ(unnamed.exit_status, 2);
  EXPECT_THAT(unnamed.errors, HasSubstr("1 (event) or 0 (censored), or TRUE and FALSE; --event"));
  const Finished absent = run_program(folder, "fit two.csv" + rest + " --event 3");
  EXPECT_EQ(absent.exit_status, 2);
  EXPECT_THAT(absent.errors, HasSubstr("a value of `status`: 1, 2"));
}

TEST(FitColumns, ASpreadsheetsSemicolonsAndDecimalCommasAreRecognised) {
  const Scratch folder;
  folder.write("comma.csv", "time,status,arm\n5.5,1,A\n8,0,A\n12,1,B\n13.25,1,B\n");
  folder.write("european.csv", "time;status;arm\n5,5;1;A\n8;0;A\n12;1;B\n13,25;1;B\n");
  const std::string rest = times + "--group arm";
  const json expected = fitted(folder, "comma.csv" + rest);
  EXPECT_EQ(fitted(folder, "european.csv" + rest), expected);
  EXPECT_EQ(fitted(folder, "european.csv" + rest + " --delimiter ';' --decimal ,"), expected);
  EXPECT_THAT(run_program(folder, "fit european.csv" + rest).output,
              HasSubstr("Read with `;` between the columns and `5,5` as a number.\n"));
  EXPECT_EQ(run_program(folder, "fit european.csv" + rest + " --decimal .").exit_status, 2);
  EXPECT_EQ(run_program(folder, "fit european.csv" + rest + " --delimiter ab").exit_status, 2);
}

TEST(FitColumns, ColumnsThatNobodyNamesDoNotMatter) {
  const Scratch folder;
  folder.write("data.csv", "time,status,arm,date,date\n1,1,0,x,y\n2,0,1,x,y\n3,1,1,x,y\n");
  EXPECT_EQ(fitted(folder, "data.csv" + times + "--group arm")["n"], 3);
  const Finished asked = run_program(folder, "fit data.csv" + times + "--group date");
  EXPECT_EQ(asked.exit_status, 2);
  EXPECT_THAT(asked.errors, HasSubstr("data.csv:1:22: two columns have the name `date`"));
}

TEST(FitColumns, OneGroupIsSaidToBeOne) {
  const Scratch folder;
  folder.write("data.csv", "time,status,arm\n5,1,1\n8,0,1\n12,1,1\n");
  const std::string table = run_program(folder, "fit data.csv" + times + "--group arm").output;
  EXPECT_THAT(table, HasSubstr("The file has one group only, 1: there is nothing to compare."));
  EXPECT_THAT(table, HasSubstr("Log-rank test: the file has one group only"));
  const Finished two = run_program(folder, "fit data.csv" + times + "--group arm --milestone 6");
  EXPECT_EQ(two.exit_status, 2);
  EXPECT_THAT(two.errors, HasSubstr("one group only, `1`"));
}

TEST(FitColumns, AWinRatioWithoutLossesIsInfiniteAndSaysWhy) {
  const Scratch folder;
  folder.write("data.csv", "a,t,s\n0,1,1\n0,2,1\n1,5,0\n1,6,1\n");
  const std::string arguments = "data.csv --win-ratio t:s --group a";
  EXPECT_THAT(run_program(folder, "fit " + arguments).output,
              HasSubstr("No pair is lost: the win ratio is infinite, with a lower limit by "
                        "Newcombe's method.\n  Win ratio infinite (0.6277 to infinite)"));
  const json ratio = fitted(folder, arguments)["win_ratio"]["win_ratio"];
  EXPECT_TRUE(ratio["estimate"].is_null());
  EXPECT_EQ(ratio["limit"], "inf");
  EXPECT_NEAR(ratio["lower"].get<double>(), 0.627699, 1e-6);
}

}  // namespace
}  // namespace trialmill
