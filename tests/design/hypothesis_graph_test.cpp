#include "trialmill/design/hypothesis_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>

#include "trialmill/design/local_levels.hpp"

namespace trialmill::design {
namespace {

using Decisions = std::vector<bool>;

Decisions hochberg(double alpha, const std::vector<double>& p) {
  const auto rejected = std::make_unique<bool[]>(p.size());
  reject_by_hochberg(alpha, p, std::span(rejected.get(), p.size()));
  return Decisions(rejected.get(), rejected.get() + p.size());
}

// ---- one example by hand ----

TEST(HypothesisGraph, TwoEndpointsPassTheirLevelsOn) {
  const HypothesisGraph graph{{0.8, 0.2}, {0, 1, 1, 0}};
  EXPECT_EQ(rejected_by_graph(graph, 0.025, std::array{0.021, 0.006}), Decisions({false, false}));
  EXPECT_EQ(rejected_by_graph(graph, 0.025, std::array{0.024, 0.005}), Decisions({true, true}));
  EXPECT_EQ(rejected_by_graph(graph, 0.025, std::array{0.026, 0.005}), Decisions({false, true}));
  EXPECT_EQ(rejected_by_graph(graph, 0.025, std::array{std::nan(""), 0.001}),
            Decisions({false, true}));
}

TEST(HypothesisGraph, AHypothesisWithoutWeightIsNotTested) {
  EXPECT_EQ(rejected_by_graph(fixed_sequence(3), 0.025, std::array{0.03, 0.0, 0.0}),
            Decisions({false, false, false}));
  EXPECT_EQ(rejected_by_graph(fixed_sequence(3), 0.025, std::array{0.025, 0.02, 0.03}),
            Decisions({true, true, false}));
}

TEST(HypothesisGraph, TakingOutARoundTripOfOneLosesItsLevel) {
  HypothesisGraph graph{{0.5, 0.3, 0.2}, {0, 1, 0, 1, 0, 0, 0.5, 0.5, 0}};
  take_out(graph, 0);
  EXPECT_EQ(graph.weight, (std::vector<double>{0, 0.8, 0.2}));
  EXPECT_EQ(graph.transition, (std::vector<double>{0, 0, 0, 0, 0, 0, 0, 1, 0}));
}

// ---- against other programs ----

// The dose-response graph of Bretz et al. (2011), figure of section 2: lrstat's test of `fadjpbon`
// (test-multiplicity-adjustment.R) has the adjusted p-values, the smallest alpha that rejects.
TEST(HypothesisGraph, IndependentAdjustedPValuesOfLrstat) {
  const HypothesisGraph graph{{0.5, 0.5, 0, 0}, {0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0}};
  const std::vector<double> p[] = {{0.01, 0.005, 0.015, 0.022}, {0.02, 0.015, 0.010, 0.023}};
  const std::vector<double> adjusted[] = {{0.02, 0.01, 0.03, 0.03}, {0.04, 0.03, 0.04, 0.04}};
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t h = 0; h < 4; ++h) {
      EXPECT_TRUE(rejected_by_graph(graph, adjusted[k][h] + 1e-9, p[k])[h]) << k << " " << h;
      EXPECT_FALSE(rejected_by_graph(graph, adjusted[k][h] - 1e-9, p[k])[h]) << k << " " << h;
    }
}

// Two doses and two endpoints: the vignette "shortcut-testing" of graphicalMCP 0.2.
HypothesisGraph doses_and_endpoints() {
  return {{0.5, 0.5, 0, 0}, {0, 0.5, 0.5, 0, 0.5, 0, 0, 0.5, 0, 1, 0, 0, 1, 0, 0, 0}};
}

TEST(HypothesisGraph, IndependentDecisionsAndLevelsOfGraphicalMcp) {
  const HypothesisGraph graph = doses_and_endpoints();
  EXPECT_EQ(rejected_by_graph(graph, 0.025, std::array{0.018, 0.01, 0.105, 0.006}),
            Decisions({true, true, false, true}));
  // The vignette's order: H2 at alpha / 2, H1 at 3/4, H4 at 1/2, and H3 not at all of alpha.
  const LocalLevels levels(graph, 0.025);
  EXPECT_DOUBLE_EQ(levels.level(0b0000, 1), 0.5 * 0.025);
  EXPECT_DOUBLE_EQ(levels.level(0b0010, 0), 0.75 * 0.025);
  EXPECT_DOUBLE_EQ(levels.level(0b0011, 3), 0.5 * 0.025);
  EXPECT_DOUBLE_EQ(levels.level(0b1011, 2), 0.025);
}

// The first ten simulated trials that the same vignette prints.
TEST(HypothesisGraph, IndependentSimulatedTrialsOfGraphicalMcp) {
  const double p[10][4] = {{3.08204e-02, 1.20654e-02, 4.11858e-03, 9.32434e-02},
                           {7.93372e-04, 6.49905e-04, 2.45178e-02, 2.96560e-03},
                           {3.02992e-02, 5.95396e-02, 5.43083e-02, 2.62583e-02},
                           {9.74332e-03, 3.31857e-03, 7.41721e-04, 4.02469e-04},
                           {1.97135e-02, 8.61618e-03, 1.64183e-02, 2.41833e-07},
                           {3.12066e-03, 6.70231e-03, 1.37441e-02, 2.75170e-04},
                           {3.02208e-02, 1.42376e-01, 6.03828e-03, 2.11740e-02},
                           {2.49757e-03, 2.94026e-02, 4.14273e-04, 2.20779e-03},
                           {6.18994e-02, 3.87257e-02, 3.16613e-01, 5.69979e-02},
                           {3.67792e-01, 1.89598e-01, 7.02265e-02, 1.18965e-02}};
  const Decisions expected[10] = {{0, 1, 0, 0}, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1},
                                  {1, 1, 1, 1}, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 0, 1, 0},
                                  {0, 0, 0, 0}, {0, 0, 0, 0}};
  for (std::size_t k = 0; k < 10; ++k)
    EXPECT_EQ(rejected_by_graph(doses_and_endpoints(), 0.025, p[k]), expected[k]) << k;
}

