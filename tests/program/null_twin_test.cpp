// Null twins as a user meets them: beside every power, alone, in shards, in the figure, in a check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// Surgery at once or after half a year; nobody dies before it.
const std::string trial = R"yaml(
trialmill: 1
title: early or late
disease:
  recurrence: {baseline: {median_months: 10}}
  death_without_recurrence: {baseline: {hazard_per_month: 0.02}}
  death_with_disease: {baseline: {hazard_per_month: 0.05}}
pathway: {surgery: {radicality: {r1: 0.1, r2: 0.1}}}
arms:
  early: {before_surgery: {surgery_at_months: 1}}
  late:
    before_surgery: {surgery_at_months: 6, response: 0.5}
    effects: {recurrence: {hazard_ratio: 0.8}}
enrolment: {rate: 20}
sample_size: 120
endpoints:
  efs: {events: [r2, recurrence, death]}
  os: {events: [death]}
follow_up: {until: {events: 60, of: efs}, at_most_months: 60}
analyses:
  - {name: primary, endpoint: efs, test: log-rank, looks: {information_fraction: [0.5, 1], spending: obf}}
  - {name: survival, endpoint: os, test: cox, at: {calendar_months: 30}}
simulation: {replicates: 430, seed: 5, null_twin: true}
sweep: {arms.late.effects.recurrence.hazard_ratio: [0.6, 0.9]}
)yaml";

class NullTwinProgram : public testing::Test {
 protected:
  NullTwinProgram() { folder.write("trial.yaml", trial); }

  Finished run(const std::string& arguments) { return run_program(folder, arguments); }

  void expect_shards_to_give_the_single_run(const std::string& option) {
    for (const char* number : {"2/3", "1/3", "3/3"}) {
      const Finished shard = run("run trial.yaml " + option + " --shard " + number + " -o parts");
      ASSERT_EQ(shard.exit_status, 0) << shard.errors;
    }
    const Finished whole = run("run trial.yaml " + option + " --no-runtime -o whole");
    ASSERT_EQ(whole.exit_status, 0) << whole.errors;
    ASSERT_EQ(run("merge parts -o merged --no-runtime").exit_status, 0);
    for (const char* file : {"result.json", "power.csv", "looks.csv", "power.svg"})
      EXPECT_EQ(read_file(folder / "merged" / file), read_file(folder / "whole" / file)) << file;
  }

  Scratch folder;
};

TEST_F(NullTwinProgram, RunPutsThemBesideEveryPower) {
  const Finished finished = run("run trial.yaml --no-runtime -o out");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  for (const char* words : {"Null twin: share of trials of the same patients that reject",
                            "Schedule alone: the same when treatment has no effect"})
    EXPECT_THAT(finished.output, HasSubstr(words));
  // In the first lines, as it makes more than a third of the power.
  const auto said = finished.output.find("With the schedule alone, and no effect of treatment, ");
  EXPECT_LT(said, finished.output.find("Analyses: "));
  const json document = json::parse(read_file(folder / "out/result.json"));
  ASSERT_EQ(document["points"].size(), 2u);
  for (const json& point : document["points"])
    for (const json& analysis : point["analyses"])
      for (const char* twin : {"null_twin", "schedule_twin"}) {
        EXPECT_EQ(analysis[twin]["replicates"], 430);
        EXPECT_TRUE(analysis[twin]["rejection"].is_number());
        EXPECT_TRUE(analysis[twin]["mc_se"].is_number());
        EXPECT_EQ(analysis[twin]["by_look"].size(), analysis["name"] == "primary" ? 2u : 1u);
      }
  // Both points have the same twins.
  EXPECT_EQ(document["points"][0]["analyses"][0]["null_twin"],
            document["points"][1]["analyses"][0]["null_twin"]);
  const std::string power = read_file(folder / "out/power.csv");
  EXPECT_THAT(power, HasSubstr(",null_twin,null_twin_mc_se,schedule_twin,schedule_twin_mc_se"));
  EXPECT_THAT(read_file(folder / "out/looks.csv"), HasSubstr(",null_twin_cumulative,"));
  EXPECT_FALSE(document["scenario"].contains("null_twin"));
}

