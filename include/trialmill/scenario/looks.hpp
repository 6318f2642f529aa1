#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "trialmill/cohort/observe.hpp"
#include "trialmill/design/boundary_sequence.hpp"
#include "trialmill/design/spending.hpp"
#include "trialmill/survival/log_rank.hpp"

namespace trialmill::scenario {

struct Analysis;
struct Scenario;

/// What the statistics of an analysis's looks correlate by, under the null hypothesis.
enum class LookCorrelation {
  counts,          ///< sqrt(n_j / n_k) of events, or of patients with a known outcome: the log-rank
                   ///< test and Cox's, whose information they are, and proportions
  score_variance,  ///< sqrt(V_j / V_k) of a weighted log-rank test
  estimate_variance,  ///< the same with V the reciprocal variance of a difference: restricted means
                      ///< and milestones, efficient estimators whose looks share the horizon
  joint_scores,  ///< V_ab,j / sqrt(V_aa,j V_bb,k) of scores with weights a and b: MaxCombo tests,
                 ///< and another test at the final analysis
};

/// "events", "variance of the score", "variance of the difference", "covariances of the scores".
/// @param of_times the counts are events, else "patients"
std::string_view name(LookCorrelation correlation, bool of_times);

LookCorrelation look_correlation(const Analysis& analysis);

/// The interim looks of an analysis, and how it may stop at them. Its final look is at the time of
/// the analysis.
///
/// The information of a look is the number of events analysed (of patients with a known outcome,
/// for a proportion) over the number planned at most. Error is spent at it; how looks correlate is
/// `LookCorrelation`.
struct Looks {
  std::vector<cohort::AnalysisTime> interim;  ///< when they are held, in order
  /// Planned information fractions of all looks; empty: those of the events that looks wait for.
  std::vector<double> information_fraction;
  /// What waits for the events planned at most, where the final look does not say.
  std::optional<cohort::AnalysisTime> planned;
  design::Spending spending;
  std::optional<design::FutilitySpending> futility;
  bool futility_obeyed = true;  ///< false: its bounds are reported, and nobody stops at them
  design::SpendingClock clock = design::SpendingClock::actual;
  design::LastLook last_look = design::LastLook::spends_all;
  /// Of a log-rank or MaxCombo test whose last look is another one: one weight of a log-rank test,
  /// several of a MaxCombo test. Empty: the last look is tested like the others.
  std::vector<survival::LogRankWeight> final_weights = {};
};

/// The events of the analysis's endpoint, in the arms it compares, that a condition waits for; 0
/// when it waits for none.
std::size_t awaited_events(const Scenario& scenario, const Analysis& analysis,
                           const cohort::AnalysisTime& when);

/// The events, or patients with a known outcome, that an analysis with looks plans at most in the
/// arms it compares; 0 when nothing says how many.
std::size_t planned_information(const Scenario& scenario, const Analysis& analysis);

/// The bounds' design of an analysis with looks, at its planned information.
design::GroupSequentialDesign group_sequential_design(const Scenario& scenario,
                                                      const Analysis& analysis);

/// The bounds of an analysis with looks: one for its level, or one for each level it can have as a
/// hypothesis of a procedure, the lowest first. @throws design::DesignError
std::vector<design::Boundaries> planned_boundaries(const Scenario& scenario,
                                                   const Analysis& analysis);

}  // namespace trialmill::scenario
