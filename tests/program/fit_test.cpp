#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

// Compares a number, or a list of them, with R's; absent values must be absent in both.
class Comparison {
 public:
  explicit Comparison(std::string id) : id_(std::move(id)) {}

  void check(const std::string& what, const json& expected, const json& found, double tolerance) {
    if (expected.is_array()) {
      ASSERT_TRUE(found.is_array()) << id_ << " " << what;
      ASSERT_EQ(expected.size(), found.size()) << id_ << " " << what;
      for (std::size_t i = 0; i < expected.size(); ++i)
        check(what + "[" + std::to_string(i) + "]", expected[i], found[i], tolerance);
      return;
    }
    ++compared_;
    if (!expected.is_number()) {
      EXPECT_TRUE(found.is_null()) << id_ << " " << what << ": R has none, found " << found;
      return;
    }
    ASSERT_TRUE(found.is_number()) << id_ << " " << what << " expected " << expected;
    const double scale = std::max(1.0, std::abs(expected.get<double>()));
    EXPECT_NEAR(found.get<double>() / scale, expected.get<double>() / scale, tolerance)
        << id_ << " " << what;
  }

  int compared() const { return compared_; }

 private:
  std::string id_;
  int compared_ = 0;
};

std::string joined(const json& names) {
  if (names.is_string()) return names;
  std::string out;
  for (const json& name : names)
    out += (out.empty() ? "" : ",") + name.get<std::string>();
  return out;
}

// R's data were made complete in all columns first (complete.cases), where `fit` leaves out for
// each analysis what that one lacks. @return the rows left out
int write_complete_rows(const Scratch& folder, json test_case) {
  std::vector<std::string> wanted;
  for (const char* key : {"time", "status", "group", "strata", "cox"})
    for (const json& column : test_case[key].is_array() ? test_case[key] : json{test_case[key]})
      if (column.is_string()) wanted.push_back(column);
  std::istringstream table(
      read_file(TRIALMILL_TEST_DATA "/reference/" + test_case["data"].get<std::string>()));
  const auto fields_of = [](std::string line) {
    std::erase(line, '"');
    std::istringstream row(line + ",");
    std::vector<std::string> fields;
    for (std::string field; std::getline(row, field, ',');)
      fields.push_back(field);
    return fields;
  };
  std::string line, kept;
  std::getline(table, line);
  const std::vector<std::string> names = fields_of(line);
  kept += line + "\n";
  int left_out = 0;
  while (std::getline(table, line)) {
    const std::vector<std::string> fields = fields_of(line);
    const bool complete = std::ranges::all_of(wanted, [&](const std::string& column) {
      const auto place = std::ranges::find(names, column) - names.begin();
      const std::string& field = fields.at(static_cast<std::size_t>(place));
      return !field.empty() && field != "NA";
    });
    if (complete)
      kept += line + "\n";
    else
      ++left_out;
  }
  folder.write("complete.csv", kept);
  return left_out;
}

// By value: a key that the case leaves out then reads as null.
std::string arguments_of(json test_case) {
  const auto text = [&](const char* key) { return test_case[key].get<std::string>(); };
  std::string arguments = "fit complete.csv --json";
  arguments += " --time " + text("time") + " --status " + text("status") + " --group " +
               text("group") + " --conf-type " + text("conf_type");
  if (!test_case["strata"].is_null() && !test_case["strata"].empty())
    arguments += " --strata " + joined(test_case["strata"]);
  if (!test_case["cox"].is_null())
    arguments += " --cox " + joined(test_case["cox"]) + " --ties " + text("ties");
  if (test_case["tau"].is_number()) arguments += " --rmst " + test_case["tau"].dump();
  if (test_case["milestone"].is_number())
    arguments += " --milestone " + test_case["milestone"].dump();
  std::string weights;
  if (test_case["weights"].is_array())
    for (const json& weight : test_case["weights"])
      weights += "fh(" + weight[0].dump() + "," + weight[1].dump() + ");";
  return weights.empty() ? arguments : arguments + " --weights '" + weights + "'";
}

// R lists groups in the order of its factor; ours are in increasing order. They meet by name.
std::size_t place_of(const json& found, const json& group) {
  for (std::size_t i = 0; i < found["kaplan_meier"].size(); ++i)
    if (found["kaplan_meier"][i]["group"] == group) return i;
  ADD_FAILURE() << "no group " << group;
  return 0;
}

