// `trialmill check` on evidence files, and the figures of a scenario with their audit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "program.hpp"

namespace trialmill {
namespace {

using json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json checked(const std::string& file) {
  const Scratch folder;
  const Finished finished = run_program(folder, "check " + shipped(file) + " --json");
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  return json::parse(finished.output, nullptr, false);
}

// "group.name: finding" of every flag of a list of rows.
std::set<std::string> flags(const json& rows, const std::vector<std::string>& keys) {
  std::set<std::string> found;
  for (const json& row : rows)
    for (const json& flag : row["flags"]) {
      std::string name;
      for (const std::string& key : keys)
        name += row[key].get<std::string>() + " ";
      found.insert(name + "- " + flag["finding"].get<std::string>());
    }
  return found;
}

TEST(CheckEvidence, IndependentFindsWhatIsWrongInTheJnetsSurveyAndNothingElse) {
  const json document = checked("evidence/jnets-2021.yaml");
  EXPECT_EQ(document["hazard_ratios"].size(), 24u);
  EXPECT_EQ(flags(document["hazard_ratios"], {"curve", "covariate", "analysis"}),
            (std::set<std::string>{"rfs age_ge_60 univariable - inverted ratio"}));
  EXPECT_EQ(flags(document["counts"], {"group", "name"}),
            (std::set<std::string>{"covariates grade_g3 - percentage does not match the count",
                                   "factors.rfs grade_g3 - percentage does not match the count",
                                   "factors.os grade_g3 - percentage does not match the count"}));
  EXPECT_EQ(flags(document["curves"], {"name"}),
            (std::set<std::string>{"os - median at odds with the curve"}));
}

TEST(CheckEvidence, CurvesCarryTheirOriginAndConditioning) {
  const json document = checked("evidence/jnets-2021.yaml");
  const json& curves = document["curves"];
  ASSERT_EQ(curves.size(), 2u);
  EXPECT_EQ(curves[0]["origin"], "surgery");
  EXPECT_EQ(curves[0]["population"], "r0_r1");
  EXPECT_EQ(curves[1]["origin"], "surgery");
  EXPECT_EQ(curves[1]["population"], "all");
  EXPECT_EQ(curves[1]["at_risk"].size(), 12u);
}

TEST(CheckEvidence, PrintsATableWithTheFlagsInWords) {
  const Scratch folder;
  const Finished finished = run_program(folder, "check " + shipped("evidence/jnets-2021.yaml"));
  EXPECT_EQ(finished.exit_status, 0);
  EXPECT_EQ(finished.errors, "");
  EXPECT_THAT(finished.output, HasSubstr("factors.rfs.age_ge_60.univariable (Table 5A): inverted"));
  EXPECT_THAT(finished.output, HasSubstr("14 of 222 is 6.3 %"));
  EXPECT_THAT(finished.output, HasSubstr("from the median at 113 months to 0.434 at 120"));
}

TEST(CheckEvidence, NothingIsWrongInNeolupanet) {
  const json document = checked("evidence/neolupanet.yaml");
  EXPECT_EQ(document["evidence"]["patients"], 31);
  EXPECT_EQ(document["counts"].size(), 11u);
  EXPECT_TRUE(flags(document["counts"], {"name"}).empty());
  const Scratch folder;
  EXPECT_THAT(run_program(folder, "check " + shipped("evidence/neolupanet.yaml")).output,
              HasSubstr("No flags."));
}

TEST(CheckEvidence, WrongFilesGiveMessagesAtTheirPlace) {
  const Scratch folder;
  const std::string head = "trialmill-evidence: 1\ntitle: T\ncitation: C\npatients: 100\n";
  folder.write("late.yaml", head +
                                "curves:\n  os:\n    origin: surgery\n    population: all\n"
                                "    source: Figure 1\n    knots:\n"
                                "      - {month: 12, survival: 0.8}\n"
                                "      - {month: 6, survival: 0.7}\n");
  folder.write("origin.yaml", head +
                                  "curves:\n  os:\n    origin: hepatectomy\n    population: all\n"
                                  "    source: Figure 1\n    knots:\n"
                                  "      - {month: 12, survival: 0.8}\n");
  folder.write("version.yaml", "trialmill-evidence: x\ntitle: T\ncitation: C\npatients: 100\n");
  const std::map<std::string, std::string> places{{"late.yaml", "late.yaml:12:"},
                                                  {"origin.yaml", "origin.yaml:7:"},
                                                  {"version.yaml", "version.yaml:1:"},
                                                  {"missing.yaml", "missing.yaml"}};
  for (const auto& [file, place] : places) {
    const Finished finished = run_program(folder, "check " + file);
    EXPECT_EQ(finished.exit_status, 2) << file;
    EXPECT_THAT(finished.errors, testing::StartsWith(place));
    EXPECT_EQ(finished.output, "") << file;
  }
}

// A survival curve that rises, a ratio outside its interval, limits in the wrong order.
const std::string misprinted = R"yaml(trialmill-evidence: 1
title: T
citation: C
patients: 100
covariates:
  male: {label: Male, count: 40, of: 100, source: Table 1}
  old: {label: Old, count: 50, of: 100, source: Table 1}
curves:
  os:
    origin: randomisation
    population: all
    source: Figure 1
    knots:
      - {month: 12, survival: 0.8}
      - {month: 24, survival: 0.9}
  pfs:
    origin: randomisation
    population: all
    source: Figure 2
    knots:
      - {month: 12, survival: 0.6}
factors:
  pfs:
    male:
      count: 40
      percent: 40
      univariable: {hazard_ratio: 2.5, lower: 1.1, upper: 2.1, p: 0.01}
      source: Table 2
    old:
      count: 50
      percent: 50
      univariable: {hazard_ratio: 1.4, lower: 1.9, upper: 1.1, p: 0.01}
      source: Table 2
)yaml";

TEST(CheckEvidence, FlagsWhatIsPrintedWrongInsteadOfRefusingIt) {
  const Scratch folder;
  folder.write("misprinted.yaml", misprinted);
  const Finished finished = run_program(folder, "check misprinted.yaml");
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("survival rises from 0.8 at 12 months to 0.9 at 24"));
  EXPECT_THAT(finished.output,
              HasSubstr("factors.pfs.male.univariable (Table 2): ratio outside its interval"));
  EXPECT_THAT(finished.output, HasSubstr("2.5 does not lie between its limits 1.1 and 2.1"));
  EXPECT_THAT(finished.output,
              HasSubstr("factors.pfs.old.univariable (Table 2): impossible interval"));
  const json document =
      json::parse(run_program(folder, "check misprinted.yaml --json").output, nullptr, false);
  EXPECT_EQ(flags(document["curves"], {"name"}), (std::set<std::string>{"os - survival rises"}));
  EXPECT_TRUE(document["hazard_ratios"][1]["position"].is_null());
}

