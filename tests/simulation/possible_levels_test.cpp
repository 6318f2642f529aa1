// Levels of covariates that none of an analysis's patients can have are left out of its model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

std::string trial(const std::string& population, const std::string& analyses,
                  const std::string& correlations = "") {
  return "trialmill: 1\ntitle: levels\npopulation:\n" + population + correlations +
         "disease: {os: {baseline: {median_months: 12}, hazard_ratios: {x: 1.5}}}\n"
         "arms: {a: {}, b: {effects: {os: {hazard_ratio: 0.7}}}}\nenrolment: {rate: 10}\n"
         "sample_size: 80\nfollow_up: {until: {events: 50}}\nanalyses:\n" +
         analyses + "simulation: {replicates: 300, seed: 4}\n";
}

const std::string x = "  x: {prevalence: 0.5}\n";

Plan plan_of(const std::string& text) {
  return compile_plan(scenario::read_study(input::read_yaml_text(text, "levels.yaml")));
}

std::string left_out(const Design& design, std::size_t analysis) {
  for (const result::AnalysisOption& option : design.labels[analysis].options)
    if (option.key == "left_out") return std::get<std::string>(option.value);
  return "";
}

bool was_singular(const result::AnalysisResult& analysis) {
  return std::ranges::any_of(analysis.flags,
                             [](const auto& flag) { return flag.first == "singular"; });
}

std::vector<int> levels(const Design& design, std::size_t analysis) {
  std::vector<int> out;
  for (const CoxColumn& column : design.analyses[analysis].covariates)
    out.push_back(column.level);
  return out;
}

TEST(PossibleLevels, OfTheTrialsPopulation) {
  const Plan plan = plan_of(trial(
      x + "  never: {prevalence: 0}\n  always: {prevalence: 1}\n"
          "  stage: {levels: {i: 0.5, ii: 0, iii: 0.5}}\n"
          "  late: {levels: {i: 0, ii: 0.2, iii: 0.3, iv: 0.5}}\n"
          "  given: {given: always, table: {absent: {p: 0.5, q: 0.5, r: 0}, present: {p: 0.9, q: "
          "0, r: 0.1}}}\n  age: {normal: {mean: 59, sd: 11}}\n",
      "  - {name: all, test: cox, covariates: [never, always, stage, late, given, age, x]}\n"
      "  - {name: x alone, test: cox, covariates: [x]}\n"
      "  - {name: constant, test: cox, covariates: [never, always]}\n"
      "  - {name: treatment, test: cox}\n"));
  const Design& design = plan.designs.front();
  EXPECT_EQ(left_out(design, 0), "never present, always absent, stage ii, late i, given q");
  // stage iii; late iii and iv, ii being their reference; given r; age and x as they are.
  EXPECT_EQ(levels(design, 0), (std::vector<int>{2, 2, 3, 2, -1, -1}));
  EXPECT_EQ(left_out(design, 1), "");
  EXPECT_TRUE(design.analyses[2].treatment_only());
  const result::Result result = summarise(plan, run(plan, {}));
  const auto& analyses = result.points.front().analyses;
  for (const result::AnalysisResult& analysis : analyses)
    EXPECT_FALSE(was_singular(analysis)) << analysis.name;
  EXPECT_EQ(analyses[2].estimate->log_hr_mean, analyses[3].estimate->log_hr_mean);
}

TEST(PossibleLevels, OfPatientsChosenByTheirOperation) {
  const scenario::Study study = shipped_study("jnets-2021/neoadjuvant-efs.yaml");
  scenario::Study one = study;
  one.points.resize(1);
  scenario::Scenario& scenario = one.points[0].scenario;
  scenario::Analysis cox;
  cox.test = scenario::Analysis::Test::cox;
  cox.covariates = {"radicality", "morbidity"};
  using Patients = cohort::Endpoint::Patients;
  using Origin = cohort::Endpoint::Origin;
  scenario.course->operation.unresectable.probability = 0;
  const auto add = [&](const std::string& name, Origin origin, Patients patients) {
    cohort::Endpoint endpoint;
    endpoint.origin = origin;
    endpoint.patients = patients;
    endpoint.events = {{cohort::EndpointEvent::Kind::death}};
    scenario.endpoints.push_back({name, endpoint});
    cox.name = cox.endpoint = name;
    scenario.analyses.push_back(cox);
  };
  scenario.analyses.clear();
  add("r0 or r1", Origin::surgery, Patients::r0_r1);
  add("resected", Origin::surgery, Patients::resected);
  add("operated", Origin::surgery, Patients::operated);
  scenario.multiplicity.reset();
  one.replicates = 200;
  const Plan plan = compile_plan(one);
  const Design& design = plan.designs.front();
  EXPECT_EQ(left_out(design, 0), "radicality r2, radicality unresected, morbidity present");
  EXPECT_EQ(left_out(design, 1), "radicality unresected, morbidity present");
  // Nobody is found unresectable.
  EXPECT_EQ(left_out(design, 2), "radicality unresected, morbidity present");
  const result::Result result = summarise(plan, run(plan, {}));
  for (const result::AnalysisResult& analysis : result.points.front().analyses)
    EXPECT_FALSE(was_singular(analysis)) << analysis.name;
}

}  // namespace
}  // namespace trialmill::simulation
