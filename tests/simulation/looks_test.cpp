// Looks one replicate at a time: when they are held, what stops an analysis, and what is recorded.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "simulation/looks_trial.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

using result::LookOutcome;
using result::Outcome;

void for_each_replicate(const Plan& plan, int replicates,
                        const std::function<void(const Outcome&, const Workspace&)>& look_at) {
  Workspace workspace;
  for (std::uint64_t number = 1; number <= static_cast<std::uint64_t>(replicates); ++number)
    look_at(simulate_replicate(plan.designs[0], plan.seed, number, workspace).front(), workspace);
}

TEST(Looks, StopAtTheFirstBoundCrossedAndFallDueAllTheSame) {
  const Plan plan = plan_of({});
  const auto& bounds = plan.designs[0].sizes[0].looks[0]->boundaries.looks;
  const std::size_t events[] = {30, 45, 60};
  int stopped[4] = {};
  for_each_replicate(plan, 500, [&](const Outcome& outcome, const Workspace&) {
    const std::vector<LookOutcome>& looks = outcome.looks[0];
    ASSERT_EQ(looks.size(), 3u);
    bool open = true;
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(looks[k].held, open);
      EXPECT_TRUE(std::isfinite(looks[k].due_months));
      EXPECT_GT(looks[k].due_months, k == 0 ? 0 : looks[k - 1].due_months);
      if (!open) continue;
      EXPECT_EQ(looks[k].events, events[k]);
      EXPECT_EQ(looks[k].information, static_cast<double>(events[k]) / 60);
      EXPECT_EQ(looks[k].efficacy_z, bounds[k].efficacy_z);
      EXPECT_EQ(looks[k].rejected, looks[k].z >= bounds[k].efficacy_z);
      EXPECT_FALSE(looks[k].futile);
      open = !looks[k].rejected;
      if (!open || k == 2) {
        const result::AnalysisOutcome& analysis = outcome.analyses[0];
        ++stopped[analysis.look];
        EXPECT_EQ(analysis.look, static_cast<int>(k) + 1);
        EXPECT_EQ(analysis.z, looks[k].z);
        EXPECT_EQ(analysis.rejected, looks[k].rejected);
        EXPECT_EQ(analysis.analysis_months, looks[k].due_months);
        EXPECT_EQ(outcome.analysis_months, looks[k].due_months);
        EXPECT_EQ(outcome.events, looks[k].events);
        EXPECT_EQ(outcome.enrolled, looks[k].enrolled);
      }
    }
  });
  for (int look = 1; look <= 3; ++look)
    EXPECT_GT(stopped[look], 20) << look;
}

TEST(Looks, AnalysesWithoutLooksAreMadeWhenTheAnalysisOfTheirTimeHasStopped) {
  for_each_replicate(plan_of({}), 100, [](const Outcome& outcome, const Workspace&) {
    EXPECT_EQ(outcome.analyses[1].z, outcome.analyses[0].z);
    EXPECT_EQ(outcome.analyses[1].events, outcome.analyses[0].events);
    EXPECT_EQ(outcome.analyses[2].analysis_months, outcome.analyses[0].analysis_months);
    EXPECT_TRUE(outcome.looks[1].empty());
  });
}

TEST(Looks, TheFinalLookComesEarlyWhereFollowUpIsCapped) {
  LooksTrial trial;
  trial.follow_up = "{until: {events: 60}, at_most_months: 18}";
  int capped = 0;
  for_each_replicate(plan_of(trial), 300, [&](const Outcome& outcome, const Workspace&) {
    const std::vector<LookOutcome>& looks = outcome.looks[0];
    if (looks[1].held || !looks[2].held) return;
    ++capped;
    EXPECT_TRUE(std::isnan(looks[1].due_months) || looks[1].due_months < 18);
    EXPECT_EQ(looks[2].due_months, 18);
    EXPECT_LT(looks[2].information, 0.75);
    EXPECT_EQ(outcome.analyses[0].look, 3);
    EXPECT_LT(looks[2].efficacy_z, 2.6) << "all that is left of alpha is spent";
  });
  EXPECT_GT(capped, 50);
}

