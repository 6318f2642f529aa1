// `trialmill check` on a survey: the publication, figure by figure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using json = nlohmann::json;
using testing::HasSubstr;

json checked(const std::string& file) {
  const Scratch folder;
  const Finished finished = run_program(folder, "check " + shipped(file) + " --json");
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  return json::parse(finished.output, nullptr, false);
}

TEST(CheckSurvey, HasARowForEveryPublishedCountPointAndRatio) {
  const json document = checked("jnets-2021/cohort.yaml");
  std::map<std::string, json> rows;
  for (const json& row : document["rows"])
    rows[row["name"]] = row;
  const json published = checked("evidence/jnets-2021.yaml");
  for (const json& ratio : published["hazard_ratios"]) {
    const std::string name = "factors." + ratio["curve"].get<std::string>() + "." +
                             ratio["covariate"].get<std::string>() + "." +
                             ratio["analysis"].get<std::string>();
    ASSERT_TRUE(rows.contains(name)) << name;
    EXPECT_EQ(rows[name]["published"]["value"], ratio["hazard_ratio"]);
    EXPECT_EQ(rows[name]["published"]["lower"], ratio["lower"]);
    // A survey in 2,000 has no event with known grade G3, or nobody with it.
    EXPECT_GE(rows[name]["reproduced"]["surveys"], 1990) << name;
  }
  for (const json& count : published["counts"]) {
    const std::string group = count["group"];
    if (group.starts_with("factors")) continue;
    EXPECT_TRUE(rows.contains(group + "." + count["name"].get<std::string>())) << count["name"];
  }
  for (const json& curve : published["curves"])
    for (const json& knot : curve["knots"])
      EXPECT_TRUE(rows.contains("curves." + curve["name"].get<std::string>() + "." +
                                std::to_string(static_cast<int>(knot["month"].get<double>()))));
  for (const char* name :
       {"quantities.rfs_median", "quantities.os_median", "quantities.follow_up_median",
        "quantities.follow_up_mean", "quantities.os_r01_v_r2_p", "at_risk.os.R0.60",
        "at_risk.os.R1.120", "at_risk.os.R2.180", "at_risk.os.all.60"})
    EXPECT_TRUE(rows.contains(name)) << name;
  EXPECT_EQ(document["patients"], 222);
  EXPECT_EQ(document["replicates"], 2000);
}

TEST(CheckSurvey, EveryRowSaysInsideOrOutsideAndOnlyTheExplainedOnesAreOutside) {
  const json document = checked("jnets-2021/cohort.yaml");
  std::vector<std::string> outside;
  for (const json& row : document["rows"]) {
    if (row["published"].is_null()) continue;
    EXPECT_TRUE(row["verdict"] == "inside" || row["verdict"] == "outside") << row["name"];
    EXPECT_TRUE(row["standing"] == "input" || row["standing"] == "tuned to" ||
                row["standing"] == "predicted")
        << row["name"];
    if (row["verdict"] == "outside") outside.push_back(row["name"]);
    // What was tuned to is held to the mean over surveys, all else to their range.
    const json& reproduced = row["reproduced"];
    const bool tuned = row["standing"] == "tuned to";
    const json& lower = reproduced[tuned ? "average_lower" : "lower"];
    const json& upper = reproduced[tuned ? "average_upper" : "upper"];
    EXPECT_EQ(row["verdict"] == "inside",
              lower <= row["published"]["value"] && row["published"]["value"] <= upper)
        << row["name"];
    EXPECT_LE(reproduced["average_lower"], reproduced["value"]) << row["name"];
    EXPECT_GE(reproduced["average_upper"], reproduced["value"]) << row["name"];
  }
  EXPECT_THAT(
      outside,
      testing::UnorderedElementsAre(
          "proportions.recurrence", "proportions.no_recurrence", "quantities.follow_up_mean",
          "at_risk.os.R0.0", "at_risk.os.R0.60", "at_risk.os.R0.180", "at_risk.os.R1.60",
          "at_risk.os.R1.120", "at_risk.os.R1.180", "at_risk.os.R2.0", "at_risk.os.R2.60",
          "at_risk.os.R2.120", "at_risk.os.R2.180", "at_risk.os.all.0", "at_risk.os.all.60",
          "at_risk.os.all.120", "at_risk.os.all.180", "factors.os.grade_g3.multivariable"));
  EXPECT_EQ(document["verdicts"]["outside"], 18);
  EXPECT_EQ(document["verdicts_by_standing"]["tuned to"]["outside"], 18);
  EXPECT_EQ(document["verdicts"]["not_reproduced"], 0);
  int inside = 0;
  for (const char* standing : {"input", "tuned to", "predicted"})
    inside += document["verdicts_by_standing"][standing]["inside"].get<int>();
  EXPECT_EQ(document["verdicts"]["inside"], inside);
}

