#include "simulation/look_steps.hpp"

#include <algorithm>
#include <cmath>

#include "simulation/look_tables.hpp"

namespace trialmill::simulation {
namespace {

// Without any event there is no information, and a sequence of bounds wants some.
constexpr double least_information = 1e-9;

}  // namespace

void find_due_times(const Trial& trial, std::size_t c, std::vector<cohort::Cut>& due) {
  const CutPlan& plan = trial.design.cuts[c];
  cohort::find_look_cuts(
      plan.interim, plan.when, trial.workspace.endpoints,
      std::span(trial.workspace.cohort.enrolment_months).first(trial.size.sample_size),
      trial.workspace.looking, due);
  for (std::size_t a = 0; a < trial.analyses(); ++a)
    for (std::size_t k = 0; trial.at_cut(a, c) && k < due.size(); ++k)
      if (due[k].reached || k + 1 == due.size())
        trial.outcome.looks[a][k].due_months = due[k].calendar_months;
}

void prepare(const Trial& trial, std::size_t c, bool at_interim) {
  const Design& design = trial.design;
  for (std::size_t k = 0; k < design.looks.size(); ++k)
    if (design.looks[k].cut == c && design.looks[k].at_interim == at_interim)
      observe_look(design, k, trial.size.sample_size, trial.workspace);
  for (std::size_t v = 0; v < design.views.size(); ++v)
    if (design.looks[design.views[v].look].cut == c && design.views[v].at_interim == at_interim)
      sort_view(design, v, trial.size.sample_size, trial.workspace);
}

double information_without_data(const Trial& trial, std::size_t a, std::size_t k) {
  double information = least_information;
  for (std::size_t before = 0; before < k; ++before)
    information = std::max(information, trial.outcome.looks[a][before].information);
  return information;
}

double information_for_bounds(const result::LookOutcome& look) {
  return std::max(look.information, least_information);
}

bool make_look(const Trial& trial, std::size_t a, std::size_t k) {
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
  look.enrolled = found.enrolled;
  look.information = static_cast<double>(times ? found.events : found.patients) / planned.maximum;
  look.z = found.z;
  // All of alpha may be spent where the planned information is there: nothing is left to come for.
  const bool complete = planned.clock == design::SpendingClock::actual && look.information >= 1;
  return complete || k + 1 == planned.boundaries.looks.size();
}

void stop_or_go_on(const Trial& trial, std::size_t a, std::size_t k, bool last) {
  const result::LookOutcome& look = trial.outcome.looks[a][k];
  result::AnalysisOutcome& found = trial.outcome.analyses[a];
  found.rejected = look.rejected;
  const int number = static_cast<int>(k) + 1;
  const bool stops = trial.look ? number >= *trial.look : look.rejected || look.futile;
  found.look = stops || last ? number : 0;
}

void hold_by_own_bounds(const Trial& trial, std::size_t a, std::size_t k) {
  const bool last = make_look(trial, a, k);
  result::LookOutcome& look = trial.outcome.looks[a][k];
  const design::LookBounds bounds = trial.bounds(a).next(information_for_bounds(look), last);
  look.efficacy_z = bounds.efficacy_z;
  look.futility_z = bounds.futility_z;
  // Comparisons with the NaN of an undefined test are false.
  const bool one_sided = trial.design.analyses[a].sided == 1;
  look.rejected = (one_sided ? look.z : std::abs(look.z)) >= look.efficacy_z;
  look.futile =
      !last && !look.rejected && trial.size.looks[a]->futility_obeyed && look.z < look.futility_z;
  stop_or_go_on(trial, a, k, last);
}

void pass_over(const Trial& trial, std::size_t a, std::size_t k) {
  trial.bounds(a).next(information_without_data(trial, a, k), false);
}

}  // namespace trialmill::simulation
