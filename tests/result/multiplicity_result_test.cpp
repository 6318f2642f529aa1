// What a procedure decided: counted, summed up and written.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

Outcome decided(bool efs, bool os) {
  Outcome outcome;
  outcome.analyses.resize(3);
  outcome.analyses[0].rejected = efs;
  outcome.analyses[1].rejected = true;  // of its own level
  outcome.analyses[2].rejected = os;
  return outcome;
}

// Four replicates in two blocks: none, efs alone, os alone, both.
Result four_replicates(std::optional<bool> efs_null, std::optional<bool> os_null) {
  std::vector<AnalysisTruth> truths(3);
  truths[0].hypothesis = truths[2].hypothesis = true;
  truths[0].null_holds = efs_null;
  truths[2].null_holds = os_null;
  Tally first, second;
  first.add(decided(false, false), truths);
  first.add(decided(true, false), truths);
  second.add(decided(false, true), truths);
  second.add(decided(true, true), truths);
  first.merge(second);
  const std::vector<AnalysisLabel> labels{
      {"efs", "log-rank", "", "efs"}, {"estimate", "cox", "", "efs"}, {"os", "log-rank", "", "os"}};
  Result result;
  result.points.push_back(
      summarise({{"sample_size", 100}}, first, labels, truths, {"a", "b"},
                MultiplicityLabel{"holm", 0.025, "last", {{"efs", 0.5}, {"os", 0.5}}}));
  return result;
}

TEST(MultiplicityResult, CountsWhatIsRejected) {
  const MultiplicityResult found = *four_replicates(false, true).points[0].multiplicity;
  EXPECT_EQ(found.any.estimate, 0.75);
  EXPECT_EQ(found.all.estimate, 0.25);
  EXPECT_EQ(found.rejections.mean, 1);
  ASSERT_TRUE(found.familywise_error);
  EXPECT_EQ(found.familywise_error->estimate, 0.5);
  EXPECT_EQ(four_replicates(true, true).points[0].multiplicity->familywise_error->estimate, 0.75);
}

TEST(MultiplicityResult, SaysNothingOfAnErrorThatIsNotKnown) {
  EXPECT_FALSE(four_replicates(false, false).points[0].multiplicity->familywise_error);
  EXPECT_FALSE(four_replicates(true, std::nullopt).points[0].multiplicity->familywise_error);
}

TEST(MultiplicityResult, IsWrittenAsJsonAndAsATable) {
  const Result result = four_replicates(false, true);
  EXPECT_TRUE(has_multiplicity(result));
  const auto document = nlohmann::json::parse(to_json(result))["points"][0]["multiplicity"];
  EXPECT_EQ(document["procedure"], "holm");
  EXPECT_EQ(document["past_looks"], "last");
  EXPECT_EQ(document["hypotheses"][1]["name"], "os");
  EXPECT_EQ(document["hypotheses"][1]["null_holds"], true);
  EXPECT_EQ(document["any"]["estimate"], 0.75);
  EXPECT_EQ(document["familywise_error"]["estimate"], 0.5);
  const std::string csv = multiplicity_to_csv(result);
  EXPECT_EQ(csv.substr(0, csv.find(",any,")), "set.sample_size,procedure,alpha,replicates");
  EXPECT_NE(csv.find("\n100,holm,0.025,4,0.75,"), std::string::npos) << csv;
  const auto unknown = nlohmann::json::parse(to_json(four_replicates(std::nullopt, true)));
  EXPECT_TRUE(unknown["points"][0]["multiplicity"]["familywise_error"].is_null());
  EXPECT_TRUE(unknown["points"][0]["multiplicity"]["hypotheses"][0]["null_holds"].is_null());
}

}  // namespace
}  // namespace trialmill::result
