// Courses with one mistake each: one clear message at its place.
#include <filesystem>

#include "wrong_course.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;
using Wrong = WrongCourseFile;

class WrongCourse : public testing::TestWithParam<Wrong> {};

TEST_P(WrongCourse, GivesOneClearMessageAtItsPlace) {
  expect_one_message(GetParam());
}

// Two evidence files, and a probability from one of them.
std::string with_two_files(const std::string& name) {
  const std::string folder = TRIALMILL_SOURCE_DIR "/scenarios/evidence/";
  const std::string text = replaced(
      course_text, "title: A course",
      "title: A course\nevidence: [" + folder + "jnets-2021.yaml, " + folder + "neolupanet.yaml]");
  return replaced(text, "r1: 0.1", "r1: {published: " + name + "}");
}

TEST(NamedProportions, AProportionMustBeKnownAndUnambiguous) {
  const auto ambiguous = complaints(with_two_files("radicality_r1"), "course.yaml");
  ASSERT_EQ(ambiguous.size(), 1U) << testing::PrintToString(ambiguous);
  EXPECT_THAT(ambiguous[0], testing::StartsWith("course.yaml:23:34:"));
  EXPECT_THAT(ambiguous[0],
              HasSubstr("write `jnets-2021.radicality_r1` or `neolupanet.radicality_r1`"));
  const auto unknown = complaints(with_two_files("partial_responses"), "course.yaml");
  ASSERT_EQ(unknown.size(), 1U) << testing::PrintToString(unknown);
  EXPECT_THAT(unknown[0], HasSubstr("did you mean `partial_response`?"));
  EXPECT_TRUE(complaints(with_two_files("neolupanet.radicality_r1"), "course.yaml").empty());
  const auto none = complaints(
      replaced(course_text, "r1: 0.1", "r1: {published: partial_response}"), "course.yaml");
  ASSERT_EQ(none.size(), 1U) << testing::PrintToString(none);
  EXPECT_THAT(none[0], HasSubstr("need an evidence file"));
  const std::string twice = with_two_files("neolupanet.radicality_r1");
  const auto same =
      complaints(replaced(twice, "jnets-2021.yaml", "neolupanet.yaml"), "course.yaml");
  ASSERT_EQ(same.size(), 1U) << testing::PrintToString(same);
  EXPECT_THAT(same[0], HasSubstr("two evidence files are called `neolupanet`"));
}

INSTANTIATE_TEST_SUITE_P(
    Disease, WrongCourse,
    testing::Values(
        Wrong{"  grade_g3: {prevalence: 0.1}",
              "  grade_g3: {prevalence: 0.1}\n  toxicity: {prevalence: 0.1}",
              "course.yaml:5:3:", "kept for what happens"},
        Wrong{"title: A course", "title: A course\ntime_zero: operation",
              "course.yaml:3:12:", "one of `randomisation`"},
        Wrong{"title: A course", "title: A course\ntime_zero: surgery",
              "course.yaml:3:12:", "have no `before_surgery`"},
        Wrong{"  death_with_disease:", "  death_with_diseas:", "course.yaml:12:3:",
              "did you mean `death_with_disease`?"},
        Wrong{"baseline: {hazard_per_month: 0.00003}",
              "baseline: {weibull: {shape: 1, scale_months: 90}}",
              "course.yaml:11:41:", "piecewise-constant"},
        Wrong{"baseline: {hazard_per_month: 0.00003}",
              "baseline: {knots: [{month: 12, survival: 0.9}]}",
              "course.yaml:11:30:", "hazard is stated"},
        Wrong{"survival: 0.2}]}", "survival: 0.2}], cohort: {grade_g3: {prevalence: 0.2}}}",
              "course.yaml:9:", "`disease.published_cohort`"},
        Wrong{"grade_g3: 2.4", "grade_g4: 2.4", "course.yaml:10:21:", "did you mean `grade_g3`?"},
        Wrong{"radicality: {r1: 1.2}", "radicality: {r0: 1.2}", "course.yaml:10:49:", "reference"},
        Wrong{"radicality: {r1: 1.2}", "radicality: {r3: 1.2}",
              "course.yaml:10:49:", "there is no level `r3`"},
        Wrong{"radicality: {r1: 1.2}", "radicality: {r1: -1.2}",
              "course.yaml:10:53:", "not its logarithm"},
        Wrong{"response: 0.7}", "response: {overall_survival: 0.7}}",
              "course.yaml:10:", "a number above 0"},
        Wrong{"grade_g3: {overall_survival: 4.2}", "grade_g3: univariable",
              "course.yaml:14:31:", "published figures need an evidence file"},
        Wrong{"grade_g3: {overall_survival: 4.2}", "age: {overall_survival: 1.02}",
              "course.yaml:14:26:", "per unit"},
        Wrong{"radicality: {unresected: 2}", "radicality: {unresected: {overall_survival: 2}}",
              "course.yaml:14:", "known before surgery"},
        Wrong{"baseline: {knots: [{month: 12, survival: 0.9}, {month: 60, survival: 0.7}]}",
              "baseline: {median_months: 60}", "course.yaml:14:5:", "calibrated baseline"},
        Wrong{"clock: reset", "clock: backward", "course.yaml:15:12:", "one of `forward`, `reset`"},
        Wrong{"published_cohort: {grade_g3:",
              "published_cohort: {radicality: {prevalence: 0.1}, grade_g3:", "course.yaml:16:22:",
              "`pathway.surgery.radicality`"},
        Wrong{"published_cohort: {grade_g3:",
              "published_cohort: {toxicity: {prevalence: 0.1}, grade_g3:", "course.yaml:16:22:",
              "only attributes with an effect"},
        Wrong{"published_cohort: {grade_g3:",
              "published_cohort: {response: {prevalence: 40}, grade_g3:", "course.yaml:16:45:",
              "not a percentage"},
        Wrong{"surgery_at_months: 1}", "surgery_at_months: 1, response: 0.2}",
              "course.yaml:7:1:", "`published_cohort: {response: {prevalence: 0}}` if nobody"},
        Wrong{"published_cohort: {grade_g3:", "published_cohort: {grade:", "course.yaml:16:22:",
              "only covariates with an effect"},
        Wrong{"published_follow_up: {median_months: 60}",
              "published_follow_up: {weibull: {shape: 1, scale_months: 90}}",
              "course.yaml:17:25:", "piecewise-constant"}));

