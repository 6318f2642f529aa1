// Procedures over the analyses of a trial: decisions, and what is known of the null hypotheses.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>

#include "simulation/hypotheses_trial.hpp"
#include "trialmill/design/graph_procedure.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::simulation {
namespace {

// Hypotheses in the order of the analyses: efs, progression, r0.
const char* shares = "hypotheses: {efs: 0.5, progression: 0.3, r0: 0.2}";

// ---- fixed designs: the decisions again, from the p-values alone ----

using Decisions = std::array<bool, 3>;

Decisions fixed_sequence(const std::array<double, 3>& p) {
  const bool first = p[1] <= 0.025, second = first && p[0] <= 0.025;
  return {second, first, second && p[2] <= 0.025};
}

Decisions bonferroni(const std::array<double, 3>& p) {
  return {p[0] <= 0.025 * 0.5, p[1] <= 0.025 * 0.3, p[2] <= 0.025 * 0.2};
}

// Step down, equal weights.
Decisions holm(const std::array<double, 3>& p) {
  std::array<std::size_t, 3> order{0, 1, 2};
  std::ranges::sort(order, {}, [&](std::size_t h) { return p[h]; });
  Decisions rejected{};
  for (std::size_t k = 0; k < 3 && p[order[k]] <= 0.025 / static_cast<double>(3 - k); ++k)
    rejected[order[k]] = true;
  return rejected;
}

Decisions hochberg(const std::array<double, 3>& p) {
  std::array<std::size_t, 3> order{0, 1, 2};
  std::ranges::sort(order, {}, [&](std::size_t h) { return p[h]; });
  Decisions rejected{};
  for (std::size_t k = 3; k > 0; --k)
    if (p[order[k - 1]] <= 0.025 / static_cast<double>(4 - k)) {
      for (std::size_t below = 0; below < k; ++below)
        rejected[order[below]] = true;
      break;
    }
  return rejected;
}

// Half of progression's share goes to each other one, all of efs's to progression.
Decisions graphical(const std::array<double, 3>& p) {
  const auto chain = [&](double efs, double progression, double r0) -> Decisions {
    Decisions rejected{};
    double level[3] = {efs, progression, r0};
    for (bool any = true; any;) {
      any = false;
      for (std::size_t h = 0; h < 3; ++h)
        if (!rejected[h] && p[h] <= level[h]) {
          rejected[h] = any = true;
          // Written out: the share of every other one in the graph of what is left.
          if (rejected[0] && rejected[1] && rejected[2]) return rejected;
          const double total = 0.025;
          if (rejected[0] && rejected[1])
            level[2] = total;
          else if (rejected[0] && rejected[2])
            level[1] = total;
          else if (rejected[1] && rejected[2])
            level[0] = total;
          else if (rejected[0])
            level[1] += level[0];
          else if (rejected[1]) {
            level[0] += level[1] / 2;
            level[2] += level[1] / 2;
          } else {
            level[0] += level[2];
          }
        }
    }
    return rejected;
  };
  return chain(0.025 * 0.5, 0.025 * 0.3, 0.025 * 0.2);
}

struct FixedDesign {
  const char* name;
  std::string multiplicity;
  Decisions (*decide)(const std::array<double, 3>& p);
};

void PrintTo(const FixedDesign& design, std::ostream* out) {
  *out << design.multiplicity;
}

class FixedProcedures : public testing::TestWithParam<FixedDesign> {};

TEST_P(FixedProcedures, DoubleProgrammedFromTheStatistics) {
  const Plan plan = plan_of({GetParam().multiplicity, false, "0.6", "0.25"});
  Workspace workspace;
  int rejections = 0, all = 0;
  result::Tally tally;
  constexpr int replicates = 3000;
  for (std::uint64_t number = 1; number <= replicates; ++number) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], 3, number, workspace).front();
    std::array<double, 3> p{};
    for (std::size_t h = 0; h < 3; ++h)
      p[h] = 0.5 * std::erfc(outcome.analyses[h].z / std::sqrt(2.0));
    const Decisions expected = GetParam().decide(p);
    for (std::size_t h = 0; h < 3; ++h) {
      ASSERT_EQ(outcome.analyses[h].rejected, expected[h]) << number << " " << h;
      rejections += expected[h];
    }
    all += expected[0] && expected[1] && expected[2];
    tally.add(outcome, plan.designs[0].sizes[0].truths);
  }
  EXPECT_GT(rejections, 300);
  const result::PointResult point =
      result::summarise({}, tally, plan.designs[0].labels, plan.designs[0].sizes[0].truths,
                        {"control", "experimental"}, plan.designs[0].procedure->label);
  EXPECT_NEAR(point.multiplicity->rejections.mean * replicates, rejections, 1e-6);
  EXPECT_NEAR(point.multiplicity->all.estimate * replicates, all, 1e-6);
  EXPECT_EQ(point.multiplicity->label.procedure, std::string(GetParam().name).substr(0, 4) == "fixe"
                                                     ? "fixed-sequence"
                                                     : GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    All, FixedProcedures,
    testing::Values(
        FixedDesign{"fixed_sequence",
                    "{procedure: fixed-sequence, hypotheses: [progression, efs, r0]}",
                    fixed_sequence},
        FixedDesign{"bonferroni", std::string("{procedure: bonferroni, ") + shares + "}",
                    bonferroni},
        FixedDesign{"holm", "{procedure: holm, hypotheses: [efs, progression, r0]}", holm},
        FixedDesign{"hochberg", "{procedure: hochberg, hypotheses: [efs, progression, r0]}",
                    hochberg},
        FixedDesign{"graphical",
                    std::string("{procedure: graphical, ") + shares +
                        ", transitions: {efs: {progression: 1}, progression: {efs: 0.5, r0: 0.5}, "
                        "r0: {efs: 1}}}",
                    graphical}),
    [](const auto& design) { return design.param.name; });

