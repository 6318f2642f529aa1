#pragma once

#include <string>
#include <vector>

#include "trialmill/scenario/read_study.hpp"
#include "trialmill/simulation/replicate.hpp"

/// The trials that the benchmarks simulate.
namespace trialmill::simulation {

inline Plan plan_of(const std::string& file, std::vector<scenario::Override> set = {}) {
  scenario::StudyOptions options;
  options.set = std::move(set);
  return compile_plan(scenario::read_study(TRIALMILL_SOURCE_DIR "/" + file, options));
}

/// 300 patients, 220 events, log-rank test and Cox; the design of the floor program.
inline Plan w1(std::vector<scenario::Override> set = {}) {
  return plan_of("scenarios/reference/w1.yaml", std::move(set));
}
/// Two strata, delayed effect: stratified log-rank test and Fleming-Harrington (0, 1).
inline Plan w2() {
  return plan_of("tests/bench/w2.yaml");
}
/// W1 with looks at 60 and 80 % of its events.
inline Plan w3(std::vector<scenario::Override> set = {}) {
  return plan_of("tests/bench/w3.yaml", std::move(set));
}
/// 1000 patients, Cox with treatment and six covariates.
inline Plan w4() {
  return plan_of("tests/bench/w4.yaml");
}
/// The neoadjuvant trial with event-free and overall survival, 400 patients.
inline Plan w5() {
  return plan_of("scenarios/jnets-2021/neoadjuvant-os.yaml", {{"sample_size", "400"}});
}
/// Ten sample sizes, or some.
inline Plan w6(std::vector<scenario::Override> set = {}) {
  return plan_of("tests/bench/w6.yaml", std::move(set));
}

/// The trial of W1 analysed by a MaxCombo test of three weights.
inline Plan w7() {
  return plan_of("tests/bench/w7.yaml");
}

}  // namespace trialmill::simulation
