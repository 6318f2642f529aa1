// Looks as a user meets them: files, tables, and one replicate's data at each look.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

const std::string gs = shipped("reference/gs.yaml");

TEST(LooksProgram, RunPrintsTablesAndWritesTheLooks) {
  const Scratch folder;
  const Finished run = run_program(folder, "run " + gs + " --replicates 200 --no-runtime -o out");
  ASSERT_EQ(run.exit_status, 0) << run.errors;
  for (const char* words :
       {"Reject at Z: mean bound", "At stopping of", "alpha spent by obf", "looks.csv"})
    EXPECT_NE(run.output.find(words), std::string::npos) << words;
  const std::string looks = read_file(folder / "out/looks.csv");
  EXPECT_EQ(std::count(looks.begin(), looks.end(), '\n'), 4);
  const json document = json::parse(read_file(folder / "out/result.json"));
  EXPECT_EQ(document["points"][0]["analyses"][0]["by_look"].size(), 3u);
  const Finished single =
      run_program(folder, "run " + shipped("reference/w1.yaml") + " --replicates 200 -o single");
  ASSERT_EQ(single.exit_status, 0) << single.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "single/looks.csv"));
  EXPECT_EQ(single.output.find("At stopping"), std::string::npos);
}

TEST(LooksProgram, EveryLookRefitsToExactlyTheStatisticRecordedForIt) {
  const Scratch folder;
  for (const int replicate : {1, 7, 64}) {
    const std::string cohort = "cohort " + gs + " --replicate " + std::to_string(replicate);
    const json stopped = json::parse(run_program(folder, cohort + " --json").output);
    const json& primary = stopped["analyses"][0];
    ASSERT_EQ(primary["looks"].size(), primary["look"].get<std::size_t>());
    for (const json& look : primary["looks"]) {
      const std::string number = std::to_string(look["look"].get<int>());
      const Finished exported =
          run_program(folder, cohort + " --look " + number + " -o look.csv --json");
      ASSERT_EQ(exported.exit_status, 0) << exported.errors;
      const json fitted =
          json::parse(run_program(folder,
                                  "fit look.csv --time time --status status --group arm "
                                  "--weights 'fh(0,0)' --exact-times --json")
                          .output);
      EXPECT_EQ(fitted["weighted"][0]["z"], look["z"]);
      EXPECT_EQ(fitted["events"], look["events"]);
      EXPECT_EQ(look["rejected"].get<bool>(),
                look["z"].get<double>() >= look["efficacy_z"].get<double>());
    }
    EXPECT_EQ(primary["rejected"], primary["looks"].back()["rejected"]);
  }
}

TEST(LooksProgram, TheReplicateTableSaysWhereAnalysesStopped) {
  const Scratch folder;
  const Finished run =
      run_program(folder, "run " + gs + " --replicates 5 --replicate-table -o out");
  ASSERT_EQ(run.exit_status, 0) << run.errors;
  std::istringstream table(read_file(folder / "out/replicates.csv"));
  std::string heading, primary, cox;
  std::getline(table, heading);
  std::getline(table, primary);
  std::getline(table, cox);
  EXPECT_TRUE(heading.ends_with(",enrolled,look,look_months,look_events,futile")) << heading;
  const json stopped =
      json::parse(run_program(folder, "cohort " + gs + " --replicate 1 --json").output)["analyses"];
  const std::string look = std::to_string(stopped[0]["look"].get<int>());
  const std::string events = std::to_string(stopped[0]["events"].get<int>());
  EXPECT_NE(primary.find("," + look + ","), std::string::npos) << primary;
  EXPECT_TRUE(primary.ends_with("," + events + ",0")) << primary;
  EXPECT_TRUE(cox.ends_with(",,,,")) << cox;
}

TEST(LooksProgram, RefusesALookThatThereIsNot) {
  const Scratch folder;
  const Finished fourth = run_program(folder, "cohort " + gs + " --replicate 1 --look 4");
  EXPECT_EQ(fourth.exit_status, 2);
  EXPECT_NE(fourth.errors.find("allowed are 1 to 3"), std::string::npos) << fourth.errors;
  const Finished none =
      run_program(folder, "cohort " + shipped("reference/w1.yaml") + " --replicate 1 --look 1");
  EXPECT_EQ(none.exit_status, 2);
  EXPECT_NE(none.errors.find("no analysis of this scenario has looks"), std::string::npos);
}

}  // namespace
}  // namespace trialmill