TEST(Looks, EventsThatNeverComeMakeTheEndOfFollowUpTheLastLook) {
  LooksTrial trial;
  trial.follow_up = "{until: {events: 100}}";
  trial.analyses =
      "[{name: primary, test: log-rank, looks: {interim: [{events: 40}], spending: obf}}]";
  trial.hazard_ratio = "1";
  int missed = 0;
  for_each_replicate(plan_of(trial), 100, [&](const Outcome& outcome, const Workspace&) {
    const LookOutcome& last = outcome.looks[0][1];
    if (!last.held) return;
    EXPECT_EQ(outcome.events_reached, last.events == 100);
    EXPECT_EQ(last.information, static_cast<double>(last.events) / 100);
    missed += !outcome.events_reached;
  });
  EXPECT_GT(missed, 50);
}

TEST(Looks, ALookThatFindsThePlannedEventsIsTheLast) {
  LooksTrial trial;
  trial.follow_up = "{until: {last_of: [{events: 40}, {calendar_months: 60}]}}";
  trial.analyses =
      "[{name: primary, test: log-rank, looks: {interim: [{calendar_months: 15}, "
      "{calendar_months: 30}], information_fraction: [0.4, 0.9, 1], spending: obf}}]";
  int overruns = 0;
  for_each_replicate(plan_of(trial), 200, [&](const Outcome& outcome, const Workspace&) {
    const std::vector<LookOutcome>& looks = outcome.looks[0];
    for (std::size_t k = 0; k < 2; ++k) {
      if (!looks[k].held || looks[k].information < 1) continue;
      ++overruns;
      EXPECT_EQ(outcome.analyses[0].look, static_cast<int>(k) + 1);
      EXPECT_FALSE(looks[k + 1].held);
      EXPECT_LT(looks[k].efficacy_z, 3) << "what was left of alpha is spent";
    }
  });
  EXPECT_GT(overruns, 100);
}

TEST(Looks, AnUndefinedTestNeitherRejectsNorIsFutile) {
  LooksTrial trial;
  trial.analyses =
      "[{name: primary, test: log-rank, looks: {interim: [{calendar_months: 0.01}, {events: 30}], "
      "information_fraction: [0.01, 0.5, 1], spending: pocock, futility: {spending: pocock, beta: "
      "0.2}}}]";
  for_each_replicate(plan_of(trial), 100, [](const Outcome& outcome, const Workspace&) {
    const std::vector<LookOutcome>& looks = outcome.looks[0];
    ASSERT_TRUE(looks[0].held);
    ASSERT_EQ(looks[0].events, 0u);
    EXPECT_TRUE(std::isnan(looks[0].z));
    EXPECT_FALSE(looks[0].rejected || looks[0].futile);
    EXPECT_TRUE(looks[1].held);
    EXPECT_GE(outcome.analyses[0].look, 2);
  });
}

TEST(Looks, FutilityStopsWhereItIsObeyed) {
  LooksTrial trial;
  const auto with = [&](const std::string& more) {
    trial.analyses =
        "[{name: primary, test: log-rank, looks: {information_fraction: [0.5, 1], spending: obf, "
        "futility: {spending: pocock, beta: 0.2" +
        more + "}}}]";
    return plan_of(trial);
  };
  trial.hazard_ratio = "1";
  std::vector<bool> futile;
  for_each_replicate(with(""), 300, [&](const Outcome& outcome, const Workspace&) {
    const LookOutcome& look = outcome.looks[0][0];
    EXPECT_EQ(look.futile, look.z < look.futility_z);
    EXPECT_EQ(outcome.looks[0][1].held, !look.futile && !look.rejected);
    futile.push_back(look.futile);
  });
  std::size_t k = 0;
  for_each_replicate(with(", obeyed: false"), 300, [&](const Outcome& outcome, const Workspace&) {
    const LookOutcome& look = outcome.looks[0][0];
    EXPECT_EQ(futile[k++], look.z < look.futility_z) << "the same trials and bounds";
    EXPECT_FALSE(look.futile);
    EXPECT_EQ(outcome.looks[0][1].held, !look.rejected);
  });
  EXPECT_GT(std::ranges::count(futile, true), 100);
}

