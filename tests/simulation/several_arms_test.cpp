// Trials of three arms: what each comparison of a pair sees, again from the raw columns; truths of
// pairs; and a trial of two arms beside one of three with the same two.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "simulation/study.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::simulation {
namespace {

Plan plan_of(const std::string& text) {
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "arms.yaml")));
}

const std::string trial = R"yaml(
trialmill: 1
title: three arms
population: {poor: {prevalence: 0.4}}
disease: {os: {baseline: {median_months: 10}, hazard_ratios: {poor: 2}}}
arms:
  control: {allocation: 2}
  low: {effects: {os: {hazard_ratio: 0.7}}}
  high: {effects: {os: {hazard_ratio: 0.5}}}
enrolment: {rate: 8}
dropout: {control: {per_year: 0.05}, low: {per_year: 0.1}, high: {per_year: 0.2}}
randomisation: {strata: [poor]}
sample_size: 160
follow_up: {until: {events: 90}}
simulation: {replicates: 100, seed: 5}
)yaml";

struct Row {
  double time;
  bool event;
  std::size_t group;
};

// One replicate's patients, seen without the program's looks.
class Patients {
 public:
  explicit Patients(const cohort::Cohort& cohort) : cohort_(cohort) {}

  // The calendar time of the d-th event in some arms.
  double time_of(std::size_t d, const std::vector<int>& arms) const {
    std::vector<double> times;
    for (std::size_t i = 0; i < cohort_.size; ++i)
      if (std::ranges::count(arms, cohort_.arm[i]) > 0 &&
          cohort_.event_months[i] <= cohort_.dropout_months[i])
        times.push_back(cohort_.enrolment_months[i] + cohort_.event_months[i]);
    std::ranges::sort(times);
    return times.at(d - 1);
  }

  // The patients of some arms at a cut, whose groups are places among the arms.
  std::vector<Row> seen(double cut, const std::vector<int>& arms) const {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < cohort_.size; ++i) {
      const auto place = std::ranges::find(arms, cohort_.arm[i]) - arms.begin();
      const double enrolled = cohort_.enrolment_months[i];
      if (static_cast<std::size_t>(place) == arms.size() || enrolled > cut) continue;
      const double event = cohort_.event_months[i], lost = cohort_.dropout_months[i];
      const bool has_event = event <= lost && enrolled + event <= cut;
      rows.push_back({has_event ? event : std::min(lost, cut - enrolled), has_event,
                      static_cast<std::size_t>(place)});
    }
    return rows;
  }

 private:
  const cohort::Cohort& cohort_;
};

// Observed less expected events of the groups but the first, and their covariance.
struct Scores {
  std::array<double, 2> score{};
  std::array<std::array<double, 2>, 2> variance{};
};

Scores scores_of(const std::vector<Row>& rows) {
  Scores sums;
  for (const Row& event : rows) {
    if (!event.event) continue;
    std::array<double, 3> at_risk{};
    for (const Row& row : rows)
      at_risk[row.group] += row.time >= event.time;
    const double all = at_risk[0] + at_risk[1] + at_risk[2];
    for (std::size_t a = 0; a < 2; ++a) {
      const double share = at_risk[a + 1] / all;
      sums.score[a] += (event.group == a + 1) - share;
      for (std::size_t b = 0; b < 2; ++b)
        sums.variance[a][b] += share * ((a == b) - at_risk[b + 1] / all);
    }
  }
  return sums;
}

double naive_z(const std::vector<Row>& rows) {
  const Scores sums = scores_of(rows);
  return -sums.score[0] / std::sqrt(sums.variance[0][0]);
}

double naive_chi_square(const std::vector<Row>& rows) {
  const auto [score, v] = scores_of(rows);
  const double determinant = v[0][0] * v[1][1] - v[0][1] * v[1][0];
  return (score[0] * score[0] * v[1][1] - 2 * score[0] * score[1] * v[0][1] +
          score[1] * score[1] * v[0][0]) /
         determinant;
}

std::size_t events_in(const std::vector<Row>& rows) {
  return static_cast<std::size_t>(std::ranges::count_if(rows, &Row::event));
}

