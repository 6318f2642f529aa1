#include "trialmill/design/graph_procedure.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

GroupSequentialDesign looks_at(std::vector<double> information, Spending spending) {
  GroupSequentialDesign design;
  design.information = std::move(information);
  design.efficacy = std::move(spending);
  return design;
}

struct Hypothesis {
  std::vector<double> information;  ///< planned; empty for one that is tested once
  Spending spending = LanDeMetsObrienFleming{};
};

GraphProcedure procedure_of(const HypothesisGraph& graph, const std::vector<Hypothesis>& hypotheses,
                            PastLooks past_looks, double alpha = 0.025) {
  GraphProcedure procedure{LocalLevels(graph, alpha), past_looks, {}};
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    HypothesisTest& test = procedure.hypotheses.emplace_back();
    if (!hypotheses[h].information.empty())
      test.boundaries =
          boundaries_at_levels(looks_at(hypotheses[h].information, hypotheses[h].spending),
                               procedure.levels.levels_of(h));
  }
  return procedure;
}

// One hypothesis's data at one moment.
struct Datum {
  std::size_t hypothesis = 0;
  double information = 1;
  double p = 1;
  bool last = false;
};

// The moment, from 1, at which each hypothesis is rejected; 0 if it is not.
std::vector<int> moments_of_rejection(const GraphProcedure& procedure,
                                      const std::vector<std::vector<Datum>>& moments) {
  UnfoldingProcedure unfolding(procedure);
  std::vector<int> moment(procedure.levels.size(), 0);
  for (std::size_t t = 0; t < moments.size(); ++t) {
    for (const Datum& datum : moments[t]) {
      if (unfolding.rejected(datum.hypothesis)) continue;
      if (procedure.hypotheses[datum.hypothesis].boundaries.empty())
        unfolding.analyse(datum.hypothesis, datum.p);
      else
        unfolding.look(datum.hypothesis, datum.information, -math::normal_quantile(datum.p),
                       datum.last);
    }
    unfolding.test();
    for (std::size_t h = 0; h < moment.size(); ++h)
      if (unfolding.rejected(h) && moment[h] == 0) moment[h] = static_cast<int>(t) + 1;
  }
  return moment;
}

// ---- against lrstat ----

// The case study of Maurer and Bretz (2013) as lrstat's `fseqbon` has it, two of three looks:
// H1 to H3 are rejected at the second, H4 is not (test-multiplicity-adjustment.R of lrstat).
TEST(GraphProcedure, IndependentCaseStudyOfMaurerAndBretz) {
  const HypothesisGraph graph{{0.5, 0.5, 0, 0},
                              {0, 0.5, 0.5, 0, 0.5, 0, 0, 0.5, 0, 1, 0, 0, 1, 0, 0, 0}};
  const Hypothesis three_looks{{1.0 / 3, 2.0 / 3, 1}};
  const double p[2][4] = {{0.0062, 0.017, 0.009, 0.13}, {0.0002, 0.0035, 0.002, 0.06}};
  std::vector<std::vector<Datum>> moments(2);
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t h = 0; h < 4; ++h)
      moments[t].push_back({h, three_looks.information[t], p[t][h]});
  for (const PastLooks past : {PastLooks::none, PastLooks::last, PastLooks::all})
    EXPECT_EQ(moments_of_rejection(procedure_of(graph, {4, three_looks}, past), moments),
              (std::vector<int>{2, 2, 2, 0}));
}

// lrstat's test of its argument `lookback`: a response rate that is tested once at the first of
// five moments, progression at the second and third, survival at the last three.
std::vector<int> response_progression_survival(const Spending& spending, PastLooks past,
                                               double response,
                                               const std::vector<double>& progression,
                                               const std::vector<double>& survival) {
  const HypothesisGraph graph{{0.001 / 0.025, 0.024 / 0.025, 0}, {0, 1, 0, 0, 0, 1, 1, 0, 0}};
  const GraphProcedure procedure =
      procedure_of(graph, {{}, {{0.45, 1}, spending}, {{0.48, 0.72, 1}, spending}}, past);
  return moments_of_rejection(procedure, {{{0, 1, response}},
                                          {{1, 0.45, progression[0]}},
                                          {{1, 1, progression[1], true}, {2, 0.48, survival[0]}},
                                          {{2, 0.72, survival[1]}},
                                          {{2, 1, survival[2], true}}});
}