// The same vignette's power, as it prints it, 100,000 simulations there and here. Means of the
// statistics from its assumptions, correlations by its product rule.
TEST(HypothesisGraph, IndependentPowerOfGraphicalMcp) {
  const double fall = 0.3 - 0.181;
  const double primary = fall / std::sqrt(0.181 * 0.819 / 200 + 0.3 * 0.7 / 200);
  const double mean[] = {primary, primary, 2.5, 3.25};
  // Half of a dose's variance is its own, half is shared by both; the same for endpoints.
  std::mt19937_64 random(20);
  std::normal_distribution<double> normal;
  const HypothesisGraph graph = doses_and_endpoints();
  constexpr int trials = 100000;
  std::array<int, 4> rejected{};
  int any = 0, all = 0, sum = 0;
  for (int trial = 0; trial < trials; ++trial) {
    double z[4];
    double shared[2], own[2][2];
    for (int endpoint = 0; endpoint < 2; ++endpoint) {
      shared[endpoint] = normal(random);
      own[endpoint][0] = normal(random);
      own[endpoint][1] = normal(random);
    }
    for (int dose = 0; dose < 2; ++dose) {
      const double first = (shared[0] + own[0][dose]) / std::sqrt(2.0);
      const double second = (shared[1] + own[1][dose]) / std::sqrt(2.0);
      z[dose] = mean[dose] + first;
      z[2 + dose] = mean[2 + dose] + 0.5 * first + std::sqrt(0.75) * second;
    }
    std::vector<double> p;
    for (const double one : z)
      p.push_back(0.5 * std::erfc(one / std::sqrt(2.0)));
    const Decisions decisions = rejected_by_graph(graph, 0.025, p);
    const auto count = std::ranges::count(decisions, true);
    for (std::size_t h = 0; h < 4; ++h)
      rejected[h] += decisions[h];
    any += count > 0;
    all += count == 4;
    sum += static_cast<int>(count);
  }
  const double expected[] = {0.76396, 0.75887, 0.56767, 0.69133};
  const auto tolerance = [&](double p) { return 3.5 * std::sqrt(2 * p * (1 - p) / trials); };
  for (std::size_t h = 0; h < 4; ++h)
    EXPECT_NEAR(rejected[h] / double{trials}, expected[h], tolerance(expected[h])) << h;
  EXPECT_NEAR(any / double{trials}, 0.85557, tolerance(0.85557));
  EXPECT_NEAR(all / double{trials}, 0.51205, tolerance(0.51205));
  EXPECT_NEAR(sum / double{trials}, 2.78183, 3.5 * 1.5 * std::sqrt(2.0 / trials));
}

