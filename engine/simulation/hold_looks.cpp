#include "simulation/hold_looks.hpp"

#include <algorithm>

#include "simulation/hold_procedure.hpp"
#include "simulation/look_steps.hpp"

namespace trialmill::simulation {
namespace {

void begin_bounds(const Trial& trial, std::size_t a) {
  UnfoldingBounds& bounds = trial.unfolding(a);
  const auto& planned = trial.size.looks[a];
  if (bounds.planned != planned) {
    bounds.planned = planned;
    bounds.sequence.emplace(planned->boundaries, planned->clock, planned->last_look);
  }
  bounds.sequence->restart();
}

void begin(const Trial& trial) {
  trial.workspace.bounds.resize(
      std::max(trial.workspace.bounds.size(), trial.design.sizes.size() * trial.analyses()));
  trial.outcome.looks.resize(trial.analyses());
  for (std::size_t a = 0; a < trial.analyses(); ++a) {
    if (!trial.design.analyses[a].has_looks) {
      trial.outcome.looks[a].clear();
      continue;
    }
    trial.outcome.looks[a].assign(trial.size.looks[a]->boundaries.looks.size(), {});
    trial.outcome.analyses[a].look = 0;
    trial.unfolding(a).scores.clear();
    if (!trial.design.analyses[a].hypothesis) begin_bounds(trial, a);
  }
}

void hold_looks_of_cut(const Trial& trial, std::size_t c) {
  std::vector<cohort::Cut>& due = trial.workspace.look_cuts;
  find_due_times(trial, c, due);
  bool any = true;
  for (std::size_t k = 0; k < due.size() && any; ++k) {
    const bool held = k + 1 == due.size() || due[k].reached;
    if (held) {
      trial.workspace.cuts[c] = due[k];
      prepare(trial, c, true);
    }
    any = false;
    for (std::size_t a = 0; a < trial.analyses(); ++a) {
      if (!trial.at_cut(a, c) || !trial.goes_on(a)) continue;
      if (held)
        hold_by_own_bounds(trial, a, k);
      else
        pass_over(trial, a, k);
      any = any || trial.goes_on(a);
    }
  }
  prepare(trial, c, false);
}

}  // namespace

void hold_looks(const Design& design, const DesignSize& size, std::optional<int> look,
                Workspace& workspace, result::Outcome& outcome) {
  const Trial trial{design, size, look, workspace, outcome};
  if (std::ranges::any_of(design.analyses, &AnalysisPlan::has_looks))
    begin(trial);
  else
    outcome.looks.clear();
  for (std::size_t c = 0; c < design.cuts.size(); ++c)
    if (!design.cuts[c].interim.empty() && !has_hypotheses(design, c)) hold_looks_of_cut(trial, c);
  if (design.procedure) hold_procedure(trial);
}

}  // namespace trialmill::simulation
