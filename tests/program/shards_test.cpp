// A run divided into shards, interrupted, killed, damaged and put together again.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "program.hpp"
#include "trialmill/result/shard.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

// Three designs, two sizes each, looks and a test of another kind; the last block is cut short.
const std::string trial = R"yaml(
trialmill: 1
title: a sweep in shards
population: {poor: {prevalence: 0.4}}
disease: {os: {baseline: {median_months: 10}, hazard_ratios: {poor: 2}}}
arms: {control: {}, experimental: {effects: {os: {hazard_ratio: 0.6}}}}
enrolment: {rate: 5}
follow_up: {until: {events: 40}}
analyses:
  - {name: primary, test: log-rank, looks: {information_fraction: [0.5, 1], spending: obf, futility: {spending: pocock, beta: 0.1}}}
  - {name: cox, test: cox}
  - {name: mean, test: rmst, tau_months: 8}
simulation: {replicates: 1130, seed: 3}
sweep:
  sample_size: [60, 80]
  arms.experimental.effects.os.hazard_ratio: [0.6, 0.8, 1]
)yaml";

class Shards : public testing::Test {
 protected:
  Shards() { folder.write("trial.yaml", trial); }

  Finished run(const std::string& arguments) { return run_program(folder, arguments); }

  // The single run's document.
  const std::string& whole() {
    if (whole_.empty()) whole_ = run("run trial.yaml --no-runtime --json").output;
    return whole_;
  }

  void run_shards(unsigned of, const std::string& where) {
    for (unsigned number = of; number >= 1; --number) {
      const Finished finished = run("run trial.yaml --shard " + std::to_string(number) + "/" +
                                    std::to_string(of) + " -o " + where);
      ASSERT_EQ(finished.exit_status, 0) << finished.errors;
    }
  }

  Finished merge(const std::string& places) {
    return run("merge " + places + " --no-runtime --json");
  }

  std::string shard(const std::string& where, unsigned number, unsigned of) const {
    return where + "/shard-" + std::to_string(number) + "-of-" + std::to_string(of) +
           "-r1130.shard";
  }

  Scratch folder;

 private:
  std::string whole_;
};

TEST_F(Shards, AnyDivisionGivesTheBytesOfTheSingleRun) {
  for (const unsigned of : {1u, 2u, 3u, 7u})
    run_shards(of, "of" + std::to_string(of));
  for (const char* places : {"of1", "of2", "of3", "of7"})
    EXPECT_EQ(merge(places).output, whole()) << places;
  // Parts of several divisions, in any order, some of them twice.
  for (const std::string& places :
       {shard("of7", 6, 7) + " " + shard("of2", 1, 2) + " of7 " + shard("of3", 2, 3),
        shard("of3", 3, 3) + " " + shard("of2", 1, 2) + " " + shard("of3", 2, 3) + " " +
            shard("of3", 1, 3),
        std::string("of2 of3 of7 of2")})
    EXPECT_EQ(merge(places).output, whole()) << places;
}

TEST_F(Shards, MergeWritesTheFilesOfARun) {
  run_shards(2, "parts");
  ASSERT_EQ(run("merge parts -o merged --no-runtime").exit_status, 0);
  ASSERT_EQ(run("run trial.yaml -o single --no-runtime --threads 1").exit_status, 0);
  for (const char* file : {"result.json", "power.csv", "looks.csv", "power.svg"})
    EXPECT_EQ(read_file(folder / "merged" / file), read_file(folder / "single" / file)) << file;
  // A run that was not divided is one more shard.
  EXPECT_EQ(merge("single").output, whole());
}