INSTANTIATE_TEST_SUITE_P(
    Pathway, WrongCourse,
    testing::Values(
        Wrong{"hazard_per_month: 0.00003", "hazard_per_month: 0.02", "course.yaml:9:24:", "knot 1"},
        Wrong{"{month: 60, survival: 0.7}", "{month: 60, survival: 0.95}",
              "course.yaml:13:52:", "knot 2"},
        Wrong{"overall_survival: 4.2", "overall_survival: 500",
              "course.yaml:14:21:", "500 for overall survival cannot be met"},
        Wrong{"progression: {hazard_ratios: {grade_g3: 2}}",
              "progression: {hazard_ratios: {toxicity: 2}}",
              "course.yaml:19:33:", "`toxicity` is not known yet"},
        Wrong{"toxicity: 0.5}", "radicality: {r1: 0.5}}", "course.yaml:20:43:", "not known yet"},
        Wrong{"r2: 0.25", "r2: 0.9", "course.yaml:22:5:", "add up to 1.02"},
        Wrong{"r2: 0.25", "r2: published", "course.yaml:22:", "need an evidence file"},
        Wrong{"r2: 0.25", "r2: 0.25, r0: 0.63", "course.yaml:22:", "leave over"},
        Wrong{"r2: 0.25", "r2: 25", "course.yaml:22:", "not a percentage"},
        Wrong{"r2: {grade_g3: 2.5", "r3: {grade_g3: 2.5", "course.yaml:23:19:", "r3"},
        Wrong{"mortality_90_days: 0.01", "mortality_90_days: {probability: 0.01}",
              "course.yaml:24:", "a number"},
        Wrong{"morbidity: 0.128", "morbidity: 1.28", "course.yaml:25:16:", "not a percentage"},
        Wrong{"to_months: 2.5", "to_months: 0.5", "course.yaml:26:", "before the earliest"},
        Wrong{"jitter_months: 0.25", "jitter_months: 1.5", "course.yaml:27:", "shortest interval"},
        Wrong{"missed: 0.05", "missed: 1", "course.yaml:27:", "missed"},
        Wrong{"missed: 0.05", "from: diagnosis",
              "course.yaml:27:", "one of `randomisation`, `surgery`"},
        Wrong{"assessments: {", "assessments: {mised: 0.1, ",
              "course.yaml:27:15:", "did you mean `missed`?"},
        Wrong{"    before_surgery: {surgery_at_months: 1}", "    {}",
              "course.yaml:29:3:", "in all arms or in none"},
        Wrong{"surgery_at_months: 1}", "surgery_at_months: 0, death: {probability: 0.1}}",
              "course.yaml:30:", "before surgery in month 0"},
        Wrong{"death: {hazard_per_month: 0.001}", "death: publishd",
              "course.yaml:35:14:", "`published`, or `probability` or `hazard_per_month`"},
        Wrong{"progression: {probability: 0.05}", "progression: {probability: 1}",
              "course.yaml:34:34:", "below 1"},
        Wrong{", surgery_after_months: 1", "", "course.yaml:37:7:", "surgery_after_months"},
        Wrong{"response: 0.58", "response: 58", "course.yaml:38:17:", "probability of a response"},
        Wrong{"r2: {odds_ratio: 0.6}", "r2: {hazard_ratio: 0.6}",
              "course.yaml:41:12:", "effects on `r2` are stated as `odds_ratio`"},
        Wrong{"      recurrence: {hazard_ratio: [{from_months: 0, ratio: 1}, {from_months: 4, "
              "ratio: 0.8}]}",
              "      recurrence: {odds_ratio: 0.8}",
              "course.yaml:40:20:", "effects on `recurrence` are stated as `hazard_ratio`"},
        Wrong{"enrolment:", "dropout: {per_month: 0.01}\nenrolment:", "course.yaml:49:11:",
              "there is no arm `per_month`; loss in all arms is"},
        Wrong{"enrolment:",
              "dropout: {upfront: {per_month: 0.1}, neoadjuvant: {per_year: 0.1}}\nenrolment:",
              "course.yaml:49:11:", "stated as `per_year` or `hazard_per_month`"},
        Wrong{"enrolment:", "dropout: {upfront: {per_year: 0.1}, neo: {per_year: 0.1}}\nenrolment:",
              "course.yaml:49:37:", "there is no arm `neo`; loss in all arms is"},
        Wrong{"no_adjuvant_by_months: 2.8", "no_adjuvant_by_months: 0.5", "course.yaml:44:69:",
              "adjuvant therapy starts in month 1 after surgery at the earliest"},
        Wrong{"no_adjuvant_by_months: 2.8", "no_adjuvant_by_months: 1",
              "course.yaml:44:69:", "everybody operated on would have this event"},
        Wrong{"r2: {odds_ratio: 0.6}", "r3: {odds_ratio: 0.6}",
              "course.yaml:41:7:", "transition or outcome of surgery `r3`"},
        Wrong{"r2: {odds_ratio: 0.6}", "r2: {odds_ratio: -0.5}",
              "course.yaml:41:24:", "not its logarithm"}));

