#include "report/wording.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace trialmill::report {
namespace {

using Keys = std::vector<std::string>;

TEST(Wording, KeysBecomeWords) {
  EXPECT_EQ(key_words("sample_size", {"sample_size"}), "Patients randomised");
  const std::string ratio = "arms.new.effect.hazard_ratio";
  EXPECT_EQ(key_words(ratio, {ratio}), "Hazard ratio, experimental over control");
  EXPECT_EQ(key_words("dropout.per_year", {"dropout.per_year"}), "Dropout: per year");
  const std::string withdrawal = "arms.neoadjuvant.before_surgery.withdrawal.probability";
  EXPECT_EQ(key_words(withdrawal, {withdrawal}), "Withdrawal: probability");
  EXPECT_EQ(key_words("cure_fraction", {"cure_fraction"}), "Cure fraction");
}

TEST(Wording, KeysThatEndAlikeAreToldApartByTheirParents) {
  const Keys keys{"effects.recurrence.hazard_ratio", "effects.death.hazard_ratio"};
  EXPECT_EQ(key_words(keys[0], keys), "Recurrence: hazard ratio, experimental over control");
  EXPECT_EQ(short_key_words(keys[1], keys), "death hazard ratio");
  const Keys alike{"a.effect.delay", "b.effect.delay"};
  EXPECT_EQ(key_words(alike[0], alike), "A.effect: delay");
  EXPECT_NE(key_words(alike[0], alike), key_words(alike[1], alike));
}

TEST(Wording, KeysOfSeveralArmsAreToldApartByTheArm) {
  const Keys keys{"arms.low.effects.os.hazard_ratio", "arms.high.effects.os.hazard_ratio"};
  EXPECT_EQ(key_words(keys[0], keys), "Low: hazard ratio, over control");
  EXPECT_EQ(short_key_words(keys[1], keys), "high hazard ratio");
}

TEST(Wording, AnalysesOfSeveralArmsSayWhichTheyCompare) {
  result::AnalysisResult analysis;
  analysis.name = "primary";
  analysis.test = "log-rank";
  analysis.arms = {"control", "high_dose"};
  EXPECT_EQ(analysis_words(analysis, false), "primary (log-rank, high dose against control)");
  analysis.arms = {"control", "low", "high"};
  EXPECT_EQ(analysis_words(analysis, false), "primary (log-rank, control, low and high)");
}

TEST(Wording, NumbersAreShort) {
  EXPECT_EQ(number_words(0.7), "0.7");
  EXPECT_EQ(number_words(0.1 + 0.2), "0.3");
  EXPECT_EQ(number_words(999), "999");
  EXPECT_EQ(number_words(1000), "1,000");
  EXPECT_EQ(number_words(1234567), "1,234,567");
  EXPECT_EQ(number_words(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(count_words(12345678), "12,345,678");
}

TEST(Wording, AnalysesSayTheirTestUnlessTheirNameDoes) {
  result::AnalysisResult analysis;
  analysis.name = "primary";
  analysis.test = "log-rank";
  analysis.endpoint = "rfs";
  EXPECT_EQ(analysis_words(analysis, false), "primary (log-rank)");
  EXPECT_EQ(analysis_words(analysis, true), "primary (log-rank, rfs)");
  analysis.weight = "fh(0,1)";
  EXPECT_EQ(analysis_words(analysis, false), "primary (FH(0,1) log-rank)");
  analysis.name = "Cox_model";
  analysis.weight = "";
  analysis.test = "cox";
  EXPECT_EQ(analysis_words(analysis, false), "Cox model");
  EXPECT_EQ(analysis_words(analysis, true), "Cox model (rfs)");
}

TEST(Wording, TestsSayTheirOptions) {
  const auto words = [](const std::string& test, std::vector<result::AnalysisOption> options,
                        const std::string& weight = "") {
    result::AnalysisResult analysis;
    analysis.name = "primary";
    analysis.test = test;
    analysis.weight = weight;
    analysis.options = std::move(options);
    return analysis_words(analysis, false);
  };
  EXPECT_EQ(words("log-rank", {}, "mwlr(6)"), "primary (mwlr(6) log-rank)");
  EXPECT_EQ(words("max-combo", {}, "fh(0,0);fh(0,1)"), "primary (MaxCombo fh(0,0);fh(0,1))");
  EXPECT_EQ(words("rmst", {{"tau_months", 24.0}, {"margin", 1.5}}),
            "primary (RMST to 24 months, margin 1.5)");
  EXPECT_EQ(words("milestone", {{"at_months", 12.0}, {"scale", "log-log"}}),
            "primary (milestone at 12 months, log-log)");
  EXPECT_EQ(words("cox", {{"statistic", "likelihood-ratio"}, {"penalty", "firth"}}),
            "primary (Firth Cox likelihood-ratio)");
  EXPECT_EQ(words("cox", {{"standard_error", "robust"}}), "primary (robust Cox)");
  EXPECT_EQ(words("cox", {{"margin", 1.3}}), "primary (Cox, margin 1.3)");
  EXPECT_EQ(words("win-ratio", {{"outcomes", "os, efs"}}), "primary (win ratio of os, efs)");
}

TEST(Wording, LevelsAreNamedOnceWhenTheyAgree) {
  result::Result result;
  result.points.resize(2);
  for (auto& point : result.points) {
    point.analyses.resize(2);
    point.analyses[0].name = "one";
    point.analyses[1].name = "two";
  }
  EXPECT_EQ(level_words(result), "one-sided level 0.025");
  for (auto& point : result.points) {
    point.analyses[1].alpha = 0.05;
    point.analyses[1].sided = 2;
  }
  EXPECT_EQ(level_words(result), "one-sided level 0.025 for one, two-sided level 0.05 for two");
  for (auto& point : result.points)
    point.analyses.emplace_back().name = "three";
  EXPECT_EQ(level_words(result), "one-sided level 0.025, but two-sided level 0.05 for two");
}

TEST(Wording, AnIncompleteResultSaysWhatIsMissing) {
  result::Result result;
  result.replicates = 1000;
  result.complete = false;
  result.points.resize(2);
  result.points[0].replicates = 1000;
  result.points[1].replicates = 400;
  EXPECT_EQ(incomplete_words(result),
            "Incomplete: only 400 to 1,000 of 1,000 replicates per point were computed.");
  result.points[1].replicates = 1000;
  EXPECT_EQ(incomplete_words(result),
            "Incomplete: the uncertain numbers were not drawn, so there is no assurance.");
}

TEST(Wording, CountsOfReplicates) {
  result::Result result;
  result.points.resize(1);
  result.points[0].replicates = 1;
  EXPECT_EQ(replicates_words(result), "1 replicate");
  result.points.resize(3, {});
  result.points[1].replicates = 20000;
  EXPECT_EQ(replicates_words(result), "1 to 20,000 replicates per point");
}

}  // namespace
}  // namespace trialmill::report
