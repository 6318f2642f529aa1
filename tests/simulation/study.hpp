#pragma once

#include <string>
#include <vector>

#include "trialmill/scenario/read_study.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/run.hpp"

namespace trialmill::simulation {

/// A shipped scenario, by its path below scenarios/, with values replaced.
inline scenario::Study shipped_study(const std::string& path,
                                     std::vector<scenario::Override> set = {}) {
  scenario::StudyOptions options;
  options.set = std::move(set);
  return scenario::read_study(std::string(TRIALMILL_SOURCE_DIR "/scenarios/") + path, options);
}

inline Plan shipped_plan(const std::string& path, std::vector<scenario::Override> set = {}) {
  return compile_plan(shipped_study(path, std::move(set)));
}

/// A small sweep with every kind of covariate and analysis.
inline const char* small_sweep = R"yaml(
trialmill: 1
title: small sweep
population:
  grade_g3: {prevalence: 0.3}
  primary: {levels: {pancreas: 0.6, rectum: 0.3, other: 0.1}}
  age: {normal: {mean: 59, sd: 11, lower: 18, upper: 90}}
disease:
  rfs:
    baseline: {knots: [{month: 12, survival: 0.547}, {month: 36, survival: 0.239}]}
    hazard_ratios: {grade_g3: 2.4, primary: {rectum: 1.5, other: 0.8}, age: 1.01}
arms:
  control: {}
  experimental: {effects: {rfs: {hazard_ratio: 0.7}}}
enrolment: {rate: [{from_months: 0, per_month: 4}, {from_months: 6, per_month: 12}]}
dropout: {per_year: 0.05}
randomisation: {block_sizes: [2, 4], strata: [grade_g3]}
follow_up: {until: {event_fraction: 0.6}, at_most_months: 60}
analyses:
  - {name: plain, test: log-rank}
  - {name: stratified, test: log-rank, strata: [grade_g3], weight: "fh(0,1)"}
  - {name: adjusted, test: cox, covariates: [primary, age], strata: [grade_g3]}
simulation: {replicates: 730, seed: 11}
sweep:
  sample_size: [60, 120, 90]
  arms.experimental.effects.rfs.hazard_ratio: [0.6, 1]
)yaml";

inline scenario::Study small_study() {
  return scenario::read_study(input::read_yaml_text(small_sweep, "small.yaml"));
}

}  // namespace trialmill::simulation