TEST(SeveralArms, DoubleProgrammedComparisonsFromTheRawColumns) {
  const Plan plan = plan_of(trial + R"yaml(
analyses:
  - {name: low, test: log-rank, arms: [control, low]}
  - {name: active, test: log-rank, arms: [low, high]}
  - {name: against, test: log-rank, arms: [high, low]}
  - {name: any, test: log-rank, arms: all, sided: 2, alpha: 0.05}
  - {name: own, test: log-rank, arms: [control, high], at: {events: 55, arms: [control, high]}}
  - {name: in_control, test: cox, arms: [control, high], at: {events: 40, arms: [control]}}
)yaml");
  Workspace workspace;
  int any_rejected = 0;
  for (std::uint64_t number = 1; number <= 100; ++number) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], plan.seed, number, workspace).front();
    const Patients patients(workspace.cohort);
    const double cut = patients.time_of(90, {0, 1, 2});
    const double own = patients.time_of(55, {0, 2});
    const auto expect = [&](std::size_t a, double at, const std::vector<int>& arms) {
      const result::AnalysisOutcome& analysis = outcome.analyses[a];
      const std::vector<Row> rows = patients.seen(at, arms);
      EXPECT_EQ(analysis.analysis_months, at);
      EXPECT_EQ(analysis.patients, rows.size());
      EXPECT_EQ(analysis.events, events_in(rows));
      return rows;
    };
    EXPECT_NEAR(outcome.analyses[0].z, naive_z(expect(0, cut, {0, 1})), 1e-11);
    EXPECT_NEAR(outcome.analyses[1].z, naive_z(expect(1, cut, {1, 2})), 1e-11);
    EXPECT_NEAR(outcome.analyses[2].z, -outcome.analyses[1].z, 1e-11);
    const double chi_square = naive_chi_square(expect(3, cut, {0, 1, 2}));
    EXPECT_NEAR(outcome.analyses[3].z, std::sqrt(chi_square), 1e-11);
    EXPECT_NEAR(outcome.analyses[3].p_value, std::exp(-chi_square / 2), 1e-12);
    EXPECT_EQ(outcome.analyses[3].rejected, std::exp(-chi_square / 2) <= 0.05);
    any_rejected += outcome.analyses[3].rejected;
    EXPECT_NEAR(outcome.analyses[4].z, naive_z(expect(4, own, {0, 2})), 1e-11);
    EXPECT_EQ(outcome.analyses[4].events, 55u);
    expect(5, patients.time_of(40, {0}), {0, 2});
    // The trial is that of all arms; its last analysis may be any one's.
    EXPECT_EQ(outcome.events, 90u);
    EXPECT_EQ(outcome.analysis_months, std::max({cut, own, outcome.analyses[5].analysis_months}));
  }
  EXPECT_GT(any_rejected, 10);
}

TEST(SeveralArms, DoubleProgrammedLooksCountTheArmsCompared) {
  const Plan plan = plan_of(trial + R"yaml(
analyses:
  - name: own
    test: log-rank
    arms: [control, high]
    at: {events: 60, arms: [control, high]}
    looks: {information_fraction: [0.5, 1], spending: pocock}
  - name: overall
    test: log-rank
    arms: [control, low]
    looks: {interim: [{events: 45}], information_fraction: [0.5, 1], planned: {events: 70}, spending: obf}
)yaml");
  EXPECT_EQ(plan.designs[0].sizes[0].looks[0]->maximum, 60);
  EXPECT_EQ(plan.designs[0].sizes[0].looks[1]->maximum, 70);
  Workspace workspace;
  int stopped_early = 0;
  for (std::uint64_t number = 1; number <= 100; ++number) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], plan.seed, number, workspace).front();
    const Patients patients(workspace.cohort);
    const auto expect = [&](const result::LookOutcome& look, double due,
                            const std::vector<int>& arms, double planned) {
      EXPECT_EQ(look.due_months, due);
      if (!look.held) return;
      const std::vector<Row> rows = patients.seen(due, arms);
      EXPECT_NEAR(look.z, naive_z(rows), 1e-11);
      EXPECT_EQ(look.events, events_in(rows));
      EXPECT_EQ(look.patients, rows.size());
      EXPECT_EQ(look.enrolled, rows.size());
      EXPECT_EQ(look.information, static_cast<double>(events_in(rows)) / planned);
    };
    expect(outcome.looks[0][0], patients.time_of(30, {0, 2}), {0, 2}, 60);
    expect(outcome.looks[0][1], patients.time_of(60, {0, 2}), {0, 2}, 60);
    expect(outcome.looks[1][0], patients.time_of(45, {0, 1, 2}), {0, 1}, 70);
    expect(outcome.looks[1][1], patients.time_of(90, {0, 1, 2}), {0, 1}, 70);
    stopped_early += outcome.analyses[0].look == 1;
  }
  EXPECT_GT(stopped_early, 10);
}

