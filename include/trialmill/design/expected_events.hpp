#pragma once

#include <span>
#include <vector>

#include "trialmill/design/boundaries.hpp"
#include "trialmill/design/statistic_shape.hpp"
#include "trialmill/design/two_arm_model.hpp"
#include "trialmill/survival/log_rank.hpp"

/// The analytic twin of a simulation: what a trial is expected to see, by numerical integration
/// over the time since entry, for piecewise-constant accrual, hazards and dropout (Lachin and
/// Foulkes 1986; Lakatos 1988; Yung and Liu 2020). lrstat's `lrstat` and `lrpower` compute the
/// same. Integrals hold to about 1e-12 relative and have the same bits on every CPU.
namespace trialmill::design {

struct ExpectedArm {
  double patients = 0, events = 0, dropouts = 0;
};

struct ExpectedCounts {
  double time_months = 0;
  ExpectedArm control, experimental;

  double patients() const { return control.patients + experimental.patients; }
  double events() const { return control.events + experimental.events; }
  double dropouts() const { return control.dropouts + experimental.dropouts; }
};

/// What is expected by a calendar time. @param time_months not negative
/// @throws DesignError as `require_model`, like all functions here
ExpectedCounts expected_counts(const TwoArmModel& model, double time_months);

/// The calendar time by which this many events are expected, infinite if never. @param events above
/// 0
double time_of_events(const TwoArmModel& model, double events);

/// The mean of a weighted log-rank score at a calendar time, and the mean of its variance. With
/// n1(x), n0(x) expected at risk x months after entry, in all strata together:
/// score = sum of integral of w n1 n0 / (n1 + n0) (h0 - h1) dx,
/// variance = sum of integral of w^2 n1 n0 / (n1 + n0)^2 (n1 h1 + n0 h0) dx.
struct ExpectedScore {
  double score = 0;     ///< positive when the experimental arm does better
  double variance = 0;  ///< the information
  double z_mean = 0;    ///< score / sqrt(variance)
};

/// @param time_months above 0
/// @param weight by the pooled survival curve of each stratum, the limit of Kaplan-Meier's; (0, 0)
/// is the log-rank test
ExpectedScore expected_score(const TwoArmModel& model, double time_months,
                             survival::FlemingHarrington weight = {});

/// One look of a trial in expectation.
struct ExpectedLook {
  ExpectedCounts counts;
  ExpectedScore score;
  double efficacy = 0;  ///< probability of stopping here first, for efficacy
  double futility = 0;  ///< and for futility; without futility, 0
  double harm = 0;      ///< and at the lower bound; of two-sided designs only
};

/// The power of a trial and what it is expected to cost.
struct AnalyticPower {
  std::vector<ExpectedLook> looks;
  double power = 0;  ///< of crossing an efficacy bound
  double harm = 0;   ///< and a lower one; of two-sided designs only
  double expected_events = 0, expected_patients = 0, expected_months = 0;  ///< when it stops
  double expected_control_events = 0, expected_experimental_events = 0;    ///< likewise
};

/// Power with the statistic taken as normal with mean `z_mean` and variance 1 at each look, looks
/// correlated by their information (the variances of the score).
/// @param boundaries those of one look for a trial without interim looks
/// @param look_months calendar times, increasing, one per look of `boundaries`; `time_of_events`
/// finds them for looks at numbers of events
AnalyticPower analytic_power(const TwoArmModel& model, const Boundaries& boundaries,
                             std::span<const double> look_months,
                             survival::FlemingHarrington weight = {});

/// The same for another statistic, whose counts, mean and information at each look are known.
/// @param looks in order, one per look of `boundaries`; their probabilities are overwritten
AnalyticPower analytic_power(const Boundaries& boundaries, std::vector<ExpectedLook> looks);

/// The same to second order: the statistic has at each look the shape given, and the looks are
/// correlated by their information as before. @param shapes one per look
AnalyticPower analytic_power(const Boundaries& boundaries, std::vector<ExpectedLook> looks,
                             std::span<const StatisticShape> shapes);

}  // namespace trialmill::design
