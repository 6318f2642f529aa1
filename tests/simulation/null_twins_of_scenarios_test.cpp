// The null twin of every shipped trial is within its level; and where the schedule alone makes a
// trial reject more, the scenario's comment says so.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "simulation/study.hpp"
#include "trialmill/simulation/analytic_twin.hpp"
#include "trialmill/simulation/share.hpp"

namespace trialmill::simulation {
namespace {

const std::filesystem::path scenarios = TRIALMILL_SOURCE_DIR "/scenarios";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Below scenarios/, those that can be run.
std::vector<std::string> shipped_trials() {
  std::vector<std::string> trials;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scenarios)) {
    const std::string text = entry.path().extension() == ".yaml" ? text_of(entry.path()) : "";
    if (text.find("\ntrialmill: 1") != std::string::npos &&
        text.find("\nsurvey:") == std::string::npos)
      trials.push_back(std::filesystem::relative(entry.path(), scenarios).string());
  }
  std::ranges::sort(trials);
  return trials;
}

class NullTwinsOf : public testing::TestWithParam<std::string> {
 protected:
  // The first design point, with as many replicates as cost some seconds.
  result::PointResult simulated(scenario::Study study) const {
    study.points.resize(1);
    study.precision.reset();
    Plan plan = compile_plan(study);
    std::uint64_t cost = 0;
    for (const Design& design : plan.designs)
      cost += replicate_cost(design);
    plan.replicates = std::min<std::uint64_t>(40'000, 1'500'000'000 / cost / 100 * 100);
    return summarise(plan, run(plan, {})).points.front();
  }

  static bool above(const result::SimulatedProportion& rejection, std::uint64_t replicates,
                    double alpha) {
    return rejection.estimate >
           alpha + 3.5 * std::sqrt(alpha * (1 - alpha) / static_cast<double>(replicates));
  }
};

TEST_P(NullTwinsOf, HoldTheLevelOrTheCommentSaysWhatTimingDoes) {
  const scenario::Study study = shipped_study(GetParam(), {{"simulation.null_twin", "true"}});
  const result::PointResult point = simulated(study);
  const bool said = text_of(scenarios / GetParam()).find("schedule alone") != std::string::npos;
  for (std::size_t a = 0; a < point.analyses.size(); ++a) {
    const result::AnalysisResult& analysis = point.analyses[a];
    ASSERT_TRUE(analysis.null_twin.has_value()) << analysis.name;
    // What is made when another analysis stops is meant for estimates, and has no level to hold.
    const bool waits = made_when_another_stops(study.points.front().scenario, a);
    if (!waits && analysis.null_twin->absent_because.empty()) {
      EXPECT_FALSE(
          above(analysis.null_twin->rejection, analysis.null_twin->replicates, analysis.alpha))
          << analysis.name << ": null twin " << analysis.null_twin->rejection.estimate << " in "
          << point.replicates;
    }
    if (analysis.schedule_twin) {
      EXPECT_TRUE(said || !above(analysis.schedule_twin->rejection,
                                 analysis.schedule_twin->replicates, analysis.alpha))
          << analysis.name << ": schedule alone " << analysis.schedule_twin->rejection.estimate
          << " in " << point.replicates;
    }
  }
  if (point.multiplicity && point.multiplicity->null_twin) {
    EXPECT_FALSE(
        above(*point.multiplicity->null_twin, point.replicates, point.multiplicity->label.alpha))
        << "any hypothesis: " << point.multiplicity->null_twin->estimate;
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, NullTwinsOf, testing::ValuesIn(shipped_trials()),
                         [](const testing::TestParamInfo<std::string>& trial) {
                           std::string name = std::filesystem::path(trial.param).stem().string();
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace trialmill::simulation