// Who has no looks is made when an analysis of the same arms has stopped, and not with that of
// others.
TEST(SeveralArms, AnalysesWaitForTheLooksOfTheirOwnArms) {
  const Plan plan = plan_of(trial + R"yaml(
analyses:
  - name: high
    test: log-rank
    arms: [control, high]
    looks: {information_fraction: [0.5, 1], planned: {events: 60}, spending: pocock}
  - {name: ratio, test: cox, arms: [control, high]}
  - {name: low, test: cox, arms: [control, low]}
)yaml");
  Workspace workspace;
  int stopped_early = 0;
  for (std::uint64_t number = 1; number <= 50; ++number) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], plan.seed, number, workspace).front();
    const auto& analyses = outcome.analyses;
    EXPECT_EQ(analyses[1].analysis_months, analyses[0].analysis_months);
    EXPECT_EQ(analyses[1].events, analyses[0].events);
    EXPECT_EQ(analyses[2].analysis_months, Patients(workspace.cohort).time_of(90, {0, 1, 2}));
    stopped_early += analyses[0].analysis_months < analyses[2].analysis_months;
  }
  EXPECT_GT(stopped_early, 10);
}

TEST(SeveralArms, InATrialOfTwoNamingThemChangesNothing) {
  const auto two_arms = [](const std::string& arms) {
    std::string text = small_sweep;
    const std::string name = "{name: adjusted, test: cox,";
    text.replace(text.find(name), name.size(), name + arms);
    return plan_of(text);
  };
  const Plan plain = two_arms(""), named = two_arms(" arms: [control, experimental],");
  const Plan turned = two_arms(" arms: [experimental, control],");
  EXPECT_EQ(named.designs[0].looks.size(), 1u);
  EXPECT_TRUE(named.designs[0].labels[2].arms.empty());
  EXPECT_EQ(turned.designs[0].labels[2].arms.size(), 2u);
  Workspace a, b, c;
  for (std::uint64_t number = 1; number <= 20; ++number) {
    const auto& one = simulate_replicate(plain.designs[0], 11, number, a).back().analyses[2];
    const auto& same = simulate_replicate(named.designs[0], 11, number, b).back().analyses[2];
    const auto& other = simulate_replicate(turned.designs[0], 11, number, c).back().analyses[2];
    EXPECT_EQ(one.log_hazard_ratio, same.log_hazard_ratio);
    EXPECT_NEAR(one.log_hazard_ratio, -other.log_hazard_ratio, 1e-9);
    EXPECT_NEAR(one.z, -other.z, 1e-8);
  }
}

// ---- truths ----

TEST(SeveralArms, StatedTruthsAreThoseOfThePair) {
  const Plan plan = plan_of(trial + R"yaml(
analyses:
  - {name: low, test: rmst, tau_months: 18, arms: [control, low]}
  - {name: high, test: rmst, tau_months: 18, arms: [control, high]}
  - {name: active, test: rmst, tau_months: 18, arms: [low, high]}
  - {name: ratio, test: cox, arms: [low, high]}
  - {name: against, test: cox, arms: [high, control]}
)yaml");
  const auto& truths = plan.designs[0].sizes[0].truths;
  EXPECT_GT(truths[1].difference, truths[0].difference);
  EXPECT_NEAR(truths[2].difference, truths[1].difference - truths[0].difference, 1e-12);
  EXPECT_NEAR(truths[3].log_hazard_ratio, std::log(0.5 / 0.7), 1e-15);
  EXPECT_NEAR(truths[4].log_hazard_ratio, std::log(2), 1e-15);
}

TEST(SeveralArms, ARatioOfTwoEffectsThatChangeAlikeIsConstant) {
  const auto truth = [](const std::string& low, const std::string& high) {
    std::string text = trial + "analyses: [{name: ratio, test: cox, arms: [low, high]}]\n";
    text.replace(text.find("0.5}"), 4, high + "}");
    text.replace(text.find("0.7}"), 4, low + "}");
    return plan_of(text).designs[0].sizes[0].truths[0].log_hazard_ratio;
  };
  const std::string late = "[{from_months: 0, ratio: 1}, {from_months: 3, ratio: 0.5}]";
  EXPECT_EQ(truth(late, late), 0);
  EXPECT_TRUE(std::isnan(truth(late, "0.5")));
  EXPECT_TRUE(std::isnan(truth("0.5", late)));
}