TEST_F(Shards, WhatIsMissingIsListedWithTheCommandThatComputesIt) {
  run_shards(7, "parts");
  std::filesystem::remove(folder / shard("parts", 3, 7));
  std::filesystem::remove(folder / shard("parts", 7, 7));
  const Finished refused = run("merge parts -o merged");
  EXPECT_EQ(refused.exit_status, 75);
  EXPECT_FALSE(std::filesystem::exists(folder / "merged"));
  EXPECT_NE(refused.errors.find("  sample_size = 60, arms.experimental.effects.os.hazard_ratio = "
                                "0.6: replicates 401 to 600\n"),
            std::string::npos)
      << refused.errors;
  EXPECT_NE(refused.errors.find(": replicates 1101 to 1130\n"), std::string::npos);
  const auto at = refused.errors.find("  trialmill ");
  ASSERT_NE(at, std::string::npos);
  std::string command = refused.errors.substr(at + 12);
  command.pop_back();
  EXPECT_EQ(command, "run trial.yaml --shard 1/1 -o parts");
  const Finished rest = run(command);
  ASSERT_EQ(rest.exit_status, 0) << rest.errors;
  EXPECT_NE(rest.output.find("complete"), std::string::npos);
  EXPECT_EQ(merge("parts").output, whole());
}

TEST_F(Shards, MissingPartsOfSeveralFoldersAreComputedOnce) {
  run_shards(3, "a");
  std::filesystem::create_directory(folder / "b");
  std::filesystem::rename(folder / shard("a", 2, 3), folder / shard("b", 2, 3));
  std::filesystem::remove(folder / shard("a", 1, 3));
  const Finished missing = merge("a b");
  EXPECT_EQ(missing.exit_status, 75);
  EXPECT_NE(missing.errors.find("run trial.yaml --shard 1/1 -o a --finished b\n"),
            std::string::npos)
      << missing.errors;
  const Finished rest = run("run trial.yaml --shard 1/1 -o a --finished b");
  ASSERT_EQ(rest.exit_status, 0) << rest.errors;
  const result::Shard file = result::read_shard(read_file(folder / shard("a", 1, 1)),
                                                "shard-1-of-1-r1130.shard", TRIALMILL_VERSION);
  EXPECT_EQ(file.designs[0].missing(1130), (std::vector<result::BlockRange>{{4, 12}}));
  EXPECT_EQ(merge("a b").output, whole());
}

TEST_F(Shards, APartialReportSaysSoEverywhere) {
  run_shards(3, "parts");
  std::filesystem::remove(folder / shard("parts", 2, 3));
  const Finished partial = run("merge parts -o merged --partial --no-runtime");
  EXPECT_EQ(partial.exit_status, 0) << partial.errors;
  const json document = json::parse(read_file(folder / "merged/result.json"));
  EXPECT_EQ(document["complete"], false);
  EXPECT_EQ(document["points"][0]["replicates"], 730);
  EXPECT_NE(partial.output.find("Incomplete"), std::string::npos);
  EXPECT_NE(partial.errors.find("Missing:"), std::string::npos);
  EXPECT_NE(read_file(folder / "merged/power.svg").find("Incomplete"), std::string::npos);
  for (const char* file : {"power.csv", "looks.csv"}) {
    const std::string csv = read_file(folder / "merged" / file);
    EXPECT_NE(csv.find(",complete\n"), std::string::npos) << file;
    EXPECT_NE(csv.find(",false\n"), std::string::npos) << file;
  }
}

TEST_F(Shards, APartialReportOfNothingAtSomePoints) {
  // Of three blocks two go to the first two shards: one of them has none of the last design.
  ASSERT_EQ(run("run trial.yaml --replicates 100 --shard 1/3 -o parts").exit_status, 0);
  const Finished partial = run("merge parts --json --partial");
  ASSERT_EQ(partial.exit_status, 0) << partial.errors;
  const json points = json::parse(partial.output)["points"];
  std::uint64_t empty = 0;
  for (const json& point : points)
    empty += point["replicates"] == 0;
  EXPECT_EQ(empty, 4u);
}

