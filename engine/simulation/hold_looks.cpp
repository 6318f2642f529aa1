#include "simulation/hold_looks.hpp"

#include <algorithm>
#include <cmath>

#include "simulation/look_tables.hpp"

namespace trialmill::simulation {
namespace {

// Without any event there is no information, and a sequence of bounds wants some.
constexpr double least_information = 1e-9;

// One trial and what is found out about it.
struct Trial {
  const Design& design;
  const DesignSize& size;
  std::optional<int> look;  // to go on to
  Workspace& workspace;
  result::Outcome& outcome;

  std::size_t analyses() const { return design.analyses.size(); }

  bool at_cut(std::size_t a, std::size_t c) const {
    const AnalysisPlan& plan = design.analyses[a];
    return plan.has_looks && design.looks[plan.look].cut == c;
  }

  bool goes_on(std::size_t a) const { return outcome.analyses[a].look == 0; }

  design::BoundarySequence& bounds(std::size_t a) const {
    const auto place = static_cast<std::size_t>(&size - design.sizes.data());
    return *workspace.bounds[place * analyses() + a].sequence;
  }
};

void begin_bounds(const Trial& trial, std::size_t a) {
  const auto place = static_cast<std::size_t>(&trial.size - trial.design.sizes.data());
  UnfoldingBounds& bounds = trial.workspace.bounds[place * trial.analyses() + a];
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
    begin_bounds(trial, a);
  }
}

// When the looks of a cut are due.
void find_due_times(const Trial& trial, std::size_t c) {
  const CutPlan& plan = trial.design.cuts[c];
  std::vector<cohort::Cut>& due = trial.workspace.look_cuts;
  cohort::find_look_cuts(
      plan.interim, plan.when, trial.workspace.endpoints,
      std::span(trial.workspace.cohort.enrolment_months).first(trial.size.sample_size),
      trial.workspace.looking, due);
  for (std::size_t a = 0; a < trial.analyses(); ++a)
    for (std::size_t k = 0; trial.at_cut(a, c) && k < due.size(); ++k)
      if (due[k].reached || k + 1 == due.size())
        trial.outcome.looks[a][k].due_months = due[k].calendar_months;
}

// Observes and sorts, for analyses with looks or for those made when they have stopped.
void prepare(const Trial& trial, std::size_t c, bool at_interim) {
  const Design& design = trial.design;
  for (std::size_t k = 0; k < design.looks.size(); ++k)
    if (design.looks[k].cut == c && design.looks[k].at_interim == at_interim)
      observe_look(design, k, trial.size.sample_size, trial.workspace);
  for (std::size_t v = 0; v < design.views.size(); ++v)
    if (design.looks[design.views[v].look].cut == c && design.views[v].at_interim == at_interim)
      sort_view(design, v, trial.size.sample_size, trial.workspace);
}

// A look that is not held has no data; it counts as one in the order of looks.
void pass_over(const Trial& trial, std::size_t a, std::size_t k) {
  double information = least_information;
  for (std::size_t before = 0; before < k; ++before)
    information = std::max(information, trial.outcome.looks[a][before].information);
  trial.bounds(a).next(information, false);
}

// Patients of the arms compared, enrolled by then.
std::size_t enrolled_in(const std::vector<std::int32_t>& arms, double months, const Trial& trial) {
  const cohort::Cohort& cohort = trial.workspace.cohort;
  const std::size_t enrolled =
      enrolled_by(months, std::span(cohort.enrolment_months).first(trial.size.sample_size));
  if (arms.empty()) return enrolled;
  return static_cast<std::size_t>(std::ranges::count_if(
      std::span(cohort.arm).first(enrolled),
      [&](std::int32_t arm) { return std::ranges::find(arms, arm) != arms.end(); }));
}

void hold(const Trial& trial, std::size_t a, std::size_t k) {
  const AnalysisPlan& plan = trial.design.analyses[a];
  const PlannedLooks& planned = *trial.size.looks[a];
  const LookPlan& data = trial.design.looks[plan.look];
  result::AnalysisOutcome& found = trial.outcome.analyses[a];
  result::LookOutcome& look = trial.outcome.looks[a][k];
  found = analyse(plan, trial.design, trial.size.sample_size, trial.workspace);
  const bool times = trial.design.endpoints[data.endpoint].time_to_event();
  look.held = true;
  look.patients = found.patients;
  look.events = found.events;
  look.enrolled = enrolled_in(data.arms, found.analysis_months, trial);
  look.information = static_cast<double>(times ? found.events : found.patients) / planned.maximum;
  look.z = found.z;
  // All of alpha may be spent where the planned information is there: nothing is left to come for.
  const bool complete = planned.clock == design::SpendingClock::actual && look.information >= 1;
  const bool last = complete || k + 1 == planned.boundaries.looks.size();
  const design::LookBounds bounds =
      trial.bounds(a).next(std::max(look.information, least_information), last);
  look.efficacy_z = bounds.efficacy_z;
  look.futility_z = bounds.futility_z;
  // Comparisons with the NaN of an undefined test are false.
  look.rejected = (plan.sided == 1 ? look.z : std::abs(look.z)) >= look.efficacy_z;
  look.futile = !last && !look.rejected && planned.futility_obeyed && look.z < look.futility_z;
  found.rejected = look.rejected;
  const int number = static_cast<int>(k) + 1;
  const bool stops = trial.look ? number >= *trial.look : look.rejected || look.futile;
  found.look = stops || last ? number : 0;
}

void hold_looks_of_cut(const Trial& trial, std::size_t c) {
  find_due_times(trial, c);
  const std::size_t looks = trial.workspace.look_cuts.size();
  bool any = true;
  for (std::size_t k = 0; k < looks && any; ++k) {
    const bool held = k + 1 == looks || trial.workspace.look_cuts[k].reached;
    if (held) {
      trial.workspace.cuts[c] = trial.workspace.look_cuts[k];
      prepare(trial, c, true);
    }
    any = false;
    for (std::size_t a = 0; a < trial.analyses(); ++a) {
      if (!trial.at_cut(a, c) || !trial.goes_on(a)) continue;
      if (held)
        hold(trial, a, k);
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
  if (std::ranges::none_of(design.analyses, &AnalysisPlan::has_looks)) {
    outcome.looks.clear();
    return;
  }
  const Trial trial{design, size, look, workspace, outcome};
  begin(trial);
  for (std::size_t c = 0; c < design.cuts.size(); ++c)
    if (!design.cuts[c].interim.empty()) hold_looks_of_cut(trial, c);
}

}  // namespace trialmill::simulation
