#pragma once

#include <string>

namespace trialmill::scenario {

/// A small whole course in which tests put one thing wrong.
inline const std::string course_text = R"yaml(trialmill: 1
title: A course
population:
  grade_g3: {prevalence: 0.1}
  age: {normal: {mean: 59, sd: 11}}
  site: {levels: {pancreas: 0.6, rectum: 0.4}}
disease:
  recurrence:
    baseline: {knots: [{month: 12, survival: 0.5}, {month: 36, survival: 0.2}]}
    hazard_ratios: {grade_g3: 2.4, radicality: {r1: 1.2}, response: 0.7}
  death_without_recurrence: {baseline: {hazard_per_month: 0.00003}, hazard_ratios: {age: 1.05}}
  death_with_disease:
    baseline: {knots: [{month: 12, survival: 0.9}, {month: 60, survival: 0.7}]}
    hazard_ratios: {grade_g3: {overall_survival: 4.2}, site: {rectum: 1.3}, radicality: {unresected: 2}}
    clock: reset
  published_cohort: {grade_g3: {prevalence: 0.2}}
  published_follow_up: {median_months: 60}
pathway:
  progression: {hazard_ratios: {grade_g3: 2}}
  response: {odds_ratios: {grade_g3: 1.4, toxicity: 0.5}}
  surgery:
    radicality: {r1: 0.1, r2: 0.25, unresectable: 0.02}
    odds_ratios: {r2: {grade_g3: 2.5, response: 0.4}}
    mortality_90_days: 0.01
    morbidity: 0.128
    adjuvant: {probability: 0.8, odds_ratios: {morbidity: 0.5}, from_months: 1, to_months: 2.5, delay_by_morbidity_months: 1}
assessments: {every_months: [{from_months: 0, every_months: 3}, {from_months: 24, every_months: 6}], jitter_months: 0.25, missed: 0.05}
arms:
  upfront:
    before_surgery: {surgery_at_months: 1}
  neoadjuvant:
    before_surgery:
      surgery_at_months: 5
      progression: {probability: 0.05}
      death: {hazard_per_month: 0.001}
      withdrawal: {hazard_per_month: [{from_months: 0, hazard: 0.01}, {from_months: 3, hazard: 0.02}]}
      toxicity: {probability: 0.07, surgery_after_months: 1}
      response: 0.58
    effects:
      recurrence: {hazard_ratio: [{from_months: 0, ratio: 1}, {from_months: 4, ratio: 0.8}]}
      r2: {odds_ratio: 0.6}
endpoints:
  efs: {from: randomisation, events: [progression, withdrawal, unresectable, r2, recurrence, death]}
  strict: {events: [{r2: randomisation}, {no_surgery_by_months: 6}, {no_adjuvant_by_months: 2.8}, death]}
  os: {from: randomisation, events: [death]}
  rfs: {from: surgery, of: r0_r1, events: [recurrence, death]}
  landmark: {from: {landmark_months: 6}, of: r0_r1, events: [recurrence, death]}
  r0_rate: {proportion: r0}
enrolment: {rate: 10}
sample_size: 400
follow_up: {until: {events: 220}, at_most_months: 96}
analyses:
  - {name: primary, endpoint: efs, test: log-rank, strata: [grade_g3]}
  - {name: overall, endpoint: os, test: cox, covariates: [age], at: {events: 150}}
  - {name: resected, endpoint: rfs, test: cox, covariates: [radicality], strata: [response]}
  - {name: radical, endpoint: r0_rate, test: score}
  - {name: by grade, endpoint: r0_rate, test: mantel-haenszel, strata: [grade_g3], at: {events: 220, of: efs}}
)yaml";

}  // namespace trialmill::scenario
