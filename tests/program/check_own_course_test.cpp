// `trialmill check` on a course of which every number is the scenario's own: figures listed, notes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "program.hpp"
#include "replaced.hpp"

namespace trialmill {
namespace {

using json = nlohmann::json;
using testing::HasSubstr;

// A course of which every number is the scenario's own.
const std::string own_course = R"yaml(trialmill: 1
title: A course without evidence
population: {high_grade: {prevalence: 0.2}}
disease:
  recurrence: {baseline: {median_months: 14}}
  death_without_recurrence: {baseline: {hazard_per_month: 0.00006}}
  death_with_disease:
    baseline: {hazard_per_month: [{from_months: 0, hazard: 0.02}, {from_months: 12, hazard: 0.03}]}
  published_follow_up: {median_months: 60}
pathway:
  withdrawal: {hazard_ratios: {high_grade: 1.5}}
  surgery:
    radicality: {r2: 0.25}
    odds_ratios: {r2: {high_grade: 3, response: 0.4}}
    mortality_90_days: 0.01
    adjuvant: {probability: 0.8, from_months: 1, to_months: 2.5}
arms:
  upfront: {before_surgery: {surgery_at_months: 1, death: {hazard_per_month: 0}}}
  neoadjuvant:
    before_surgery:
      surgery_at_months: 8
      death: {probability: 0}
      withdrawal: {probability: 0.05}
      toxicity: {hazard_per_month: 0.02, surgery_after_months: 2}
      response: 0.58
    effects:
      recurrence: {hazard_ratio: [{from_months: 0, ratio: 1}, {from_months: 4, ratio: 0.8}]}
      r2: {odds_ratio: 0.6}
endpoints:
  efs: {events: [r2, recurrence, death]}
  recurrence: {events: [recurrence]}
  counted: {events: [withdrawal, r2, recurrence, death]}
  resected: {from: surgery, of: r0_r1, events: [recurrence, death]}
enrolment: {rate: 10}
sample_size: 200
follow_up: {until: {minimum_months: 24}}
analyses: [{name: primary, endpoint: efs, test: log-rank}]
)yaml";

TEST(CheckOwnCourse, FiguresThatTheScenarioStatesAreListedToo) {
  const Scratch folder;
  folder.write("course.yaml", own_course);
  const Finished finished = run_program(folder, "check course.yaml --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  std::map<std::string, json> figures;
  const json document = json::parse(finished.output);
  for (const json& figure : document["figures"])
    figures[figure["figure"]] = figure;
  const std::map<std::string, double> stated{
      {"prevalence of high_grade", 0.2},
      {"hazard of recurrence per month", std::log(2.0) / 14},
      {"hazard of death without recurrence per month", 0.00006},
      {"hazard of death with disease per month, from month 0", 0.02},
      {"hazard of death with disease per month, from month 12", 0.03},
      {"median of published follow-up, months", 60},
      {"hazard ratio of high_grade for withdrawal before surgery", 1.5},
      {"proportion r2 at surgery", 0.25},
      {"odds ratio of high_grade for r2", 3},
      {"odds ratio of response for r2", 0.4},
      {"mortality of surgery within 90 days", 0.01},
      {"probability of adjuvant therapy", 0.8},
      {"earliest adjuvant therapy, months after surgery", 1},
      {"latest adjuvant therapy, months after surgery", 2.5},
      {"surgery planned, month, in upfront", 1},
      {"surgery planned, month, in neoadjuvant", 8},
      {"probability of withdrawal before surgery in neoadjuvant", 0.05},
      {"probability of toxicity before surgery in neoadjuvant", 1 - std::exp(-8 * 0.02)},
      {"surgery after toxicity, months, in neoadjuvant", 2},
      {"probability of response in neoadjuvant", 0.58},
      {"hazard ratio of neoadjuvant for recurrence, from month 0", 1},
      {"hazard ratio of neoadjuvant for recurrence, from month 4", 0.8},
      {"odds ratio of neoadjuvant for r2", 0.6}};
  EXPECT_EQ(figures.size(), stated.size());
  for (const auto& [name, value] : stated) {
    ASSERT_TRUE(figures.contains(name)) << name;
    // Probabilities and medians are kept as hazards: back from these but for rounding.
    EXPECT_NEAR(figures[name]["value"].get<double>(), value, 1e-12 * value) << name;
    EXPECT_EQ(figures[name]["source"], "scenario") << name;
    EXPECT_TRUE(figures[name]["verdict"].is_null()) << name;
  }
  EXPECT_THAT(run_program(folder, "check course.yaml").output, HasSubstr(" 6e-05  scenario"));
}

TEST(CheckOwnCourse, NotesWhereWithdrawalLooksLikeABenefit) {
  const Scratch folder;
  folder.write("course.yaml", own_course);
  const auto notes = [&](const std::string& arguments) {
    const Finished finished = run_program(folder, "check course.yaml --json" + arguments);
    EXPECT_EQ(finished.exit_status, 0) << finished.errors;
    return json::parse(finished.output).at("notes");
  };
  EXPECT_EQ(notes(""), json({"efs does not count `withdrawal`: patients who withdraw can then only "
                             "die: withdrawal looks like a benefit",
                             "recurrence does not count `withdrawal`: patients who withdraw can "
                             "then have no event any more: withdrawal looks like a benefit"}));
  EXPECT_THAT(run_program(folder, "check course.yaml").output, HasSubstr("\nNotes\n  efs does"));
  // At the first design point nobody withdraws, at the second they do.
  folder.write(
      "course.yaml",
      own_course + "sweep: {arms.neoadjuvant.before_surgery.withdrawal.probability: [0, 0.1]}\n");
  EXPECT_EQ(notes("").size(), 2U);
  EXPECT_EQ(notes(" --set arms.neoadjuvant.before_surgery.withdrawal.probability=0"),
            json::array());
}

std::string without(const std::string& text, const std::string& part) {
  return replaced(text, part, "");
}

// The arm that waits longer for surgery gains months in which nobody dies, unless that is said.
TEST(CheckOwnCourse, NotesArmsInWhichNobodyDiesBeforeSurgery) {
  const Scratch folder;
  const auto notes = [&](const std::string& text, const std::string& arguments = "") {
    folder.write("course.yaml", text);
    const Finished finished = run_program(folder, "check course.yaml --json" + arguments);
    EXPECT_EQ(finished.exit_status, 0) << finished.errors;
    return json::parse(finished.output).at("notes").dump();
  };
  const std::string note = "nobody dies before surgery in ";
  EXPECT_THAT(notes(own_course), testing::Not(HasSubstr(note)));
  const std::string one = without(own_course, ", death: {hazard_per_month: 0}");
  EXPECT_THAT(notes(one), HasSubstr(note + "upfront (surgery in month 1), as"));
  EXPECT_THAT(notes(one), HasSubstr("have deaths, and this one has none"));
  const std::string neither = without(one, "      death: {probability: 0}\n");
  EXPECT_THAT(notes(neither), HasSubstr(note + "upfront (surgery in month 1) and in neoadjuvant "
                                               "(surgery in month 8), as"));
  EXPECT_THAT(notes(neither), HasSubstr("the longer wait looks like a benefit"));
  EXPECT_THAT(notes(neither,
                    " --set arms.neoadjuvant.before_surgery.surgery_at_months=1 --set "
                    "arms.neoadjuvant.before_surgery.toxicity.surgery_after_months=0.5"),
              testing::Not(HasSubstr(note)));
  // At the second design point only.
  EXPECT_THAT(
      notes(neither + "sweep: {arms.neoadjuvant.before_surgery.surgery_at_months: [1, 6]}\n"),
      HasSubstr("neoadjuvant (surgery in month 6)"));
}

// An endpoint that is analysed before it is known in every arm, or by an analysis set that arms
// leave at different rates, has tests that do not hold their level.
TEST(CheckOwnCourse, NotesEndpointsThatDoNotHoldTheirLevel) {
  const Scratch folder;
  const auto notes = [&](const std::string& text) {
    folder.write("course.yaml", text);
    const Finished finished = run_program(folder, "check course.yaml --json");
    EXPECT_EQ(finished.exit_status, 0) << finished.errors;
    return json::parse(finished.output).at("notes").dump();
  };
  const std::string counted = "efs: {events: [r2, recurrence, death]}";
  const std::string late = replaced(own_course, counted,
                                    "efs: {events: [{r2: randomisation}, recurrence, death], "
                                    "analysed_from: randomisation}");
  const std::string due =
      replaced(own_course, counted, "efs: {events: [{r2: randomisation}, recurrence, death]}");
  const std::string known_late = "efs counts what is known only at the operation";
  const std::string unequal = "arms lose their patients at different rates";
  EXPECT_THAT(notes(late), HasSubstr(known_late));
  EXPECT_THAT(notes(due), testing::Not(testing::AnyOf(HasSubstr(known_late), HasSubstr(unequal))));
  EXPECT_THAT(notes(due + "dropout: {upfront: {per_year: 0.02}, neoadjuvant: {per_year: 0.2}}\n"),
              HasSubstr(unequal));
}

}  // namespace
}  // namespace trialmill