TEST(GraphProcedure, IndependentLookingBackOrNotOfLrstat) {
  using enum PastLooks;
  const std::vector<double> progression{0.006, 0.003}, survival{0.03, 0.02, 0.001};
  const Spending pocock = LanDeMetsPocock{};
  const auto decided = [&](const Spending& spending, PastLooks past, double response, auto pfs,
                           auto os) {
    return response_progression_survival(spending, past, response, pfs, os);
  };
  // Without looking back lrstat has (0, 2, 5), with it H1 too, which we learn at the fifth moment.
  EXPECT_EQ(decided(pocock, none, 0.006, progression, survival), (std::vector<int>{0, 2, 5}));
  EXPECT_EQ(decided(pocock, all, 0.006, progression, survival), (std::vector<int>{5, 2, 5}));
  EXPECT_EQ(decided(pocock, last, 0.006, progression, survival), (std::vector<int>{5, 2, 5}));
  EXPECT_EQ(decided(pocock, none, 0.0008, progression, survival), (std::vector<int>{1, 2, 5}));
  EXPECT_EQ(decided(pocock, all, 0.0008, progression, survival), (std::vector<int>{1, 2, 5}));
}

// ---- which looks are held against a grown level ----

TEST(GraphProcedure, PastLooksCountAsAskedFor) {
  const HypothesisGraph graph{{0.5, 0.5}, {0, 1, 1, 0}};
  // H1 misses its bound at alpha / 2 at its second and last look, and would have met it at alpha;
  // H2 is rejected later.
  const Hypothesis two_looks{{0.5, 1}, LanDeMetsPocock{}};
  const std::vector<std::vector<Datum>> finished{
      {{0, 0.5, 0.5}}, {{0, 1, 0.012, true}}, {{1, 0.5, 0.001}}};
  // H1 misses at its first look, is not retested by a worse one, and H2 is rejected between.
  const std::vector<std::vector<Datum>> going_on{
      {{0, 0.5, 0.012}}, {{1, 0.5, 0.001}}, {{0, 1, 0.5, true}}};
  // The same, but both at one moment.
  const std::vector<std::vector<Datum>> together{{{0, 0.5, 0.012}, {1, 0.5, 0.001}}};
  const auto decided = [&](PastLooks past, const std::vector<std::vector<Datum>>& moments) {
    return moments_of_rejection(procedure_of(graph, {2, two_looks}, past), moments);
  };
  EXPECT_EQ(decided(PastLooks::none, finished), (std::vector<int>{0, 3}));
  EXPECT_EQ(decided(PastLooks::last, finished), (std::vector<int>{3, 3}));
  EXPECT_EQ(decided(PastLooks::all, finished), (std::vector<int>{3, 3}));
  EXPECT_EQ(decided(PastLooks::none, going_on), (std::vector<int>{0, 2}));
  EXPECT_EQ(decided(PastLooks::last, going_on), (std::vector<int>{0, 2}));
  EXPECT_EQ(decided(PastLooks::all, going_on), (std::vector<int>{2, 2}));
  for (const PastLooks past : {PastLooks::none, PastLooks::last, PastLooks::all})
    EXPECT_EQ(decided(past, together), (std::vector<int>{1, 1}));
}