TEST(CheckSurvey, PrintsATableAndWhatWasFittedToNothing) {
  const Scratch folder;
  const Finished finished = run_program(folder, "check " + shipped("jnets-2021/cohort.yaml"));
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_EQ(finished.errors, "");
  EXPECT_THAT(finished.output, testing::ContainsRegex("Male sex +50.9 % +5[01].. % .* inside"));
  EXPECT_THAT(finished.output, HasSubstr("The hazard ratio of r2 for os, univariable was fitted "
                                         "to nothing."));
  EXPECT_THAT(finished.output,
              testing::ContainsRegex("os at 12 months, r2 +- +0.8[0-9]+ .* predicted +-"));
  EXPECT_THAT(finished.output,
              testing::ContainsRegex("predicted .fitted to nothing.: 2[0-9] inside, 0 outside"));
  EXPECT_THAT(finished.output,
              testing::ContainsRegex("prevalence of male +0.5090 +Tables 1 and 5"));
}

TEST(CheckSurvey, ListsEveryFigureWithSourceAndVerdict) {
  const json document = checked("jnets-2021/cohort.yaml");
  std::map<std::string, json> figures;
  for (const json& figure : document["figures"])
    figures[figure["figure"]] = figure;
  EXPECT_EQ(figures.at("prevalence of male")["verdict"], "sound");
  EXPECT_EQ(figures.at("prevalence of grade_g3")["verdict"], "flagged");
  EXPECT_EQ(figures.at("share in whom grade_g3 is not recorded")["value"], 0.441);
  EXPECT_EQ(figures.at("share of hereditary_disease = men_type_1")["source"], "Table 1");
  EXPECT_EQ(figures.at("prevalence of functional, given primary = pancreas")["value"], 0.2);
  EXPECT_EQ(figures.at("os survival at 113 months")["verdict"], "flagged");
  EXPECT_EQ(figures.at("hazard ratio of grade_g3 for os")["source"], "Table 5B, multivariable");
  EXPECT_TRUE(figures.contains("mortality of surgery within 90 days"));
}

TEST(CheckSurvey, CountsWhatIsNotReproducedByItself) {
  const Scratch folder;
  const Finished finished =
      run_program(folder, "check " + shipped("jnets-2021/cohort.yaml") +
                              " --set survey.patients=2 --set simulation.replicates=20");
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_THAT(finished.output,
              testing::ContainsRegex("Functional tumour of the pancreas +89.7 % +- +- +input +not "
                                     "reproduced"));
  EXPECT_THAT(finished.output, testing::ContainsRegex("Figures: [0-9]+ inside, [0-9]+ outside, "
                                                      "[0-9]+ not reproduced"));
}

