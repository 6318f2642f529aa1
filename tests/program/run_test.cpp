#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

TEST(Run, WritesTheSameBytesForAnyNumberOfThreads) {
  const Scratch folder;
  const std::string sweep = shipped("jnets-2021/perioperative.yaml");
  for (const char* threads : {"1", "2"}) {
    const Finished finished =
        run_program(folder, "run " + sweep + " --replicates 250 --no-runtime --threads " + threads +
                                " -o out" + threads);
    ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  }
  for (const char* file : {"result.json", "power.csv", "power.svg"}) {
    const std::string one = read_file(folder / "out1" / file);
    EXPECT_FALSE(one.empty());
    EXPECT_EQ(one, read_file(folder / "out2" / file)) << file;
  }
}

TEST(Run, TheDocumentHasTheKeysOutsideReadersRelyOn) {
  const Scratch folder;
  const Finished finished =
      run_program(folder, "run " + shipped("reference/w1.yaml") + " --replicates 300 --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "results"));
  const json document = json::parse(finished.output);
  EXPECT_EQ(document["schema"], "trialmill.result/1");
  for (const char* key : {"version", "scenario", "seed", "replicates", "points", "runtime"})
    EXPECT_TRUE(document.contains(key)) << key;
  for (const char* key : {"title", "file", "digest"})
    EXPECT_TRUE(document["scenario"].contains(key)) << key;
  const json& point = document["points"][0];
  EXPECT_EQ(point["set"]["sample_size"], 300);
  for (const char* key : {"replicates", "events", "duration", "enrolled"})
    EXPECT_TRUE(point.contains(key)) << key;
  const json& cox = point["analyses"][1];
  for (const char* key : {"name", "test", "endpoint", "power", "mc_se", "ci_lower", "ci_upper",
                          "rejections", "undefined", "by_look"})
    EXPECT_TRUE(cox.contains(key)) << key;
  for (const char* key : {"log_hr_mean", "log_hr_sd", "model_se_mean", "bias", "coverage"})
    EXPECT_TRUE(cox["estimate"].contains(key)) << key;
  EXPECT_EQ(cox["by_look"][0]["events_mean"], 220.0);
}

TEST(Run, TheAnalyticTwinStandsBesideTheSimulatedFigure) {
  const Scratch folder;
  const Finished finished = run_program(
      folder, "run " + shipped("reference/w1.yaml") + " --replicates 300 -o w1 --no-runtime");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_NE(finished.output.find("Analytic"), std::string::npos);
  const json twin =
      json::parse(read_file(folder / "w1/result.json"))["points"][0]["analyses"][0]["analytic"];
  EXPECT_NEAR(twin["power"], 0.8897, 0.0001);
  EXPECT_NEAR(twin["power_first_order"], 0.8909, 0.0001);
  EXPECT_NEAR(twin["events_mean"], 220, 1e-6);
  const json& by_arm = twin["events_by_arm"];
  EXPECT_NEAR(by_arm["control"].get<double>() + by_arm["experimental"].get<double>(), 220, 1e-6);
  EXPECT_GT(by_arm["control"], by_arm["experimental"]);
  EXPECT_EQ(twin["formula_events"]["power"], twin["power"]);
  EXPECT_EQ(twin["method"], "expected log-rank score");
  for (const char* formula : {"Schoenfeld", "Freedman", "Hsieh-Freedman", "Lachin-Foulkes"})
    EXPECT_NEAR(twin["formula_events"][formula], 220, 10) << formula;
  // Without simulating, the same figure.
  const Finished checked = run_program(folder, "check " + shipped("reference/w1.yaml") + " --json");
  ASSERT_EQ(checked.exit_status, 0) << checked.errors;
  EXPECT_EQ(json::parse(checked.output)["analytic"][0]["analyses"][0]["analytic"], twin);
  const Finished words = run_program(folder, "check " + shipped("reference/gs.yaml"));
  for (const char* word :
       {"Power without simulating", "Schoenfeld", "Freedman", "Look", "First", "By arm",
        "the power of", "for an analysis made when another one stops."})
    EXPECT_NE(words.output.find(word), std::string::npos) << word;
}

TEST(Run, AssuranceStandsBesideThePowerOfUncertainNumbers) {
  const Scratch folder;
  const std::string trial = shipped("jnets-2021/perioperative-assurance.yaml");
  std::string documents[2];
  for (const int threads : {1, 2}) {
    const Finished finished =
        run_program(folder, "run " + trial + " --replicates 300 --no-runtime -o draws --threads " +
                                std::to_string(threads));
    ASSERT_EQ(finished.exit_status, 0) << finished.errors;
    EXPECT_NE(finished.output.find("Assurance: power averaged"), std::string::npos);
    documents[threads - 1] = read_file(folder / "draws/result.json");
  }
  EXPECT_EQ(documents[0], documents[1]);
  const json document = json::parse(documents[0]);
  const json& assurance = document["points"][1]["analyses"][0]["assurance"];
  for (const char* key : {"estimate", "mc_se", "ci_lower", "ci_upper", "power_sd", "power_q05",
                          "power_q50", "power_q95", "redrawn"})
    EXPECT_TRUE(assurance[key].is_number()) << key;
  EXPECT_EQ(assurance["draws"], 100);
  EXPECT_EQ(assurance["replicates"], 300);
  EXPECT_NE(read_file(folder / "draws/power.csv").find(",assurance,assurance_mc_se,"),
            std::string::npos);
  // The power is that of the trial without the section: the same patients.
  const Finished plain =
      run_program(folder, "run " + shipped("jnets-2021/perioperative.yaml") +
                              " --set sample_size=300 --set "
                              "arms.perioperative.effects.rfs.hazard_ratio=0.7 --replicates 300 "
                              "--json");
  EXPECT_EQ(json::parse(plain.output)["points"][0]["analyses"][0]["power"],
            document["points"][1]["analyses"][0]["power"]);
  const Finished few = run_program(folder, "run " + trial + " --replicates 150 -o few");
  EXPECT_EQ(few.exit_status, 2);
  EXPECT_NE(few.errors.find("two replicates or more"), std::string::npos) << few.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "few"));
  const Finished checked = run_program(folder, "check " + trial);
  EXPECT_NE(checked.output.find("0.700, 95 % 0.490 to 1.000"), std::string::npos) << checked.output;
}

