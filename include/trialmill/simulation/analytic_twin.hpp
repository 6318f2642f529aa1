#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "trialmill/result/result.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// What numerical integration expects of one analysis of a trial, without simulating (see
/// design/expected_events.hpp and design/expected_cox.hpp). Times are those at which the conditions
/// come true in expectation, looks are bounded at the information expected there, and statistics
/// have their mean, variance and skewness to second order (design/statistic_shape.hpp); beside it
/// stands the power to first order, of statistics that are normal with variance 1.
///
/// Tests that have a twin: log-rank with Fleming-Harrington weights, and Cox of treatment alone by
/// any of its three statistics, with a margin of non-inferiority or without; both in strata or not.
/// For what else there is none, see `scenario::two_arm_model`; also none where events are not
/// expected to be reached, looks are not expected in their order, or an analysis is made when
/// another one stops. The reason is then given.
/// Written into a plan of the study, for every analysis of every point. Milliseconds a point.
void add_analytic_twins(const scenario::Study& study, Plan& plan);

/// Is the analysis, without looks of its own, made when one with looks stops?
bool made_when_another_stops(const scenario::Scenario& scenario, std::size_t analysis);

/// A size by the analytic twin, or why there is none: no twin, or (without a reason) no such size.
struct AnalyticSize {
  std::optional<std::size_t> sample_size;
  std::string absent_because;
};

/// The smallest multiple of `step` from `smallest` to `largest`, multiples themselves, at which the
/// twin of the scenario's only analysis has this power.
AnalyticSize analytic_sample_size(const scenario::Scenario& scenario, double power,
                                  std::size_t smallest, std::size_t largest, std::size_t step);

/// The events that closed formulae ask of one look at a power, for the scenario's first analysis.
result::EventsForPower events_by_formula(const scenario::Scenario& scenario, double power);

/// The twins alone, as a result without replicates: points and analyses with their names.
result::Result expected_result(const scenario::Study& study);

}  // namespace trialmill::simulation
