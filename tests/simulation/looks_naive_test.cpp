// Every look of a trial again from the patients' raw columns, by a slow and plain route.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "simulation/looks_trial.hpp"
#include "trialmill/design/boundary_sequence.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

struct Patient {
  double enrolled, event, dropout;
  bool experimental;

  bool has_event() const { return event <= dropout; }
};

std::vector<Patient> patients_of(const cohort::Cohort& cohort) {
  std::vector<Patient> patients;
  for (std::size_t i = 0; i < cohort.size; ++i)
    patients.push_back({cohort.enrolment_months[i], cohort.event_months[i],
                        cohort.dropout_months[i], cohort.arm[i] == 1});
  return patients;
}

// The calendar time of the d-th event.
double time_of(const std::vector<Patient>& patients, std::size_t d) {
  std::vector<double> times;
  for (const Patient& patient : patients)
    if (patient.has_event()) times.push_back(patient.enrolled + patient.event);
  std::ranges::sort(times);
  return times.at(d - 1);
}

struct Row {
  double time;
  bool event, experimental;
};

// The data seen by a calendar time, in the order of time.
std::vector<Row> seen_by(const std::vector<Patient>& patients, double cut) {
  std::vector<Row> rows;
  for (const Patient& patient : patients) {
    if (patient.enrolled > cut) continue;
    const bool seen = patient.has_event() && patient.enrolled + patient.event <= cut;
    const double censored = std::min(patient.dropout, cut - patient.enrolled);
    rows.push_back({seen ? patient.event : censored, seen, patient.experimental});
  }
  std::ranges::sort(rows, {}, &Row::time);
  return rows;
}

// Scores weighted by 1 (log-rank) and by 1 - S(t-), event by event.
struct Scores {
  double z[2] = {};
  double covariance[2][2] = {};
};

Scores naive_scores(const std::vector<Patient>& patients, double cut) {
  const std::vector<Row> rows = seen_by(patients, cut);
  Scores out;
  double survival = 1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].event) continue;
    const auto at_risk = static_cast<double>(rows.size() - i);
    double share = 0;
    for (std::size_t j = i; j < rows.size(); ++j)
      share += rows[j].experimental / at_risk;
    const double weight[] = {1, 1 - survival};
    for (int a = 0; a < 2; ++a) {
      out.z[a] += weight[a] * (share - (rows[i].experimental ? 1 : 0));
      for (int b = 0; b < 2; ++b)
        out.covariance[a][b] += weight[a] * weight[b] * share * (1 - share);
    }
    survival *= 1 - 1 / at_risk;
  }
  for (int a = 0; a < 2; ++a)
    out.z[a] /= std::sqrt(out.covariance[a][a]);
  return out;
}

TEST(Looks, DoubleProgrammedFromTheRawColumnsGiveTheRecordedDecisions) {
  LooksTrial trial;
  trial.analyses =
      "[{name: primary, test: log-rank, looks: {information_fraction: [0.4, 0.7, 1], spending: "
      "hsd(-1), futility: {spending: hsd(-1), beta: 0.2}}}]";
  const Plan plan = plan_of(trial);
  design::GroupSequentialDesign design;
  design.information = {24.0 / 60, 42.0 / 60, 1};
  design.efficacy = design::HwangShihDeCani{-1};
  design.futility = design::FutilitySpending{0.2, design::HwangShihDeCani{-1}, false};
  const design::Boundaries bounds = design::compute_boundaries(design);
  const std::size_t events[] = {24, 42, 60};
  Workspace workspace;
  int stopped_early = 0;
  for (std::uint64_t number = 1; number <= 400; ++number) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], plan.seed, number, workspace).front();
    const std::vector<Patient> patients = patients_of(workspace.cohort);
    int look = 0;
    bool rejects = false, futile = false;
    while (look < 3 && !rejects && !futile) {
      const auto k = static_cast<std::size_t>(look++);
      const double cut = time_of(patients, events[k]);
      const double z = naive_scores(patients, cut).z[0];
      EXPECT_EQ(outcome.looks[0][k].due_months, cut);
      EXPECT_NEAR(outcome.looks[0][k].z, z, 1e-11);
      rejects = z >= bounds.looks[k].efficacy_z;
      futile = k < 2 && z < bounds.looks[k].futility_z;
    }
    EXPECT_EQ(outcome.analyses[0].look, look) << number;
    EXPECT_EQ(outcome.analyses[0].rejected, rejects) << number;
    stopped_early += look < 3;
  }
  EXPECT_GT(stopped_early, 100);
}