TEST(Run, DifferencesAndOptionsOfTestsHaveKeysAndColumnsWhereThereAreAny) {
  const Scratch folder;
  const Finished finished = run_program(
      folder, "run " + shipped("reference/several-tests.yaml") + " --replicates 300 -o several");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json analyses =
      json::parse(read_file(folder / "several/result.json"))["points"][0]["analyses"];
  EXPECT_EQ(analyses[3]["weight"], "fh(0,0);fh(0,1);fh(1,0)");
  EXPECT_EQ(analyses[4]["options"], json({{"tau_months", 24.0}}));
  for (const char* key : {"estimates", "mean", "sd", "model_se_mean", "truth", "bias", "bias_mc_se",
                          "coverage", "coverage_mc_se"})
    EXPECT_TRUE(analyses[4]["difference"].contains(key)) << key;
  EXPECT_FALSE(analyses[0].contains("difference"));
  EXPECT_FALSE(analyses[0].contains("options"));
  EXPECT_EQ(analyses[3]["analytic"]["power"], nullptr);
  EXPECT_EQ(analyses[3]["analytic"]["reason"], "no analytic twin: the max-combo test");
  EXPECT_EQ(analyses[7]["options"], json({{"standard_error", "robust"}}));
  const std::string csv = read_file(folder / "several/power.csv");
  EXPECT_NE(
      csv.find(
          ",options,difference_mean,difference_sd,difference_model_se_mean,"
          "true_difference,difference_bias,difference_coverage,"
          "analytic_power,analytic_events_mean,analytic_time_mean,analytic_power_first_order\n"),
      std::string::npos);
  EXPECT_NE(csv.find(",at_months=24,0.1"), std::string::npos) << csv;
  ASSERT_EQ(run_program(folder, "run " + shipped("reference/w1.yaml") + " --replicates 100 -o w1")
                .exit_status,
            0);
  EXPECT_EQ(read_file(folder / "w1/power.csv").find(",difference_mean"), std::string::npos);
}

TEST(Run, OverridesReplaceValuesOfTheFile) {
  const Scratch folder;
  const std::string base = "run " + shipped("reference/w1.yaml") + " --json --no-runtime ";
  const Finished by_set = run_program(
      folder,
      base + "--set simulation.replicates=200 --set simulation.seed=9 --set sample_size=280");
  ASSERT_EQ(by_set.exit_status, 0) << by_set.errors;
  const Finished by_option =
      run_program(folder, base + "--replicates 200 --seed 9 --set sample_size=280");
  EXPECT_EQ(by_set.output, by_option.output);
  EXPECT_EQ(json::parse(by_set.output)["points"][0]["set"]["sample_size"], 280);
}