INSTANTIATE_TEST_SUITE_P(
    Analyses, WrongCourse,
    testing::Values(Wrong{"until: {events: 220}", "until: {events: 220, of: landmrk}",
                          "course.yaml:51:", "did you mean `landmark`?"},
                    Wrong{"until: {events: 220}", "until: {events: 220, of: r0_rate}",
                          "course.yaml:51:", "is a proportion"},
                    Wrong{"until: {events: 220}", "until: {events: 220, calendar_months: 40}",
                          "course.yaml:51:", "`first_of`"},
                    Wrong{"endpoint: efs, ", "", "course.yaml:53:", "endpoint"},
                    Wrong{"endpoint: efs, test", "endpoint: landmrk, test",
                          "course.yaml:53:", "did you mean `landmark`?"},
                    Wrong{"endpoint: efs, test: log-rank, strata: [grade_g3]",
                          "endpoint: efs, test: score", "course.yaml:53:", "is a time to an event"},
                    Wrong{"endpoint: r0_rate, test: score", "endpoint: r0_rate, test: log-rank",
                          "course.yaml:56:", "is a proportion"},
                    Wrong{"endpoint: r0_rate, test: score",
                          "endpoint: r0_rate, test: score, strata: [site]",
                          "course.yaml:56:", "mantel-haenszel"},
                    Wrong{"test: mantel-haenszel, strata: [grade_g3]", "test: mantel-haenszel",
                          "course.yaml:57:5:", "needs `strata`"},
                    Wrong{"log-rank, strata: [grade_g3]", "log-rank, strata: [response]",
                          "course.yaml:53:", "acquired after randomisation"},
                    Wrong{"covariates: [age]", "covariates: [radicality]",
                          "course.yaml:54:", "acquired after randomisation"},
                    Wrong{"at: {events: 150}", "at: {events: 500}",
                          "course.yaml:54:", "cannot happen in 400 patients"}));