// R 4.2.2: p.adjust(p, "holm"), "hochberg", "bonferroni".
TEST(HypothesisGraph, IndependentAdjustedPValuesOfR) {
  struct Case {
    std::vector<double> p, holm, hochberg, bonferroni;
  };
  const Case cases[] = {{{0.0121, 0.0334, 0.0062, 0.0410, 0.0198},
                         {0.0484, 0.0668, 0.0310, 0.0668, 0.0594},
                         {0.041, 0.041, 0.031, 0.041, 0.041},
                         {0.0605, 0.1670, 0.0310, 0.2050, 0.0990}},
                        {{0.001, 0.0090, 0.0124, 0.0240, 0.3, 0.0131},
                         {0.0060, 0.0450, 0.0496, 0.0496, 0.3000, 0.0496},
                         {0.0060, 0.0393, 0.0393, 0.0480, 0.3000, 0.0393},
                         {0.0060, 0.0540, 0.0744, 0.1440, 1.0000, 0.0786}}};
  for (const Case& one : cases) {
    const std::size_t m = one.p.size();
    const std::vector<double> equal(m, 1.0 / static_cast<double>(m));
    for (std::size_t h = 0; h < m; ++h) {
      EXPECT_TRUE(rejected_by_graph(holm(equal), one.holm[h] + 1e-9, one.p)[h]);
      EXPECT_FALSE(rejected_by_graph(holm(equal), one.holm[h] - 1e-9, one.p)[h]);
      EXPECT_TRUE(hochberg(one.hochberg[h] + 1e-9, one.p)[h]);
      EXPECT_FALSE(hochberg(one.hochberg[h] - 1e-9, one.p)[h]);
      if (one.bonferroni[h] == 1) continue;
      EXPECT_TRUE(rejected_by_graph(bonferroni(equal), one.bonferroni[h] + 1e-9, one.p)[h]);
      EXPECT_FALSE(rejected_by_graph(bonferroni(equal), one.bonferroni[h] - 1e-9, one.p)[h]);
    }
  }
}

// ---- against closed tests ----

// The weight of a hypothesis in an intersection, without the update rule: weight flows along the
// transitions through the hypotheses outside until it comes to one inside, or is lost.
std::vector<double> weights_inside(const HypothesisGraph& graph, HypothesisSet inside) {
  const std::size_t n = graph.size();
  std::vector<double> settled(n, 0), moving = graph.weight;
  for (int step = 0; step < 2000; ++step) {
    std::vector<double> next(n, 0);
    for (std::size_t h = 0; h < n; ++h) {
      if (inside >> h & 1)
        settled[h] += moving[h];
      else
        for (std::size_t to = 0; to < n; ++to)
          next[to] += moving[h] * graph.passes(h, to);
    }
    moving = next;
    if (std::accumulate(moving.begin(), moving.end(), 0.0) < 1e-18) break;
  }
  return settled;
}