std::string trial_of(const std::string& curve, const std::string& ratios) {
  return R"yaml(trialmill: 1
title: uses what is misprinted
evidence: misprinted.yaml
population: {male: {prevalence: published}}
disease:
  )yaml" +
         curve + R"yaml(:
    baseline: {published: )yaml" +
         curve + R"yaml(}
    hazard_ratios: {male: )yaml" +
         ratios + R"yaml(}
arms: {control: {}, experimental: {}}
enrolment: {rate: 10}
sample_size: 100
follow_up: {until: {calendar_months: 48}}
analyses: [{name: primary, test: log-rank}]
)yaml";
}

TEST(CheckEvidence, OnlyAScenarioThatUsesARisingCurveIsRefusedAndARatioIsUsedWithItsFlag) {
  const Scratch folder;
  folder.write("misprinted.yaml", misprinted);
  folder.write("rising.yaml", trial_of("os", "1.5"));
  folder.write("outside.yaml", trial_of("pfs", "univariable"));
  const Finished rising = run_program(folder, "check rising.yaml");
  EXPECT_EQ(rising.exit_status, 2);
  EXPECT_THAT(rising.errors, testing::StartsWith("rising.yaml:7:5: disease.os.baseline"));
  EXPECT_THAT(rising.errors, HasSubstr("survival rises from 0.8 at 12"));
  const Finished outside = run_program(folder, "check outside.yaml");
  EXPECT_EQ(outside.exit_status, 0) << outside.errors;
  EXPECT_THAT(outside.output,
              testing::ContainsRegex("hazard ratio of male for pfs +2.5000 .*ratio outside its "
                                     "interval: 2.5 does not lie"));
}

TEST(CheckEvidence, HasNothingToSet) {
  const Scratch folder;
  const Finished finished =
      run_program(folder, "check " + shipped("evidence/neolupanet.yaml") + " --set patients=32");
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_THAT(finished.errors, HasSubstr("--set"));
}

std::map<std::string, json> figures(const std::string& scenario) {
  std::map<std::string, json> by_name;
  const json document = checked(scenario);
  for (const json& figure : document["figures"])
    by_name[figure["figure"]] = figure;
  return by_name;
}

TEST(CheckScenario, ListsEachFigureWithSourceAndVerdict) {
  const auto perioperative = figures("jnets-2021/perioperative.yaml");
  // Two prevalences, two ratios, four points, the treatment's effect.
  ASSERT_EQ(perioperative.size(), 9u);
  EXPECT_EQ(perioperative.at("hazard ratio of perioperative for rfs")["source"], "scenario");
  const json& ratio = perioperative.at("hazard ratio of grade_g3 for rfs");
  EXPECT_EQ(ratio["value"], 2.449);
  EXPECT_EQ(ratio["source"], "Table 5A, multivariable");
  EXPECT_EQ(ratio["verdict"], "sound");
  const json& prevalence = perioperative.at("prevalence of grade_g3");
  EXPECT_EQ(prevalence["verdict"], "flagged");
  EXPECT_THAT(prevalence["flags"][0]["sentence"].get<std::string>(), HasSubstr("86.3"));
  EXPECT_EQ(perioperative.at("rfs survival at 14 months")["verdict"], "sound");
}

