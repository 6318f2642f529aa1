#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "simulation/study.hpp"
#include "trialmill/result/result.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::simulation {
namespace {

// Patients operated on at once; hazards of recurrence, of death without and with disease.
constexpr double recurs = 0.04, dies_free = 0.002, dies_ill = 0.02;

std::string course(const std::string& arms, const std::string& more) {
  return R"yaml(
trialmill: 1
title: a course
time_zero: surgery
disease:
  recurrence: {baseline: {hazard_per_month: 0.04}}
  death_without_recurrence: {baseline: {hazard_per_month: 0.002}}
  death_with_disease: {baseline: {hazard_per_month: 0.02}}
arms: )yaml" +
         arms + R"yaml(
enrolment: {process: even, rate: 1000000}
endpoints:
  rfs: {from: randomisation, events: [recurrence, death]}
  os: {from: randomisation, events: [death]}
follow_up: {until: {calendar_months: 48}}
analyses:
  - {name: rfs, endpoint: rfs, test: cox}
  - {name: os, endpoint: os, test: cox}
)yaml" + more;
}

Plan plan_of(const std::string& text) {
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "course.yaml")));
}

// Probability of being alive t months after surgery, and the part of it that is recurrence-free,
// with constant hazards.
struct Occupation {
  double free, alive;
};
Occupation occupation(double recurrence, double t) {
  const double out = recurrence + dies_free;
  const double free = std::exp(-out * t);
  const double ill = recurrence * (std::exp(-dies_ill * t) - free) / (out - dies_ill);
  return {free, free + ill};
}

// The limit of Cox's estimate for two arms of equal size followed for 48 months: the root of
// integral f1 - (f0 + f1) S1 e^b / (S0 + S1 e^b) dt, by the midpoint rule.
double limit_of_log_hazard_ratio(const std::function<double(double, double)>& survival,
                                 const std::function<double(double, double)>& density,
                                 double ratio) {
  const auto score = [&](double b) {
    double sum = 0;
    const int steps = 20000;
    for (int k = 0; k < steps; ++k) {
      const double t = (k + 0.5) * 48 / steps;
      const double f0 = density(recurs, t), f1 = density(recurs * ratio, t);
      const double s0 = survival(recurs, t), s1 = survival(recurs * ratio, t) * std::exp(b);
      sum += f1 - (f0 + f1) * s1 / (s0 + s1);
    }
    return sum;
  };
  double low = -3, high = 3;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (score(middle) > 0 ? low : high) = middle;
  }
  return low;
}

TEST(Course, DoubleProgrammedLargeSampleLimitsOfAnEffectOnRecurrenceAlone) {
  const Plan plan =
      plan_of(course("{control: {}, experimental: {effects: {recurrence: {hazard_ratio: 0.6}}}}",
                     "sample_size: 4000\nsimulation: {replicates: 200, seed: 3}\n"));
  const result::Result result = summarise(plan, run(plan, {}));
  const double rfs = limit_of_log_hazard_ratio(
      [](double r, double t) { return occupation(r, t).free; },
      [](double r, double t) { return (r + dies_free) * occupation(r, t).free; }, 0.6);
  const double os =
      limit_of_log_hazard_ratio([](double r, double t) { return occupation(r, t).alive; },
                                [](double r, double t) {
                                  const Occupation at = occupation(r, t);
                                  return dies_free * at.free + dies_ill * (at.alive - at.free);
                                },
                                0.6);
  // The all-cause ratio of RFS is constant: (0.6 x 0.04 + 0.002) / 0.042.
  EXPECT_NEAR(rfs, std::log(0.026 / 0.042), 1e-6);
  EXPECT_GT(os, rfs);
  const double limits[] = {rfs, os};
  for (std::size_t a = 0; a < 2; ++a) {
    const auto& estimate = *result.points[0].analyses[a].estimate;
    // Four standard errors; the bias of order 1/n is below 0.001.
    EXPECT_NEAR(estimate.log_hr_mean, limits[a], 4 * estimate.log_hr_sd / std::sqrt(200.0) + 0.001);
  }
}

