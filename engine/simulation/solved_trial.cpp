#include "simulation/solved_trial.hpp"

#include <algorithm>
#include <cmath>

namespace trialmill::simulation {
namespace {

using cohort::AnalysisTime;
using scenario::Analysis;
using scenario::Scenario;

const AnalysisTime& time_of(const Scenario& scenario, const Analysis& analysis) {
  return analysis.at ? *analysis.at : scenario.analysis_time;
}

bool waits(const AnalysisTime& when) {
  return when.condition == AnalysisTime::Condition::events || std::ranges::any_of(when.of, waits);
}

// Does something to every condition of the trial's only analysis that waits for fixed events.
template <class Change>
void change_fixed_events(AnalysisTime& when, const Change& change) {
  if (when.condition == AnalysisTime::Condition::events) change(when);
  for (AnalysisTime& part : when.of)
    change_fixed_events(part, change);
}

template <class Change>
void change_fixed_events(Scenario& trial, const Change& change) {
  Analysis& analysis = trial.analyses.front();
  change_fixed_events(trial.analysis_time, change);
  if (!analysis.looks) return;
  if (analysis.looks->planned) change_fixed_events(*analysis.looks->planned, change);
  for (AnalysisTime& when : analysis.looks->interim)
    change_fixed_events(when, change);
}

// The trial with the one analysis that is solved for.
Scenario trial_of(const Scenario& scenario, const SolveOptions& options) {
  Scenario trial = scenario;
  Analysis analysis = scenario.analyses[options.analysis];
  trial.analysis_time = time_of(scenario, analysis);
  analysis.at.reset();
  trial.analyses = {analysis};
  trial.multiplicity.reset();
  return trial;
}

// Events become events per patient randomised.
Scenario with_growing_events(Scenario trial) {
  const auto patients = static_cast<double>(trial.sample_size);
  change_fixed_events(trial, [=](AnalysisTime& when) {
    when.condition = AnalysisTime::Condition::event_fraction;
    when.value /= patients * when.share;
  });
  return trial;
}

// The least whole number not below, but for rounding.
std::size_t rounded_up(double number) {
  return static_cast<std::size_t>(std::ceil(number * (1 - 1e-12)));
}

}  // namespace

bool waits_for_fixed_events(const Scenario& scenario, const Analysis& analysis) {
  if (waits(time_of(scenario, analysis))) return true;
  if (!analysis.looks) return false;
  return (analysis.looks->planned && waits(*analysis.looks->planned)) ||
         std::ranges::any_of(analysis.looks->interim, waits);
}

SolvedTrial::SolvedTrial(const Scenario& scenario, const SolveOptions& options)
    : events_(options.events),
      stated_(trial_of(scenario, options)),
      growing_(options.events ? with_growing_events(stated_) : stated_) {}

double SolvedTrial::events_stated() const {
  return static_cast<double>(cohort::target_events(stated_.analysis_time, stated_.sample_size));
}

result::TrialSize SolvedTrial::size(double patients) const {
  if (!events_) {
    const std::size_t whole = rounded_up(patients);
    const std::size_t events = cohort::target_events(stated_.analysis_time, whole);
    return {whole, events == 0 ? std::nullopt : std::optional(events)};
  }
  const double events_per_patient = events_stated() / static_cast<double>(stated_.sample_size);
  const std::size_t events = rounded_up(patients * events_per_patient);
  const std::size_t block = size_step(stated_);
  const std::size_t needed = rounded_up(static_cast<double>(events) / events_per_patient);
  return {(needed + block - 1) / block * block, events};
}

Scenario SolvedTrial::at(const result::TrialSize& size) const {
  Scenario trial = stated_;
  trial.sample_size = size.patients;
  if (!events_) return trial;
  const double times = static_cast<double>(*size.events) / events_stated();
  change_fixed_events(trial, [=](AnalysisTime& when) {
    when.value = static_cast<double>(rounded_up(when.value * times));
  });
  return trial;
}

}  // namespace trialmill::simulation