TEST_F(Shards, DamagedFilesAreNamedAndRefused) {
  run_shards(2, "parts");
  const std::string path = shard("parts", 2, 2);
  const std::string bytes = read_file(folder / path);
  std::vector<std::string> damaged = {"", bytes.substr(0, bytes.size() / 2),
                                      bytes.substr(0, bytes.size() - 1), bytes + "\n"};
  std::mt19937 random(1);
  for (int k = 0; k < 12; ++k) {
    damaged.push_back(bytes);
    char& byte = damaged.back()[random() % bytes.size()];
    byte = static_cast<char>(byte ^ 4);
  }
  for (const std::string& content : damaged) {
    folder.write(path, content);
    const Finished refused = run("merge parts -o merged");
    EXPECT_EQ(refused.exit_status, 2);
    EXPECT_EQ(refused.errors.find(path), 0u) << refused.errors;
  }
  // The shard itself does not go on from it, others do without it.
  EXPECT_EQ(run("run trial.yaml --shard 2/2 -o parts").exit_status, 2);
  const Finished other = run("run trial.yaml --shard 1/1 -o parts");
  EXPECT_EQ(other.exit_status, 0);
  EXPECT_EQ(other.errors.find("Warning: " + path + " "), 0u) << other.errors;
  ASSERT_EQ(run("run trial.yaml --shard 2/2 -o parts --fresh").exit_status, 0);
  EXPECT_EQ(merge("parts").output, whole());
  std::filesystem::copy(folder / shard("parts", 1, 2), folder / shard("parts", 1, 3));
  const Finished renamed = run("merge parts -o merged");
  EXPECT_EQ(renamed.exit_status, 2);
  EXPECT_NE(renamed.errors.find("was renamed"), std::string::npos) << renamed.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "merged"));
}

TEST_F(Shards, AScenarioEditedBetweenShardsIsRefusedByItsFirstDifferingKey) {
  run_shards(2, "parts");
  std::string edited = trial;
  edited.replace(edited.find("rate: 5"), 7, "rate: 6");
  folder.write("trial.yaml", edited);
  for (const char* number : {"1", "2"}) {
    const Finished refused = run(std::string("run trial.yaml --shard ") + number + "/2 -o parts");
    EXPECT_EQ(refused.exit_status, 2);
    EXPECT_NE(refused.errors.find("differs at enrolment.rate: 5 there, 6 here"), std::string::npos)
        << refused.errors;
  }
  ASSERT_EQ(run("run trial.yaml --shard 1/2 -o other").exit_status, 0);
  const Finished refused = merge("parts other");
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_NE(refused.errors.find("differs at enrolment.rate: 6 in other/"), std::string::npos)
      << refused.errors;
  folder.write("trial.yaml", trial);
  EXPECT_EQ(run("run trial.yaml --shard 1/2 -o parts --seed 4").exit_status, 2);
  // What a sweep is narrowed to from outside is part of the scenario.
  const Finished narrowed = run("run trial.yaml --set sample_size=60 --shard 1/2 -o parts");
  EXPECT_EQ(narrowed.exit_status, 2);
  EXPECT_NE(narrowed.errors.find("sample_size"), std::string::npos) << narrowed.errors;
}

TEST_F(Shards, OtherArithmeticAndOtherResultsAreNamed) {
  run_shards(2, "parts");
  const std::string path = shard("parts", 2, 2);
  const std::string name = std::filesystem::path(path).filename();
  const result::Shard honest =
      result::read_shard(read_file(folder / path), name, TRIALMILL_VERSION);
  result::Shard other = honest;
  other.fingerprint = "another";
  folder.write(path, result::to_bytes(other));
  const Finished refused = merge("parts");
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_NE(refused.errors.find("fingerprint is another in " + path), std::string::npos)
      << refused.errors;
  EXPECT_EQ(run("run trial.yaml --shard 2/2 -o parts").exit_status, 2);
  // The same replicates twice, and not alike.
  other = honest;
  other.designs[1] = {};
  for (const auto& [first, run] : honest.designs[1].runs()) {
    result::FinishedBlocks::Run changed = run;
    ++changed.tallies[0].analyses[0].rejections;
    other.designs[1].add_run(first, changed);
  }
  folder.write(path, result::to_bytes(honest));
  std::filesystem::create_directory(folder / "twice");
  folder.write("twice/" + name, result::to_bytes(other));
  const Finished contradiction = merge("parts twice");
  EXPECT_EQ(contradiction.exit_status, 2);
  EXPECT_NE(contradiction.errors.find("twice/" + name + ": has other results than " + path),
            std::string::npos)
      << contradiction.errors;
}

