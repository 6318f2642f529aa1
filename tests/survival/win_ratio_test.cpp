#include "trialmill/survival/win_ratio.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace trialmill::survival {
namespace {

struct Patients {
  std::vector<double> death_time, recurrence_time;
  std::vector<std::uint8_t> death, recurrence;
  std::vector<std::int32_t> group;

  std::vector<PrioritisedOutcome> outcomes() const {
    return {{death_time, death}, {recurrence_time, recurrence}};
  }
  WinRatio result() const { return win_ratio(outcomes(), group); }
};

// Controls        A death 2, recurrence 1    B alive at 4+, recurrence 2    C death 6, recurrence 5
// Experimental    D death 2, recurrence 2    E alive at 4+, free at 4+      F alive at 7+,
// recurrence 3
//
//          A                                  B                              C
//   D      both die at 2; A recurs first: won  D dies at 2: lost              D dies at 2: lost
//   E      A dies at 2: won                    both alive; B recurs at 2: won   E leaves at 4; E
//   leaves
//                                                                              before C recurs:
//                                                                              open
//   F      A dies at 2: won                    both alive; B recurs at 2: won   C dies at 6: won
//
// 6 wins are split: E-A, F-A, F-C by death, D-A, E-B, F-B by recurrence; 2 losses, both by death.
Patients six() {
  Patients p;
  p.death_time = {2, 4, 6, 2, 4, 7};
  p.death = {1, 0, 1, 1, 0, 0};
  p.recurrence_time = {1, 2, 5, 2, 4, 3};
  p.recurrence = {1, 1, 1, 1, 0, 1};
  p.group = {0, 0, 0, 1, 1, 1};
  return p;
}

TEST(WinRatio, SixPatientsByHand) {
  const WinRatio test = six().result();
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_EQ(test.by_outcome[0].wins, 3);
  EXPECT_EQ(test.by_outcome[0].losses, 2);
  EXPECT_EQ(test.by_outcome[1].wins, 3);
  EXPECT_EQ(test.by_outcome[1].losses, 0);
  EXPECT_EQ(test.ties, 1);
  EXPECT_EQ(test.win_ratio, 3);
  EXPECT_DOUBLE_EQ(test.win_odds, 6.5 / 2.5);
  EXPECT_DOUBLE_EQ(test.net_benefit, 4.0 / 9);
  // Wins of D, E, F: 1, 2, 3, losses 2, 0, 0; wins against A, B, C: 3, 2, 1, losses 0, 1, 1.
  // Squared deviations of wins 2 and 2, of losses 8/3 and 2/3, products -2 and -1; over 3^2 x 3
  // x 2.
  const double won = 4.0 / 54, lost = (10.0 / 3) / 54, both = -3.0 / 54;
  EXPECT_NEAR(test.net_benefit_std_error, std::sqrt(won + lost - 2 * both), 1e-15);
  const double w = 6.0 / 9, l = 2.0 / 9;
  EXPECT_NEAR(test.log_win_ratio_std_error,
              std::sqrt(won / w / w + lost / l / l - 2 * both / w / l), 1e-14);
  EXPECT_NEAR(test.win_ratio_lower, 3 * std::exp(-1.959963984540054 * test.log_win_ratio_std_error),
              1e-12);
  // Everybody against everybody. Within the controls B and C outlive A; death leaves B and C open,
  // and C is free when B recurs. Of the others E and F outlive D, and E is free when F recurs.
  //   A: B -, C -, D -, E -, F -  = -5     B: A +, C -, D +, E -, F -  = -1
  //   C: A +, B +, D +, E 0, F -  = +2     D: A +, B -, C -, E -, F -  = -3
  //   E: A +, B +, C 0, D +, F +  = +4     F: A +, B +, C +, D +, E -  = +3
  const double variance = 3.0 * 3 / (6 * 5) * (25 + 1 + 4 + 9 + 16 + 9);
  EXPECT_NEAR(test.z, 4 / std::sqrt(variance), 1e-14);
}

TEST(WinRatio, AnEventComesBeforeACensoringAtTheSameTime) {
  Patients p;
  p.death_time = p.recurrence_time = {3, 3};
  p.death = p.recurrence = {1, 0};
  p.group = {0, 1};
  EXPECT_EQ(p.result().wins, 1);
  p.group = {1, 0};
  EXPECT_EQ(p.result().losses, 1);
}

/// What one patient's fate says about another's, pair by pair.
int compare(const Patients& p, std::size_t i, std::size_t j) {
  const auto outlives = [](double time, bool event, double other_time, bool other_event) {
    return other_event && (time > other_time || (time == other_time && !event));
  };
  if (outlives(p.death_time[i], p.death[i], p.death_time[j], p.death[j])) return 1;
  if (outlives(p.death_time[j], p.death[j], p.death_time[i], p.death[i])) return -1;
  if (outlives(p.recurrence_time[i], p.recurrence[i], p.recurrence_time[j], p.recurrence[j]))
    return 1;
  if (outlives(p.recurrence_time[j], p.recurrence[j], p.recurrence_time[i], p.recurrence[i]))
    return -1;
  return 0;
}

Patients random_pair(unsigned seed, std::size_t n) {
  std::mt19937_64 bits(seed);
  Patients p;
  for (std::size_t i = 0; i < n; ++i) {
    p.death_time.push_back(static_cast<double>(1 + bits() % 15));
    p.death.push_back(bits() % 2);
    p.recurrence_time.push_back(static_cast<double>(1 + bits() % 10));
    p.recurrence.push_back(bits() % 3 > 0);
    p.group.push_back(static_cast<std::int32_t>(bits() % 3 == 0));
  }
  return p;
}

// U-statistics by their definition: the covariance of two pairs that share a patient, averaged over
// all such pairs of pairs, less the product of the means; the sums over a patient's own pairs and
// with themselves give the variance of the patients' shares.
TEST(WinRatio, DoubleProgrammedPairByPair) {
  WinRatioWorkspace workspace;
  WinRatio test;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Patients p = random_pair(seed, 40);
    const std::size_t n = p.group.size();
    double wins = 0, losses = 0, score = 0, squares = 0, n0 = 0, n1 = 0;
    std::vector<double> won(n), lost(n);
    for (std::size_t i = 0; i < n; ++i) {
      (p.group[i] ? n1 : n0) += 1;
      double own = 0;
      for (std::size_t j = 0; j < n; ++j) {
        const int result = compare(p, i, j);
        own += result;
        if (p.group[i] == p.group[j]) continue;
        const int experimental = p.group[i] ? result : -result;
        won[i] += experimental > 0;
        lost[i] += experimental < 0;
        if (p.group[i]) wins += result > 0, losses += result < 0;
      }
      squares += own * own;
      if (p.group[i]) score += own;
    }
    const auto covariance = [&](const std::vector<double>& a, const std::vector<double>& b) {
      double sum = 0;
      for (const int arm : {0, 1}) {
        const double size = arm ? n1 : n0, others = arm ? n0 : n1;
        double product = 0, mean_a = 0, mean_b = 0;
        for (std::size_t i = 0; i < n; ++i) {
          if (p.group[i] != arm) continue;
          product += a[i] / others * b[i] / others;
          mean_a += a[i] / others / size;
          mean_b += b[i] / others / size;
        }
        sum += (product / size - mean_a * mean_b) / (size - 1);
      }
      return sum;
    };
    win_ratio(p.outcomes(), p.group, 0.95, workspace, test);
    ASSERT_EQ(test.status, FitStatus::ok);
    EXPECT_EQ(test.wins, wins);
    EXPECT_EQ(test.losses, losses);
    EXPECT_EQ(test.ties, n0 * n1 - wins - losses);
    const double w = wins / (n0 * n1), l = losses / (n0 * n1);
    const double variance = covariance(won, won) / w / w + covariance(lost, lost) / l / l -
                            2 * covariance(won, lost) / w / l;
    EXPECT_NEAR(test.log_win_ratio_std_error, std::sqrt(variance), 1e-12);
    const double p_better = w + (1 - w - l) / 2;
    EXPECT_NEAR(test.win_odds, p_better / (1 - p_better), 1e-12);
    const double net = covariance(won, won) + covariance(lost, lost) - 2 * covariance(won, lost);
    const double odds_error = std::sqrt(net) / 2 / (p_better * (1 - p_better));
    EXPECT_NEAR(test.win_odds_upper, test.win_odds * std::exp(1.959963984540054 * odds_error),
                1e-10 * test.win_odds_upper);
    const auto size = static_cast<double>(n);
    EXPECT_NEAR(test.z, score / std::sqrt(n0 * n1 / (size * (size - 1)) * squares), 1e-12);
  }
}

