// Surveys with one mistake each: one clear message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <sstream>

#include "complaints.hpp"
#include "replaced.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

const std::string cohort_file = TRIALMILL_SOURCE_DIR "/scenarios/jnets-2021/cohort.yaml";

std::string cohort_text() {
  std::ostringstream text;
  text << std::ifstream(cohort_file).rdbuf();
  return text.str();
}

struct Wrong {
  const char* before;  // text of the file ...
  const char* after;   // ... replaced by this
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.after;
}

class WrongSurvey : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSurvey, GivesOneClearMessage) {
  const auto lines =
      complaints(replaced(cohort_text(), GetParam().before, GetParam().after), cohort_file);
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    TrialSections, WrongSurvey,
    testing::Values(
        Wrong{"time_zero: surgery\n", "time_zero: surgery\narms: {upfront: {}, other: {}}\n",
              "nothing is allotted"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\nrandomisation: {block_sizes: [4]}\n",
              "nothing is allotted"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\nenrolment: {rate: 10}\n",
              "counts its patients from surgery"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\nsample_size: 222\n", "survey.patients"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\ndropout: {per_year: 0.05}\n",
              "survey.follow_up"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\nfollow_up: {until: {events: 50}}\n",
              "survey.follow_up"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\nassessments: {every_months: 3}\n",
              "dated as the publication"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\nendpoints: {os: {events: [death]}}\n",
              "the curves of its evidence"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\nanalyses: [{name: a, test: cox}]\n",
              "those of its evidence"},
        Wrong{"time_zero: surgery\n", "time_zero: surgery\nsweep: {survey.patients: [100, 200]}\n",
              "as it stands"}));

INSTANTIATE_TEST_SUITE_P(
    Survey, WrongSurvey,
    testing::Values(
        Wrong{"time_zero: surgery\n", "", "enter it at surgery: `time_zero: surgery`"},
        Wrong{"patients: 222", "patients: 1", "allowed is"},
        Wrong{"replicates: 2000", "replicates: 100001", "held in memory"},
        Wrong{"  patients: 222\n", "", "patients"},
        Wrong{"  comparisons:", "  comparison:", "comparisons"},
        Wrong{"curve: os, by: r2", "curve: pfs, by: r2", "pfs"},
        Wrong{"at_risk.os", "at_risk.so", "did you mean `at_risk.os`?"},
        Wrong{"curve: os, by: r2", "curve: os, by: r4", "r4"},
        Wrong{"os_r01_v_r2_p:", "os_r01_v_r3_p:", "os_r01_v_r2_p"},
        Wrong{"hereditary: {are:", "heredity: {are:", "hereditary"},
        Wrong{"{are: {metachronous: absent}}", "{are: {metachronus: absent}}", "metachronous"},
        Wrong{"{are: {metachronous: absent}}", "{are: {metachronous: never}}", "never"},
        Wrong{"{are: {metachronous: absent}}", "{of: {metachronous: absent}}", "are"},
        Wrong{"  male: {prevalence: published}", "  disease: {prevalence: 0.5}",
              "kept for what a survey observes"},
        Wrong{"\ndisease:\n", "\ndisease:\n  published_follow_up: {median_months: 60}\n",
              "survey.follow_up"},
        Wrong{"pathway:\n", "pathway:\n  response: {odds_ratios: {male: 2}}\n",
              "comes before surgery"}));

TEST(Survey, WithoutItsEvidenceIsOneMistake) {
  std::string text = cohort_text();
  const std::string line = "evidence: ../evidence/jnets-2021.yaml\n";
  text.erase(text.find(line), line.size());
  const auto lines = complaints(text, cohort_file);
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], HasSubstr("name it with `evidence:` (16 such figures are used)"));
}

TEST(Survey, IsReadWithItsPatientsAndFollowUp) {
  const Study study = read_study(cohort_file);
  ASSERT_EQ(study.points.size(), 1U);
  const Scenario& scenario = study.points[0].scenario;
  ASSERT_TRUE(scenario.survey.has_value());
  EXPECT_EQ(scenario.sample_size, 222U);
  EXPECT_EQ(scenario.arms.size(), 1U);
  EXPECT_EQ(study.replicates, 2000U);
  EXPECT_EQ(scenario.course->published_follow_up.hazard_per_month,
            scenario.survey->follow_up.hazard_per_month);
}

TEST(Survey, CountsGoByTheNameOfACovariateOrLevel) {
  const Study study = read_study(cohort_file);
  const auto& counts = study.points[0].scenario.survey->counts;
  const auto count = [&](const std::string& name) {
    return *std::ranges::find(counts, name, &SurveyCount::name);
  };
  EXPECT_EQ(count("male").are[0].covariate, "male");
  EXPECT_EQ(count("male").are[0].levels, std::vector<int>{1});
  EXPECT_FALSE(count("male").of.has_value());  // 113 of all 222
  EXPECT_EQ(count("primary_rectum").are[0].covariate, "primary");
  EXPECT_EQ(count("hemihepatectomy").are[0].covariate, "procedure");
  EXPECT_TRUE(count("tumors_ge_10").of.has_value());  // 59 of the 220 with known number
  EXPECT_EQ(count("procedure_unknown").are[0].levels, std::vector<int>{not_recorded});
}

}  // namespace
}  // namespace trialmill::scenario