INSTANTIATE_TEST_SUITE_P(Idle, WrongCourse,
                         testing::Values(Wrong{"radicality: {r1: 1.2}", "radicality: {r2: 1.2}",
                                               "course.yaml:10:49:", "start with disease"},
                                         Wrong{"hazard_ratios: {age: 1.05}",
                                               "hazard_ratios: {radicality: {unresected: 2}}",
                                               "course.yaml:11:", "start with disease"},
                                         Wrong{"surgery_after_months: 1}",
                                               "surgery_after_months: 5}", "course.yaml:37:59:",
                                               "would never bring it forward"}));

// Mistakes that take several replacements.
struct WrongTogether {
  std::vector<std::pair<const char*, const char*>> replacements;
  const char* position;
  const char* message;
};

void PrintTo(const WrongTogether& wrong, std::ostream* out) {
  *out << wrong.message;
}

std::filesystem::path beside_the_evidence(const char* name) {
  return std::filesystem::path(TRIALMILL_SOURCE_DIR) / "scenarios" / "jnets-2021" / name;
}

class WrongCourses : public testing::TestWithParam<WrongTogether> {};

TEST_P(WrongCourses, GiveOneClearMessageAtItsPlace) {
  std::string text = course_text;
  for (const auto& [before, after] : GetParam().replacements)
    text = replaced(text, before, after);
  const auto lines = complaints(text, beside_the_evidence("course.yaml").string());
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], HasSubstr(GetParam().position));
  EXPECT_THAT(lines[0], HasSubstr(GetParam().message));
}

using Replacement = std::pair<const char*, const char*>;
const Replacement with_evidence{"title: A course",
                                "title: A course\nevidence: ../evidence/jnets-2021.yaml"};
const Replacement with_cohort{
    "{grade_g3: {prevalence: 0.2}}",
    "{age: {normal: {mean: 60, sd: 10}}, site: {levels: {pancreas: 0.5, rectum: 0.5}}}"};
const char* const recurrence_knots =
    "{knots: [{month: 12, survival: 0.5}, {month: 36, survival: 0.2}]}";
const char* const survival_knots =
    "{knots: [{month: 12, survival: 0.9}, {month: 60, survival: 0.7}]}";

INSTANTIATE_TEST_SUITE_P(
    Together, WrongCourses,
    testing::Values(
        WrongTogether{{{"death: {hazard_per_month: 0.001}", "death: published"},
                       {survival_knots, "{median_months: 60}"},
                       {"grade_g3: {overall_survival: 4.2}, ", ""}},
                      "course.yaml:35:14:",
                      "`death_with_disease` is stated here"},
        WrongTogether{{{"death: {hazard_per_month: 0.001}", "death: published"},
                       {"  progression: {hazard_ratios:", "  death: {hazard_ratios:"}},
                      "course.yaml:35:14:",
                      "state that of the reference patient"},
        WrongTogether{
            {{"response: 0.58", "response: 0"}, {"{proportion: r0}", "{proportion: response}"}},
            "course.yaml:48:",
            "no arm has a `response`"},
        WrongTogether{{{"r2: 0.25", "r2: 0"},
                       {"      r2: {odds_ratio: 0.6}\n", ""},
                       {"{r2: randomisation}, ", ""}},
                      "course.yaml:42:",
                      "`pathway.surgery.radicality.r2` is 0"},
        WrongTogether{{{"r1: 0.1", "r1: 0"}, {"r2: {odds_ratio: 0.6}", "r1: {odds_ratio: 0.6}"}},
                      "course.yaml:41:7:",
                      "`pathway.surgery.radicality.r1` is 0"},
        WrongTogether{{{"morbidity: 0.128", "morbidity: 0"},
                       {"r2: {odds_ratio: 0.6}", "morbidity: {odds_ratio: 0.6}"}},
                      "course.yaml:41:7:",
                      "`pathway.surgery.morbidity` is 0"},
        WrongTogether{{{"mortality_90_days: 0.01", "mortality_90_days: 0"},
                       {"r2: {odds_ratio: 0.6}", "mortality_90_days: {hazard_ratio: 0.6}"}},
                      "course.yaml:41:7:",
                      "`pathway.surgery.mortality_90_days` is 0"},
        WrongTogether{{{"months: 6}, of: r0_r1", "months: 6}, of: all"},
                       {"rfs, test: cox, covariates: [radicality], strata: [response]",
                        "landmark, test: cox, covariates: [radicality]"}},
                      "course.yaml:55:",
                      "may be acquired after the landmark"},
        WrongTogether{{{"r1: 0.1, ", ""}, {"r2: {odds_ratio: 0.6}", "r1: {odds_ratio: 0.6}"}},
                      "course.yaml:41:7:",
                      "`pathway.surgery.radicality.r1` is not stated"},
        WrongTogether{{with_evidence, with_cohort, {recurrence_knots, "{published: os}"}},
                      "course.yaml:10:27:",
                      "the patients of the curve `os` are `all`"},
        WrongTogether{{with_evidence,
                       with_cohort,
                       {"grade_g3: {overall_survival: 4.2}", "grade_g3: univariable"}},
                      "course.yaml:15:31:",
                      "take `multivariable`"},
        WrongTogether{{with_evidence, with_cohort, {survival_knots, "{published: rfs}"}},
                      "course.yaml:14:27:",
                      "the patients of the curve `rfs` are `r0_r1`"},
        WrongTogether{{with_evidence,
                       with_cohort,
                       {"r2: 0.25, unresectable: 0.02", "r2: 0.25, unresectable: published"}},
                      "course.yaml:23:",
                      "nor a proportion `radicality_unresectable`"},
        WrongTogether{{with_evidence,
                       {recurrence_knots, "{published: rfs}"},
                       {"{grade_g3: {prevalence: 0.2}}", "{age: {normal: {mean: 60, sd: 10}}}"}},
                      "course.yaml:8:1:",
                      "does not say how `site` is distributed"},
        WrongTogether{{{"    radicality: {r1: 0.1, r2: 0.25, unresectable: 0.02}\n", ""},
                       {"      r2: {odds_ratio: 0.6}\n", ""}},
                      "course.yaml:18:1:",
                      "`pathway.surgery.radicality`"},
        WrongTogether{{{"    before_surgery: {surgery_at_months: 1}", "    {}"},
                       {"title: A course", "title: A course\ntime_zero: diagnosis"}},
                      "course.yaml:30:3:",
                      "in all arms or in none"}));