// ---- group sequential: the decisions again, from all looks of every replicate ----

struct NaiveLook {
  std::size_t hypothesis;
  double months, information, z;
  bool last;
};

// Two hypotheses with looks and one without, weights 0.5, 0.3, 0.2 and Holm's transitions: a share
// is in proportion to the weights that are left.
struct NaiveTrial {
  std::vector<NaiveLook> looks;
  design::PastLooks past;
  std::array<bool, 3> rejected{};
  std::array<double, 3> stopped_months{};

  double level(std::size_t h) const {
    const double weight[] = {0.5, 0.3, 0.2};
    double left = 0;
    for (std::size_t other = 0; other < 3; ++other)
      if (!rejected[other]) left += weight[other];
    return 0.025 * weight[h] / left;
  }

  // The bound of the k-th look of a hypothesis at its present level.
  double bound(std::size_t h, std::size_t k) const {
    if (h == 2) return -math::normal_quantile(level(2));
    design::GroupSequentialDesign design;
    design.information.clear();
    for (const NaiveLook& look : looks)
      if (look.hypothesis == h) design.information.push_back(look.information);
    // Where the events ended short of those planned, the last look spends all the same.
    design.spending_time = design.information;
    design.spending_time.back() = 1;
    const double most = design.information.back();
    for (double& one : design.information)
      one /= most;
    design.alpha = level(h);
    if (h == 0) design.efficacy = design::LanDeMetsPocock{};
    return design::compute_boundaries(design).looks[k].efficacy_z;
  }

  void decide() {
    std::ranges::sort(looks, {}, &NaiveLook::months);
    for (std::size_t now = 0; now < looks.size(); ++now) {
      if (now + 1 < looks.size() && looks[now + 1].months == looks[now].months) continue;
      for (bool any = true; any;) {
        any = false;
        for (std::size_t h = 0; h < 3 && !any; ++h)
          if (!rejected[h] && crosses(h, looks[now].months)) {
            rejected[h] = any = true;
            stopped_months[h] = looks[now].months;
          }
      }
    }
  }

