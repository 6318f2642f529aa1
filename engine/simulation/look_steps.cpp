#include "simulation/look_steps.hpp"

#include <algorithm>
#include <cmath>

#include "simulation/joint_scores.hpp"
#include "simulation/look_tables.hpp"

namespace trialmill::simulation {
namespace {

// Without any event there is no information, and a sequence of bounds wants some.
constexpr double least_information = 1e-9;

// By look `k`: of a look that is not held that of the ones before, as it has no data and counts as
// one in the order of looks.
double information_by(const Trial& trial, std::size_t a, std::size_t k) {
  const std::vector<result::LookOutcome>& looks = trial.outcome.looks[a];
  if (looks[k].held) return std::max(looks[k].information, least_information);
  double information = least_information;
  for (std::size_t before = 0; before < k; ++before)
    information = std::max(information, looks[before].information);
  return information;
}

// Z is the largest of the scores that the look is tested by, which are kept for later looks.
void test_scores(const Trial& trial, std::size_t a, std::size_t k,
                 const std::vector<std::size_t>& tested) {
  const survival::MaxCombo& all = trial.workspace.tests.combined;
  if (all.status != survival::FitStatus::ok) return;
  LookScores& scores = trial.unfolding(a).scores.emplace_back();
  scores.look = k;
  scores.tested = tested;
  const std::size_t m = all.z.size();
  scores.covariance.resize(m * m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j)
      scores.covariance[i * m + j] =
          all.correlation[i * m + j] * std::sqrt(all.variance[i] * all.variance[j]);
  const bool two_sided = trial.design.analyses[a].sided == 2;
  double& largest = trial.outcome.analyses[a].z;
  largest = all.z[tested.front()];
  for (const std::size_t i : tested)
    if (two_sided ? std::abs(all.z[i]) > std::abs(largest) : all.z[i] > largest) largest = all.z[i];
}

// The information of the test itself at a look that was made, and the correlation that follows.
void correlate(const Trial& trial, std::size_t a, std::size_t k) {
  std::vector<result::LookOutcome>& looks = trial.outcome.looks[a];
  result::LookOutcome& look = looks[k];
  const scenario::LookCorrelation correlation = trial.design.analyses[a].correlation;
  if (correlation == scenario::LookCorrelation::joint_scores) {
    look.correlation = joint_correlation(trial.unfolding(a).scores, k);
    return;
  }
  const bool by_counts = correlation == scenario::LookCorrelation::counts;
  const auto information = [&](const result::LookOutcome& of) {
    return by_counts ? of.information : of.own_information;
  };
  if (!by_counts) {
    const double own = trial.outcome.analyses[a].information;
    look.own_information = own > 0 ? own : 0;
  }
  std::size_t before = k;
  while (before > 0 && !looks[before - 1].held)
    --before;
  if (before == 0) return;
  const double earlier = information(looks[before - 1]), now = information(look);
  if (earlier > 0 && now > 0) look.correlation = std::min(1.0, std::sqrt(earlier / now));
}

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

design::ObservedLook observed(const Trial& trial, std::size_t a, std::size_t k) {
  using enum scenario::LookCorrelation;
  const result::LookOutcome& look = trial.outcome.looks[a][k];
  design::ObservedLook out{information_by(trial, a, k)};
  const scenario::LookCorrelation correlation = trial.design.analyses[a].correlation;
  if (correlation == joint_scores)
    out.joint = joint_statistics(trial.unfolding(a).scores, k);
  else if (correlation != counts)
    out.information = look.held ? look.own_information : 0;
  return out;
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
  // All of alpha may be spent where the planned information is there: nothing is left to come for.
  const bool complete = planned.clock == design::SpendingClock::actual && look.information >= 1;
  const bool last = complete || k + 1 == planned.boundaries.looks.size();
  if (plan.correlation == scenario::LookCorrelation::joint_scores)
    test_scores(trial, a, k, last ? plan.by_look.last : plan.by_look.interim);
  look.z = found.z;
  correlate(trial, a, k);
  return last;
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
  const design::LookBounds bounds = trial.bounds(a).next(observed(trial, a, k), last);
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
  trial.bounds(a).next(observed(trial, a, k), false);
}

}  // namespace trialmill::simulation
