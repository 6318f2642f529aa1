#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "trialmill/design/statistic_shape.hpp"
#include "trialmill/design/two_arm_model.hpp"
#include "trialmill/scenario/scenario.hpp"

/// A scenario as `design` integrates it, without simulating.
namespace trialmill::scenario {

/// Why there is nothing to integrate, in a phrase: "a Weibull hazard".
struct NoModel {
  std::string because;
};

/// The patients of the two arms of one analysis in expectation: risk groups are the patients who
/// share stratum of the analysis and hazard. Enrolment goes on at its rate until the sample size is
/// expected.
///
/// There is none for a course, a Weibull hazard, a cure fraction, a continuous covariate with an
/// effect, strata that are not always recorded, more than 100 risk groups, comparisons of more than
/// two arms, and analyses that wait for events of other arms than theirs.
/// @param analysis of a time to event
std::variant<design::TwoArmModel, NoModel> two_arm_model(const Scenario& scenario,
                                                         const Analysis& analysis);

/// When a condition comes true in expectation, in months from the opening of enrolment: events when
/// that many are expected, the first or last of several by the expected times of each. Infinite
/// when never.
double expected_time(const cohort::AnalysisTime& when, const design::TwoArmModel& model,
                     std::size_t sample_size);

/// What is expected to decide that time: of several conditions the one that comes true then.
design::Timing expected_timing(const cohort::AnalysisTime& when, const design::TwoArmModel& model,
                               std::size_t sample_size);

}  // namespace trialmill::scenario