// Months at which the patients have an event, as seen.
std::vector<double> seen_rfs(const std::string& assessments) {
  const Plan plan =
      plan_of(course("{control: {}, experimental: {}}", assessments + "sample_size: 400000\n"));
  Workspace workspace;
  draw_replicate(plan.designs[0], 5, 1, workspace);
  return {workspace.endpoints[0].event_months.begin(), workspace.endpoints[0].event_months.end()};
}

double median_rfs(const std::string& assessments) {
  std::vector<double> months = seen_rfs(assessments);
  std::ranges::nth_element(months, months.begin() + 200000);
  return months[200000];
}

// The chance that nothing has been seen by t: free of recurrence and alive, or a recurrence at u
// that all visits in [u, t] missed, and alive. Visits are every d months, all shifted by the same
// uniform time within j either way. Midpoints over the shift and over u.
double nothing_seen_by(double t, double every, double jitter, double missed) {
  constexpr int shifts = 60, steps = 4000;
  double average = 0;
  for (int s = 0; s < shifts; ++s) {
    const double shift = jitter * (2 * (s + 0.5) / shifts - 1);
    double unseen = occupation(recurs, t).free;
    for (int k = 0; k < steps; ++k) {
      const double u = (k + 0.5) * t / steps;
      int visits = 0;
      for (double visit = every + shift; visit <= t; visit += every)
        visits += visit >= u;
      unseen += t / steps * recurs * occupation(recurs, u).free * std::exp(-dies_ill * (t - u)) *
                std::pow(missed, visits);
    }
    average += unseen / shifts;
  }
  return average;
}

TEST(Course, DoubleProgrammedDistributionOfSeenEventsBetweenVisits) {
  struct Schedule {
    const char* text;
    double every, jitter, missed;
  };
  for (const Schedule& schedule :
       {Schedule{"assessments: {every_months: 7}\n", 7, 0, 0},
        Schedule{"assessments: {every_months: 6, jitter_months: 1.5, missed: 0.3}\n", 6, 1.5,
                 0.3}}) {
    const std::vector<double> months = seen_rfs(schedule.text);
    for (const double t : {2.0, 6.4, 10.0, 16.5, 23.0, 33.3, 47.0}) {
      const double expected = nothing_seen_by(t, schedule.every, schedule.jitter, schedule.missed);
      const auto beyond = std::ranges::count_if(months, [&](double month) { return month > t; });
      // Four standard errors, and the quadrature's 2e-4.
      EXPECT_NEAR(static_cast<double>(beyond) / 4e5, expected,
                  4 * std::sqrt(expected * (1 - expected) / 4e5) + 2e-4)
          << schedule.text << t;
      // Seeing late matters: by more than the tolerance, unless t is at the first visit's doorstep.
      EXPECT_GT(expected, occupation(recurs, t).free + 0.01);
    }
  }
}

TEST(Course, DoubleProgrammedVisitsShiftTheMedianByWhatTheyShould) {
  EXPECT_NEAR(median_rfs(""), std::log(2.0) / (recurs + dies_free), 0.12);  // 5 SE
  // Free of a seen event beyond t: no exit by the last visit v, and alive from there to t, with or
  // without a recurrence that no visit has shown yet.
  const double every = 7;
  const auto free_beyond = [&](double t) {
    const double visit = every * std::floor(t / every);
    return occupation(recurs, visit).free * occupation(recurs, t - visit).alive;
  };
  double median = 0;
  while (free_beyond(median) > 0.5)
    median += 0.001;
  EXPECT_NEAR(median, 21, 0.01);  // 16.5 months when seen at once
  EXPECT_EQ(median_rfs("assessments: {every_months: 7}\n"), 21);
}

std::string document(const std::string& more) {
  const Plan plan =
      plan_of(course("{control: {}, experimental: {effects: {recurrence: {hazard_ratio: 0.7}}}}",
                     more + "sample_size: 300\nsimulation: {replicates: 300, seed: 3}\n"));
  result::Result result = summarise(plan, run(plan, {}));
  result.digest.clear();
  return result::to_json(result);
}

TEST(Course, ContinuousAssessmentIsNoAssessmentToTheByte) {
  EXPECT_EQ(document(""), document("assessments: continuous\n"));
  EXPECT_NE(document(""), document("assessments: {every_months: 3}\n"));
}