// Every look of every trial, whatever an earlier one found.
template <class Check>
void for_all_looks(const Plan& plan, Check check) {
  Workspace workspace;
  result::Outcome outcome;
  for (std::uint64_t number = 1; number <= 60; ++number) {
    draw_replicate(plan.designs[0], plan.seed, number, workspace);
    analyse_cohort(plan.designs[0], plan.designs[0].sizes[0], workspace, outcome, 3);
    const std::vector<Patient> patients = patients_of(workspace.cohort);
    std::vector<Scores> scores;
    for (const std::size_t events : {30u, 45u, 60u})
      scores.push_back(naive_scores(patients, time_of(patients, events)));
    check(outcome.looks[0], scores);
  }
}

TEST(Looks, DoubleProgrammedWeightedOnesAreBoundedByTheirVariances) {
  LooksTrial trial;
  trial.analyses =
      "[{name: late, test: log-rank, weight: \"fh(0,1)\", looks: {information_fraction: "
      "[0.5, 0.75, 1], spending: pocock}}]";
  for_all_looks(plan_of(trial), [](const std::vector<result::LookOutcome>& looks,
                                   const std::vector<Scores>& scores) {
    design::GroupSequentialDesign design;
    design.efficacy = design::LanDeMetsPocock{};
    design.spending_time = {0.5, 0.75, 1};
    design.information.clear();
    for (const Scores& one : scores)
      design.information.push_back(one.covariance[1][1] / scores.back().covariance[1][1]);
    const design::Boundaries bounds = design::compute_boundaries(design);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(looks[k].z, scores[k].z[1], 1e-11);
      EXPECT_NEAR(looks[k].efficacy_z, bounds.looks[k].efficacy_z, 1e-9);
      if (k == 0) continue;
      const double ratio = scores[k - 1].covariance[1][1] / scores[k].covariance[1][1];
      EXPECT_NEAR(looks[k].correlation, std::sqrt(ratio), 1e-11);
    }
  });
}

// The log-rank test at two looks, the larger of it and fh(0,1) at the last.
TEST(Looks, DoubleProgrammedOnesWithAnotherFinalAnalysisAreBoundedByTheirCovariances) {
  LooksTrial trial;
  trial.analyses =
      "[{name: both, test: log-rank, looks: {information_fraction: [0.5, 0.75, 1], spending: "
      "pocock, final_analysis: {test: max-combo, weights: [\"fh(0,0)\", \"fh(0,1)\"]}}}]";
  for_all_looks(plan_of(trial), [](const std::vector<result::LookOutcome>& looks,
                                   const std::vector<Scores>& scores) {
    const auto& [first, second, last] = std::tie(scores[0], scores[1], scores[2]);
    const auto correlation = [](const Scores& earlier, int a, const Scores& now, int b) {
      return earlier.covariance[a][b] / std::sqrt(earlier.covariance[a][a] * now.covariance[b][b]);
    };
    design::GroupSequentialDesign design;
    design.efficacy = design::LanDeMetsPocock{};
    design.information = {0.5, 0.75, 1};
    design::BoundarySequence sequence(design::compute_boundaries(design));
    const std::vector<double> of_last = {correlation(first, 0, last, 0),
                                         correlation(second, 0, last, 0),
                                         1,
                                         correlation(last, 0, last, 1),
                                         correlation(first, 0, last, 1),
                                         correlation(second, 0, last, 1),
                                         correlation(last, 0, last, 1),
                                         1};
    const design::JointStatistics joint[] = {
        {1, {1}}, {1, {correlation(first, 0, second, 0), 1}}, {2, of_last}};
    for (std::size_t k = 0; k < 3; ++k) {
      const design::ObservedLook look{design.information[k], {}, joint[k]};
      EXPECT_NEAR(looks[k].efficacy_z, sequence.next(look, k == 2).efficacy_z, 1e-7) << k;
      EXPECT_NEAR(looks[k].z, k < 2 ? scores[k].z[0] : std::max(last.z[0], last.z[1]), 1e-11);
    }
  });
}

}  // namespace
}  // namespace trialmill::simulation
