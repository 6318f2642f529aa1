// Endpoints of a course with one mistake each: one clear message at its place.
#include "wrong_course.hpp"

namespace trialmill::scenario {
namespace {

using Wrong = WrongCourseFile;

class WrongEndpoint : public testing::TestWithParam<Wrong> {};

TEST_P(WrongEndpoint, GivesOneClearMessageAtItsPlace) {
  expect_one_message(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Endpoints, WrongEndpoint,
    testing::Values(
        Wrong{"events: [death]}", "events: []}", "course.yaml:45:", "0 items"},
        Wrong{"os: {from: randomisation, events: [death]}", "os: {from: randomisation}",
              "course.yaml:45:3:", "an endpoint has `events`"},
        Wrong{"recurrence, death]}\n  strict", "recurrence, deth]}\n  strict",
              "course.yaml:43:", "did you mean `death`?"},
        Wrong{"withdrawal, unresectable", "withdrawal, withdrawal",
              "course.yaml:43:", "listed twice"},
        Wrong{"{no_surgery_by_months: 6}", "{no_surgery_by_months: 0}",
              "course.yaml:44:", "above 0"},
        Wrong{"from: randomisation, events: [death]", "from: randomization, events: [death]",
              "course.yaml:45:", "did you mean `randomisation`?"},
        Wrong{"of: r0_r1, events: [recurrence, death]", "of: r0_r1, events: [progression, death]",
              "course.yaml:46:", "comes before surgery"},
        Wrong{"{proportion: r0}", "{proportion: r0, events: [death]}",
              "course.yaml:48:", "this endpoint is a proportion"},
        Wrong{"{proportion: r0}", "{proportion: R3}", "course.yaml:48:", "one of `response`"}));

// What could be written, but means nothing.
INSTANTIATE_TEST_SUITE_P(
    Empty, WrongEndpoint,
    testing::Values(
        Wrong{"os: {from: randomisation, events: [death]",
              "os: {of: resected, events: [progression, death]",
              "course.yaml:45:31:", "no patient `of: resected`"},
        Wrong{"os: {from: randomisation, events: [death]",
              "os: {of: operated, events: [death, withdrawal]",
              "course.yaml:45:38:", "precludes surgery"},
        Wrong{"of: r0_r1, events: [recurrence, death]}\n  landmark",
              "of: resected, events: [unresectable, death]}\n  landmark",
              "course.yaml:46:47:", "no patient `of: resected` is unresectable"},
        Wrong{"of: r0_r1, events: [recurrence, death]}\n  r0_rate",
              "of: r0_r1, events: [r2, recurrence, death]}\n  r0_rate",
              "course.yaml:47:", "no patient `of: r0_r1` is resected R2"},
        Wrong{"strict: {events: [{r2: randomisation}, {no_surgery_by_months: 6}",
              "strict: {of: r0_r1, events: [{r2: randomisation}",
              "course.yaml:44:", "no patient `of: r0_r1` is resected R2"},
        Wrong{"landmark: {from: {landmark_months: 6}, of: r0_r1, events: [recurrence, death]}",
              "landmark: {from: {landmark_months: 6}, events: [{r2: {at_months: 5}}, death]}",
              "course.yaml:47:", "dated before the landmark"},
        Wrong{"landmark: {from: {landmark_months: 6}, of: r0_r1, events: [recurrence, death]}",
              "landmark: {from: {landmark_months: 6}, events: [death], "
              "date_early_events_to_months: 7}",
              "course.yaml:47:", "belongs to an endpoint from randomisation"},
        Wrong{"os: {from: randomisation, events: [death]",
              "os: {events: [{unresectable: randomisation}, death]",
              "course.yaml:45:", "unknown key"},
        Wrong{"rfs: {from: surgery, of: r0_r1,", "rfs: {from: surgery, analysed_from: surgery_due,",
              "course.yaml:46:", "an endpoint from surgery has no patient before the operation"},
        Wrong{"os: {from: randomisation, events: [death]",
              "os: {of: operated, events: [{no_surgery_by_months: 6}, death]",
              "course.yaml:45:", "operated on by then"},
        Wrong{"{no_surgery_by_months: 6}", "{no_surgery_by_months: 4}",
              "course.yaml:44:", "arm `neoadjuvant` is planned for month 5"},
        Wrong{"{proportion: r0}", "{proportion: surgery, of: operated}",
              "course.yaml:48:", "always 1 `of: operated`"},
        Wrong{"{proportion: r0}", "{proportion: resection, of: resected}",
              "course.yaml:48:", "always 1 `of: resected`"},
        Wrong{"{proportion: r0}", "{proportion: r0_r1, of: r0_r1}",
              "course.yaml:48:", "always 1 `of: r0_r1`"},
        Wrong{"progression: {probability: 0.05}", "progression: {probability: 0}",
              "course.yaml:43:", "no arm has a `progression`"},
        Wrong{"withdrawal: {hazard_per_month: [{from_months: 0, hazard: 0.01}, {from_months: 3, "
              "hazard: 0.02}]}",
              "withdrawal: {hazard_per_month: 0}", "course.yaml:43:", "no arm has a `withdrawal`"},
        Wrong{"unresectable: 0.02", "unresectable: 0",
              "course.yaml:43:", "`pathway.surgery.radicality.unresectable` is 0"},
        Wrong{"landmark_months: 6", "landmark_months: 300",
              "course.yaml:47:", "nobody is followed to a later landmark"},
        Wrong{"landmark_months: 6", "landmark_months: 96",
              "course.yaml:47:38:", "nobody is followed to the landmark"}));

TEST(RightEndpoint, MayCountThoseChosenBySurgeryFromRandomisation) {
  for (const std::string chosen : {"operated", "resected", "r0_r1"})
    EXPECT_TRUE(complaints(replaced(course_text, "os: {from: randomisation, events: [death]",
                                    "os: {from: randomisation, of: " + chosen +
                                        ", events: [recurrence, death]"),
                           "course.yaml")
                    .empty());
}

}  // namespace
}  // namespace trialmill::scenario