void compare_curves(const json& expected, const json& found, Comparison& comparison) {
  const auto list = [](const json& value) {
    return value.is_array() ? value : json::array({value});
  };
  for (const json& curve : expected["kaplan_meier"]) {
    const std::size_t place = place_of(found, curve["group"]);
    const json& ours = found["kaplan_meier"][place];
    for (const char* key : {"time", "n_risk", "n_event", "n_censor"})
      comparison.check(key, list(curve[key]), ours[key], 1e-12);
    for (const char* key : {"survival", "std_error", "lower", "upper"})
      comparison.check(key, list(curve[key]), ours[key], 1e-10);
    for (const char* key : {"estimate", "lower", "upper"})
      comparison.check("median", curve["median"][key], ours["median"][key], 1e-12);
    if (curve.contains("rmst") && curve["rmst"].is_object())
      for (const char* key : {"estimate", "se"})
        comparison.check("rmst", curve["rmst"][key], ours["rmst"][key], 1e-9);
  }
}

void compare_tests(const json& expected, const json& found, Comparison& comparison) {
  for (const char* key : {"chisq", "df", "p"})
    comparison.check(key, expected["logrank"][key], found["logrank"][key], 1e-9);
  std::size_t g = 0;
  for (const json& curve : expected["kaplan_meier"]) {
    const std::size_t place = place_of(found, curve["group"]);
    for (const char* key : {"observed", "expected"})
      comparison.check(key, expected["logrank"][key][g], found["logrank"][key][place], 1e-9);
    ++g;
  }
  if (expected.contains("weighted") && expected["weighted"].is_array())
    for (std::size_t w = 0; w < expected["weighted"].size(); ++w)
      comparison.check("z", expected["weighted"][w]["z"], found["weighted"][w]["z"], 1e-9);
  for (const char* difference : {"rmst_difference", "milestone_difference"})
    if (expected.contains(difference) && expected[difference].is_object())
      for (const char* key : {"estimate", "se"})
        comparison.check(difference, expected[difference][key], found[difference][key], 1e-9);
}

void compare_cox(const json& expected, const json& found, Comparison& comparison) {
  for (const char* key : {"loglik_null", "loglik", "concordance"})
    comparison.check(key, expected[key], found[key], 1e-9);
  for (const char* key : {"score", "likelihood_ratio"})
    comparison.check(key, expected[key], found[key], 1e-7);
  comparison.check("wald", expected["wald"], found["wald"], 1e-6);
  for (std::size_t k = 0; k < expected["terms"].size(); ++k) {
    for (const char* key : {"coef", "se", "lower", "upper"})
      comparison.check(key, expected["terms"][k][key], found["terms"][k][key], 1e-7);
    comparison.check("robust_se", expected["terms"][k]["robust_se"], found["terms"][k]["robust_se"],
                     1e-6);
  }
}

TEST(Fit, IndependentCasesAgreeWithR) {
  // R 4.2.2, survival 3.5-3; the calls are in the file.
  const json document = json::parse(read_file(TRIALMILL_TEST_DATA "/reference/survival.json"));
  const Scratch folder;
  int compared = 0;
  for (const json& test_case : document["cases"]) {
    const json& expected = test_case["expected"];
    EXPECT_EQ(write_complete_rows(folder, test_case), expected["dropped"]) << test_case["id"];
    const Finished finished = run_program(folder, arguments_of(test_case));
    ASSERT_EQ(finished.exit_status, 0) << finished.errors;
    const json found = json::parse(finished.output);
    Comparison comparison(test_case["id"]);
    for (const char* key : {"n", "events"})
      comparison.check(key, expected[key], found[key], 0);
    compare_curves(expected, found, comparison);
    compare_tests(expected, found, comparison);
    compare_cox(expected["cox"], found["cox"], comparison);
    compared += comparison.compared();
  }
  EXPECT_EQ(document["cases"].size(), 10u);
  EXPECT_GT(compared, 9000);
}

const std::string lung = "fit '" TRIALMILL_TEST_DATA
                         "/reference/input/lung.csv' --time time --status status --group sex ";