  bool crosses(std::size_t h, double months) const {
    std::size_t held = 0;
    std::vector<std::pair<double, NaiveLook>> of;
    for (const NaiveLook& look : looks)
      if (look.hypothesis == h && look.months <= months) of.push_back({look.z, look}), ++held;
    if (held == 0) return false;
    const bool now = of.back().second.months == months, finished = of.back().second.last;
    using enum design::PastLooks;
    if (past == none && !now) return false;
    if (past == last && !now && !finished) return false;
    for (std::size_t k = past == all ? 0 : held - 1; k < held; ++k)
      if (of[k].first >= bound(h, k)) return true;
    return false;
  }
};

class GroupSequentialProcedures
    : public testing::TestWithParam<std::pair<const char*, design::PastLooks>> {};

TEST_P(GroupSequentialProcedures, DoubleProgrammedFromAllLooks) {
  const Plan plan = plan_of(
      {std::string("{procedure: holm, ") + shares + ", past_looks: " + GetParam().first + "}", true,
       "0.5", "0.27"});
  const Design& design = plan.designs[0];
  Workspace workspace;
  result::Outcome all;
  int rejections = 0, early = 0, after_the_last_look = 0;
  for (std::uint64_t number = 1; number <= 600; ++number) {
    const result::Outcome outcome = simulate_replicate(design, 3, number, workspace).front();
    // Every look, whatever the ones before found.
    analyse_cohort(design, design.sizes[0], workspace, all, 3);
    NaiveTrial naive{{}, GetParam().second};
    for (std::size_t h = 0; h < 2; ++h)
      for (std::size_t k = 0; k < all.looks[h].size(); ++k)
        naive.looks.push_back({h, all.looks[h][k].due_months, all.looks[h][k].information,
                               all.looks[h][k].z, k + 1 == all.looks[h].size()});
    naive.looks.push_back({2, all.analyses[2].analysis_months, 1, all.analyses[2].z, true});
    naive.decide();
    for (std::size_t h = 0; h < 3; ++h) {
      ASSERT_EQ(outcome.analyses[h].rejected, naive.rejected[h]) << number << " " << h;
      if (!naive.rejected[h]) continue;
      ++rejections;
      if (h == 2) continue;
      // It stops at the last look it has had by then.
      std::size_t held = 0;
      for (const result::LookOutcome& look : all.looks[h])
        held += look.due_months <= naive.stopped_months[h];
      ASSERT_EQ(outcome.analyses[h].look, static_cast<int>(held)) << number << " " << h;
      EXPECT_TRUE(outcome.looks[h][held - 1].rejected);
      early += held < all.looks[h].size();
      after_the_last_look += all.looks[h][held - 1].due_months < naive.stopped_months[h];
    }
  }
  EXPECT_GT(rejections, 300);
  EXPECT_GT(early, 100);
  if (GetParam().second == design::PastLooks::none) {
    EXPECT_EQ(after_the_last_look, 0);
  } else {
    EXPECT_GT(after_the_last_look, 5);
  }
}

INSTANTIATE_TEST_SUITE_P(PastLooks, GroupSequentialProcedures,
                         testing::Values(std::pair{"none", design::PastLooks::none},
                                         std::pair{"last", design::PastLooks::last},
                                         std::pair{"all", design::PastLooks::all}),
                         [](const auto& past) { return past.param.first; });

