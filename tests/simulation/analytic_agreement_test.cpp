// Simulated and analytic power of the same scenarios. They differ by more than Monte-Carlo error,
// because the statistic is not quite normal with variance 1, least so with a late weight: that is
// the margin.
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"
#include "trialmill/simulation/analytic_twin.hpp"

namespace trialmill::simulation {
namespace {

constexpr double asymptotics = 0.003;           // of the log-rank test and Cox's
constexpr double weighted_asymptotics = 0.007;  // of a late weight, which few patients reach

struct Agreement {
  const char* scenario;
  double margin;
};

class AnalyticAgreement : public testing::TestWithParam<Agreement> {};

TEST_P(AnalyticAgreement, SimulatedPowerEventsAndTimeAreThoseExpected) {
  const scenario::Study study =
      shipped_study(std::string("reference/") + GetParam().scenario + ".yaml");
  Plan plan = compile_plan(study);
  add_analytic_twins(study, plan);
  const result::Result simulated = summarise(plan, run(plan, {}));
  int twins = 0;
  for (const result::AnalysisResult& analysis : simulated.points.front().analyses) {
    const result::AnalyticTwin& twin = *analysis.analytic;
    if (!twin.absent_because.empty()) continue;
    ++twins;
    EXPECT_NEAR(analysis.power.estimate, twin.power, 3.5 * analysis.power.mc_se + GetParam().margin)
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
                  3.5 * look.rejection.mc_se + GetParam().margin)
          << k;
      EXPECT_NEAR(analysis.by_look[k].time_mean / twin.by_look[k].time, 1, 0.01) << k;
    }
  }
  EXPECT_GE(twins, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Reference, AnalyticAgreement,
    testing::Values(Agreement{"w1", asymptotics}, Agreement{"null", asymptotics},
                    Agreement{"delayed", asymptotics},
                    Agreement{"delayed-fh", weighted_asymptotics}, Agreement{"ramp", asymptotics},
                    Agreement{"strata", asymptotics}, Agreement{"gs", asymptotics}),
    [](const auto& trial) {
      std::string name = trial.param.scenario;
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace trialmill::simulation