// At one point of the sweep nobody withdraws, is resected R2 or responds; at others they do.
TEST(RightCourse, MaySweepDownToNothing) {
  std::string text = replaced(course_text, "{proportion: r0}", "{proportion: response}");
  text += R"yaml(sweep:
  arms.neoadjuvant.before_surgery.progression.probability: [0, 0.1]
  arms.neoadjuvant.before_surgery.response: [0, 0.5]
  pathway.surgery.radicality.r2: [0, 0.2]
  pathway.surgery.radicality.unresectable: [0, 0.1]
  arms.neoadjuvant.before_surgery.surgery_at_months: [1, 6]
)yaml";
  const auto lines = complaints(text, "course.yaml");
  EXPECT_TRUE(lines.empty()) << testing::PrintToString(lines);
}

TEST(WrongSingleEvent, WantsNoCourse) {
  const std::string valid = R"yaml(trialmill: 1
title: One event
disease: {rfs: {baseline: {median_months: 14}}}
arms: {control: {}, therapy: {}}
enrolment: {rate: 10}
sample_size: 100
follow_up: {until: {events: 60}}
analyses: [{name: primary, test: log-rank}]
)yaml";
  EXPECT_TRUE(complaints(valid, "one.yaml").empty());
  for (const std::string section :
       {"endpoints: {os: {events: [death]}}", "pathway: {surgery: {morbidity: 0.1}}",
        "assessments: continuous"}) {
    const auto lines = complaints(valid + section + "\n", "one.yaml");
    ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
    EXPECT_THAT(lines[0], testing::StartsWith("one.yaml:9:1:"));
    EXPECT_THAT(lines[0], HasSubstr("`recurrence` and `death_with_disease`"));
  }
  const auto lines = complaints(
      replaced(valid, "control: {}", "control: {before_surgery: {surgery_at_months: 1}}"),
      "one.yaml");
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], HasSubstr("whole course"));
}

TEST(WrongSingleEvent, CountsFromWherePublishedCurvesCount) {
  const auto name = std::filesystem::path(TRIALMILL_SOURCE_DIR) / "scenarios" / "test" / "one.yaml";
  const auto lines = complaints(R"yaml(trialmill: 1
title: One event
evidence: ../evidence/jnets-2021.yaml
disease: {rfs: {baseline: {published: rfs}}}
arms: {control: {}, therapy: {}}
enrolment: {rate: 10}
sample_size: 100
follow_up: {until: {events: 60}}
analyses: [{name: primary, test: log-rank}]
)yaml",
                                beside_the_evidence("one.yaml").string());
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], HasSubstr("one.yaml:4:39: "));
  EXPECT_THAT(lines[0], HasSubstr("counts from `surgery`, this event from `randomisation`"));
  EXPECT_THAT(lines[0], HasSubstr("time_zero: surgery"));
}

}  // namespace
}  // namespace trialmill::scenario
