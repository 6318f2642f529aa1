// `trialmill check` on scenarios with a whole course.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using json = nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

const json& checked() {
  static const json document = [] {
    const Scratch folder;
    const Finished finished =
        run_program(folder, "check " + shipped("jnets-2021/neoadjuvant-efs.yaml") + " --json");
    EXPECT_EQ(finished.exit_status, 0) << finished.errors;
    return json::parse(finished.output, nullptr, false);
  }();
  return document;
}

json effect(const std::string& covariate, const json& level = nullptr) {
  for (const json& row : checked()["model"]["effects"])
    if (row["covariate"] == covariate && row["level"] == level) return row;
  ADD_FAILURE() << "no row of " << covariate;
  return {};
}

TEST(CheckCourse, IndependentBothPublishedCurvesAreMetAtEveryKnot) {
  const json& curves = checked()["model"]["curves"];
  const std::map<std::string, std::map<double, double>> published{
      {"recurrence_free_survival", {{12, 0.547}, {14, 0.5}, {36, 0.239}, {60, 0.134}}},
      {"overall_survival", {{12, 0.918}, {36, 0.831}, {60, 0.702}, {113, 0.5}, {120, 0.434}}}};
  for (const auto& [name, knots] : published) {
    ASSERT_EQ(curves[name]["knots"].size(), knots.size()) << name;
    for (const json& knot : curves[name]["knots"]) {
      EXPECT_EQ(knot["published"], knots.at(knot["month"]));
      // Of patients drawn, not from the equation that was solved: four standard errors.
      const double mc_se = knot["published_cohort_mc_se"];
      EXPECT_LT(mc_se, 0.0014);
      EXPECT_NEAR(knot["published_cohort"].get<double>(), knots.at(knot["month"]), 4 * mc_se);
      EXPECT_NE(knot["published_cohort"], knot["published"]);
    }
  }
}

TEST(CheckCourse, OverallSurvivalByRadicalityAveragesToThatOfAll) {
  const json& knots = checked()["model"]["curves"]["overall_survival"]["knots"];
  for (const json& knot : knots) {
    const double r2 = knot["r2"], r0_r1 = knot["r0_r1"];
    EXPECT_LT(r2, r0_r1);
    EXPECT_NEAR(r2 * 58 / 219 + r0_r1 * 161 / 219, knot["published"].get<double>(), 0.005);
  }
}

