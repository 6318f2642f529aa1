// One replicate per test of the core: what a scenario's analysis reports, computed again from the
// rows it saw by the plainest route there is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "simulation/study.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

constexpr const char* trial = R"yaml(
trialmill: 1
title: every test
population: {grade_g3: {prevalence: 0.3}}
disease:
  rfs: {baseline: {median_months: 14}, hazard_ratios: {grade_g3: 2}}
arms: {control: {}, experimental: {effects: {rfs: {hazard_ratio: 0.7}}}}
enrolment: {rate: 10}
dropout: {per_year: 0.05}
sample_size: 90
follow_up: {until: {events: 60}}
analyses:
  - {name: late, test: log-rank, weight: "fh(0,1)"}
  - {name: modest, test: log-rank, weight: "mwlr(6)"}
  - {name: combined, test: max-combo, weights: ["fh(0,0)", "fh(0,1)"]}
  - {name: two_sided, test: max-combo, weights: ["fh(0,0)", "fh(0,1)"], sided: 2, alpha: 0.05}
  - {name: mean, test: rmst, tau_months: 12}
  - {name: mean_margin, test: rmst, tau_months: 12, margin: 1.5}
  - {name: plain, test: milestone, at_months: 12}
  - {name: log_log, test: milestone, at_months: 12, scale: log-log}
  - {name: plain_margin, test: milestone, at_months: 12, margin: 0.1}
  - {name: score, test: cox, statistic: score}
  - {name: ratio, test: cox, statistic: likelihood-ratio}
  - {name: adjusted, test: cox, statistic: likelihood-ratio, covariates: [grade_g3]}
  - {name: adjusted_score, test: cox, statistic: score, covariates: [grade_g3]}
  - {name: robust, test: cox, standard_error: robust}
  - {name: firth, test: cox, penalty: firth}
  - {name: firth_ratio, test: cox, penalty: firth, statistic: likelihood-ratio}
  - {name: cox_margin, test: cox, margin: 1.3}
  - {name: pairs, test: win-ratio, outcomes: [rfs]}
simulation: {replicates: 100, seed: 3}
)yaml";

struct Patient {
  double time = 0;
  bool event = false;
  int arm = 0;
  double grade = 0;
};

// One replicate of the trial above, its patients as they were analysed.
class EveryTest : public testing::Test {
 protected:
  EveryTest()
      : plan_(compile_plan(scenario::read_study(input::read_yaml_text(trial, "every.yaml")))) {
    const Design& design = plan_.designs.front();
    outcome_ = simulate_replicate(design, plan_.seed, 17, workspace_).front();
    const cohort::LookData& look = workspace_.looks.front().data;
    for (std::size_t k = 0; k < look.rows; ++k) {
      const std::size_t i = look.in_order ? k : look.patient[k];
      patients_.push_back({look.time[k], look.event[k] != 0, workspace_.cohort.arm[i],
                           workspace_.cohort.recorded_covariate(0)[i]});
    }
    std::ranges::sort(patients_, {}, &Patient::time);
  }

  const result::AnalysisOutcome& of(const std::string& name) const {
    const auto& labels = plan_.designs.front().labels;
    const auto found = std::ranges::find(labels, name, &result::AnalysisLabel::name);
    EXPECT_NE(found, labels.end()) << name;
    return outcome_.analyses[static_cast<std::size_t>(found - labels.begin())];
  }

  double at_risk(double time, int arm) const {
    return static_cast<double>(std::ranges::count_if(patients_, [&](const Patient& patient) {
      return patient.time >= time && (arm < 0 || patient.arm == arm);
    }));
  }

  // Kaplan-Meier of an arm (-1: of both) at a time, or just before it.
  double survival(double time, int arm, bool before = false) const {
    double product = 1;
    for (const Patient& patient : patients_)
      if (patient.event && (arm < 0 || patient.arm == arm) &&
          (before ? patient.time < time : patient.time <= time))
        product *= 1 - 1 / at_risk(patient.time, arm);
    return product;
  }