TEST_F(NullTwinProgram, AloneIsARunThatSaysWhatItIs) {
  const Finished alone = run("run trial.yaml --null --no-runtime --json");
  ASSERT_EQ(alone.exit_status, 0) << alone.errors;
  const json document = json::parse(alone.output);
  EXPECT_EQ(document["scenario"]["null_twin"], "identical-arms");
  EXPECT_EQ(document["scenario"]["title"], "early or late: null twin, identical arms");
  const json beside = json::parse(run("run trial.yaml --no-runtime --json").output);
  EXPECT_NE(document["scenario"]["digest"], beside["scenario"]["digest"]);
  const json& analysis = document["points"][0]["analyses"][1];
  EXPECT_EQ(analysis["power"], beside["points"][0]["analyses"][1]["null_twin"]["rejection"]);
  EXPECT_FALSE(analysis.contains("null_twin"));
  EXPECT_NEAR(analysis["estimate"]["true_log_hr"].get<double>(), 0, 1e-12);
  EXPECT_THAT(run("run trial.yaml --null").output,
              HasSubstr("Null twin: every arm has the effects"));
}

TEST_F(NullTwinProgram, ShardsGiveTheBytesOfTheSingleRun) {
  expect_shards_to_give_the_single_run("");
}

TEST_F(NullTwinProgram, ShardsOfTheTwinAloneGiveItsBytes) {
  expect_shards_to_give_the_single_run("--null");
}

TEST_F(NullTwinProgram, MissingReplicatesOfATwinAreListed) {
  ASSERT_EQ(run("run trial.yaml --shard 1/2 -o parts").exit_status, 0);
  const Finished merged = run("merge parts -o merged");
  EXPECT_EQ(merged.exit_status, 75);
  EXPECT_THAT(merged.errors,
              HasSubstr("null twin (schedule-alone), sample_size = 120: replicates"));
}

TEST_F(NullTwinProgram, ShardsOfATrialAndOfItsTwinAreKeptApart) {
  ASSERT_EQ(run("run trial.yaml --shard 1/2 -o parts").exit_status, 0);
  const Finished refused = run("run trial.yaml --null --shard 2/2 -o parts");
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_THAT(refused.errors, HasSubstr("simulation.null_twin"));
  // The command that computes what a merge misses is that of the twin.
  ASSERT_EQ(run("run trial.yaml --null --shard 1/2 -o twin").exit_status, 0);
  EXPECT_THAT(run("merge twin -o merged").errors, HasSubstr("run trial.yaml --null --shard 1/1"));
}

TEST_F(NullTwinProgram, MoreReplicatesGoOnFromThoseThatAreThere) {
  ASSERT_EQ(run("run trial.yaml --replicates 200 --no-runtime -o longer").exit_status, 0);
  ASSERT_EQ(run("run trial.yaml --no-runtime --threads 1 -o longer").exit_status, 0);
  EXPECT_EQ(read_file(folder / "longer/result.json"),
            run("run trial.yaml --no-runtime --json").output);
}