// With one outcome and no censoring the scores are those of Gehan's test, and swapping the groups
// swaps wins and losses.
TEST(WinRatio, SwappingTheGroupsInvertsTheRatio) {
  Patients p = random_pair(7, 30);
  const WinRatio before = p.result();
  for (std::int32_t& group : p.group)
    group = 1 - group;
  const WinRatio after = p.result();
  EXPECT_EQ(after.wins, before.losses);
  EXPECT_NEAR(after.win_ratio, 1 / before.win_ratio, 1e-15);
  EXPECT_NEAR(after.win_ratio_upper, 1 / before.win_ratio_lower, 1e-12);
  EXPECT_DOUBLE_EQ(after.z, -before.z);
}

TEST(WinRatio, SaysWhyThereIsNoTest) {
  Patients p = six();
  p.group.assign(6, 1);
  EXPECT_EQ(p.result().status, FitStatus::one_group_empty);
  p = six();
  p.death.assign(6, 0);
  p.recurrence.assign(6, 0);
  EXPECT_EQ(p.result().status, FitStatus::no_events);
  p = six();
  p.death_time.assign(6, 3);
  p.death.assign(6, 1);
  p.recurrence_time.assign(6, 2);
  p.recurrence.assign(6, 1);
  EXPECT_EQ(p.result().status, FitStatus::no_information);
  EXPECT_EQ(p.result().z, 0);
  // Everybody in one group wins: the ratio is infinite, the test exists.
  p = six();
  p.death_time = {1, 2, 3, 7, 8, 9};
  p.death.assign(6, 1);
  EXPECT_EQ(p.result().status, FitStatus::ok);
  EXPECT_TRUE(std::isinf(p.result().win_ratio));
  EXPECT_GT(p.result().z, 1.5);
}

