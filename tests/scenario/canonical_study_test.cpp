// A study read back from its canonical texts is the study.
#include <gtest/gtest.h>

#include <filesystem>

#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

Study read_back(const Study& study) {
  StudyOptions options;
  options.replicates = study.replicates;
  options.seed = study.seed;
  return read_canonical_study(study.canonical, study.evidence, options);
}

void expect_same(const Study& study, const Study& again) {
  EXPECT_EQ(again.digest, study.digest);
  EXPECT_EQ(again.title, study.title);
  EXPECT_EQ(again.file, study.file);
  EXPECT_EQ(again.swept, study.swept);
  EXPECT_EQ(again.canonical.text, study.canonical.text);
  ASSERT_EQ(again.points.size(), study.points.size());
  for (std::size_t p = 0; p < study.points.size(); ++p) {
    ASSERT_EQ(again.points[p].set.size(), study.points[p].set.size());
    for (std::size_t k = 0; k < study.points[p].set.size(); ++k)
      EXPECT_EQ(again.points[p].set[k].value, study.points[p].set[k].value);
  }
}

TEST(CanonicalStudy, EveryShippedScenarioReadsBackAsItIs) {
  int studies = 0;
  for (const char* folder : {"reference", "jnets-2021"})
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(TRIALMILL_SOURCE_DIR "/scenarios") / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      const Study study = read_study(entry.path());
      expect_same(study, read_back(study));
      ++studies;
    }
  EXPECT_GE(studies, 10);
}

TEST(CanonicalStudy, ValuesFromOutsideBelongToIt) {
  const std::filesystem::path file =
      TRIALMILL_SOURCE_DIR "/scenarios/jnets-2021/perioperative.yaml";
  const std::string key = "arms.perioperative.effects.rfs.hazard_ratio";
  StudyOptions options;
  options.set = {{key, "0.65"}, {"enrolment.rate", "7"}};
  options.seed = 5;
  const Study all = read_study(file);
  const Study study = read_study(file, options);
  ASSERT_LT(study.points.size(), all.points.size());
  expect_same(study, read_back(study));
  // One value of a sweep is another study than all of them around that value.
  options.set = {{"enrolment.rate", "7"}};
  EXPECT_NE(read_study(file, options).digest, study.digest);
  // Neither replicates nor seed belong to it.
  StudyOptions more;
  more.replicates = 77;
  more.seed = 78;
  EXPECT_EQ(read_study(file, more).digest, all.digest);
  more.set = {{"simulation.precision", "{power: 0.01}"}};
  EXPECT_EQ(read_study(file, more).digest, all.digest);
  EXPECT_EQ(read_study(file, more).precision, 0.01);
}

TEST(CanonicalStudy, TextsOfAnyKindSurvive) {
  const std::string text =
      "trialmill: 1\ntitle: \"a \\\"quoted\\\" title: with # and \\\\ and Größe, 'null'\"\n"
      "disease: {os: {baseline: {median_months: 10}}}\n"
      "arms: {\"null\": {}, \"true\": {allocation: 2.0}}\nenrolment: {rate: 1e1}\nsample_size: 30\n"
      "follow_up: {until: {events: 10}}\nanalyses: [{name: primary, test: log-rank}]\n";
  try {
    const Study study = read_study(input::read_yaml_text(text, "trial.yaml"));
    expect_same(study, read_back(study));
  } catch (const input::InputError& error) {
    FAIL() << error.what();
  }
}

}  // namespace
}  // namespace trialmill::scenario