// The morbid are part of the published cohort: `check` says so, and how it knows.
TEST(CheckCourse, SaysWhatThePublishedCohortHadAcquired) {
  const Scratch folder;
  const std::string ratio =
      " --set disease.recurrence.hazard_ratios.morbidity=3"
      " --set pathway.surgery.morbidity=0.128";
  const std::string check = "check " + shipped("jnets-2021/neoadjuvant-efs.yaml") + ratio;
  EXPECT_EQ(checked()["model"]["published_shares"][0]["attribute"], "response");
  EXPECT_EQ(checked()["model"]["published_shares"][0]["share"], 0.0);
  const std::string text = run_program(folder, check).output;
  EXPECT_THAT(text, HasSubstr("  response in 0 % of those operated on, as `published_cohort` says "
                              "nothing of it\n"));
  EXPECT_THAT(text, HasSubstr("  morbidity in 12.8 % of those resected, as on the pathway: "
                              "`published_cohort` says nothing of it\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("misses")));
  const std::string stated =
      " --set \"disease.published_cohort={morbidity: {prevalence: "
      "{published: morbidity_90_days}}}\"";
  const Finished finished = run_program(folder, check + stated);
  EXPECT_THAT(finished.output, HasSubstr("  morbidity in 12.79 % of those resected, as stated"));
  EXPECT_THAT(finished.output,
              testing::ContainsRegex("probability of morbidity in the published cohort +0.1279 +"
                                     "jnets-2021, Table 2"));
}

TEST(CheckCourse, IndependentR2IsPredictedAsPublished) {
  const json r2 = effect("radicality", "r2");
  EXPECT_EQ(r2["predicted"], true);
  EXPECT_TRUE(r2["death_with_disease"].is_null());
  const json& os = r2["overall_survival"];
  EXPECT_EQ(os["univariable"]["hazard_ratio"], 1.77);
  EXPECT_EQ(os["multivariable"]["hazard_ratio"], 1.557);
  for (const char* model : {"univariable", "multivariable"}) {
    EXPECT_GT(os["refit"][model], 1.4);
    EXPECT_LT(os["refit"][model], 1.8);
    EXPECT_GT(os["refit"][model], os[model]["lower"]);
    EXPECT_LT(os["refit"][model], os[model]["upper"]);
  }
}

TEST(CheckCourse, SolvedEffectsShowThePublishedRatiosOfSurvival) {
  const json grade = effect("grade_g3");
  EXPECT_EQ(grade["recurrence"]["hazard_ratio"], 2.449);
  EXPECT_EQ(grade["recurrence"]["source"], "Table 5A, multivariable");
  EXPECT_TRUE(grade["death_without_recurrence"].is_null());
  EXPECT_THAT(grade["death_with_disease"]["source"].get<std::string>(), StartsWith("solved from"));
  for (const auto& [name, ratio] : {std::pair{"grade_g3", 4.172}, {"age_ge_60", 2.024}})
    EXPECT_NEAR(effect(name)["overall_survival"]["refit"]["multivariable"].get<double>(), ratio,
                1e-7);
  // Deaths without recurrence dilute the ratio of recurrence in recurrence-free survival.
  const json& rfs = grade["recurrence_free_survival"]["refit"];
  EXPECT_GT(rfs["multivariable"], 2.3);
  EXPECT_LT(rfs["multivariable"], 2.449);
  EXPECT_LT(rfs["univariable"], rfs["multivariable"]);
}

TEST(CheckCourse, ThePathwayIsThatOfTheArms) {
  const json& pathway = checked()["model"]["pathway"];
  EXPECT_EQ(pathway["method"], "monte-carlo");
  const json& upfront = pathway["arms"]["upfront"];
  const json& neoadjuvant = pathway["arms"]["neoadjuvant"];
  EXPECT_EQ(neoadjuvant["surgery_at_months"], 8.0);
  // Five standard errors of 200,000 patients; the stated probability holds until planned surgery.
  EXPECT_NEAR(upfront["progression"].get<double>(), 0.005, 5 * 0.00016);
  EXPECT_EQ(upfront["response"], 0.0);
  EXPECT_NEAR(
      upfront["surgery"].get<double>(),
      1 - upfront["progression"].get<double>() - upfront["death_before_surgery"].get<double>(),
      1e-12);
  const json& arm = neoadjuvant;
  EXPECT_NEAR(arm["r0"].get<double>() + arm["r1"].get<double>() + arm["r2"].get<double>() +
                  arm["unresectable"].get<double>(),
              arm["surgery"].get<double>(), 1e-12);
  EXPECT_LT(arm["r2"], upfront["r2"]);
}

TEST(CheckCourse, TreatmentActsThroughTheResponseAndAroundIt) {
  const json& treatment = checked()["model"]["treatment"];
  EXPECT_EQ(treatment["arms"]["neoadjuvant"]["hazard_ratios"]["recurrence"]["hazard_ratio"],
            json::array({0.6}));
  const json through = {
      {"attribute", "response"}, {"level", nullptr}, {"on", "r2"}, {"odds_ratio", 0.5}};
  EXPECT_THAT(treatment["through"], testing::Contains(through));
}

TEST(CheckCourse, SaysWhereVisitsCountFrom) {
  const json upfront = checked()["model"]["assessments"]["upfront"];
  EXPECT_EQ(upfront["from"], "randomisation");
  EXPECT_EQ(upfront["every_months"][1], json({{"from_months", 24.0}, {"every_months", 6.0}}));
  const Scratch folder;
  const std::string check = "check " + shipped("jnets-2021/neoadjuvant-efs.yaml");
  EXPECT_THAT(run_program(folder, check).output,
              HasSubstr("  every arm: every 3 months, from month 24 every 6, counted from "
                        "randomisation\n"));
  EXPECT_THAT(run_program(folder, check + " --set assessments.from=surgery").output,
              HasSubstr("every 6, counted anew from surgery (until then from randomisation)\n"));
  const std::string by_arm =
      " --set \"assessments={upfront: {every_months: 2, jitter_months: 0.5, missed: 0.1}, "
      "neoadjuvant: continuous}\"";
  EXPECT_THAT(run_program(folder, check + by_arm).output,
              HasSubstr("  upfront: every 2 months, counted from randomisation; a patient's up to "
                        "0.5 months earlier or later; 10 % missed\n  neoadjuvant: at once\n"));
}

TEST(CheckCourse, FiguresCarryTheirSourceAndVerdict) {
  std::map<std::string, json> figures;
  for (const json& figure : checked()["figures"])
    figures[figure["figure"]] = figure;
  EXPECT_EQ(figures.at("proportion r2 at surgery")["verdict"], "sound");
  EXPECT_NEAR(figures.at("proportion r2 at surgery")["value"].get<double>(), 58.0 / 219, 1e-12);
  EXPECT_EQ(figures.at("hazard ratio of grade_g3 for recurrence")["source"],
            "Table 5A, multivariable");
  EXPECT_EQ(figures.at("hazard ratio of grade_g3 for os")["value"], 4.172);
  EXPECT_EQ(figures.at("os survival at 113 months")["verdict"], "flagged");
  EXPECT_EQ(figures.at("rfs survival at 14 months")["verdict"], "sound");
}

TEST(CheckCourse, NamesTheSourceOfDeathsBeforeSurgery) {
  for (const json& figure : checked()["figures"]) {
    if (figure["figure"] != "hazard of death before surgery per month in neoadjuvant") continue;
    EXPECT_NEAR(figure["value"].get<double>(), -std::log(0.918) / 12, 1e-15);
    EXPECT_THAT(figure["source"].get<std::string>(),
                testing::EndsWith("section 3.4, Figure 1B, os at 12 months"));
    EXPECT_EQ(figure["verdict"], "sound");
    // Of the reference patients until the planned operation, as some progress or withdraw first.
    EXPECT_NEAR(
        checked()["model"]["pathway"]["arms"]["neoadjuvant"]["death_before_surgery"].get<double>(),
        0.052, 0.004);
    return;
  }
  FAIL() << "no such figure";
}

TEST(CheckCourse, NotesAControlArmThatSwitches) {
  const Scratch folder;
  const std::string check = "check " + shipped("jnets-2021/neoadjuvant-efs.yaml") + " --json";
  const auto notes = [&](const std::string& set) {
    const Finished finished = run_program(folder, check + set);
    EXPECT_EQ(finished.exit_status, 0) << finished.errors;
    return json::parse(finished.output).at("notes").dump();
  };
  const std::string switching =
      " --set 'arms.upfront.switching={after: recurrence, probability: 0.6, hazard_ratio: 0.5}'";
  EXPECT_THAT(notes(switching), HasSubstr("upfront switches treatment"));
  EXPECT_THAT(notes(""), testing::Not(HasSubstr("switches treatment")));
}

TEST(CheckCourse, PrintsATable) {
  const Scratch folder;
  const Finished finished =
      run_program(folder, "check " + shipped("jnets-2021/neoadjuvant-efs.yaml"));
  EXPECT_EQ(finished.exit_status, 0);
  EXPECT_EQ(finished.errors, "");
  EXPECT_THAT(finished.output, HasSubstr("radicality = r2 is a prediction"));
  EXPECT_THAT(finished.output, HasSubstr("Monte-Carlo"));
  EXPECT_THAT(finished.output, HasSubstr("1.770 (1.013 to 2.967)"));
  EXPECT_THAT(finished.output, HasSubstr("efs: from randomisation, in all patients, to the first "
                                         "of progression that precludes surgery (seen)"));
  EXPECT_THAT(finished.output, HasSubstr("24 months after the last patient"));
}

TEST(CheckCourse, EveryShippedCourseCanBeChecked) {
  const Scratch folder;
  for (const char* scenario : {"neoadjuvant-os", "neoadjuvant-high-burden", "neoadjuvant-selection",
                               "neoadjuvant-attrition"}) {
    const Finished finished =
        run_program(folder, "check " + shipped(std::string("jnets-2021/") + scenario + ".yaml"));
    EXPECT_EQ(finished.exit_status, 0) << scenario << finished.errors;
    EXPECT_THAT(finished.output, HasSubstr("Endpoints and their analyses"));
  }
}

TEST(CheckSingleEvent, ACovariateAloneShowsLessThanItsConditionalRatio) {
  const Scratch folder;
  const Finished finished =
      run_program(folder, "check " + shipped("jnets-2021/perioperative.yaml") + " --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json document = json::parse(finished.output, nullptr, false);
  for (const json& ratio : document["model"]["hazard_ratios"]) {
    const double conditional = ratio["hazard_ratio"];
    EXPECT_NEAR(ratio["refit"]["multivariable"].get<double>(), conditional, 1e-7);
    EXPECT_LT(ratio["refit"]["univariable"].get<double>(), conditional);
    EXPECT_GT(ratio["refit"]["univariable"].get<double>(), 1 + 0.8 * (conditional - 1));
  }
}

TEST(CheckCourse, FiguresOfASecondEvidenceFileAreListedWithTheirSourceAndVerdict) {
  const Scratch folder;
  std::filesystem::create_directory_symlink(TRIALMILL_SOURCE_DIR "/scenarios",
                                            folder / "scenarios");
  std::string text = read_file(folder / "scenarios/jnets-2021/neoadjuvant-efs.yaml");
  const auto replace = [&](const std::string& before, const std::string& after) {
    const auto at = text.find(before);
    ASSERT_NE(at, std::string::npos) << before;
    text.replace(at, before.size(), after);
  };
  replace("evidence: ../evidence/jnets-2021.yaml",
          "evidence: [scenarios/evidence/jnets-2021.yaml, scenarios/evidence/neolupanet.yaml]");
  replace("response: 0.58", "response: {published: partial_response}");
  folder.write("efs.yaml", text);
  const Finished finished = run_program(folder, "check efs.yaml --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json document = json::parse(finished.output);
  for (const json& figure : document["figures"]) {
    if (figure["figure"] != "probability of response in neoadjuvant") continue;
    EXPECT_DOUBLE_EQ(figure["value"].get<double>(), 18.0 / 31);
    EXPECT_EQ(figure["source"], "neolupanet, abstract");
    EXPECT_EQ(figure["verdict"], "sound");
    return;
  }
  FAIL() << finished.output;
}

}  // namespace
}  // namespace trialmill
