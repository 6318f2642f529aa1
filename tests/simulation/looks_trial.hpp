#pragma once

#include <string>

#include "simulation/study.hpp"

namespace trialmill::simulation {

/// A small trial with looks, of 100 patients.
struct LooksTrial {
  std::string analyses =
      "[{name: primary, test: log-rank, "
      "looks: {information_fraction: [0.5, 0.75, 1], spending: pocock}}, "
      "{name: alike, test: log-rank}, {name: cox, test: cox}]";
  std::string follow_up = "{until: {events: 60}}";
  std::string hazard_ratio = "0.6";
  std::string dropout = "0.05";
  std::string rest = "simulation: {replicates: 500, seed: 3}";
};

inline Plan plan_of(const LooksTrial& trial) {
  const std::string text =
      "trialmill: 1\ntitle: looks\npopulation: {poor: {prevalence: 0.4}}\n"
      "disease: {os: {baseline: {median_months: 10}, hazard_ratios: {poor: 2}}}\n"
      "arms: {control: {}, experimental: {effects: {os: {hazard_ratio: " +
      trial.hazard_ratio + "}}}}\nenrolment: {rate: 5}\ndropout: {per_year: " + trial.dropout +
      "}\nsample_size: 100\nfollow_up: " + trial.follow_up + "\nanalyses: " + trial.analyses +
      "\n" + trial.rest + "\n";
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "looks.yaml")));
}

}  // namespace trialmill::simulation
