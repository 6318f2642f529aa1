#pragma once

#include "trialmill/result/solution.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/solve.hpp"

namespace trialmill::simulation {

bool waits_for_fixed_events(const scenario::Scenario& scenario, const scenario::Analysis& analysis);

/// The trial with the one analysis that is solved for, at any size.
class SolvedTrial {
 public:
  SolvedTrial(const scenario::Scenario& scenario, const SolveOptions& options);

  /// What is searched: where events are, the numbers that it waits for grow with the patients, one
  /// event at a time.
  const scenario::Scenario& growing() const { return growing_; }

  /// The trial of a size, as `run` takes it; interim looks at the same shares of the events.
  scenario::Scenario at(const result::TrialSize& size) const;

  /// @param patients whole blocks; where events are searched any number, which then says how many
  /// events, and these how many blocks of patients in the scenario's ratio
  result::TrialSize size(double patients) const;

 private:
  double events_stated() const;

  bool events_;
  scenario::Scenario stated_, growing_;
};

}  // namespace trialmill::simulation
