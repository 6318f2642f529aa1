// The log-rank family and the Kaplan-Meier curve derived a second time from their definitions, by
// counting patients anew at every time: O(n^2), no sorting, no running sums.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "survival/six_patients.hpp"
#include "trialmill/survival/kaplan_meier.hpp"
#include "trialmill/survival/log_rank.hpp"

namespace trialmill::survival {
namespace {

/// The linear congruential generator of Knuth's MMIX; its high bits.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  int below(int bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<int>((state_ >> 33) % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_;
};

PatientColumns draw(std::uint64_t seed, std::int32_t groups, std::int32_t strata, bool delayed) {
  Draws draws(seed);
  PatientColumns patients;
  patients.groups = groups;
  patients.strata = strata;
  const int n = 20 + draws.below(60);
  for (int i = 0; i < n; ++i) {
    patients.time.push_back(1 + draws.below(12));
    patients.event.push_back(draws.below(3) > 0);
    patients.group.push_back(draws.below(groups));
    if (strata > 1) patients.stratum.push_back(draws.below(strata));
    if (delayed) patients.entry.push_back(draws.below(static_cast<int>(patients.time.back())));
  }
  return patients;
}

struct Counts {
  double at_risk = 0;
  double events = 0;
  double censored = 0;
};

/// @param group, stratum -1 for all
Counts count(const PatientColumns& patients, double time, int group, int stratum) {
  Counts counts;
  for (std::size_t i = 0; i < patients.time.size(); ++i) {
    if (group >= 0 && patients.group[i] != group) continue;
    if (stratum >= 0 && !patients.stratum.empty() && patients.stratum[i] != stratum) continue;
    const bool entered = patients.entry.empty() || patients.entry[i] < time;
    counts.at_risk += entered && patients.time[i] >= time ? 1 : 0;
    if (patients.time[i] != time) continue;
    (patients.event[i] != 0 ? counts.events : counts.censored) += 1;
  }
  return counts;
}

/// Pooled Kaplan-Meier just before a time.
double survival_before(const PatientColumns& patients, double time, int group, int stratum) {
  double survival = 1;
  const std::set<double> times(patients.time.begin(), patients.time.end());
  for (const double t : times) {
    if (t >= time) break;
    const Counts counts = count(patients, t, group, stratum);
    if (counts.events > 0) survival *= 1 - counts.events / counts.at_risk;
  }
  return survival;
}

struct Naive {
  std::vector<double> observed, expected, variance;
};

Naive naive_log_rank(const PatientColumns& patients, FlemingHarrington weight) {
  const auto groups = static_cast<std::size_t>(patients.groups);
  Naive result{std::vector<double>(groups), std::vector<double>(groups),
               std::vector<double>(groups * groups)};
  const std::set<double> times(patients.time.begin(), patients.time.end());
  for (int stratum = 0; stratum < patients.strata; ++stratum) {
    for (const double t : times) {
      const Counts all = count(patients, t, -1, stratum);
      if (all.events == 0) continue;
      const double before = survival_before(patients, t, -1, stratum);
      const double w = std::pow(before, weight.rho) * std::pow(1 - before, weight.gamma);
      for (std::size_t g = 0; g < groups; ++g) {
        const Counts own = count(patients, t, static_cast<int>(g), stratum);
        result.observed[g] += w * own.events;
        result.expected[g] += w * all.events * own.at_risk / all.at_risk;
        if (all.at_risk == 1) continue;
        for (std::size_t h = 0; h < groups; ++h) {
          const Counts other = count(patients, t, static_cast<int>(h), stratum);
          // Covariance of two counts of a multivariate hypergeometric draw.
          const double pairs =
              g == h ? own.at_risk * (all.at_risk - own.at_risk) : -own.at_risk * other.at_risk;
          result.variance[g * groups + h] += w * w * pairs * all.events *
                                             (all.at_risk - all.events) /
                                             (all.at_risk * all.at_risk * (all.at_risk - 1));
        }
      }
    }
  }
  return result;
}

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i], 1e-11) << i;
}

TEST(LogRankDoubleProgrammed, TiesStrataAndDelayedEntry) {
  LogRankWorkspace workspace;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto groups = static_cast<std::int32_t>(2 + seed % 3);
    const auto strata = static_cast<std::int32_t>(1 + seed % 4);
    const PatientColumns patients = draw(seed, groups, strata, seed % 2 == 0);
    const RiskTable table = patients.table();
    for (const FlemingHarrington weight : {FlemingHarrington{0, 0}, FlemingHarrington{0, 1},
                                           FlemingHarrington{1, 0}, FlemingHarrington{0.5, 2}}) {
      const Naive naive = naive_log_rank(patients, weight);
      const LogRank test = log_rank(table, weight);
      expect_near(test.observed, naive.observed);
      expect_near(test.expected, naive.expected);
      expect_near(test.variance, naive.variance);
      if (groups != 2) continue;
      const WeightedLogRank pair = weighted_log_rank(table, weight, workspace);
      EXPECT_NEAR(pair.score, naive.observed[1] - naive.expected[1], 1e-11);
      EXPECT_NEAR(pair.variance, naive.variance[3], 1e-11);
    }
  }
}

TEST(KaplanMeierDoubleProgrammed, TiesAndDelayedEntry) {
  std::size_t rows = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const PatientColumns patients = draw(seed, 2, 1, seed % 2 == 0);
    const SortedTimes sorted = patients.sorted();
    for (const int group : {-1, 0, 1}) {
      const KaplanMeier curve = group < 0 ? kaplan_meier(sorted) : kaplan_meier(sorted, group);
      double greenwood = 0;
      for (std::size_t k = 0; k < curve.size(); ++k, ++rows) {
        const Counts counts = count(patients, curve.time[k], group, -1);
        EXPECT_EQ(curve.n_risk[k], counts.at_risk);
        EXPECT_EQ(curve.n_event[k], counts.events);
        EXPECT_EQ(curve.n_censor[k], counts.censored);
        const double survival = survival_before(patients, curve.time[k] + 0.5, group, -1);
        EXPECT_NEAR(curve.survival[k], survival, 1e-14);
        greenwood +=
            counts.events / (counts.at_risk * std::max(counts.at_risk - counts.events, 0.5));
        if (survival > 0) {
          EXPECT_NEAR(curve.std_error[k], survival * std::sqrt(greenwood), 1e-14);
        }
      }
    }
  }
  EXPECT_GT(rows, 1500U);
}

}  // namespace
}  // namespace trialmill::survival