TEST(Course, CertainOutcomesAreCertain) {
  const std::string text = R"yaml(
trialmill: 1
title: certain
disease:
  recurrence: {baseline: {hazard_per_month: 0.04}}
  death_with_disease: {baseline: {hazard_per_month: 0.02}}
pathway:
  surgery:
    radicality: {}
    morbidity: {probability: 1, odds_ratios: {response: 2}}
    adjuvant: {probability: 1, odds_ratios: {morbidity: 0.1}, from_months: 1, to_months: 2}
arms:
  upfront: {before_surgery: {surgery_at_months: 1}}
  neoadjuvant: {before_surgery: {surgery_at_months: 5, response: 1}}
enrolment: {rate: 10}
sample_size: 100
endpoints:
  late: {from: surgery, events: [{no_adjuvant_by_months: 2.5}]}
  response_rate: {proportion: response}
follow_up: {until: {calendar_months: 100}}
analyses:
  - {name: late, endpoint: late, test: log-rank}
  - {name: response, endpoint: response_rate, test: score}
)yaml";
  const Plan plan = plan_of(text);
  Workspace workspace;
  const result::Outcome& outcome = simulate_replicate(plan.designs[0], 1, 1, workspace).front();
  EXPECT_EQ(outcome.analyses[0].events, 0u);
  EXPECT_EQ(outcome.analyses[1].proportion.experimental, 1);
  EXPECT_EQ(outcome.analyses[1].proportion.control, 0);
}

TEST(Course, TheNumberOfThreadsDoesNotMatter) {
  for (const char* file : {"neoadjuvant-selection.yaml", "neoadjuvant-high-burden.yaml"}) {
    scenario::Study study = shipped_study(std::string("jnets-2021/") + file);
    study.replicates = 450;
    const Plan plan = compile_plan(study);
    RunOptions one, three;
    one.threads = 1;
    three.threads = 3;
    EXPECT_EQ(result::to_json(summarise(plan, run(plan, one))),
              result::to_json(summarise(plan, run(plan, three))));
  }
}

TEST(Truth, IsExactlyNothingWhenTheArmsAreTheSame) {
  Plan plan = plan_of(course("{control: {}, experimental: {}}", "sample_size: 300\n"));
  measure_truths(plan);
  for (const result::AnalysisTruth& truth : plan.designs[0].sizes[0].truths)
    EXPECT_NEAR(truth.log_hazard_ratio, 0, 1e-12);
}

TEST(Truth, OfAllRandomisedIsWhatUndisturbedTrialsEstimate) {
  Plan plan = compile_plan(shipped_study(
      "jnets-2021/neoadjuvant-selection.yaml",
      {{"dropout.per_year", "0"}, {"sample_size", "1000"}, {"simulation.replicates", "300"}}));
  measure_truths(plan);
  const result::Result result = summarise(plan, run(plan, {}));
  ASSERT_EQ(result.points.size(), 2u);
  for (const result::PointResult& point : result.points)
    for (const result::AnalysisResult& analysis : point.analyses) {
      const auto& estimate = *analysis.estimate;
      if (analysis.endpoint == "efs" || analysis.endpoint == "os") {
        // Four standard errors of either side; the truth's is about 0.006.
        EXPECT_NEAR(estimate.bias, 0, 4 * std::hypot(estimate.bias_mc_se, 0.006)) << analysis.name;
      }
      // Selection makes survival after surgery look better: the bias is there and negative.
      if (analysis.endpoint == "os_resected") {
        EXPECT_LT(estimate.bias, -0.02) << analysis.name;
      }
    }
}

TEST(Truth, OfAProportionIsItsDifferenceInTheSamePatients) {
  Plan plan = compile_plan(shipped_study("jnets-2021/neoadjuvant-high-burden.yaml",
                                         {{"dropout.per_year", "0"}, {"sample_size", "400"}}));
  plan.replicates = 400;
  measure_truths(plan);
  const result::Result result = summarise(plan, run(plan, {}));
  const auto& rate = *result.points[0].analyses[0].proportion;
  EXPECT_NEAR(rate.bias, 0, 4 * std::hypot(rate.bias_mc_se, 0.003));
  EXPECT_GT(rate.true_risk_difference, 0.03);
  EXPECT_NEAR(rate.coverage, 0.95, 0.05);
}

}  // namespace
}  // namespace trialmill::simulation
