// `trialmill fit` on outcomes other than one time to one event: proportions and competing causes.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

json expected_of(const char* name) {
  return json::parse(read_file(std::string(TRIALMILL_TEST_DATA "/reference/expected/") + name));
}

/// Rows "group,success[,stratum]" of a table of counts: x0, n0, x1, n1.
std::string rows_of(const json& counts, const std::string& stratum = {}) {
  std::string rows;
  for (const std::size_t arm : {0u, 1u})
    for (int i = 0; i < counts[2 * arm + 1].get<int>(); ++i)
      rows += (arm == 0 ? "a," : "b,") + std::string(i < counts[2 * arm] ? "1" : "0") +
              (stratum.empty() ? "" : "," + stratum) + "\n";
  return rows;
}

// Numbers of the reference have 15 digits.
void near(const json& found, const json& expected, const std::string& what) {
  ASSERT_TRUE(found.is_number()) << what << ": " << found;
  const double value = expected.get<double>();
  EXPECT_NEAR(found.get<double>(), value, 1e-10 * std::max(1.0, std::abs(value))) << what;
}

TEST(FitOutcomes, IndependentProportionsWithoutTimesAgreeWithR) {
  const Scratch folder;
  const json reference = expected_of("proportions.json");
  for (const json& expected : reference["two_by_two"]) {
    const json& counts = expected["table"];
    if (counts[1].get<int>() > 1000) continue;  // said in tests/survival
    const std::string what = counts.dump();
    folder.write("data.csv", "arm,response\n" + rows_of(counts));
    const Finished finished =
        run_program(folder, "fit data.csv --group arm --proportion response --json");
    ASSERT_EQ(finished.exit_status, 0) << finished.errors;
    const json document = json::parse(finished.output);
    EXPECT_FALSE(document.contains("kaplan_meier"));
    const json& found = document["proportion"];
    EXPECT_EQ(found["group"], json::array({"a", "b"}));
    EXPECT_EQ(found["n"], json::array({counts[1], counts[3]}));
    EXPECT_EQ(found["successes"], json::array({counts[0], counts[2]}));
    near(std::pow(found["score"]["z"].get<double>(), 2), expected["chi_square"], what);
    near(found["score"]["p"], expected["p"], what);
    near(found["risk_difference"]["lower"], expected["newcombe"][0], what);
    near(found["risk_difference"]["upper"], expected["newcombe"][1], what);
    near(found["fisher"]["p"], expected["fisher_two_sided"], what);
    near(found["fisher"]["p_one_sided"], expected["fisher_more"], what);
    EXPECT_FALSE(found.contains("mantel_haenszel"));
  }
}

TEST(FitOutcomes, IndependentStrataAgreeWithRAndMetafor) {
  const Scratch folder;
  const json reference = expected_of("proportions.json");
  for (const json& expected : reference["stratified"]) {
    std::string rows;
    for (const json& counts : expected["strata"])
      rows += rows_of(counts, std::to_string(rows.size()));
    folder.write("data.csv", "arm,response,site\n" + rows);
    const Finished finished =
        run_program(folder, "fit data.csv --group arm --proportion response --strata site --json");
    ASSERT_EQ(finished.exit_status, 0) << finished.errors;
    const json found = json::parse(finished.output)["proportion"]["mantel_haenszel"];
    const std::string what = expected["id"];
    near(found["p"], expected["p"], what);
    near(found["risk_difference"], expected["difference"], what);
    near(found["se"], expected["std_error"], what);
    near(found["lower"], expected["lower"], what);
    near(found["odds_ratio"], expected["odds_ratio"], what);
  }
}