TEST(Fit, IndependentWeightsAgreeWithTheDefinition) {
  const json expected =
      json::parse(read_file(TRIALMILL_TEST_DATA "/reference/expected/survival-lung.json"));
  const Scratch folder;
  const Finished finished =
      run_program(folder, lung + "--weights 'fh(0,1);mwlr(90); mwlr(180)' --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output)["weighted"];
  EXPECT_EQ(found[1]["weight"], "mwlr(90)");
  Comparison comparison("lung");
  const json& tests = expected["tests"][0];
  comparison.check("fh(0,1)", tests["fleming_harrington"][2]["z"], found[0]["z"], 1e-10);
  comparison.check("mwlr(90)", tests["modestly_weighted"][0]["z"], found[1]["z"], 1e-10);
  comparison.check("mwlr(180)", tests["modestly_weighted"][1]["z"], found[2]["z"], 1e-10);
}

TEST(Fit, IndependentMaxComboAgreesWithMvtnorm) {
  const json expected =
      json::parse(read_file(TRIALMILL_TEST_DATA "/reference/expected/survival-lung.json"));
  const json& four = expected["tests"][0]["maxcombo"][2];
  const Scratch folder;
  const std::string options = "--maxcombo 'fh(0,0);fh(0,1);fh(1,0);fh(1,1)' ";
  const Finished finished = run_program(folder, lung + options + "--json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output)["maxcombo"];
  Comparison comparison("lung");
  for (const char* key : {"z", "z_max", "p_one_sided", "correlation"})
    comparison.check(key, four[key], found[key], 1e-10);
  comparison.check("p", four["p_two_sided"], found["p"], 1e-10);
  EXPECT_NE(run_program(folder, lung + options).output.find("MaxCombo of fh(0,0) fh(0,1)"),
            std::string::npos);
}

TEST(Fit, IndependentRestrictedMeansAndMilestonesAgreeWithSurvRM2) {
  const json expected = json::parse(
      read_file(TRIALMILL_TEST_DATA "/reference/expected/survival-lung.json"))["differences"];
  const Scratch folder;
  const Finished finished = run_program(folder, lung + "--rmst 500 --milestone 180 --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output);
  Comparison comparison("lung");
  const json& rmst = found["rmst_difference"];
  for (const char* key :
       {"ratio", "ratio_lower", "ratio_upper", "log_ratio_se", "ratio_of_time_lost",
        "ratio_of_time_lost_lower", "ratio_of_time_lost_upper", "z"})
    comparison.check(key, expected["rmst"][key], rmst[key], 1e-10);
  comparison.check("p", expected["rmst"]["p_two_sided"], rmst["p"], 1e-10);
  const json& milestone = found["milestone_difference"];
  comparison.check("z_plain", expected["milestone"][0]["z_plain"], milestone["z"], 1e-10);
  comparison.check("z_log_log", expected["milestone"][0]["z_log_log"], milestone["z_log_log"],
                   1e-10);
}

TEST(Fit, IndependentProportionalHazardsAndProfilesAgreeWithSurvival) {
  const json document =
      json::parse(read_file(TRIALMILL_TEST_DATA "/reference/expected/survival-lung.json"));
  const json& expected = document["cox"][1];  // stratified
  const Scratch folder;
  const Finished finished =
      run_program(folder, lung + "--strata ecog2 --cox sex,age,ph.karno,wt.loss --profile --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output)["cox"];
  ASSERT_EQ(found["n"], expected["n"]);
  Comparison comparison("lung");
  for (const char* transform : {"identity", "km", "rank", "log"}) {
    const json& test = expected["proportional_hazards"][transform];
    comparison.check(transform, test["chisq"], found["ph_test"][transform]["chisq"], 1e-8);
    comparison.check(transform, test["global"], found["ph_test"][transform]["global"], 1e-8);
  }
  const json& profile = expected["profile_interval"];
  comparison.check("lower", std::exp(profile["lower"].get<double>()),
                   found["terms"][1]["profile_lower"], 1e-8);
  comparison.check("upper", std::exp(profile["upper"].get<double>()),
                   found["terms"][1]["profile_upper"], 1e-8);
  comparison.check("robust_wald", expected["robust"]["wald_test"], found["robust_wald"], 1e-7);
  // The upper tail of a chi-square with 4 df is exp(-x/2) (1 + x/2).
  const double half = expected["score_test"].get<double>() / 2;
  comparison.check("score_p", std::exp(-half) * (1 + half), found["score_p"], 1e-9);
}

TEST(Fit, IndependentFirthAgreesWithThePenalisedLikelihood) {
  const json expected = json::parse(read_file(
      TRIALMILL_TEST_DATA "/reference/expected/edge-arm-without-events.json"))["firth"][0];
  const Scratch folder;
  const std::string verb = "fit '" TRIALMILL_TEST_DATA
                           "/reference/input/edge-arm-without-events.csv' --time time --status "
                           "status --cox group --firth --profile ";
  const Finished finished = run_program(folder, verb + "--json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output)["cox"];
  EXPECT_EQ(found["firth"]["status"], "ok");
  const json& term = found["firth"]["terms"][0];
  Comparison comparison("firth");
  comparison.check("coef", expected["coefficient"], term["coef"], 1e-6);
  comparison.check("lower", std::exp(expected["profile_lower"].get<double>()), term["lower"], 1e-6);
  comparison.check("upper", std::exp(expected["profile_upper"].get<double>()), term["upper"], 1e-6);
  comparison.check("loglik", expected["penalised_loglik"], found["firth"]["loglik"], 1e-9);
  EXPECT_EQ(found["terms"][0]["profile_lower"], 0);
  EXPECT_GT(found["terms"][0]["profile_upper"], 0);
  EXPECT_NE(run_program(folder, verb).output.find("Firth's penalised likelihood"),
            std::string::npos);
}

TEST(Fit, TestsAgainstMargins) {
  const Scratch folder;
  const std::string verb = lung +
                           "--cox age,sex --margin 1.2 --rmst 500 --rmst-margin 30 --milestone 180 "
                           "--milestone-margin 0.1 ";
  const Finished finished = run_program(folder, verb + "--json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output);
  const json& cox = found["cox"]["non_inferiority"];
  EXPECT_EQ(cox["term"], "sex");
  const json& sex = found["cox"]["terms"][1];
  EXPECT_NEAR(cox["z"].get<double>(),
              (std::log(1.2) - sex["coef"].get<double>()) / sex["se"].get<double>(), 1e-12);
  for (const auto& [key, margin] :
       {std::pair("rmst_difference", 30.0), std::pair("milestone_difference", 0.1)}) {
    const json& difference = found[key];
    EXPECT_EQ(difference["non_inferiority"]["margin"], margin);
    EXPECT_NEAR(difference["non_inferiority"]["z"].get<double>(),
                (difference["estimate"].get<double>() + margin) / difference["se"].get<double>(),
                1e-12);
  }
  EXPECT_NE(run_program(folder, verb).output.find("Margin 1.2, hazard ratio of sex: Z"),
            std::string::npos);
  folder.write("r0.csv", "r0,arm\n1,a\n0,a\n1,a\n1,b\n1,b\n0,b\n");
  const json r0 = json::parse(
      run_program(folder, "fit r0.csv --proportion r0 --group arm --proportion-margin 0.2 --json")
          .output);
  EXPECT_GT(r0["proportion"]["non_inferiority"]["z"].get<double>(), 0);
  const json superior = json::parse(
      run_program(folder, "fit r0.csv --proportion r0 --group arm --proportion-margin -0.2 --json")
          .output);
  EXPECT_LT(superior["proportion"]["non_inferiority"]["z"].get<double>(), 0);
}

TEST(Fit, ComparesPrioritisedOutcomes) {
  const Scratch folder;
  // The six patients of tests/survival/win_ratio_test.cpp, worked by hand there.
  folder.write("pairs.csv",
               "os,dead,rfs,event,arm\n2,1,1,1,a\n4,0,2,1,a\n6,1,5,1,a\n"
               "2,1,2,1,b\n4,0,4,0,b\n7,0,3,1,b\n9,0,NA,1,b\n");
  const std::string verb = "fit pairs.csv --group arm --win-ratio 'os:dead;rfs:event' ";
  const Finished finished = run_program(folder, verb + "--json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output);
  EXPECT_EQ(found["dropped"], 1);
  const json& result = found["win_ratio"];
  EXPECT_EQ(result["wins"], 6);
  EXPECT_EQ(result["losses"], 2);
  EXPECT_EQ(result["outcomes"][1]["wins"], 3);
  EXPECT_EQ(result["win_ratio"]["estimate"], 3);
  EXPECT_NEAR(result["z"].get<double>(), 4 / std::sqrt(0.3 * 64), 1e-12);
  EXPECT_NE(run_program(folder, verb).output.find("Win ratio 3 ("), std::string::npos);
}

}  // namespace
}  // namespace trialmill