TEST(WinRatio, DoubleProgrammedWithoutLossesTheLowerLimitIsNewcombes) {
  Patients p = six();
  p.death_time = {1, 2, 3, 7, 8, 9};
  p.death.assign(6, 1);
  const WinRatio won = p.result();
  EXPECT_TRUE(std::isinf(won.win_ratio_upper));
  EXPECT_EQ(won.win_odds_lower, won.win_ratio_lower);
  // The limit solves (1 - p)^2 = z^2 p (1 - p) (1 + n* ((1 - p) / (2 - p) + p / (1 + p))) / 9,
  // n* = (3 + 3) / 2 - 1.
  const double least = won.win_ratio_lower / (1 + won.win_ratio_lower);
  const double variance =
      least * (1 - least) * (1 + 2 * ((1 - least) / (2 - least) + least / (1 + least))) / 9;
  EXPECT_NEAR(1 - least, 1.959963984540054 * std::sqrt(variance), 1e-12);
  // Nothing is tied, so that the net benefit is 2 p - 1.
  EXPECT_NEAR(won.net_benefit_lower, 2 * least - 1, 1e-12);
  EXPECT_EQ(won.net_benefit_upper, 1);
  // The mirror image: nobody wins.
  p.death_time = {7, 8, 9, 1, 2, 3};
  const WinRatio lost = p.result();
  EXPECT_EQ(lost.win_ratio, 0);
  EXPECT_EQ(lost.win_ratio_lower, 0);
  EXPECT_NEAR(lost.win_ratio_upper, 1 / won.win_ratio_lower, 1e-12);
  EXPECT_NEAR(lost.net_benefit_upper, 1 - 2 * least, 1e-12);
  EXPECT_EQ(lost.net_benefit_lower, -1);
}

}  // namespace
}  // namespace trialmill::survival
