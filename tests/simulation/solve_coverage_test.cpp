// Does the interval of `solve` hold the smallest size as often as it says? 200 searches of 400
// replicates, against a search of 100,000, whose own interval is narrower than one block of four
// patients to either side.
#include <gtest/gtest.h>

#include <cmath>

#include "simulation/study.hpp"
#include "trialmill/simulation/solve.hpp"

namespace trialmill::simulation {
namespace {

TEST(SolveCoverage, TwoHundredSearchesHoldTheAnswerAtTheStatedRate) {
  const scenario::Scenario scenario =
      scenario::read_study(
          input::read_yaml_text("trialmill: 1\ntitle: coverage\ndisease: {os: {baseline: "
                                "{median_months: 12}}}\narms: {control: {}, experimental: "
                                "{effects: {os: {hazard_ratio: 0.55}}}}\nenrolment: {rate: "
                                "10}\nsample_size: 120\nfollow_up: {until: {event_fraction: "
                                "0.7}}\nanalyses: [{name: primary, test: log-rank}]\n",
                                "coverage.yaml"))
          .points.front()
          .scenario;
  const auto truth = solve(scenario, 99, 100000, {});
  ASSERT_TRUE(truth && truth->lower && truth->upper);
  EXPECT_LE(truth->upper->patients - truth->lower->patients, 4u);
  constexpr int searches = 200;
  int held = 0;
  double dearest = 0;
  for (int k = 1; k <= searches; ++k) {
    const auto found = solve(scenario, static_cast<std::uint64_t>(k), 400, {});
    ASSERT_TRUE(found && found->lower && found->upper);
    held += found->lower->patients <= truth->size.patients &&
            truth->size.patients <= found->upper->patients;
    dearest = std::max(dearest, found->runs_at_answer);
  }
  const double rate = SolveOptions{}.confidence;
  EXPECT_GE(held, searches * rate - 3.5 * std::sqrt(searches * rate * (1 - rate)));
  EXPECT_LT(dearest, 5);
  RecordProperty("held", held);
}

}  // namespace
}  // namespace trialmill::simulation