TEST(Run, TheTableAndTheThreeFilesAreTheDefault) {
  const Scratch folder;
  const Finished finished =
      run_program(folder, "run " + shipped("reference/ramp.yaml") + " --replicates 200");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_NE(finished.output.find("Power"), std::string::npos);
  EXPECT_EQ(finished.errors, "");  // progress is for terminals
  for (const char* file : {"result.json", "power.csv", "power.svg"})
    EXPECT_TRUE(std::filesystem::exists(folder / "results/ramp" / file)) << file;
  const std::string csv = read_file(folder / "results/ramp/power.csv");
  EXPECT_EQ(csv.find("set.sample_size,analysis,"), 0u);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2);
}

// Starts the program, interrupts it, and gives back its exit status.
int interrupted_run(const Scratch& folder, const std::string& scenario) {
  const pid_t child = fork();
  if (child == 0) {
    const std::string output = (folder / "out").string();
    if (!std::freopen((folder / "stderr.txt").c_str(), "w", stderr) ||
        !std::freopen("/dev/null", "w", stdout))
      _exit(99);
    execl(TRIALMILL_PROGRAM, TRIALMILL_PROGRAM, "run", scenario.c_str(), "--replicates",
          "100000000", "--no-runtime", "-o", output.c_str(), static_cast<char*>(nullptr));
    _exit(99);
  }
  // The simulation starts when its cost has been announced.
  for (int waits = 0; waits < 600; ++waits) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (read_file(folder / "stderr.txt").find("CPU hours") != std::string::npos) break;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Run, AnInterruptedRunKeepsWholeBlocksAndSaysSo) {
  const Scratch folder;
  const std::string scenario = TRIALMILL_SOURCE_DIR "/scenarios/reference/w1.yaml";
  ASSERT_EQ(interrupted_run(folder, scenario), 130);
  const json document = json::parse(read_file(folder / "out/result.json"));
  EXPECT_EQ(document["complete"], false);
  const std::uint64_t replicates = document["points"][0]["replicates"];
  EXPECT_GT(replicates, 0u);
  EXPECT_EQ(replicates % 100, 0u);
  const std::string message = read_file(folder / "stderr.txt");
  EXPECT_NE(message.find("Interrupted after " + std::to_string(replicates) + " of"),
            std::string::npos)
      << message;
  // The part that was kept is what a run of that many replicates gives.
  const Finished again =
      run_program(folder, "run " + shipped("reference/w1.yaml") +
                              " --json --no-runtime --replicates " + std::to_string(replicates));
  EXPECT_EQ(json::parse(again.output)["points"], document["points"]);
}

TEST(Run, AFolderThatCannotBeMadeIsAFailureNotWrongInput) {
  const Scratch folder;
  folder.write("occupied", "a file");
  const Finished finished =
      run_program(folder, "run " + shipped("reference/w1.yaml") + " --replicates 100 -o occupied");
  EXPECT_EQ(finished.exit_status, 1);
  EXPECT_NE(finished.errors.find("occupied"), std::string::npos);
}

TEST(Program, ExplainsItself) {
  const Scratch folder;
  for (const char* verb : {"", "run", "check", "cohort", "fit", "bounds", "schema"}) {
    const Finished help = run_program(folder, std::string(verb) + " --help");
    EXPECT_EQ(help.exit_status, 0);
    EXPECT_NE(help.output.find("Example: trialmill"), std::string::npos) << verb;
  }
  EXPECT_EQ(run_program(folder, "--version").exit_status, 0);
  EXPECT_EQ(run_program(folder, "").exit_status, 2);
  EXPECT_EQ(run_program(folder, "simulate").exit_status, 2);
  EXPECT_EQ(run_program(folder, "run").exit_status, 2);
  EXPECT_EQ(run_program(folder, "run trial.yaml --treads 2").exit_status, 2);
}

TEST(Check, ShowsPublishedBesideReproduced) {
  const Scratch folder;
  const Finished finished =
      run_program(folder, "check " + shipped("jnets-2021/perioperative.yaml") + " --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json model = json::parse(finished.output)["model"];
  for (const json& knot : model["survival"])
    EXPECT_NEAR(knot["published"].get<double>(), knot["published_cohort"].get<double>(),
                4 * knot["published_cohort_mc_se"].get<double>());
  EXPECT_NEAR(model["median_months"]["control"].get<double>(), 14, 1e-9);
  const Finished text = run_program(folder, "check " + shipped("jnets-2021/perioperative.yaml"));
  EXPECT_NE(text.output.find("0.5470"), std::string::npos);
}

TEST(Schema, IsJson) {
  const Scratch folder;
  const json schema = json::parse(run_program(folder, "schema").output);
  EXPECT_EQ(schema["type"], "object");
  EXPECT_EQ(schema["additionalProperties"], false);
}

}  // namespace
}  // namespace trialmill