TEST(GraphProcedure, AHypothesisStoppedForFutilityKeepsItsLevel) {
  const HypothesisGraph graph{{0.5, 0.5}, {0, 1, 1, 0}};
  const Hypothesis two_looks{{0.5, 1}, LanDeMetsPocock{}};
  const GraphProcedure procedure = procedure_of(graph, {2, two_looks}, PastLooks::all);
  UnfoldingProcedure unfolding(procedure);
  unfolding.look(0, 0.5, 2.2, false);
  unfolding.test();
  EXPECT_FALSE(unfolding.rejected(0));
  EXPECT_EQ(unfolding.bounds(0).efficacy_z,
            procedure.hypotheses[0].boundaries[0].looks[0].efficacy_z);
  unfolding.stop(0);
  unfolding.look(1, 0.5, 3, false);
  unfolding.test();
  EXPECT_TRUE(unfolding.rejected(1));
  EXPECT_FALSE(unfolding.rejected(0));
  EXPECT_EQ(unfolding.bounds(1).efficacy_z,
            procedure.hypotheses[1].boundaries[0].looks[0].efficacy_z);
}

TEST(GraphProcedure, WithoutALevelThereAreNoBounds) {
  const Hypothesis two_looks{{0.5, 1}};
  const GraphProcedure procedure = procedure_of(fixed_sequence(2), {2, two_looks}, PastLooks::last);
  UnfoldingProcedure unfolding(procedure);
  unfolding.look(1, 0.5, 8, false);
  unfolding.test();
  EXPECT_FALSE(unfolding.rejected(1));
  EXPECT_EQ(unfolding.bounds(1).efficacy_z, HUGE_VAL);
  EXPECT_EQ(unfolding.bounds(1).futility_z, -HUGE_VAL);
}

TEST(GraphProcedure, SpendingThatRaisesABoundWithTheLevelIsRefused) {
  // More alpha spent early leaves less for the last look than a lower level's: custom spending.
  GroupSequentialDesign design = looks_at({0.5, 1}, HaybittlePeto{3});
  EXPECT_NO_THROW(boundaries_at_levels(design, {0.0125, 0.025}));
  design.efficacy = CustomSpending{{0.01, 0.025}};
  EXPECT_NO_THROW(boundaries_at_levels(design, {0.025}));
  EXPECT_THROW(boundaries_at_levels(design, {0.0125, 0.025}), DesignError);
}

// ---- against the closed test ----

// Every family's bounds fall with the level, as sequential rejection needs.
TEST(GraphProcedure, BoundsFallWithTheLevelInEveryFamily) {
  std::vector<double> levels;
  for (double level = 0.0005; level < 0.05; level *= 1.3)
    levels.push_back(level);
  for (const char* text :
       {"obf", "pocock", "hsd(-4)", "hsd(2)", "power(1)", "power(3)", "classical-obf",
        "classical-pocock", "wang-tsiatis(0.25)", "haybittle-peto(4)"})
    EXPECT_NO_THROW(
        boundaries_at_levels(looks_at({0.3, 0.5, 0.8, 1}, *parse_spending(text)), levels))
        << text;
}

// The weight of a hypothesis in an intersection: weight flows through the rejected ones.
double weight_inside(const HypothesisGraph& graph, HypothesisSet inside, std::size_t of) {
  std::vector<double> settled(graph.size(), 0), moving = graph.weight;
  for (int step = 0; step < 2000; ++step) {
    std::vector<double> next(graph.size(), 0);
    for (std::size_t h = 0; h < graph.size(); ++h)
      for (std::size_t to = 0; to < graph.size(); ++to)
        if (!(inside >> h & 1)) next[to] += moving[h] * graph.passes(h, to);
    for (std::size_t h = 0; h < graph.size(); ++h)
      if (inside >> h & 1) settled[h] += moving[h];
    moving = next;
  }
  return settled[of];
}

