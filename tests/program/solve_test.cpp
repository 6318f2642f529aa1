#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

const std::string trial = shipped("reference/sample-size.yaml");

TEST(Solve, PrintsATableOrADocument) {
  const Scratch folder;
  const std::string command = "solve " + trial + " --power 0.9 --replicates 1000";
  const Finished table = run_program(folder, command);
  ASSERT_EQ(table.exit_status, 0) << table.errors;
  for (const char* word :
       {"Patients", "Analytic", "Runs", "as estimated", "--conservative", "Schoenfeld", "gsDesign"})
    EXPECT_NE(table.output.find(word), std::string::npos) << table.output;
  const Finished finished = run_program(folder, command + " --json --threads 1");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json document = json::parse(finished.output);
  EXPECT_EQ(document["schema"], "trialmill.solution/1");
  EXPECT_EQ(document["solved_for"], "sample_size");
  const json& point = document["points"][0];
  EXPECT_EQ(point["status"], "found");
  EXPECT_EQ(document["target_powers"], json::array({0.9}));
  EXPECT_EQ(point["target_power"], 0.9);
  EXPECT_EQ(point["size"], point["estimate"]);
  EXPECT_LE(point["lower"]["sample_size"], point["analytic"]["sample_size"]);
  EXPECT_GE(point["upper"]["sample_size"], point["analytic"]["sample_size"]);
  EXPECT_EQ(point["formula_events"]["power"], 0.9);
  // 9/2 (1.959964 + 1.281552)^2 / log(0.7)^2, as rpact has it
  EXPECT_NEAR(point["formula_events"]["Schoenfeld"].get<double>(), 371.7, 0.1);
  EXPECT_LT(point["search"]["runs_at_answer"], 5);
  EXPECT_EQ(run_program(folder, command + " --json --threads 3").output, finished.output);
}

TEST(Solve, GivesOneAnswerPerDesignPoint) {
  const Scratch folder;
  const std::string file = read_file(TRIALMILL_SOURCE_DIR "/scenarios/reference/sample-size.yaml") +
                           "sweep: {arms.experimental.effects.progression."
                           "hazard_ratio: [0.6, 0.7]}\n";
  folder.write("sweep.yaml", file);
  const Finished finished =
      run_program(folder, "solve sweep.yaml --analysis cox --replicates 400 --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json points = json::parse(finished.output)["points"];
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0]["set"], json({{"arms.experimental.effects.progression.hazard_ratio", 0.6}}));
  EXPECT_LT(points[0]["size"]["sample_size"], points[1]["size"]["sample_size"]);
}

TEST(Solve, TakesSeveralTargets) {
  const Scratch folder;
  const std::string command = "solve --power 0.7,0.8 " + trial + " --replicates 400";
  const Finished finished = run_program(folder, command + " --conservative --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json document = json::parse(finished.output);
  EXPECT_EQ(document["target_powers"], json::array({0.7, 0.8}));
  EXPECT_EQ(document["conservative"], true);
  const json& points = document["points"];
  ASSERT_EQ(points.size(), 2u);
  for (const json& point : points)
    EXPECT_EQ(point["size"], point["upper"]);
  EXPECT_LT(points[0]["size"]["sample_size"], points[1]["size"]["sample_size"]);
  EXPECT_LT(points[0]["formula_events"]["Freedman"], points[1]["formula_events"]["Freedman"]);
  const Finished table = run_program(folder, command);
  for (const char* word : {"Target", "0.7 or 0.8"})
    EXPECT_NE(table.output.find(word), std::string::npos) << table.output;
}

TEST(Solve, WrongInputIsRefusedWithItsReason) {
  const Scratch folder;
  const std::string w1 = shipped("reference/w1.yaml");
  const std::string sweep = shipped("jnets-2021/perioperative.yaml");
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {trial + " --power 1.2", "--power"},
      {trial + " --power 0.8,0.02", "above the level 0.025"},
      {trial + " --power 0.02", "above the level 0.025"},
      {trial + " --confidence 1", "--confidence"},
      {trial + " --analysis coxs", "did you mean `cox`"},
      {trial + " --at-least 200 --at-most 100", "--at-most"},
      {trial + " --events", "waits for no fixed number of events"},
      {w1, "--events"},
      {sweep, "the sample size is what is searched for"},
      {shipped("reference/gs.yaml") + " --analysis cox --events", "when another one stops"},
      {shipped("jnets-2021/cohort.yaml"), "survey"}};
  for (const auto& [arguments, words] : wrong) {
    const Finished finished = run_program(folder, "solve " + arguments);
    EXPECT_EQ(finished.exit_status, 2) << arguments;
    EXPECT_NE(finished.errors.find(words), std::string::npos) << arguments << finished.errors;
    EXPECT_EQ(finished.output, "");
  }
}

}  // namespace
}  // namespace trialmill