TEST(FitOutcomes, IndependentIncidencesAgreeWithR) {
  const Scratch folder;
  const json test_case = expected_of("cumulative-incidence.json")["cases"][0];
  ASSERT_EQ(test_case["id"], "mgus2");
  const Finished finished = run_program(folder, "fit '" TRIALMILL_TEST_DATA
                                                "/reference/data/mgus2.csv' --time time "
                                                "--status cause --group sex --competing --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output)["cumulative_incidence"];
  ASSERT_EQ(found.size(), 4u);
  std::size_t place = 0;
  for (const json& curve : test_case["curves"]) {
    if (curve["group"] == "all") continue;
    for (const json& cause : curve["causes"]) {
      const json& ours = found[place++];
      EXPECT_EQ(ours["group"], curve["group"]);
      EXPECT_EQ(ours["cause"], cause["cause"]);
      ASSERT_EQ(ours["time"].size(), curve["time"].size());
      for (std::size_t k = 0; k < curve["time"].size(); ++k) {
        near(ours["estimate"][k], cause["estimate"][k], "estimate");
        near(ours["std_error"][k], cause["std_error"][k], "std_error");
      }
    }
  }
}

TEST(FitOutcomes, TimesAndAProportionInOneTable) {
  const Scratch folder;
  folder.write(
      "data.csv",
      "time,cause,arm,r0\n2,3,a,1\n4,0,a,0\n5,7,a,1\n1,7,b,1\n3,7,b,1\n6,0,b,NA\n7,0,b,1\n");
  const Finished finished = run_program(folder,
                                        "fit data.csv --time time --status cause --competing "
                                        "--group arm --proportion r0 --rmst 3");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  for (const char* text :
       {"7 patients, 4 events of any cause\nFor the proportions: 1 row with a missing value",
        "Kaplan-Meier", "Cumulative incidence (SE)", "RMST difference to 3", "Proportion with r0",
        "Newcombe", "Fisher's exact test", "more successes in b"})
    EXPECT_NE(finished.output.find(text), std::string::npos) << text << "\n" << finished.output;
  // Causes keep the file's numbers, also where others lie between them.
  const json found = json::parse(
      run_program(folder, "fit data.csv --time time --status cause --competing --json").output);
  ASSERT_EQ(found["cumulative_incidence"].size(), 2u);
  EXPECT_EQ(found["cumulative_incidence"][0]["cause"], 3);
  EXPECT_EQ(found["cumulative_incidence"][1]["cause"], 7);
  EXPECT_EQ(found["cumulative_incidence"][1]["events"], 3);
}

TEST(FitOutcomes, TellsWhatIsUndefined) {
  const Scratch folder;
  folder.write("data.csv", "arm,response\na,1\na,1\nb,1\n");
  const std::string verb = "fit data.csv --group arm --proportion response ";
  const json found = json::parse(run_program(folder, verb + "--json").output)["proportion"];
  EXPECT_EQ(found["score"]["status"], "no_information");
  EXPECT_EQ(found["score"]["z"], nullptr);
  EXPECT_EQ(found["fisher"]["p"], nullptr);
  EXPECT_EQ(found["risk_difference"]["estimate"], 0);
  EXPECT_NE(run_program(folder, verb).output.find("Nothing varies"), std::string::npos);
  folder.write("data.csv", "time,cause\n1,0\n2,0\n");
  const Finished nothing =
      run_program(folder, "fit data.csv --time time --status cause --competing --json");
  ASSERT_EQ(nothing.exit_status, 0) << nothing.errors;
  EXPECT_EQ(json::parse(nothing.output)["cumulative_incidence"], json::array());
  EXPECT_EQ(run_program(folder, "fit data.csv --time time --status cause --competing").exit_status,
            0);
}

struct WrongInput {
  std::string content;
  const char* arguments;
  const char* message;
};

TEST(FitOutcomes, WrongInputsNameThePlace) {
  std::string many = "time,id\n";
  for (int i = 1; i <= 101; ++i)
    many += "1," + std::to_string(i) + "\n";
  const std::string plain = "time,status,arm,r\n1,1,a,1\n2,0,b,0\n";
  const std::vector<WrongInput> inputs{
      {plain, "--group arm", "--time: found no column"},
      {plain, "--proportion r", "--group: found no group"},
      {plain, "--proportion r --time time --group arm", "--status: found no column"},
      {plain, "--proportion r --cox r --group arm", "--time: found no column"},
      {"arm,r\na,1\nb,2\n", "--proportion r --group arm", "data.csv:3:3"},
      {"arm,r\na,1\nb,0\nc,0\n", "--proportion r --group arm", "two groups for --proportion"},
      {plain, "--proportion q --group arm", "data.csv"},
      {"time,c\n1,1\n2,-1\n", "--time time --status c --competing", "data.csv:3:3"},
      {"time,c\n1,1\n2,1.5\n", "--time time --status c --competing", "data.csv:3:3"},
      {many, "--time time --status id --competing", "at most 100"},
      {plain, "--time time --status status --competing --entry r", "--entry"},
      {plain, "--time time --status status --rmst abc", "a time above 0, in the unit of --time"},
      {plain, "--time time --status status --rmst 3x", "found `3x`"},
      {plain, "--time time --status status --milestone abc", "a time from 0, in the unit"},
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

}  // namespace
}  // namespace trialmill