const std::string course = R"yaml(
trialmill: 1
title: a course in several arms
population: {grade_g3: {prevalence: 0.3}}
disease:
  recurrence: {baseline: {hazard_per_month: 0.04}, hazard_ratios: {grade_g3: 2}}
  death_without_recurrence: {baseline: {hazard_per_month: 0.001}}
  death_with_disease: {baseline: {hazard_per_month: 0.03}}
pathway:
  surgery: {radicality: {r1: 0.1, r2: 0.2}}
enrolment: {rate: 10}
dropout: {per_year: 0.05}
sample_size: 240
endpoints:
  efs: {events: [progression, unresectable, r2, recurrence, death]}
  r0_rate: {proportion: r0}
follow_up: {until: {calendar_months: 48}}
simulation: {replicates: 10, seed: 2}
)yaml";
const std::string upfront = "  upfront: {before_surgery: {surgery_at_months: 1}}\n";
const std::string brief = R"yaml(
  brief:
    before_surgery: {surgery_at_months: 3, progression: {probability: 0.05}}
    effects: {r2: {odds_ratio: 0.8}}
)yaml";
const std::string full = R"yaml(
  full:
    before_surgery: {surgery_at_months: 5, progression: {probability: 0.1}, response: 0.5}
    effects: {recurrence: {hazard_ratio: 0.6}, r2: {odds_ratio: 0.5}}
)yaml";

Plan measured(const std::string& text) {
  Plan plan = plan_of(text);
  measure_truths(plan, 1);
  return plan;
}

// The same patients are followed, cut at the same time.
TEST(SeveralArms, TheTruthOfAPairIsThatOfATrialOfThesePatientsInTheseTwoArms) {
  const Plan two = measured(course + "arms:\n" + upfront + full + R"yaml(
analyses:
  - {name: efs, endpoint: efs, test: cox, covariates: [grade_g3]}
  - {name: mean, endpoint: efs, test: rmst, tau_months: 24}
  - {name: rate, endpoint: r0_rate, test: score}
)yaml");
  const Plan three = measured(course + "arms:\n" + upfront + brief + full + R"yaml(
analyses:
  - {name: efs, endpoint: efs, test: cox, covariates: [grade_g3], arms: [upfront, full]}
  - {name: mean, endpoint: efs, test: rmst, tau_months: 24, arms: [upfront, full]}
  - {name: rate, endpoint: r0_rate, test: score, arms: [upfront, full]}
  - {name: brief, endpoint: r0_rate, test: score, arms: [upfront, brief]}
  - {name: active, endpoint: r0_rate, test: score, arms: [brief, full]}
)yaml");
  const auto& expected = two.designs[0].sizes[0].truths;
  const auto& truths = three.designs[0].sizes[0].truths;
  EXPECT_EQ(truths[0].log_hazard_ratio, expected[0].log_hazard_ratio);
  EXPECT_LT(truths[0].log_hazard_ratio, 0);
  EXPECT_EQ(truths[1].difference, expected[1].difference);
  EXPECT_EQ(truths[2].risk_difference, expected[2].risk_difference);
  EXPECT_NEAR(truths[4].risk_difference, truths[2].risk_difference - truths[3].risk_difference,
              1e-12);
  EXPECT_NE(truths[3].risk_difference, truths[2].risk_difference);
}

TEST(SeveralArms, ThePathwayIsCountedInEachArm) {
  const Plan plan = plan_of(course + "arms:\n" + upfront + brief + full + R"yaml(
analyses: [{name: efs, endpoint: efs, test: log-rank, arms: all, sided: 2}]
)yaml");
  Workspace workspace;
  const auto& outcome = simulate_replicate(plan.designs[0], 2, 1, workspace).front();
  ASSERT_EQ(outcome.pathway.size(), 3u);
  const auto responses = [&](std::size_t arm) {
    return outcome.pathway[arm].took[static_cast<std::size_t>(result::PathwayStep::response)];
  };
  for (const result::PathwayCounts& arm : outcome.pathway)
    EXPECT_EQ(arm.patients, 80u);
  EXPECT_EQ(responses(0), 0u);
  EXPECT_EQ(responses(1), 0u);
  EXPECT_GT(responses(2), 20u);
}

}  // namespace
}  // namespace trialmill::simulation