  // The variance that two weighted scores have in common.
  using Weight = std::function<double(double)>;
  double covariance(const Weight& a, const Weight& b) const {
    double sum = 0;
    for (const Patient& patient : patients_) {
      const double share = at_risk(patient.time, 1) / at_risk(patient.time, -1);
      if (patient.event) sum += a(patient.time) * b(patient.time) * share * (1 - share);
    }
    return sum;
  }

  double weighted_z(const Weight& weight) const {
    double score = 0;
    for (const Patient& patient : patients_)
      if (patient.event)
        score += weight(patient.time) *
                 (patient.arm - at_risk(patient.time, 1) / at_risk(patient.time, -1));
    return -score / std::sqrt(covariance(weight, weight));
  }

  // The log partial likelihood of treatment and grade.
  double likelihood(double treatment, double grade) const {
    double sum = 0;
    for (const Patient& patient : patients_) {
      if (!patient.event) continue;
      double risks = 0;
      for (const Patient& other : patients_)
        if (other.time >= patient.time)
          risks += std::exp(treatment * other.arm + grade * other.grade);
      sum += treatment * patient.arm + grade * patient.grade - std::log(risks);
    }
    return sum;
  }

  // Information on treatment alone.
  double information(double treatment) const {
    double sum = 0;
    for (const Patient& patient : patients_) {
      const double high = std::exp(treatment) * at_risk(patient.time, 1);
      const double share = high / (high + at_risk(patient.time, 0));
      if (patient.event) sum += share * (1 - share);
    }
    return sum;
  }

  Plan plan_;
  Workspace workspace_;
  result::Outcome outcome_;
  std::vector<Patient> patients_;
};

// The argument in [-3, 3] at which a function with one peak is largest.
double peak(const std::function<double(double)>& function) {
  double from = -3, to = 3;
  const double golden = (std::sqrt(5.0) - 1) / 2;
  while (to - from > 1e-9) {
    const double low = to - golden * (to - from), high = from + golden * (to - from);
    (function(low) > function(high) ? to : from) = function(low) > function(high) ? high : low;
  }
  return (from + to) / 2;
}

