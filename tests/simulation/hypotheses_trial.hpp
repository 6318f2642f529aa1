#pragma once

#include <string>

#include "simulation/study.hpp"

namespace trialmill::simulation {

/// A trial of a whole course with three endpoints: progression before surgery and complete
/// resections, which treatment of recurrence leaves alone, and event-free survival.
struct HypothesesTrial {
  std::string multiplicity;
  bool looks = false;
  std::string hazard_ratio = "1";    ///< of recurrence
  std::string progression = "0.45";  ///< probability before surgery, with treatment
  std::string size = "sample_size: 200";
  std::string rest = "simulation: {replicates: 1000, seed: 5}";
};

inline std::string text_of(const HypothesesTrial& trial) {
  const auto looks = [&](const char* words) { return trial.looks ? words : ""; };
  const auto before = [](const std::string& progression) {
    return "{surgery_at_months: 6, progression: {probability: " + progression + "}}";
  };
  return "trialmill: 1\ntitle: several hypotheses\ndisease:\n"
         "  recurrence: {baseline: {hazard_per_month: 0.15}}\n"
         "  death_without_recurrence: {baseline: {hazard_per_month: 0.004}}\n"
         "  death_with_disease: {baseline: {hazard_per_month: 0.03}}\n"
         "pathway: {surgery: {radicality: {r1: 0.2, r2: 0.1}}}\n"
         "arms:\n"
         "  control: {before_surgery: " +
         before("0.45") + "}\n  experimental: {before_surgery: " + before(trial.progression) +
         ", effects: {recurrence: {hazard_ratio: " + trial.hazard_ratio +
         "}}}\n"
         "endpoints:\n"
         "  progression: {events: [progression]}\n"
         "  efs: {events: [progression, unresectable, recurrence, death]}\n"
         "  r0: {proportion: r0}\n"
         "enrolment: {rate: 25}\nrandomisation: {block_sizes: [2]}\n" +
         trial.size +
         "\nfollow_up: {until: {events: 140, of: efs}}\nanalyses:\n"
         "  - {name: efs, endpoint: efs, test: log-rank" +
         looks(", looks: {information_fraction: [0.3, 0.6, 1], spending: pocock}") +
         "}\n  - {name: progression, endpoint: progression, test: log-rank, at: {events: 70}" +
         looks(", looks: {information_fraction: [0.5, 1], spending: obf}") +
         "}\n  - {name: r0, endpoint: r0, test: score, at: {minimum_months: 6}}\n"
         "multiplicity: " +
         trial.multiplicity + "\n" + trial.rest + "\n";
}

inline Plan plan_of(const HypothesesTrial& trial) {
  return compile_plan(
      scenario::read_study(input::read_yaml_text(text_of(trial), "hypotheses.yaml")));
}

}  // namespace trialmill::simulation