TEST_F(Shards, ToppingUpReusesWhatIsFinished) {
  const std::string more = run("run trial.yaml --replicates 2250 --no-runtime --json").output;
  run_shards(3, "parts");
  const json plan =
      json::parse(run("plan trial.yaml --replicates 2250 --shards 2 -o parts --json").output);
  // 12 blocks of 23 are there, but the last one was cut short.
  EXPECT_EQ(plan["units"], 3 * 23);
  EXPECT_EQ(plan["shards"][0]["units"].get<int>() + plan["shards"][1]["units"].get<int>(), 3 * 12);
  EXPECT_LE(std::abs(plan["shards"][0]["units"].get<int>() - 18), 1);
  for (const char* number : {"2", "1"})
    ASSERT_EQ(run(std::string("run trial.yaml --replicates 2250 -o parts --shard ") + number + "/2")
                  .exit_status,
              0);
  EXPECT_EQ(merge("parts").output, more);
  const Finished fewer = run("run trial.yaml --shard 1/3 -o parts");
  EXPECT_EQ(fewer.exit_status, 2);
  EXPECT_NE(fewer.errors.find("more than the 1130 asked for"), std::string::npos) << fewer.errors;
}

TEST_F(Shards, ASingleRunIsToppedUpInItsFolder) {
  ASSERT_EQ(run("run trial.yaml --no-runtime -o out").exit_status, 0);
  const Finished again = run("run trial.yaml --no-runtime -o out");
  EXPECT_EQ(again.exit_status, 0);
  EXPECT_EQ(read_file(folder / "out/result.json"), whole());
  const Finished more = run("run trial.yaml --replicates 2250 --no-runtime -o out");
  EXPECT_EQ(more.errors, "");
  EXPECT_EQ(read_file(folder / "out/result.json"),
            run("run trial.yaml --replicates 2250 --no-runtime --json").output);
  EXPECT_EQ(run("run trial.yaml -o out").exit_status, 2);
  EXPECT_EQ(run("run trial.yaml -o out --fresh").exit_status, 0);
  // Another study starts afresh where the one before was finished, and says so.
  const Finished other = run("run trial.yaml --seed 9 -o out");
  EXPECT_EQ(other.exit_status, 0);
  EXPECT_EQ(other.errors,
            "Started afresh: out/run.shard is of another study: the seed is 3 there, "
            "9 here.\n");
}

TEST_F(Shards, APrecisionIsReachedWhateverInterruptsIt) {
  const std::string to = " --replicates 400 --set 'simulation.precision={power: 0.012}'";
  const Finished finished = run("run trial.yaml --no-runtime --json" + to);
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json document = json::parse(finished.output);
  EXPECT_EQ(document["precision"]["power"], 0.012);
  std::vector<std::uint64_t> replicates;
  for (const json& point : document["points"]) {
    replicates.push_back(point["replicates"]);
    for (const json& analysis : point["analyses"])
      EXPECT_LE(analysis["mc_se"], 0.012);
  }
  EXPECT_GT(std::ranges::max(replicates), std::ranges::min(replicates));
  ASSERT_EQ(run("run trial.yaml --no-runtime -o out --replicates 400 --set "
                "'simulation.precision={power: 0.02}'")
                .exit_status,
            0);
  ASSERT_EQ(run("run trial.yaml --no-runtime -o out" + to).exit_status, 0);
  EXPECT_EQ(read_file(folder / "out/result.json"), finished.output);
  for (const char* refused : {"run trial.yaml --shard 1/2 -o shards", "plan trial.yaml --shards 2",
                              "merge out -o merged"})
    EXPECT_EQ(run(std::string(refused) + (refused[0] == 'm' ? "" : to)).exit_status, 2) << refused;
}