TEST(CheckScenario, AFlagOfTheCurveIsOfThePointsItConcerns) {
  const auto survival = figures("jnets-2021/overall-survival.yaml");
  EXPECT_EQ(survival.at("os survival at 60 months")["verdict"], "sound");
  EXPECT_EQ(survival.at("os survival at 113 months")["verdict"], "flagged");
  EXPECT_EQ(survival.at("os survival at 120 months")["verdict"], "flagged");
}

TEST(CheckScenario, TheTrialsOwnFiguresAreTheScenarios) {
  const auto burden = figures("jnets-2021/high-burden-delayed.yaml");
  EXPECT_EQ(burden.at("prevalence of tumors_ge_10")["source"], "scenario");
  EXPECT_TRUE(burden.at("prevalence of tumors_ge_10")["verdict"].is_null());
  const json& published = burden.at("prevalence of tumors_ge_10 in the published cohort");
  EXPECT_EQ(published["source"], "Table 2, section 3.2");
  EXPECT_EQ(published["verdict"], "sound");
  const auto without_evidence = figures("reference/strata.yaml");
  EXPECT_TRUE(without_evidence.contains("hazard of progression per month"));
  EXPECT_TRUE(
      without_evidence.at("hazard ratio of poor_prognosis for progression")["verdict"].is_null());
}

// Levels, a table, a share not recorded, correlations and moments, in the trial and in the cohort.
const std::string with_everything = R"yaml(trialmill: 1
title: every kind of law
evidence: misprinted.yaml
population:
  male: {prevalence: published}
  grade: {levels: {g1: 0.3, g2: 0.5, g3: 0.2}, missing: {probability: 0.44, analysed_as: left_out}}
  old: {given: grade, table: {g1: 0.4, g2: 0.5, g3: 0}}
  age: {normal: {mean: 59, sd: 11, lower: 18}}
  size: {lognormal: {median: 3, sd_log: 0.8}}
correlations: [{between: [grade, age], latent: 0.3}]
disease:
  pfs:
    baseline:
      published: pfs
      cohort:
        old: {given: grade, table: {g1: 0.4, g2: 0.6, g3: 0}}
        grade: {levels: {g1: 0.3, g2: 0.5, g3: 0.2}}
        age: {normal: {mean: 59, sd: 11, lower: 18}}
    hazard_ratios: {male: 1.2, old: 1.5, age: 1.02}
arms: {control: {}, experimental: {}}
enrolment: {rate: 10}
sample_size: 100
follow_up: {until: {calendar_months: 48}}
analyses: [{name: primary, test: log-rank}]
)yaml";

TEST(CheckScenario, ListsLevelsTablesMissingSharesAndCorrelations) {
  const Scratch folder;
  folder.write("misprinted.yaml", misprinted);
  folder.write("all.yaml", with_everything);
  const Finished finished = run_program(folder, "check all.yaml --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json document = json::parse(finished.output, nullptr, false);
  std::map<std::string, double> values;
  for (const json& figure : document["figures"])
    values[figure["figure"]] = figure["value"];
  const std::map<std::string, double> expected{
      {"prevalence of male", 0.4},
      {"share of grade = g1", 0.3},
      {"share of grade = g2", 0.5},
      {"share of grade = g3", 0.2},
      {"share in whom grade is not recorded", 0.44},
      {"prevalence of old, given grade = g1", 0.4},
      {"prevalence of old, given grade = g2", 0.5},
      {"mean of age", 59},
      {"SD of age", 11},
      {"lower limit of age", 18},
      {"median of size", 3},
      {"SD of the logarithm of size", 0.8},
      {"latent correlation of grade and age", 0.3},
      {"prevalence of old, given grade = g1 in the published cohort", 0.4},
      {"prevalence of old, given grade = g2 in the published cohort", 0.6}};
  for (const auto& [figure, value] : expected) {
    ASSERT_TRUE(values.contains(figure)) << figure;
    EXPECT_NEAR(values.at(figure), value, 1e-12) << figure;
    values.erase(figure);
  }
  for (const auto& [figure, value] : values)
    EXPECT_THAT(figure, testing::AnyOf(testing::StartsWith("hazard ratio of"),
                                       testing::StartsWith("pfs survival at")));
}

TEST(CheckScenario, AnInvertedRatioIsFlaggedWhereItIsUsed) {
  const Scratch folder;
  std::filesystem::create_directory_symlink(TRIALMILL_SOURCE_DIR "/scenarios",
                                            folder / "scenarios");
  std::string text = read_file(folder / "scenarios/jnets-2021/perioperative.yaml");
  const auto replace_all = [&](const std::string& before, const std::string& after) {
    for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at + 1))
      text.replace(at, before.size(), after);
  };
  replace_all("../evidence", "scenarios/evidence");
  replace_all("tumors_ge_10: multivariable", "age_ge_60: univariable");
  replace_all("tumors_ge_10", "age_ge_60");
  folder.write("age.yaml", text);
  const Finished finished = run_program(folder, "check age.yaml");
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_THAT(finished.output,
              testing::ContainsRegex("hazard ratio of age_ge_60 for rfs.*inverted ratio"));
  EXPECT_THAT(finished.output, Not(HasSubstr("tumors_ge_10")));
}

}  // namespace
}  // namespace trialmill
