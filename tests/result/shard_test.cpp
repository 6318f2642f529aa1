#include "trialmill/result/shard.hpp"

#include <gtest/gtest.h>

#include <random>

#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

// An outcome in which every figure exists and no two are alike.
Outcome full_outcome(std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(0.1, 90);
  const auto any = [&] { return uniform(random); };
  const auto count = [&] { return static_cast<std::size_t>(any()); };
  Outcome outcome;
  outcome.analysis_months = any();
  outcome.last_patient_in_months = any();
  outcome.enrolled = count();
  outcome.events = count();
  outcome.dropouts = count();
  outcome.events_reached = any() < 50;
  for (int a = 0; a < 2; ++a) {
    AnalysisOutcome analysis;
    analysis.status = static_cast<survival::FitStatus>(random() % survival::fit_status_count);
    analysis.z = any() < 10 ? not_a_number : any();
    analysis.rejected = any() < 30;
    analysis.analysis_months = any();
    analysis.patients = count();
    analysis.events = count();
    analysis.log_hazard_ratio = any();
    analysis.standard_error = any();
    analysis.proportion = {any(), any(), any(), any(), any()};
    analysis.difference = {any(), any()};
    analysis.look = 2;
    outcome.analyses.push_back(analysis);
    std::vector<LookOutcome> looks(2);
    for (LookOutcome& look : looks)
      look = {any(), true, false, false, count(), count(), count(), any(), any(), any(), any()};
    looks.back().rejected = any() < 30;  // an analysis stops once
    looks.back().futile = !looks.back().rejected && any() < 50;
    outcome.looks.push_back(looks);
  }
  for (int arm = 0; arm < 2; ++arm) {
    PathwayCounts counts;
    counts.patients = count();
    for (std::uint64_t& step : counts.took)
      step = count();
    outcome.pathway.push_back(counts);
  }
  for (int covariate = 0; covariate < 2; ++covariate)
    outcome.imbalance.push_back(any());
  return outcome;
}

std::vector<Tally> full_tallies(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Tally> tallies(2);
  for (Tally& tally : tallies)
    for (int r = 0; r < 5; ++r)
      tally.add(full_outcome(random), std::vector<AnalysisTruth>(2, {0.1, 1.96, 0.2, 0.3}));
  return tallies;
}

Shard example() {
  Shard shard;
  shard.name = "shard-2-of-3-r1030.shard";
  shard.version = "1.2.3";
  shard.study.scenario =
      R"({"trialmill":1,"title":"Größe","arms":{"a":{},"b":{"ratio":0.7}},"analyses":[{"alpha":0.025}]})";
  shard.study.evidence = {{"evidence/e.yaml", R"({"trialmill-evidence":1,"figures":[1,2]})"}};
  shard.study.digest = "0123";
  shard.study.seed = 9223372036854775807;
  shard.scenario_file = "trial.yaml";
  shard.arguments = "trial.yaml --set 'a b=1'";
  shard.replicates = 1030;
  shard.number = 2;
  shard.of = 3;
  shard.complete = true;
  shard.fingerprint = "89ab";
  shard.cpu_seconds = 1.0 / 3;
  shard.wall_seconds = 0.1;
  shard.threads = 4;
  shard.designs.resize(2);
  shard.designs[0].add_run(4, {2, full_tallies(1)});
  shard.designs[0].add_run(8, {0, full_tallies(2)});
  shard.designs[0].add_tail({10, 30, full_tallies(3)});
  return shard;
}

TEST(Shard, ReadsBackEveryBit) {
  const Shard shard = example();
  const std::string bytes = to_bytes(shard);
  const Shard again = read_shard(bytes, shard.name, "1.2.3");
  EXPECT_EQ(to_bytes(again), bytes);
  EXPECT_EQ(again.study.seed, shard.study.seed);
  EXPECT_EQ(again.cpu_seconds, shard.cpu_seconds);
  EXPECT_TRUE(again.complete);
  ASSERT_EQ(again.designs.size(), 2u);
  EXPECT_TRUE(again.designs[1].runs().empty());
  ASSERT_EQ(again.designs[0].runs().size(), 2u);
  EXPECT_EQ(again.designs[0].runs().at(4).level, 2u);
  EXPECT_EQ(again.designs[0].tail()->replicates, 30u);
}