TEST_F(Shards, WrongOptionsAreRefusedBeforeAnythingIsWritten) {
  for (const char* arguments :
       {"--shard 0/2 -o out", "--shard 3/2 -o out", "--shard 2 -o out", "--shard 1/2x -o out",
        "--shard 1/2", "--shard 1/2 -o out --json", "--shard 1/2 -o out --replicate-table",
        "--shard 1/2 -o out --no-runtime", "-o out --finished elsewhere",
        "--shard 1/1 -o out --checkpoint-every -1", "--shard 1/1 -o out --time-limit x"}) {
    EXPECT_EQ(run(std::string("run trial.yaml ") + arguments).exit_status, 2) << arguments;
    EXPECT_FALSE(std::filesystem::exists(folder / "out")) << arguments;
  }
  EXPECT_EQ(run("merge nowhere -o out").exit_status, 2);
  std::filesystem::create_directory(folder / "empty");
  EXPECT_EQ(run("merge empty -o out").exit_status, 2);
  EXPECT_EQ(run("plan trial.yaml --shards 0").exit_status, 2);
}

TEST_F(Shards, ThePlanIsWhatTheShardsDo) {
  const json plan = json::parse(run("plan trial.yaml --shards 5 -o parts --json").output);
  EXPECT_EQ(plan["schema"], "trialmill.plan/1");
  EXPECT_EQ(plan["units"], 36);
  EXPECT_EQ(plan["unit_replicates"], 100);
  EXPECT_GT(plan["cpu_seconds"], 0);
  EXPECT_GT(plan["memory_bytes"], 1e7);
  int units = 0;
  for (const json& shard : plan["shards"]) {
    units += shard["units"].get<int>();
    EXPECT_EQ(shard["units"], shard["units_left"]);
    EXPECT_GE(shard["units"], 7);
  }
  EXPECT_EQ(units, 36);
  ASSERT_EQ(run("run trial.yaml --shard 4/5 -o parts").exit_status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "parts" / plan["shards"][3]["file"]));
  const json later = json::parse(run("plan trial.yaml --shards 5 -o parts --json").output);
  EXPECT_EQ(later["shards"][3]["units_left"], 0);
  EXPECT_EQ(later["shards"][0]["units_left"], plan["shards"][0]["units"]);
}

// Starts the program without waiting for it.
pid_t start(const Scratch& folder, const std::string& arguments) {
  const std::string command = "cd '" + folder.path().string() +
                              "' && exec '" TRIALMILL_PROGRAM "' " + arguments +
                              " >stdout.txt 2>stderr.txt </dev/null";
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(99);
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(Shards, FiftyKillsLoseNothing) {
  // A checkpoint after every block, so that many of the kills fall into the writing of one.
  const std::string session =
      "run trial.yaml --shard 1/1 -o parts --replicates 20030 --checkpoint-every 0";
  std::mt19937 random(5);
  int killed = 0, finished = 0;
  for (; killed < 50 && finished < 20; ++killed) {
    const pid_t child = start(folder, session);
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 130));
    kill(child, SIGKILL);
    const int status = wait_for(child);
    ASSERT_TRUE(status == 137 || status == 0) << read_file(folder / "stderr.txt");
    finished += status == 0;
  }
  EXPECT_GE(killed, 50);
  ASSERT_EQ(run(session).exit_status, 0);
  EXPECT_EQ(merge("parts").output,
            run("run trial.yaml --replicates 20030 --no-runtime --json").output);
}