// Rejects what is rejected in every intersection it belongs to.
Decisions closed_test(const HypothesisGraph& graph, double alpha, const std::vector<double>& p) {
  const std::size_t n = graph.size();
  Decisions rejected(n, true);
  for (HypothesisSet set = 1; set < HypothesisSet{1} << n; ++set) {
    const std::vector<double> weight = weights_inside(graph, set);
    bool any = false;
    for (std::size_t h = 0; h < n; ++h)
      any = any || ((set >> h & 1) && weight[h] > 0 && p[h] <= alpha * weight[h]);
    for (std::size_t h = 0; h < n && !any; ++h)
      if (set >> h & 1) rejected[h] = false;
  }
  return rejected;
}

// Quarters, so that some graphs are sparse, some rows leak and some cycles do not.
HypothesisGraph random_graph(std::mt19937_64& random) {
  const std::size_t n = 2 + random() % 4;
  const auto shares = [&](std::size_t without) {
    std::vector<double> row(n, 0);
    for (int quarter = 0; quarter < 4; ++quarter)
      if (const std::size_t to = random() % (n + 1); to < n && to != without) row[to] += 0.25;
    return row;
  };
  HypothesisGraph graph{shares(n), {}};
  for (std::size_t from = 0; from < n; ++from) {
    const std::vector<double> row = shares(from);
    graph.transition.insert(graph.transition.end(), row.begin(), row.end());
  }
  return graph;
}

TEST(HypothesisGraph, DoubleProgrammedByTheClosedTestOfAllIntersections) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform;
  std::array<int, 6> by_count{};
  for (int trial = 0; trial < 5000; ++trial) {
    const HypothesisGraph graph = random_graph(random);
    std::vector<double> p;
    for (std::size_t h = 0; h < graph.size(); ++h)
      p.push_back(uniform(random) < 0.7 ? 0.03 * uniform(random) : 0.2 * uniform(random));
    const Decisions found = rejected_by_graph(graph, 0.05, p);
    ASSERT_EQ(found, closed_test(graph, 0.05, p)) << trial;
    ++by_count[static_cast<std::size_t>(std::ranges::count(found, true))];
  }
  for (std::size_t count = 0; count < 5; ++count)
    EXPECT_GT(by_count[count], 20) << count;
}

TEST(LocalLevels, DoubleProgrammedByFlowingWeights) {
  std::mt19937_64 random(8);
  int checked = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    const HypothesisGraph graph = random_graph(random);
    std::optional<LocalLevels> levels;
    try {
      levels.emplace(graph, 0.025);
    } catch (const DesignError&) {
      continue;  // a hypothesis that is never tested
    }
    // Along one order in which all can be rejected.
    HypothesisSet rejected = 0;
    for (bool any = true; any;) {
      any = false;
      const std::vector<double> weight =
          weights_inside(graph, ~rejected & ((HypothesisSet{1} << graph.size()) - 1));
      for (std::size_t h = 0; h < graph.size(); ++h)
        if (!(rejected >> h & 1)) {
          EXPECT_NEAR(levels->level(rejected, h), 0.025 * weight[h], 1e-12);
          ++checked;
        }
      for (std::size_t h = 0; h < graph.size() && !any; ++h)
        if (!(rejected >> h & 1) && weight[h] > 0) {
          rejected |= HypothesisSet{1} << h;
          any = true;
        }
    }
  }
  EXPECT_GT(checked, 2000);
}