// All looks against the bounds of each intersection: what the procedure with `all` past looks is.
TEST(GraphProcedure, DoubleProgrammedByTheClosedTestOfAllLooks) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  const Spending families[] = {LanDeMetsObrienFleming{}, LanDeMetsPocock{}, HwangShihDeCani{-2}};
  int rejections = 0, by_retest = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const double a = 0.25 * static_cast<double>(random() % 5);
    const HypothesisGraph graph{
        {0.5, 0.25, 0.25},
        {0, a, 1 - a, 0.5, 0, 0.5, 0.75, 0.25 * static_cast<double>(trial % 2), 0}};
    const std::vector<double> information{0.4, 0.7, 1};
    std::vector<Hypothesis> hypotheses;
    for (int h = 0; h < 3; ++h)
      hypotheses.push_back({information, families[random() % 3]});
    // Bounds of each hypothesis in each intersection, computed one by one.
    Boundaries bounds[8][3];
    for (HypothesisSet set = 1; set < 8; ++set)
      for (std::size_t h = 0; h < 3; ++h)
        if (set >> h & 1) {
          GroupSequentialDesign design = looks_at(information, hypotheses[h].spending);
          design.alpha = 0.025 * weight_inside(graph, set, h);
          bounds[set][h] = compute_boundaries(design);
        }
    const GraphProcedure procedure = procedure_of(graph, hypotheses, PastLooks::all);
    const GraphProcedure forward = procedure_of(graph, hypotheses, PastLooks::none);
    for (int replicate = 0; replicate < 200; ++replicate) {
      double z[3][3];
      for (auto& of_one : z) {
        const double drift = 2.5;
        double score = 0, before = 0;
        for (std::size_t k = 0; k < 3; ++k) {
          const double step = information[k] - before;
          score += drift * step + std::sqrt(step) * normal(random);
          before = information[k];
          of_one[k] = score / std::sqrt(before);
        }
      }
      std::vector<std::vector<Datum>> moments(3);
      for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t h = 0; h < 3; ++h)
          moments[k].push_back(
              {h, information[k], 0.5 * std::erfc(z[h][k] / std::sqrt(2.0)), k == 2});
      std::vector<int> expected(3, 0);
      for (int t = 3; t >= 1; --t) {
        bool all[3] = {true, true, true};
        for (HypothesisSet set = 1; set < 8; ++set) {
          bool any = false;
          for (std::size_t h = 0; h < 3; ++h)
            for (int k = 0; k < t; ++k)
              any =
                  any || ((set >> h & 1) &&
                          z[h][k] >= bounds[set][h].looks[static_cast<std::size_t>(k)].efficacy_z);
          for (std::size_t h = 0; h < 3; ++h)
            if ((set >> h & 1) && !any) all[h] = false;
        }
        for (std::size_t h = 0; h < 3; ++h)
          if (all[h]) expected[h] = t;
      }
      const std::vector<int> found = moments_of_rejection(procedure, moments);
      ASSERT_EQ(found, expected) << trial << " " << replicate;
      rejections += static_cast<int>(std::ranges::count_if(found, [](int t) { return t > 0; }));
      by_retest += moments_of_rejection(forward, moments) != found;
    }
  }
  EXPECT_GT(rejections, 10000);
  EXPECT_GT(by_retest, 100) << "looking back matters in some trials";
}

// At information that was not planned, each level has the bounds of a design made of it.
TEST(GraphProcedure, DoubleProgrammedBoundsAtTheInformationObserved) {
  const HypothesisGraph graph{{0.5, 0.5}, {0, 1, 1, 0}};
  const std::vector<double> observed{0.47, 0.81, 1};
  const GraphProcedure procedure =
      procedure_of(graph, {{{0.4, 0.7, 1}, HwangShihDeCani{-2}}, {}}, PastLooks::last);
  UnfoldingProcedure unfolding(procedure);
  GroupSequentialDesign design = looks_at(observed, HwangShihDeCani{-2});
  for (const bool other_rejected : {false, true}) {
    unfolding.restart();
    design.alpha = other_rejected ? 0.025 : 0.0125;
    const Boundaries expected = compute_boundaries(design);
    for (std::size_t k = 0; k < 3; ++k) {
      // The level grows at the second look, and the bounds are those it would have had all along.
      if (k == 1) {
        unfolding.analyse(1, other_rejected ? 0.001 : 0.5);
        unfolding.test();
      }
      unfolding.look(0, observed[k], 0, k == 2);
      unfolding.test();
      if (k > 0) {
        EXPECT_NEAR(unfolding.bounds(0).efficacy_z, expected.looks[k].efficacy_z, 1e-10);
      }
    }
  }
}

}  // namespace
}  // namespace trialmill::design
