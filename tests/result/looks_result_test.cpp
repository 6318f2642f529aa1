// Four replicates of an analysis with two looks, counted by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

LookOutcome look(double months, std::size_t events, double z, double bound) {
  LookOutcome out;
  out.due_months = months;
  out.held = true;
  out.patients = out.enrolled = 100;
  out.events = events;
  out.information = static_cast<double>(events) / 60;
  out.z = z;
  out.efficacy_z = bound;
  out.futility_z = 0;
  out.rejected = z >= bound;
  return out;
}

LookOutcome not_held(double months) {
  LookOutcome out;
  out.due_months = months;
  return out;
}

Outcome outcome(const std::vector<LookOutcome>& looks, int stop) {
  const LookOutcome& last = looks[static_cast<std::size_t>(stop) - 1];
  Outcome out;
  out.analysis_months = last.due_months;
  out.enrolled = last.enrolled;
  out.events = last.events;
  out.looks = {looks};
  out.analyses.resize(1);
  out.analyses[0].z = last.z;
  out.analyses[0].rejected = last.rejected;
  out.analyses[0].look = stop;
  out.analyses[0].events = last.events;
  out.analyses[0].patients = last.patients;
  return out;
}

Result four_replicates() {
  LookOutcome futile = look(12, 30, -1, 3);
  futile.futile = true;
  const std::vector<AnalysisTruth> truths(1);
  Tally first, second;
  first.add(outcome({look(10, 30, 3.1, 3), not_held(20)}, 1), truths);
  first.add(outcome({look(11, 30, 1, 3), look(22, 60, 2.5, 2)}, 2), truths);
  second.add(outcome({futile, not_held(24)}, 1), truths);
  second.add(outcome({look(13, 30, not_a_number, 3), look(26, 60, 1, 2)}, 2), truths);
  Tally all;
  all.merge(first);
  all.merge(second);
  AnalysisLabel label{"primary", "log-rank", "", "os"};
  label.spending = SpendingLabel{"obf", "hsd(-2)"};
  Result result;
  result.replicates = 4;
  result.points.push_back(summarise({{"sample_size", 100}}, all, {label}, truths, {"a", "b"}));
  return result;
}

TEST(LooksResult, FourReplicatesByHand) {
  const Result result = four_replicates();
  EXPECT_TRUE(has_looks(result));
  const AnalysisResult& analysis = result.points[0].analyses[0];
  EXPECT_EQ(analysis.power.estimate, 0.5);
  ASSERT_EQ(analysis.by_look.size(), 2u);
  const LookResult& one = analysis.by_look[0];
  const LookResult& two = analysis.by_look[1];
  EXPECT_EQ(one.rejections, 1u);
  EXPECT_EQ(one.sequential->held, 4u);
  EXPECT_EQ(one.sequential->futility_stops, 1u);
  EXPECT_EQ(one.sequential->undefined, 1u);
  EXPECT_EQ(one.time_mean, 11.5);
  EXPECT_EQ(one.sequential->information_mean, 0.5);
  EXPECT_EQ(two.sequential->held, 2u);
  EXPECT_EQ(two.sequential->rejection.estimate, 0.25);
  EXPECT_EQ(two.sequential->cumulative_rejection.estimate, 0.5);
  EXPECT_EQ(two.sequential->cumulative_rejection.mc_se, 0.25);
  EXPECT_EQ(two.sequential->cumulative_futility.estimate, 0.25);
  EXPECT_EQ(two.time_mean, 23) << "due, whether or not stopped";
  EXPECT_EQ(two.sequential->time_held_mean, 24);
  EXPECT_EQ(two.events_mean, 60);
  const Stopping& stopping = *analysis.stopping;
  EXPECT_EQ(stopping.time.mean, (10 + 22 + 12 + 26) / 4.0);
  EXPECT_EQ(stopping.events.mean, 45);
  EXPECT_EQ(stopping.events.quantiles->q50, 30);
  EXPECT_EQ(stopping.time.quantiles->q75, 22);
  EXPECT_EQ(result.points[0].duration.quantiles->q95, 26);
}

TEST(LooksResult, HasTheKeysOfTheDocumentAndTheTable) {
  const Result result = four_replicates();
  const auto document = nlohmann::json::parse(to_json(result));
  const auto& analysis = document["points"][0]["analyses"][0];
  EXPECT_EQ(analysis["by_look"][1]["look"], 2);
  EXPECT_EQ(analysis["by_look"][1]["rejections"], 1);
  EXPECT_EQ(analysis["by_look"][1]["events_mean"], 60.0);
  EXPECT_EQ(analysis["by_look"][1]["time_mean"], 23.0);
  EXPECT_EQ(analysis["by_look"][0]["futility"], 0.25);
  EXPECT_EQ(analysis["stopping"]["spending"], "obf");
  EXPECT_EQ(analysis["stopping"]["enrolled"]["mean"], 100.0);
  EXPECT_EQ(document["points"][0]["duration"]["q50"], 12.0);
  const std::string csv = looks_to_csv(result);
  EXPECT_EQ(csv.find("set.sample_size,analysis,look,replicates,held,rejections"), 0u);
  EXPECT_NE(csv.find("\n100,primary,2,4,2,1,0,0,0.25,"), std::string::npos) << csv;
  EXPECT_NE(to_csv(result).find(",100,45,17.5\n"), std::string::npos) << to_csv(result);
}

TEST(LooksResult, AnalysesMadeOnceHaveNoneOfIt) {
  Tally tally;
  Outcome once = outcome({look(10, 30, 3.1, 3)}, 1);
  once.looks.clear();
  tally.add(once, std::vector<AnalysisTruth>(1));
  Result result;
  result.points.push_back(summarise({}, tally, {{"primary", "log-rank", "", "os"}},
                                    std::vector<AnalysisTruth>(1), {"a", "b"}));
  EXPECT_FALSE(has_looks(result));
  const auto document = nlohmann::json::parse(to_json(result));
  EXPECT_FALSE(document["points"][0]["analyses"][0].contains("stopping"));
  EXPECT_EQ(document["points"][0]["analyses"][0]["by_look"][0].size(), 5u);
  EXPECT_EQ(document["points"][0]["duration"].size(), 2u);
}

}  // namespace
}  // namespace trialmill::result
