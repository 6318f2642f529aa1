// A baseline calibrated to a curve of patients whose covariates are correlated: the generator's
// patients, drawn from the same file, pass through its knots. Pairs of different kinds, of either
// sign; with the sign of one of the two sides turned, survival would be off by 0.02 to 0.05.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulation/study.hpp"

namespace trialmill::simulation {
namespace {

constexpr std::size_t patients = 300'000;

struct Pair {
  const char* population;
  const char* ratios;
};

const Pair pairs[] = {
    {"{a: {prevalence: 0.4}, b: {lognormal: {median: 1, sd_log: 0.5}}}", "{a: 4, b: 2}"},
    {"{a: {prevalence: 0.3}, b: {levels: {low: 0.4, middle: 0.3, high: 0.3}}}",
     "{a: 4, b: {middle: 2, high: 5}}"},
    {"{a: {levels: {low: 0.4, middle: 0.3, high: 0.3}}, b: {normal: {mean: 0, sd: 1}}}",
     "{a: {middle: 2, high: 5}, b: 2}"},
    {"{a: {prevalence: 0.3}, b: {prevalence: 0.5}}", "{a: 4, b: 4}"},
    {"{a: {normal: {mean: 0, sd: 1, lower: -1}}, b: {uniform: {lower: 0, upper: 3}}}",
     "{a: 2, b: 2}"},
};

scenario::Study study_of(const Pair& pair, const char* latent) {
  const std::string text =
      std::string("trialmill: 1\ntitle: correlated\npopulation: ") + pair.population +
      "\ncorrelations: [{between: [a, b], latent: " + latent +
      "}]\n"
      "disease: {os: {baseline: {knots: [{month: 12, survival: 0.6}, {month: 36, survival: 0.3}]}, "
      "hazard_ratios: " +
      pair.ratios +
      "}}\narms: {control: {}, experimental: {}}\nenrolment: {rate: 100}\nsample_size: 100\n"
      "follow_up: {until: {events: 50}}\nanalyses: [{name: os, test: log-rank}]\n";
  return scenario::read_study(input::read_yaml_text(text, "correlated.yaml"));
}

TEST(CorrelatedKnots, ThePatientsOfACalibratedModelPassThroughItsKnots) {
  // 20 knots, 3.5 standard errors: chance of a false alarm 1 %; the seed is fixed.
  for (const Pair& pair : pairs)
    for (const char* latent : {"0.7", "-0.7"}) {
      const scenario::Study study = study_of(pair, latent);
      const Plan plan = compile_plan(study);
      cohort::CohortWorkspace workspace;
      cohort::Cohort cohort;
      cohort::draw_cohort(plan.designs[0].model, 17, 1, patients, workspace, cohort);
      for (const auto& [month, survival] : {std::pair{12.0, 0.6}, std::pair{36.0, 0.3}}) {
        const auto free = std::ranges::count_if(cohort.event_months,
                                                [&](double months) { return months > month; });
        EXPECT_NEAR(static_cast<double>(free) / patients, survival,
                    3.5 * std::sqrt(survival * (1 - survival) / patients))
            << pair.population << " " << latent << ", month " << month;
      }
    }
}

}  // namespace
}  // namespace trialmill::simulation