TEST_F(NullTwinProgram, ReplicatesAreWrittenOfTheTrialAlone) {
  ASSERT_EQ(run("run trial.yaml --replicates 3 --replicate-table -o table").exit_status, 0);
  const std::string table = read_file(folder / "table/replicates.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 1 + 2 * 2 * 3);
}

TEST_F(NullTwinProgram, AreDrawnWhenAskedFor) {
  ASSERT_EQ(run("run trial.yaml --no-runtime -o plain").exit_status, 0);
  ASSERT_EQ(run("run trial.yaml --no-runtime --draw-twins -o drawn").exit_status, 0);
  EXPECT_THAT(read_file(folder / "plain/power.svg"), Not(HasSubstr("class=\"twin\"")));
  EXPECT_THAT(read_file(folder / "drawn/power.svg"), HasSubstr("class=\"twin\""));
  const Finished none = run("run trial.yaml --set simulation.null_twin=false --draw-twins -o none");
  EXPECT_EQ(none.exit_status, 2);
  EXPECT_THAT(none.errors, HasSubstr("there are no twins beside the trial"));
}

TEST_F(NullTwinProgram, CheckTriesTheLevelAndSaysWhyItIsExceeded) {
  const Finished one = run("check trial.yaml --threads 1"),
                 two = run("check trial.yaml --threads 2");
  ASSERT_EQ(one.exit_status, 0) << one.errors;
  EXPECT_EQ(one.output, two.output);
  EXPECT_THAT(one.output, HasSubstr("Level and power, in a quick run of "));
  EXPECT_THAT(one.output,
              HasSubstr("Warning: trials with the schedule alone, and no effect of treatment, "
                        "reject more than the level: survival "));
  EXPECT_THAT(one.output, HasSubstr("nobody dies before surgery (month 1 in early, 6 in late)"));
  EXPECT_THAT(one.output, HasSubstr("a real difference: what comes at surgery or after it"));
  const json level = json::parse(run("check trial.yaml --json").output)["level"];
  EXPECT_GE(level["replicates"].get<int>(), 1000);
  EXPECT_EQ(level["analyses"].size(), 2u);
  EXPECT_EQ(level["analyses"][0]["null_twin"]["by_look"].size(), 2u);
  EXPECT_EQ(level["warnings"].size(), 2u) << level["warnings"];
  const Finished without = run("check trial.yaml --no-null --json");
  EXPECT_FALSE(json::parse(without.output).contains("level"));
}

TEST_F(NullTwinProgram, CheckSaysWhenTheLevelCannotBeTried) {
  folder.write("early.yaml", R"yaml(
trialmill: 1
title: analysed before anything can have happened
disease: {os: {baseline: {hazard_per_month: [{from_months: 0, hazard: 0}, {from_months: 12, hazard: 0.1}]}}}
arms: {control: {}, experimental: {effects: {os: {hazard_ratio: 0.4}}}}
enrolment: {rate: 5}
sample_size: 40
follow_up: {until: {calendar_months: 10}}
analyses: [{name: survival, test: log-rank}]
)yaml");
  const Finished finished = run("check early.yaml");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("Warning: the test of survival cannot be computed in "));
}

TEST_F(NullTwinProgram, CheckNamesFewEventsOfIdenticalArms) {
  folder.write("small.yaml", R"yaml(
trialmill: 1
title: a small trial
disease: {os: {baseline: {median_months: 10}}}
arms: {control: {}, experimental: {effects: {os: {hazard_ratio: 0.4}}}}
enrolment: {rate: 5}
sample_size: 20
follow_up: {until: {events: 14}}
analyses: [{name: at one year, test: milestone, at_months: 10}]
)yaml");
  const json level = json::parse(run("check small.yaml --json").output)["level"];
  ASSERT_EQ(level["warnings"].size(), 2u);
  // In a few trials nobody of an arm is followed to month 10.
  EXPECT_THAT(level["warnings"][0].get<std::string>(),
              HasSubstr("the test of at one year cannot be computed in "));
  EXPECT_THAT(level["warnings"][1].get<std::string>(),
              HasSubstr("few events (14 at the analysis)"));
}

TEST_F(NullTwinProgram, ATrialThatSaysNothingOfItsSimulationHasOneToo) {
  folder.write("bare.yaml", trial.substr(0, trial.find("simulation:")));
  const Finished alone = run("run bare.yaml --null --replicates 100 --no-runtime --json");
  ASSERT_EQ(alone.exit_status, 0) << alone.errors;
  EXPECT_EQ(json::parse(alone.output)["scenario"]["null_twin"], "identical-arms");
  EXPECT_NE(run("cohort bare.yaml --replicate 1 -o trial.csv --json").output,
            run("cohort bare.yaml --null --replicate 1 -o twin.csv --json").output);
}

TEST_F(NullTwinProgram, ASurveyHasNone) {
  const Finished survey =
      run("check " + shipped("jnets-2021/cohort.yaml") + " --set simulation.null_twin=true");
  EXPECT_EQ(survey.exit_status, 2);
  EXPECT_THAT(survey.errors, HasSubstr("a survey has no arms that could be alike"));
}

}  // namespace
}  // namespace trialmill