// What is reported of a tally that was read is what is reported of the one that was written, and
// goes on growing as that one does.
TEST(Shard, ATallyThatWasReadIsTheOneThatWasWritten) {
  const Shard again = read_shard(to_bytes(example()), example().name, "1.2.3");
  Tally written = full_tallies(1)[1], read = again.designs[0].runs().at(4).tallies[1];
  std::vector<AnalysisLabel> labels(2);
  for (AnalysisLabel& label : labels) {
    label.estimates_hazard_ratio = label.compares_proportions = label.estimates_difference = true;
    label.spending = SpendingLabel{"obf", "pocock", true, true};
  }
  const auto report = [&](const Tally& tally) {
    Result result;
    result.points.push_back(
        summarise({}, tally, labels, std::vector<AnalysisTruth>(2), {"a", "b"}));
    return to_json(result);
  };
  EXPECT_EQ(report(read), report(written));
  std::mt19937_64 random(7);
  const Outcome next = full_outcome(random);
  written.add(next, std::vector<AnalysisTruth>(2));
  read.add(next, std::vector<AnalysisTruth>(2));
  written.merge(full_tallies(5)[0]);
  read.merge(full_tallies(5)[0]);
  EXPECT_EQ(report(read), report(written));
}

// Small, so that every byte of it can be damaged in turn.
std::string example_bytes() {
  Shard shard = example();
  std::mt19937_64 random(4);
  Tally tally;
  tally.add(full_outcome(random), std::vector<AnalysisTruth>(2));
  shard.designs.assign(1, {});
  shard.designs[0].add_run(0, {1, {tally}});
  shard.designs[0].add_tail({2, 30, {tally}});
  return to_bytes(shard);
}

std::string refusal(const std::string& bytes, const std::string& name = example().name,
                    const std::string& version = "1.2.3") {
  try {
    read_shard(bytes, name, version);
  } catch (const ShardError& error) {
    return error.what();
  }
  return "";
}

TEST(Shard, EveryDamagedByteIsDetected) {
  const std::string bytes = example_bytes();
  ASSERT_EQ(refusal(bytes), "");
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << (at % 8)));
    ASSERT_NE(refusal(damaged), "") << "byte " << at;
  }
}

TEST(Shard, EveryTruncationIsDetected) {
  const std::string bytes = example_bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_NE(refusal(bytes.substr(0, size)), "") << size;
  EXPECT_EQ(refusal(""), "is empty");
  EXPECT_EQ(refusal(bytes.substr(0, bytes.size() - 1)),
            "is cut short: " + std::to_string(bytes.size() - 1) + " of " +
                std::to_string(bytes.size()) + " bytes");
  EXPECT_NE(refusal(bytes + "x"), "");
  EXPECT_NE(refusal(bytes + bytes), "");
  EXPECT_NE(refusal("title: no shard\n"), "");
}

TEST(Shard, ARenamedFileAndOtherProgramsAreNamed) {
  const std::string bytes = example_bytes();
  EXPECT_EQ(refusal(bytes, "shard-1-of-3-r1030.shard"),
            "was renamed: it was written as shard-2-of-3-r1030.shard");
  EXPECT_EQ(refusal(bytes, example().name, "1.2.4"), "was written by version 1.2.3; this is 1.2.4");
  EXPECT_THROW(read_shard(bytes, example().name, "1.2.4"), OtherProgram);
}

TEST(Shard, TheFirstDifferingKeyIsNamed) {
  const Shard first = example();
  const auto differs = [&](auto&& change) {
    Shard second = example();
    change(second);
    return difference(first, second, "there", "here").value_or("");
  };
  const auto edited = [&](const std::string& from, const std::string& to) {
    return differs([&](Shard& shard) {
      shard.study.scenario.replace(shard.study.scenario.find(from), from.size(), to);
      shard.study.digest = "other";
    });
  };
  EXPECT_EQ(differs([](Shard&) {}), "");
  EXPECT_EQ(edited("0.7", "0.8"), "the scenario differs at arms.b.ratio: 0.7 there, 0.8 here");
  EXPECT_EQ(edited("0.025", "0.05"),
            "the scenario differs at analyses[0].alpha: 0.025 there, 0.05 here");
  EXPECT_EQ(edited(R"("a":{},)", ""), "the scenario differs at arms.a: {} there, absent here");
  EXPECT_EQ(edited(R"("a":{})", R"("a":{},"c":1)"),
            "the scenario differs at arms.c: absent there, 1 here");
  EXPECT_EQ(differs([](Shard& shard) {
              shard.study.evidence[0].second = R"({"trialmill-evidence":1,"figures":[1,3]})";
              shard.study.digest = "other";
            }),
            "the evidence file evidence/e.yaml differs at figures[1]: 2 there, 3 here");
  EXPECT_EQ(differs([](Shard& shard) { shard.study.seed = 5; }),
            "the seed is 9223372036854775807 there, 5 here");
  EXPECT_NE(differs([](Shard& shard) { shard.fingerprint = "ffff"; }).find("fingerprint is 89ab"),
            std::string::npos);
}

TEST(Shard, OtherResultsForTheSameReplicatesAreFound) {
  const Shard first = example();
  Shard second = example();
  EXPECT_FALSE(contradiction(first, second));
  second.designs[0] = {};
  second.designs[0].add_run(8, {0, full_tallies(99)});
  EXPECT_EQ(contradiction(first, second), (std::pair<std::size_t, std::uint64_t>(0, 8)));
}

}  // namespace
}  // namespace trialmill::result