TEST(Looks, TwoSidedBoundsRejectInBothDirections) {
  LooksTrial trial;
  trial.hazard_ratio = "1";
  trial.analyses =
      "[{name: primary, test: cox, alpha: 0.4, sided: 2, looks: {information_fraction: [0.5, 1], "
      "spending: pocock}}]";
  int low = 0, high = 0;
  for_each_replicate(plan_of(trial), 300, [&](const Outcome& outcome, const Workspace&) {
    for (const LookOutcome& look : outcome.looks[0]) {
      if (!look.held) continue;
      EXPECT_EQ(look.rejected, std::abs(look.z) >= look.efficacy_z);
      low += look.rejected && look.z < 0;
      high += look.rejected && look.z > 0;
    }
  });
  EXPECT_GT(low, 20);
  EXPECT_GT(high, 20);
}

TEST(Looks, AnalysesStopOnTheirOwn) {
  LooksTrial trial;
  trial.analyses =
      "[{name: strict, test: log-rank, looks: {information_fraction: [0.5, 1], spending: obf}},"
      " {name: eager, test: log-rank, strata: [poor], alpha: 0.2,"
      "  looks: {information_fraction: [0.5, 1], spending: pocock}},"
      " {name: later, test: log-rank, at: {events: 75}, looks: {interim: [{calendar_months: 20}], "
      "  information_fraction: [0.6, 1], spending: hsd(-4), spending_time: lesser}}]";
  int apart = 0;
  for_each_replicate(plan_of(trial), 200, [&](const Outcome& outcome, const Workspace&) {
    double last = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      const LookOutcome& stop =
          outcome.looks[a][static_cast<std::size_t>(outcome.analyses[a].look) - 1];
      EXPECT_TRUE(stop.held);
      EXPECT_EQ(stop.due_months, outcome.analyses[a].analysis_months);
      last = std::max(last, stop.due_months);
    }
    EXPECT_EQ(outcome.analysis_months, last);
    apart += outcome.analyses[0].look != outcome.analyses[1].look;
  });
  EXPECT_GT(apart, 20);
}

TEST(Looks, GoOnToTheLookAskedFor) {
  const Plan plan = plan_of({});
  Workspace workspace;
  Outcome stopped, forced;
  for (std::uint64_t number = 1; number <= 50; ++number) {
    draw_replicate(plan.designs[0], plan.seed, number, workspace);
    const DesignSize& size = plan.designs[0].sizes[0];
    analyse_cohort(plan.designs[0], size, workspace, stopped);
    for (int look = 1; look <= 3; ++look) {
      analyse_cohort(plan.designs[0], size, workspace, forced, look);
      EXPECT_EQ(forced.analyses[0].look, look);
      const auto k = static_cast<std::size_t>(look) - 1;
      if (!stopped.looks[0][k].held) continue;
      EXPECT_EQ(forced.analyses[0].z, stopped.looks[0][k].z);
    }
  }
}

// Every test sees at a look what it sees in a trial that ends with the events of that look.
TEST(Looks, OfEveryTestAreTheAnalysesOfATrialThatEndsThere) {
  const std::string others =
      "{name: combined, test: max-combo, weights: [\"fh(0,0)\", \"fh(0,1)\"]}, "
      "{name: pairs, test: win-ratio, outcomes: [os]}";
  const std::vector<std::string> with_looks = {"name: modest, test: log-rank, weight: mwlr(6)",
                                               "name: robust, test: cox, standard_error: robust",
                                               "name: margin, test: cox, margin: 1.3",
                                               "name: mean, test: rmst, tau_months: 8",
                                               "name: plain, test: milestone, at_months: 8",
                                               "name: largest, test: max-combo, weights: "
                                               "[\"fh(0,0)\", \"fh(0,1)\"]"};
  LooksTrial trial;
  trial.analyses = "[";
  for (const std::string& analysis : with_looks)
    trial.analyses +=
        "{" + analysis + ", looks: {information_fraction: [0.5, 0.75, 1], spending: pocock}}, ";
  trial.analyses += others + "]";
  std::vector<Plan> ending;
  for (const char* events : {"30", "45", "60"}) {
    LooksTrial once;
    once.follow_up = "{until: {events: " + std::string(events) + "}}";
    once.analyses = "[";
    for (const std::string& analysis : with_looks)
      once.analyses += "{" + analysis + "}, ";
    once.analyses += others + "]";
    ending.push_back(plan_of(once));
  }
  const Plan plan = plan_of(trial);
  Workspace workspace, other;
  for (std::uint64_t number = 1; number <= 20; ++number) {
    draw_replicate(plan.designs[0], plan.seed, number, workspace);
    Outcome forced;
    for (int look = 1; look <= 3; ++look) {
      analyse_cohort(plan.designs[0], plan.designs[0].sizes[0], workspace, forced, look);
      const Design& once = ending[static_cast<std::size_t>(look) - 1].designs[0];
      const Outcome& ended = simulate_replicate(once, plan.seed, number, other).front();
      for (std::size_t a = 0; a < ended.analyses.size(); ++a) {
        if (std::isnan(ended.analyses[a].z))
          EXPECT_TRUE(std::isnan(forced.analyses[a].z));
        else
          EXPECT_EQ(forced.analyses[a].z, ended.analyses[a].z) << number << ' ' << look << ' ' << a;
        EXPECT_EQ(forced.analyses[a].events, ended.analyses[a].events);
      }
    }
  }
}