TEST(LocalLevels, HoldEachLevelOnce) {
  const LocalLevels levels(holm({0.25, 0.25, 0.25, 0.25}), 0.024);
  for (std::size_t h = 0; h < 4; ++h) {
    ASSERT_EQ(levels.levels_of(h).size(), 4u);
    EXPECT_NEAR(levels.levels_of(h)[0], 0.006, 1e-15);
    EXPECT_NEAR(levels.levels_of(h)[1], 0.008, 1e-15);
    EXPECT_NEAR(levels.levels_of(h)[2], 0.012, 1e-15);
    EXPECT_NEAR(levels.levels_of(h)[3], 0.024, 1e-15);
  }
  const LocalLevels in_order(fixed_sequence(3), 0.025);
  EXPECT_EQ(in_order.levels_of(2), std::vector<double>{0.025});
  EXPECT_EQ(in_order.level(0b001, 2), 0);
  EXPECT_EQ(in_order.level(0b011, 2), 0.025);
}

TEST(Hochberg, DoubleProgrammedByItsDefinition) {
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> uniform;
  int rejections = 0;
  for (int trial = 0; trial < 5000; ++trial) {
    std::vector<double> p;
    for (std::size_t h = 0; h < 2 + random() % 5; ++h)
      p.push_back(0.08 * uniform(random));
    if (trial % 10 == 0) p.front() = std::nan("");
    // H_(i) is rejected when some k >= i in increasing order has p_(k) <= alpha / (m - k + 1).
    std::vector<double> sorted = p;
    for (double& one : sorted)
      if (std::isnan(one)) one = 1;
    std::ranges::sort(sorted);
    double largest_rejected = -1;
    for (std::size_t k = 1; k <= sorted.size(); ++k)
      if (sorted[k - 1] <= 0.05 / static_cast<double>(sorted.size() - k + 1))
        largest_rejected = sorted[k - 1];
    const Decisions found = hochberg(0.05, p);
    for (std::size_t h = 0; h < p.size(); ++h) {
      ASSERT_EQ(found[h], p[h] <= largest_rejected) << trial;
      rejections += found[h];
    }
  }
  EXPECT_GT(rejections, 1000);
}

// ---- what cannot be ----

std::string complaint(const HypothesisGraph& graph, double alpha = 0.025) {
  try {
    LocalLevels(graph, alpha);
  } catch (const DesignError& error) {
    return error.part + ": " + error.what();
  }
  return "";
}

TEST(HypothesisGraph, ImpossibleOnesAreRefusedWithAReason) {
  EXPECT_EQ(complaint({{0.8, 0.3}, {0, 1, 1, 0}}),
            "weights: the weights add up to 1.1, more than 1");
  EXPECT_EQ(complaint({{1.2, 0}, {0, 1, 1, 0}}),
            "weights: found 1.2 for hypothesis 1, allowed are numbers from 0 to 1");
  EXPECT_EQ(complaint({{-0.1, 0.5}, {0, 1, 1, 0}}),
            "weights: found -0.1 for hypothesis 1, allowed are numbers from 0 to 1");
  EXPECT_EQ(complaint({{0.5, 0.5, 0}, {0, 0.7, 0.5, 1, 0, 0, 0, 0, 0}}),
            "transitions: the transitions from hypothesis 1 add up to 1.2, more than 1");
  EXPECT_EQ(complaint({{0.5, 0.5}, {0.5, 0.5, 1, 0}}),
            "transitions: hypothesis 1 cannot pass its level on to itself");
  EXPECT_EQ(complaint({{0.5, 0.5}, {0, 1, 1}}),
            "transitions: found 3 transitions for 2 hypotheses, which need a square of them");
  EXPECT_EQ(complaint({{1, 0}, {0, 0, 1, 0}}),
            "weights: hypothesis 2 has no weight, and none can be passed on to it");
  EXPECT_EQ(complaint(bonferroni(std::vector<double>(11, 1.0 / 11))),
            "weights: found 11 hypotheses, more than 10");
  EXPECT_EQ(complaint({{0.5, 0.5}, {0, 1, 1, 0}}, 0.6).substr(0, 6), "alpha:");
  EXPECT_EQ(complaint({{0.1, 0.2, 0.7}, std::vector<double>(9, 0)}), "");
}

}  // namespace
}  // namespace trialmill::design