double normal_density(double x) {
  return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0));
}
double normal_below(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

// P(X in (low, z), Y in (low, z)) of two standard normal variables.
double both_within(double low, double z, double correlation) {
  constexpr int steps = 20000;
  const double from = std::max(low, -9.0), width = (z - from) / steps;
  const double other = std::sqrt(1 - correlation * correlation);
  double sum = 0;
  for (int k = 0; k < steps; ++k) {
    const double x = from + (k + 0.5) * width;
    sum += width * normal_density(x) *
           (normal_below((z - correlation * x) / other) -
            normal_below((low - correlation * x) / other));
  }
  return sum;
}

const auto log_rank_weight = [](double) { return 1.0; };

TEST_F(EveryTest, DoubleProgrammedWeightedLogRank) {
  EXPECT_NEAR(of("late").z, weighted_z([&](double t) { return 1 - survival(t, -1, true); }), 1e-10);
  const double cap = survival(6, -1);
  EXPECT_NEAR(of("modest").z,
              weighted_z([&](double t) { return 1 / std::max(survival(t, -1, true), cap); }),
              1e-10);
}

TEST_F(EveryTest, DoubleProgrammedMaxCombo) {
  const auto late = [&](double t) { return 1 - survival(t, -1, true); };
  const double a = weighted_z(log_rank_weight), b = weighted_z(late);
  const double correlation =
      covariance(log_rank_weight, late) /
      std::sqrt(covariance(log_rank_weight, log_rank_weight) * covariance(late, late));
  const double z = std::max(a, b), size = std::max(std::abs(a), std::abs(b));
  EXPECT_NEAR(of("combined").z, z, 1e-10);
  EXPECT_NEAR(of("combined").p_value, 1 - both_within(-1e9, z, correlation), 1e-7);
  EXPECT_EQ(of("combined").rejected, of("combined").p_value <= 0.025);
  EXPECT_NEAR(std::abs(of("two_sided").z), size, 1e-10);
  EXPECT_NEAR(of("two_sided").p_value, 1 - both_within(-size, size, correlation), 1e-7);
  EXPECT_EQ(of("two_sided").rejected, of("two_sided").p_value <= 0.05);
}

TEST_F(EveryTest, DoubleProgrammedRestrictedMeans) {
  double mean[2] = {}, variance[2] = {};
  for (const int arm : {0, 1}) {
    const auto area = [&](double from) {
      double sum = 0, last = from, height = survival(from, arm);
      for (const Patient& patient : patients_) {
        if (patient.arm != arm || patient.time <= from || patient.time > 12) continue;
        sum += (patient.time - last) * height;
        last = patient.time;
        height = survival(last, arm);
      }
      return sum + (12 - last) * height;
    };
    mean[arm] = area(0);
    for (const Patient& patient : patients_) {
      if (patient.arm != arm || !patient.event || patient.time > 12) continue;
      const double n = at_risk(patient.time, arm);
      variance[arm] += std::pow(area(patient.time), 2) / (n * (n - 1));
    }
  }
  const double difference = mean[1] - mean[0], error = std::sqrt(variance[0] + variance[1]);
  EXPECT_NEAR(of("mean").difference.estimate, difference, 1e-10);
  EXPECT_NEAR(of("mean").difference.standard_error, error, 1e-10);
  EXPECT_NEAR(of("mean").z, difference / error, 1e-9);
  EXPECT_NEAR(of("mean_margin").z, (difference + 1.5) / error, 1e-9);
  EXPECT_NEAR(of("mean_margin").difference.estimate, difference, 1e-10);
}

TEST_F(EveryTest, DoubleProgrammedMilestones) {
  double curve[2] = {}, greenwood[2] = {};
  for (const int arm : {0, 1}) {
    curve[arm] = survival(12, arm);
    for (const Patient& patient : patients_) {
      const double n = at_risk(patient.time, arm);
      if (patient.arm == arm && patient.event && patient.time <= 12)
        greenwood[arm] += 1 / (n * (n - 1));
    }
  }
  const double difference = curve[1] - curve[0];
  const double error =
      std::sqrt(curve[0] * curve[0] * greenwood[0] + curve[1] * curve[1] * greenwood[1]);
  EXPECT_NEAR(of("plain").difference.estimate, difference, 1e-10);
  EXPECT_NEAR(of("plain").z, difference / error, 1e-9);
  EXPECT_NEAR(of("plain_margin").z, (difference + 0.1) / error, 1e-9);
  const auto scaled = [&](int arm) { return std::log(-std::log(curve[arm])); };
  const auto scaled_variance = [&](int arm) {
    return greenwood[arm] / std::pow(std::log(curve[arm]), 2);
  };
  EXPECT_NEAR(of("log_log").z,
              (scaled(0) - scaled(1)) / std::sqrt(scaled_variance(0) + scaled_variance(1)), 1e-9);
  EXPECT_NEAR(of("log_log").difference.estimate, difference, 1e-10);
}

TEST_F(EveryTest, DoubleProgrammedCoxStatistics) {
  const double best = peak([&](double b) { return likelihood(b, 0); });
  EXPECT_NEAR(of("ratio").log_hazard_ratio, best, 1e-7);
  EXPECT_NEAR(std::pow(of("ratio").z, 2), 2 * (likelihood(best, 0) - likelihood(0, 0)), 1e-8);
  EXPECT_EQ(of("ratio").z > 0, best < 0);
  // Without ties the score test is the log-rank test.
  EXPECT_NEAR(of("score").z, weighted_z(log_rank_weight), 1e-9);
  EXPECT_NEAR(of("cox_margin").z, (std::log(1.3) - best) * std::sqrt(information(best)), 1e-6);
  const auto profile = [&](double b) {
    return likelihood(b, peak([&](double grade) { return likelihood(b, grade); }));
  };
  const double adjusted = peak(profile);
  EXPECT_NEAR(of("adjusted").log_hazard_ratio, adjusted, 1e-5);
  EXPECT_NEAR(std::pow(of("adjusted").z, 2), 2 * (profile(adjusted) - profile(0)), 1e-8);
}

TEST_F(EveryTest, DoubleProgrammedAdjustedScore) {
  const double grade = peak([&](double g) { return likelihood(0, g); });
  constexpr double h = 1e-3;
  const auto at = [&](int treatment, int other) {
    return likelihood(treatment * h, grade + other * h);
  };
  const double slope = (at(1, 0) - at(-1, 0)) / (2 * h);
  const double treatment = (2 * at(0, 0) - at(1, 0) - at(-1, 0)) / (h * h);
  const double other = (2 * at(0, 0) - at(0, 1) - at(0, -1)) / (h * h);
  const double both = (at(1, -1) + at(-1, 1) - at(1, 1) - at(-1, -1)) / (4 * h * h);
  const double variance = treatment - both * both / other;
  EXPECT_NEAR(of("adjusted_score").z, -slope / std::sqrt(variance), 1e-5);
}

TEST_F(EveryTest, DoubleProgrammedRobustError) {
  const double best = of("robust").log_hazard_ratio;
  const auto mean_arm = [&](double time) {
    const double high = std::exp(best) * at_risk(time, 1);
    return high / (high + at_risk(time, 0));
  };
  double squares = 0;
  for (const Patient& patient : patients_) {
    double residual = patient.event ? patient.arm - mean_arm(patient.time) : 0;
    for (const Patient& other : patients_)
      if (other.event && other.time <= patient.time)
        residual -= std::exp(best * patient.arm) * (patient.arm - mean_arm(other.time)) /
                    (std::exp(best) * at_risk(other.time, 1) + at_risk(other.time, 0));
    squares += residual * residual;
  }
  const double error = std::sqrt(squares) / information(best);
  EXPECT_NEAR(of("robust").standard_error, error, 1e-9);
  EXPECT_NEAR(of("robust").z, -best / error, 1e-7);
}

TEST_F(EveryTest, DoubleProgrammedFirth) {
  const auto penalised = [&](double b) {
    return likelihood(b, 0) + 0.5 * std::log(information(b));
  };
  const double best = peak(penalised);
  EXPECT_NEAR(of("firth").log_hazard_ratio, best, 1e-7);
  EXPECT_NEAR(of("firth").z, -best * std::sqrt(information(best)), 1e-6);
  EXPECT_NEAR(std::pow(of("firth_ratio").z, 2), 2 * (penalised(best) - penalised(0)), 1e-8);
}

TEST_F(EveryTest, DoubleProgrammedWinRatio) {
  double net = 0, score = 0, squares = 0, pairs = 0, experimental = 0;
  for (const Patient& patient : patients_) {
    double own = 0;
    for (const Patient& other : patients_) {
      const double result = other.event && other.time < patient.time     ? 1
                            : patient.event && patient.time < other.time ? -1
                                                                         : 0;
      own += result;
      if (patient.arm == 1 && other.arm == 0) net += result, ++pairs;
    }
    squares += own * own;
    if (patient.arm == 1) score += own, ++experimental;
  }
  const auto n = static_cast<double>(patients_.size());
  const double variance = experimental * (n - experimental) / (n * (n - 1)) * squares;
  EXPECT_NEAR(of("pairs").difference.estimate, net / pairs, 1e-12);
  EXPECT_NEAR(of("pairs").z, score / std::sqrt(variance), 1e-10);
}

}  // namespace
}  // namespace trialmill::simulation