// In a sequence the first hypothesis has all of alpha, and the second one once that is rejected.
TEST(Looks, OfAProcedureHaveTheBoundsOfTheirTests) {
  LooksTrial alone;
  alone.hazard_ratio = "0.4";
  alone.analyses =
      "[{name: late, test: log-rank, weight: \"fh(0,0.5)\", looks: {information_fraction: "
      "[0.5, 0.75, 1], spending: pocock}}, {name: largest, test: log-rank, looks: "
      "{information_fraction: [0.5, 0.75, 1], spending: pocock, final_analysis: {test: max-combo, "
      "weights: [\"fh(0,0)\", \"fh(1,0)\"]}}}, {name: mean, test: rmst, tau_months: 8, looks: "
      "{information_fraction: [0.5, 0.75, 1], spending: pocock}}]";
  LooksTrial together = alone;
  together.rest =
      "multiplicity: {procedure: fixed-sequence, hypotheses: [late, largest, mean]}\n" + alone.rest;
  const Plan single = plan_of(alone), sequence = plan_of(together);
  Workspace workspace, other;
  int rejected = 0;
  for (std::uint64_t number = 1; number <= 60; ++number) {
    const Outcome& found =
        simulate_replicate(sequence.designs[0], sequence.seed, number, workspace).front();
    draw_replicate(single.designs[0], single.seed, number, other);
    Outcome forced;
    analyse_cohort(single.designs[0], single.designs[0].sizes[0], other, forced, 3);
    for (std::size_t a = 0; a < 3; ++a) {
      if (!found.analyses[a].rejected) break;
      const auto k = static_cast<std::size_t>(found.analyses[a].look) - 1;
      EXPECT_EQ(found.looks[a][k].z, forced.looks[a][k].z);
      EXPECT_EQ(found.looks[a][k].efficacy_z, forced.looks[a][k].efficacy_z);
      EXPECT_GE(forced.looks[a][k].z, forced.looks[a][k].efficacy_z);
      ++rejected;
    }
  }
  EXPECT_GT(rejected, 60);
}

// The outcomes of all patients are known at last, so the planned maximum is the sample size.
TEST(Looks, OfAProportionCountTheOutcomesKnown) {
  scenario::Study study = shipped_study("jnets-2021/neoadjuvant-high-burden.yaml");
  for (scenario::DesignPoint& point : study.points)
    for (scenario::Analysis& analysis : point.scenario.analyses) {
      if (analysis.test != scenario::Analysis::Test::score &&
          analysis.test != scenario::Analysis::Test::mantel_haenszel)
        continue;
      scenario::Looks& looks = analysis.looks.emplace();
      looks.interim = {{cohort::AnalysisTime::Condition::calendar_months, 18, {}}};
      looks.information_fraction = {0.5, 1};
    }
  const Plan plan = compile_plan(study);
  const Design& design = plan.designs[0];
  const double patients = static_cast<double>(design.sizes[0].sample_size);
  int looked = 0;
  for_each_replicate(plan, 40, [&](const Outcome& outcome, const Workspace&) {
    for (std::size_t a = 0; a < design.analyses.size(); ++a)
      for (const LookOutcome& look : outcome.looks[a]) {
        if (!look.held) continue;
        ++looked;
        EXPECT_EQ(look.information, static_cast<double>(look.patients) / patients);
        EXPECT_LE(look.information, 1);
      }
  });
  EXPECT_GE(looked, 40);
}

}  // namespace
}  // namespace trialmill::simulation
