#pragma once

#include <optional>
#include <vector>

#include "trialmill/cohort/observe.hpp"
#include "trialmill/design/boundary_sequence.hpp"
#include "trialmill/design/spending.hpp"

namespace trialmill::scenario {

struct Analysis;
struct Scenario;

/// The interim looks of an analysis, and how it may stop at them. Its final look is at the time of
/// the analysis.
///
/// The information of a look is the number of events analysed (of patients with a known outcome,
/// for a proportion) over the number planned at most.
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