// A trial with looks whose hypotheses carry all of alpha one after another stops as without a
// procedure.
TEST(Multiplicity, TheFirstOfAFixedSequenceIsTestedAsIfAlone) {
  const HypothesesTrial trial{"{procedure: fixed-sequence, hypotheses: [efs, progression, r0]}",
                              true, "0.6", "0.25"};
  std::string alone = text_of(trial);
  const auto at = alone.find("multiplicity:");
  alone.erase(at, alone.find('\n', at) - at);
  const Plan with = plan_of(trial);
  const Plan without = compile_plan(scenario::read_study(input::read_yaml_text(alone, "a.yaml")));
  Workspace first, second;
  int gated = 0;
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const result::Outcome& a = simulate_replicate(with.designs[0], 1, number, first).front();
    const result::Outcome& b = simulate_replicate(without.designs[0], 1, number, second).front();
    EXPECT_EQ(a.analyses[0].rejected, b.analyses[0].rejected);
    EXPECT_EQ(a.analyses[0].look, b.analyses[0].look);
    EXPECT_EQ(a.analyses[0].z, b.analyses[0].z);
    EXPECT_EQ(a.looks[0][0].efficacy_z, b.looks[0][0].efficacy_z);
    gated += b.analyses[1].rejected && !a.analyses[1].rejected;
  }
  EXPECT_GT(gated, 0);
}

TEST(Multiplicity, AHypothesisWithoutLooksIsTestedAtItsOwnTime) {
  // An estimate of the same time is made when the analysis with looks has stopped.
  std::string text = text_of({"{procedure: holm, hypotheses: [efs, once]}", true, "0.4", "0.2"});
  text.insert(text.find("  - {name: r0"),
              "  - {name: once, endpoint: efs, test: cox}\n"
              "  - {name: estimate, endpoint: efs, test: cox}\n");
  const Plan plan = compile_plan(scenario::read_study(input::read_yaml_text(text, "a.yaml")));
  Workspace workspace;
  int earlier = 0;
  for (std::uint64_t number = 1; number <= 50; ++number) {
    const result::Outcome& outcome =
        simulate_replicate(plan.designs[0], 1, number, workspace).front();
    EXPECT_EQ(outcome.analyses[2].events, 140u);
    EXPECT_EQ(outcome.analyses[3].events, outcome.analyses[0].events);
    earlier += outcome.analyses[3].events < 140;
  }
  EXPECT_GT(earlier, 30);
}

TEST(Multiplicity, TestsByPValueTakePart) {
  const std::string text = R"yaml(
trialmill: 1
title: p-values
disease: {death: {baseline: {median_months: 10}}}
arms: {control: {}, experimental: {effects: {death: {hazard_ratio: 0.6}}}}
enrolment: {rate: 20}
sample_size: 200
follow_up: {until: {events: 120}}
analyses:
  - {name: combined, test: max-combo, weights: ["fh(0,0)", "fh(0,1)"]}
  - {name: mean, test: rmst, tau_months: 12}
multiplicity: {procedure: bonferroni, hypotheses: {combined: 0.8, mean: 0.2}}
simulation: {replicates: 10, seed: 1}
)yaml";
  const Plan plan = compile_plan(scenario::read_study(input::read_yaml_text(text, "p.yaml")));
  Workspace workspace;
  int rejections = 0;
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const auto& analyses =
        simulate_replicate(plan.designs[0], 1, number, workspace).front().analyses;
    EXPECT_EQ(analyses[0].rejected, analyses[0].p_value <= 0.8 * 0.025);
    EXPECT_EQ(analyses[1].rejected, 0.5 * std::erfc(analyses[1].z / std::sqrt(2.0)) <= 0.2 * 0.025);
    rejections += analyses[0].rejected + analyses[1].rejected;
  }
  EXPECT_GT(rejections, 200);
}

// ---- which null hypotheses are true ----

using Known = std::vector<std::optional<bool>>;

Known null_hypotheses(const std::string& text) {
  Plan plan = compile_plan(scenario::read_study(input::read_yaml_text(text, "null.yaml")));
  measure_truths(plan, 1);
  Known out;
  for (const result::AnalysisTruth& truth : plan.designs[0].sizes[0].truths)
    out.push_back(truth.null_holds);
  return out;
}

