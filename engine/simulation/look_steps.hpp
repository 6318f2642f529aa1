#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "trialmill/simulation/replicate.hpp"

/// The steps by which looks are held.
namespace trialmill::simulation {

/// One trial and what is found out about it.
struct Trial {
  const Design& design;
  const DesignSize& size;
  std::optional<int> look;  ///< to go on to
  Workspace& workspace;
  result::Outcome& outcome;

  std::size_t analyses() const { return design.analyses.size(); }

  bool at_cut(std::size_t a, std::size_t c) const {
    const AnalysisPlan& plan = design.analyses[a];
    return plan.has_looks && design.looks[plan.look].cut == c;
  }

  bool goes_on(std::size_t a) const { return outcome.analyses[a].look == 0; }

  /// Of the size, in what the workspace holds by size.
  std::size_t place() const { return static_cast<std::size_t>(&size - design.sizes.data()); }

  UnfoldingBounds& unfolding(std::size_t a) const {
    return workspace.bounds[place() * analyses() + a];
  }

  design::BoundarySequence& bounds(std::size_t a) const { return *unfolding(a).sequence; }
};

/// When the looks of a cut are due.
void find_due_times(const Trial& trial, std::size_t c, std::vector<cohort::Cut>& due);

/// Observes and sorts, for analyses with looks or for those made when they have stopped.
void prepare(const Trial& trial, std::size_t c, bool at_interim);

/// What bounds are told of a look that was made, and of one that is not held.
design::ObservedLook observed(const Trial& trial, std::size_t a, std::size_t k);

/// Analyses look `k` and records it, but for what it decides. @return whether no look follows
bool make_look(const Trial& trial, std::size_t a, std::size_t k);

/// Does the analysis stop at look `k`, of which all is decided? Recorded as the look it stops at.
void stop_or_go_on(const Trial& trial, std::size_t a, std::size_t k, bool last);

/// Holds look `k` of an analysis against its own bounds.
void hold_by_own_bounds(const Trial& trial, std::size_t a, std::size_t k);

/// Look `k` of an analysis with bounds of its own is not held.
void pass_over(const Trial& trial, std::size_t a, std::size_t k);

}  // namespace trialmill::simulation
