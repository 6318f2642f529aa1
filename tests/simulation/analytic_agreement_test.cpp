// Simulated and analytic power of the same scenarios. What they may differ by beyond Monte-Carlo
// error is what the second order leaves out; of the first order it is up to 0.015.
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"
#include "trialmill/simulation/analytic_twin.hpp"

namespace trialmill::simulation {
namespace {

constexpr double third_order = 0.003;

void expect_agreement(const scenario::Study& study) {
  Plan plan = compile_plan(study);
  add_analytic_twins(study, plan);
  const result::Result simulated = summarise(plan, run(plan, {}));
  int twins = 0;
  for (const result::AnalysisResult& analysis : simulated.points.front().analyses) {
    const result::AnalyticTwin& twin = *analysis.analytic;
    if (!twin.absent_because.empty()) continue;
    ++twins;
    EXPECT_NEAR(analysis.power.estimate, twin.power, 3.5 * analysis.power.mc_se + third_order)
        << analysis.name;
    const bool stops = analysis.stopping.has_value();
    const double events =
        stops ? analysis.stopping->events.mean : analysis.by_look.back().events_mean;
    const double time = stops ? analysis.stopping->time.mean : analysis.by_look.back().time_mean;
    EXPECT_NEAR(events / twin.events_mean, 1, 0.005) << analysis.name;
    EXPECT_NEAR(time / twin.time_mean, 1, 0.01) << analysis.name;
    for (std::size_t k = 0; k < twin.by_look.size(); ++k) {
      const result::SequentialLook& look = *analysis.by_look[k].sequential;
      EXPECT_NEAR(look.rejection.estimate, twin.by_look[k].rejection,
                  3.5 * look.rejection.mc_se + third_order)
          << k;
      EXPECT_NEAR(analysis.by_look[k].time_mean / twin.by_look[k].time, 1, 0.01) << k;
    }
  }
  EXPECT_GE(twins, 1);
}

class AnalyticAgreement : public testing::TestWithParam<const char*> {};

TEST_P(AnalyticAgreement, SimulatedPowerEventsAndTimeAreThoseExpected) {
  expect_agreement(shipped_study(std::string("reference/") + GetParam() + ".yaml"));
}

std::string name_of(std::string scenario) {
  std::erase(scenario, '-');
  return scenario;
}

INSTANTIATE_TEST_SUITE_P(Reference, AnalyticAgreement,
                         testing::Values("w1", "null", "delayed", "delayed-fh", "ramp", "strata",
                                         "gs"),
                         [](const auto& trial) { return name_of(trial.param); });

// Allocation control:experimental in trials of few and many events, at a number of events and at a
// calendar time, with dropout, by every statistic.
struct Allocation {
  int control = 1, experimental = 1;
};

class AllocationAgreement : public testing::TestWithParam<Allocation> {
 protected:
  static scenario::Study study(const std::string& disease, const std::string& effects,
                               const std::string& rest) {
    const std::string text =
        "trialmill: 1\ntitle: allocation\ndisease: {os: " + disease +
        "}\narms: {control: {allocation: " + std::to_string(GetParam().control) +
        "}, treated: {allocation: " + std::to_string(GetParam().experimental) +
        ", effects: {os: " + effects + "}}}\n" + rest +
        "\nsimulation: {replicates: 60000, seed: 12}\n";
    return scenario::read_study(input::read_yaml_text(text, "allocation.yaml"));
  }
};

TEST_P(AllocationAgreement, ManyPatientsFewOfWhomHaveTheEvent) {
  expect_agreement(study("{baseline: {survival: 0.6, at_months: 60}}", "{hazard_ratio: 0.7}",
                         "enrolment: {process: even, rate: 100}\nsample_size: 840\n"
                         "follow_up: {until: {events: 250}}\n"
                         "analyses: [{name: dfs, test: log-rank}, {name: cox, test: cox}]"));
}

TEST_P(AllocationAgreement, FewPatientsMostOfWhomHaveTheEvent) {
  expect_agreement(
      study("{baseline: {hazard_per_month: 0.05}}", "{hazard_ratio: 0.6}",
            "enrolment: {rate: 12}\nsample_size: 216\nfollow_up: {until: {events: 130}}\n"
            "analyses: [{name: wald, test: cox}, {name: score, test: cox, statistic: score}, "
            "{name: root, test: cox, statistic: likelihood-ratio}, {name: late, test: log-rank, "
            "weight: \"fh(0,1)\"}, {name: early, test: log-rank, weight: \"fh(1,0)\"}]"));
}

TEST_P(AllocationAgreement, ACalendarTimeAndDropout) {
  expect_agreement(
      study("{baseline: {hazard_per_month: 0.05}}", "{hazard_ratio: 0.6}",
            "enrolment: {rate: 12}\ndropout: {hazard_per_month: 0.005}\nsample_size: 216\n"
            "follow_up: {until: {calendar_months: 30}}\nanalyses: [{name: plain, test: log-rank}, "
            "{name: two, test: log-rank, sided: 2, alpha: 0.05}, {name: margin, test: cox, margin: "
            "1.2}]"));
}

TEST_P(AllocationAgreement, SeveralLooks) {
  expect_agreement(
      study("{baseline: {hazard_per_month: 0.04}}", "{hazard_ratio: 0.65}",
            "enrolment: {rate: 15}\nsample_size: 300\nfollow_up: {until: {events: 180}}\n"
            "analyses: [{name: looks, test: log-rank, looks: {information_fraction: [0.5, 0.75, "
            "1], spending: pocock, futility: {spending: obf, beta: 0.2}}}]"));
}

// The effect differs between strata, and some of the patients do not respond at all.
TEST_P(AllocationAgreement, EffectsThatDifferBetweenStrata) {
  expect_agreement(
      study("{baseline: {hazard_per_month: 0.03}, hazard_ratios: {marker: 2}}",
            "{hazard_ratio: 1, within: {marker: {hazard_ratio: 0.5}}}",
            "population: {marker: {prevalence: 0.6}}\nenrolment: {rate: 15}\n"
            "randomisation: {strata: [marker]}\n"
            "sample_size: 300\nfollow_up: {until: {events: 190}}\n"
            "analyses: [{name: stratified, test: log-rank, strata: [marker]}, {name: plain, test: "
            "log-rank}, {name: cox, test: cox, strata: [marker]}]"));
}

INSTANTIATE_TEST_SUITE_P(Ratios, AllocationAgreement,
                         testing::Values(Allocation{1, 1}, Allocation{1, 2}, Allocation{2, 1},
                                         Allocation{1, 3}, Allocation{3, 1}),
                         [](const auto& ratio) {
                           return std::to_string(ratio.param.control) + "to" +
                                  std::to_string(ratio.param.experimental);
                         });

}  // namespace
}  // namespace trialmill::simulation