// A test of all arms opens the comparisons of two.
TEST(Multiplicity, ComparisonsOfArmsAreHypotheses) {
  const auto text = [](const std::string& low) {
    return R"yaml(
trialmill: 1
title: arms
disease: {death: {baseline: {median_months: 10}}}
arms: {control: {}, low: {effects: {death: {hazard_ratio: )yaml" +
           low + R"yaml(}}}, high: {effects: {death: {hazard_ratio: 0.6}}}}
enrolment: {rate: 20}
sample_size: 300
follow_up: {until: {events: 180}}
analyses:
  - {name: all, test: log-rank, arms: [control, low, high], sided: 2}
  - {name: high, test: log-rank, arms: [control, high]}
  - {name: low, test: log-rank, arms: [control, low]}
multiplicity: {procedure: fixed-sequence, hypotheses: [all, high, low]}
simulation: {replicates: 10, seed: 1}
)yaml";
  };
  const Plan plan =
      compile_plan(scenario::read_study(input::read_yaml_text(text("0.8"), "a.yaml")));
  Workspace workspace;
  int rejections = 0;
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const auto& analyses =
        simulate_replicate(plan.designs[0], 1, number, workspace).front().analyses;
    EXPECT_EQ(analyses[0].rejected, analyses[0].p_value <= 0.025);
    EXPECT_EQ(analyses[1].rejected, analyses[0].rejected && analyses[1].z >= 1.959963984540054);
    EXPECT_EQ(analyses[2].rejected, analyses[1].rejected && analyses[2].z >= 1.959963984540054);
    rejections += analyses[0].rejected + analyses[1].rejected + analyses[2].rejected;
  }
  EXPECT_GT(rejections, 100);
  EXPECT_EQ(null_hypotheses(text("0.8")), (Known{false, false, false}));
  EXPECT_EQ(null_hypotheses(text("1")), (Known{false, false, true}));
}

TEST(NullHypotheses, AreKnownFromThePatientsFollowedInBothArms) {
  const auto of = [](const std::string& hazard_ratio) {
    return null_hypotheses(
        text_of({"{procedure: holm, hypotheses: [efs, progression, r0]}", false, hazard_ratio}));
  };
  EXPECT_EQ(of("1"), (Known{true, true, true}));
  EXPECT_EQ(of("0.7"), (Known{false, true, true}));
  EXPECT_EQ(of("1.4"), (Known{std::nullopt, true, true})) << "harm may help at other times";
}

TEST(NullHypotheses, OfAStatedRatioAreKnownFromIt) {
  const auto of = [](const std::string& ratio) {
    return null_hypotheses(R"yaml(
trialmill: 1
title: stated
disease: {death: {baseline: {median_months: 10}}}
arms: {control: {}, experimental: {effects: {death: {hazard_ratio: )yaml" +
                           ratio + R"yaml(}}}}
enrolment: {rate: 20}
sample_size: 200
follow_up: {until: {events: 120}}
analyses:
  - {name: times, test: log-rank}
  - {name: early, test: milestone, at_months: 6}
  - {name: mean, test: rmst, tau_months: 12}
  - {name: margin, test: cox, margin: 1.3}
multiplicity: {procedure: holm, hypotheses: [times, early, mean, margin]}
)yaml");
  };
  EXPECT_EQ(of("1"), (Known{true, true, true, false}));
  EXPECT_EQ(of("0.7"), (Known{false, false, false, false}));
  EXPECT_EQ(of("1.5"), (Known{true, true, true, true}));
  EXPECT_EQ(of("1.2"), (Known{true, true, true, false}));
  EXPECT_EQ(of("[{from_months: 0, ratio: 1}, {from_months: 8, ratio: 0.5}]"),
            (Known{false, true, false, false}));
  EXPECT_EQ(of("[{from_months: 0, ratio: 1.5}, {from_months: 8, ratio: 0.5}]"),
            (Known{std::nullopt, true, true, std::nullopt}));
}

}  // namespace
}  // namespace trialmill::simulation
