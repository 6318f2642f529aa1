// Counts heap allocations of the whole program: a replicate in steady state makes none.
#include <gtest/gtest.h>

#include "allocation_count.hpp"
#include "simulation/hypotheses_trial.hpp"
#include "simulation/looks_trial.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

// @param warm_up times that all replicates are seen before
std::uint64_t allocations_in_steady_state(const Plan& plan, int warm_up = 1) {
  Workspace workspace;
  std::uint64_t counted = 0;
  for (const Design& design : plan.designs) {
    for (int pass = 0; pass < warm_up; ++pass)
      for (std::uint64_t number = 1; number <= 400; ++number)
        simulate_replicate(design, plan.seed, number, workspace);
    const std::uint64_t before = allocations;
    for (std::uint64_t number = 1; number <= 400; ++number)
      simulate_replicate(design, plan.seed, number, workspace);
    counted += allocations - before;
  }
  return counted;
}

TEST(Allocation, NothingPerReplicateInSteadyState) {
  const std::uint64_t before = allocations;
  std::vector<double> shows_that_counting_works(1000);
  ASSERT_GT(allocations, before);
  EXPECT_EQ(allocations_in_steady_state(compile_plan(small_study())), 0u);
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("reference/w1.yaml")), 0u);
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("jnets-2021/perioperative-null.yaml")), 0u);
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("jnets-2021/grade-migration.yaml")), 0u);
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("reference/minimisation.yaml")), 0u);
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("reference/cure-fraction.yaml")), 0u);
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("reference/predictive-marker.yaml")), 0u);
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("reference/treatment-switching.yaml")), 0u);
}

TEST(Allocation, NothingPerReplicateWithLooks) {
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("reference/gs.yaml")), 0u);
  // Looks at calendar times, whose bounds are computed anew in every replicate.
  LooksTrial trial;
  trial.analyses =
      "[{name: primary, test: log-rank, looks: {interim: [{calendar_months: 12}, "
      "{calendar_months: 20}], information_fraction: [0.4, 0.8, 1], spending: obf, "
      "futility: {spending: hsd(-2), beta: 0.1}}}, "
      "{name: cox, test: cox, strata: [poor]}]";
  trial.rest = "sweep: {sample_size: [80, 100]}";
  EXPECT_EQ(allocations_in_steady_state(plan_of(trial)), 0u);
}

TEST(Allocation, NothingPerReplicateOfAProcedure) {
  for (const char* multiplicity :
       {"{procedure: holm, hypotheses: [efs, progression, r0], past_looks: all}",
        "{procedure: hochberg, hypotheses: [efs, progression, r0]}"}) {
    HypothesesTrial trial{multiplicity, false, "0.6"};
    trial.looks = std::string(multiplicity).find("hochberg") == std::string::npos;
    trial.size = "";
    trial.rest = "sweep: {sample_size: [180, 200]}";
    // Some levels come up in few replicates, and their bounds' memory has grown after some of
    // these.
    EXPECT_EQ(allocations_in_steady_state(plan_of(trial), 5), 0u) << multiplicity;
  }
}

TEST(Allocation, NothingPerReplicateOfACourse) {
  for (const char* file : {"high-burden", "os", "selection"}) {
    const Plan plan = shipped_plan(std::string("jnets-2021/neoadjuvant-") + file + ".yaml");
    EXPECT_EQ(allocations_in_steady_state(plan), 0u) << file;
  }
}

TEST(Allocation, NothingPerReplicateOfAnyTest) {
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("reference/several-tests.yaml")), 0u);
  const auto study = [](const char* analyses) {
    std::string text = small_sweep;
    const auto at = text.find("analyses:");
    text.replace(at, text.find("simulation:") - at, analyses);
    return compile_plan(scenario::read_study(input::read_yaml_text(text, "small.yaml")));
  };
  EXPECT_EQ(allocations_in_steady_state(study(R"yaml(analyses:
  - {name: combined, test: max-combo, weights: ["fh(0,0)", "mwlr(6)"], strata: [grade_g3], sided: 2}
  - {name: robust, test: cox, covariates: [primary, age], strata: [grade_g3], standard_error: robust}
  - {name: ratio, test: cox, covariates: [age], statistic: likelihood-ratio}
  - {name: score, test: cox, covariates: [age], statistic: score}
  - {name: firth, test: cox, covariates: [grade_g3], penalty: firth}
  - {name: margin, test: cox, margin: 1.3}
  - {name: mean, test: rmst, tau_months: 12, margin: 1}
  - {name: point, test: milestone, at_months: 12, scale: log-log}
  - {name: pairs, test: win-ratio, outcomes: [rfs]}
)yaml")),
            0u);
}

TEST(Allocation, NothingPerReplicateOfSeveralArms) {
  std::string text = small_sweep;
  const std::string arms = "  control: {}\n";
  text.replace(text.find(arms), arms.size(), arms + "  low: {}\n");
  const std::string blocks = "[2, 4]";
  text.replace(text.find(blocks), blocks.size(), "[3, 6]");
  const auto at = text.find("analyses:");
  text.replace(at, text.find("simulation:") - at, R"yaml(analyses:
  - {name: low, test: log-rank, arms: [control, low], strata: [grade_g3]}
  - {name: active, test: cox, arms: [low, experimental], covariates: [age]}
  - {name: any, test: log-rank, arms: all, sided: 2}
  - name: own
    test: log-rank
    arms: [control, experimental]
    at: {event_fraction: 0.5, arms: [control, experimental]}
    looks: {information_fraction: [0.5, 1], spending: pocock}
)yaml");
  EXPECT_EQ(allocations_in_steady_state(
                compile_plan(scenario::read_study(input::read_yaml_text(text, "small.yaml")))),
            0u);
  EXPECT_EQ(allocations_in_steady_state(shipped_plan("jnets-2021/neoadjuvant-two-regimens.yaml")),
            0u);
}

}  // namespace
}  // namespace trialmill::simulation