TEST_F(Shards, StopsOnTermWithWhatIsFinishedAndGoesOnFromThere) {
  const std::string session = "run trial.yaml --shard 1/2 -o parts --replicates 4000000";
  const std::string path = "parts/shard-1-of-2-r4000000.shard";
  std::uint64_t before = 0;
  for (const int signal : {SIGTERM, SIGINT}) {
    const pid_t child = start(folder, session + " --checkpoint-every 0.1");
    for (int waits = 0; waits < 300 && !std::filesystem::exists(folder / path); ++waits)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    kill(child, signal);
    EXPECT_EQ(wait_for(child), signal == SIGTERM ? 75 : 130);
    const std::string message = read_file(folder / "stderr.txt");
    EXPECT_NE(message.find("Shard 1 of 2 is incomplete: "), std::string::npos) << message;
    EXPECT_NE(message.find("The same command goes on from there."), std::string::npos) << message;
    const result::Shard file = result::read_shard(read_file(folder / path),
                                                  "shard-1-of-2-r4000000.shard", TRIALMILL_VERSION);
    const std::uint64_t now = file.designs[0].replicates_of(4000000);
    EXPECT_GT(now, before);
    before = now;
  }
  const Finished limited = run(session + " --time-limit 0.01");
  EXPECT_EQ(limited.exit_status, 75);
  EXPECT_EQ(limited.errors.find("Stopped by --time-limit. Shard 1 of 2 is incomplete"), 0u)
      << limited.errors;
}

TEST_F(Shards, AFullDiskIsAMessageAndKeepsTheCheckpointBefore) {
  ASSERT_EQ(run("run trial.yaml --shard 1/1 -o parts --replicates 100").exit_status, 0);
  const std::string path = "parts/shard-1-of-1-r9000.shard";
  ASSERT_EQ(run("run trial.yaml --shard 1/1 -o parts --replicates 9000 --time-limit 0").exit_status,
            75);
  const std::string before = read_file(folder / path);
  ASSERT_FALSE(before.empty());
  // No file may grow beyond what the checkpoint already takes, in units of 1 KiB or less.
  const std::string limit = std::to_string(before.size() / 1024);
  const std::string command = "cd '" + folder.path().string() + "' && (ulimit -f " + limit +
                              " && exec '" TRIALMILL_PROGRAM
                              "' run trial.yaml --shard 1/1 -o parts --replicates 9000 "
                              "--checkpoint-every 0) >stdout.txt 2>stderr.txt";
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
  const std::string message = read_file(folder / "stderr.txt");
  EXPECT_EQ(message.find("trialmill: cannot write " + path + ": "), 0u) << message;
  EXPECT_EQ(read_file(folder / path), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "parts"), {}), 2);
  ASSERT_EQ(run("run trial.yaml --shard 1/1 -o parts --replicates 9000").exit_status, 0);
  EXPECT_EQ(merge("parts").output,
            run("run trial.yaml --replicates 9000 --no-runtime --json").output);
}

TEST(ShardsOfScenarios, EveryShippedTrialInTwoShardsGivesItsRecordedResult) {
  const Scratch folder;
  std::filesystem::create_directory_symlink(TRIALMILL_SOURCE_DIR "/scenarios",
                                            folder / "scenarios");
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(TRIALMILL_TEST_DATA "/golden")) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path()
                                 .lexically_relative(TRIALMILL_TEST_DATA "/golden")
                                 .replace_extension()
                                 .generic_string();
    const std::string file = "scenarios/" + name + ".yaml";
    const std::string text = read_file(folder / file);
    if (text.find("\nsurvey:") != std::string::npos) continue;       // not run
    if (text.find("\n  precision:") != std::string::npos) continue;  // not divided
    if (text.find("\nuncertainty:") != std::string::npos) continue;  // nor this
    for (const char* number : {"2", "1"}) {
      const Finished finished = run_program(
          folder, "run " + file + " --replicates 200 --shard " + number + "/2 -o " + name);
      ASSERT_EQ(finished.exit_status, 0) << finished.errors;
    }
    EXPECT_EQ(run_program(folder, "merge " + name + " --no-runtime --json").output,
              read_file(entry.path()))
        << name;
  }
}

}  // namespace
}  // namespace trialmill