TEST(CheckSurvey, TheNumberOfThreadsDoesNotMatter) {
  const Scratch folder;
  const std::string check =
      "check " + shipped("jnets-2021/cohort.yaml") + " --set simulation.replicates=60 --threads ";
  const Finished one = run_program(folder, check + "1");
  EXPECT_EQ(one.exit_status, 0) << one.errors;
  EXPECT_EQ(one.output, run_program(folder, check + "2").output);
  EXPECT_NE(run_program(folder, check + "0").exit_status, 0);
}

TEST(CheckSurvey, ASurveyIsNotRun) {
  const Scratch folder;
  const Finished finished = run_program(folder, "run " + shipped("jnets-2021/cohort.yaml"));
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_EQ(finished.output, "");
  EXPECT_THAT(finished.errors, HasSubstr("`check` reproduces it"));
}

// ---- the patients of one synthetic survey ----

json fitted(const Scratch& folder, const std::string& what) {
  const Finished finished = run_program(folder, "fit survey.csv --exact-times --json " + what);
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  return json::parse(finished.output, nullptr, false);
}

double ratio_of(const json& fit, const std::string& covariate) {
  for (const json& term : fit["cox"]["terms"])
    if (term["name"] == covariate) return term["hazard_ratio"];
  ADD_FAILURE() << covariate << fit["cox"];
  return 0;
}

TEST(SurveyCohort, RefitsToTheFiguresThatCheckFindsInThatSurvey) {
  const Scratch folder;
  const std::string file = shipped("jnets-2021/cohort.yaml");
  // The first of the surveys that `check` draws.
  const json checked = json::parse(
      run_program(folder, "check " + file + " --set simulation.replicates=1 --json").output,
      nullptr, false);
  std::map<std::string, double> reproduced;
  for (const json& row : checked["rows"])
    if (row["reproduced"]["value"].is_number())
      reproduced[row["name"]] = row["reproduced"]["value"];
  const Finished exported = run_program(folder, "cohort " + file + " --replicate 1 -o survey.csv");
  ASSERT_EQ(exported.exit_status, 0) << exported.errors;
  const json adjusted =
      fitted(folder, "--time time_os --status status_os --cox age_ge_60 --cox grade_g3 --cox r2");
  for (const char* covariate : {"age_ge_60", "grade_g3", "r2"})
    EXPECT_NEAR(ratio_of(adjusted, covariate),
                reproduced.at("factors.os." + std::string(covariate) + ".multivariable"), 1e-9);
  const json alone = fitted(folder, "--time time_rfs --status status_rfs --cox tumors_ge_10");
  EXPECT_NEAR(ratio_of(alone, "tumors_ge_10"),
              reproduced.at("factors.rfs.tumors_ge_10.univariable"), 1e-9);
  const json groups = fitted(folder, "--time time_os --status status_os --group r2");
  EXPECT_NEAR(groups["logrank"]["p"].get<double>(), reproduced.at("quantities.os_r01_v_r2_p"),
              1e-9);
}

TEST(SurveyCohort, TellsHowManyPatientsAndEventsEachCurveHas) {
  const Scratch folder;
  const std::string file = shipped("jnets-2021/cohort.yaml");
  const json document = json::parse(
      run_program(folder, "cohort " + file + " --replicate 3 -o survey.csv --json").output, nullptr,
      false);
  EXPECT_EQ(document["patients"], 222);
  EXPECT_EQ(document["curves"][0]["curve"], "rfs");
  EXPECT_LT(document["curves"][0]["patients"], 222);  // R2 has no recurrence-free survival
  EXPECT_EQ(document["curves"][1]["patients"], 222);
  EXPECT_EQ(document["curves"][1]["columns"]["time"], "time_os");
  EXPECT_THAT(read_file(folder / "survey.csv"),
              testing::StartsWith("patient,time_rfs,status_rfs,time_os,status_os,r2,age_ge_60,"));
  EXPECT_EQ(run_program(folder, "cohort " + file + " --replicate 3 --sample-size 10").exit_status,
            2);
}

}  // namespace
}  // namespace trialmill
