// Every look of a trial again from the patients' raw columns, by a slow and plain route.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulation/looks_trial.hpp"
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

// Z of the log-rank test of the data seen by a calendar time, event by event.
double naive_z(const std::vector<Patient>& patients, double cut) {
  struct Row {
    double time;
    bool event, experimental;
  };
  std::vector<Row> rows;
  for (const Patient& patient : patients) {
    if (patient.enrolled > cut) continue;
    const bool seen = patient.has_event() && patient.enrolled + patient.event <= cut;
    const double censored = std::min(patient.dropout, cut - patient.enrolled);
    rows.push_back({seen ? patient.event : censored, seen, patient.experimental});
  }
  double score = 0, variance = 0;
  for (const Row& event : rows) {
    if (!event.event) continue;
    double at_risk = 0, experimental = 0;
    for (const Row& row : rows) {
      at_risk += row.time >= event.time;
      experimental += row.time >= event.time && row.experimental;
    }
    const double share = experimental / at_risk;
    score += share - (event.experimental ? 1 : 0);
    variance += share * (1 - share);
  }
  return score / std::sqrt(variance);
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
      const double z = naive_z(patients, cut);
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

}  // namespace
}  // namespace trialmill::simulation
