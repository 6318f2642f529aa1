#include "trialmill/survival/proportion.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "trialmill/survival/p_value.hpp"

namespace trialmill::survival {
namespace {

// Six patients: one success among three controls, two among three experimental patients.
constexpr TwoByTwo six{1, 3, 2, 3};

// Pooled: 1/2, so the variance is 1/4 x 2/3 = 1/6; unpooled: 2 x (2/9) / 3 = 4/27.
TEST(Proportion, SixPatientsByHand) {
  const ProportionComparison test = compare_proportions(six);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_DOUBLE_EQ(test.control, 1.0 / 3);
  EXPECT_DOUBLE_EQ(test.experimental, 2.0 / 3);
  EXPECT_DOUBLE_EQ(test.difference, 1.0 / 3);
  EXPECT_NEAR(test.z, std::sqrt(6.0) / 3, 1e-15);
  EXPECT_EQ(test.unpooled_status, FitStatus::ok);
  EXPECT_NEAR(test.unpooled_std_error, std::sqrt(4.0 / 27), 1e-15);
  EXPECT_NEAR(test.unpooled_z, std::sqrt(27.0) / 6, 1e-15);
  EXPECT_DOUBLE_EQ(test.risk_ratio, 2);
  EXPECT_NEAR(test.odds_ratio, 4, 1e-14);
}

// Of the 20 ways to place three successes: 1, 9, 9, 1 by the number in the experimental arm.
TEST(Proportion, FisherOfSixPatientsByHand) {
  const FisherExact test = fisher_exact(six);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_NEAR(test.p_more, 10.0 / 20, 1e-15);
  EXPECT_NEAR(test.p_fewer, 19.0 / 20, 1e-15);
  EXPECT_NEAR(test.p_two_sided, 1, 1e-15);
  const FisherExact extreme = fisher_exact({0, 3, 3, 3});
  EXPECT_NEAR(extreme.p_more, 1.0 / 20, 1e-16);
  EXPECT_NEAR(extreme.p_two_sided, 2.0 / 20, 1e-16);
}

// In each of the two strata of three an excess of 1/3, a variance of 2/9, a weight of 2/3 and a
// weighted difference of 1/3; Sato's sums are -4/9 and 1/3: (-2/9 + 3/9) / (16/9) = 1/16.
TEST(Proportion, MantelHaenszelOfSixPatientsByHand) {
  const std::array<TwoByTwo, 2> strata{{{1, 2, 1, 1}, {0, 1, 1, 2}}};
  const MantelHaenszel test = mantel_haenszel(strata);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_NEAR(test.z, 1, 1e-15);
  EXPECT_NEAR(test.difference, 0.5, 1e-15);
  EXPECT_NEAR(test.std_error, 0.25, 1e-15);
  EXPECT_NEAR(test.upper, 0.5 + 1.959963984540054 / 4, 1e-15);  // R: qnorm(0.975)
  EXPECT_TRUE(std::isinf(test.odds_ratio));
}

TEST(Proportion, CountsByStratum) {
  const std::vector<std::uint8_t> success{1, 0, 1, 1, 0, 0};
  const std::vector<std::int32_t> group{0, 0, 1, 1, 1, 0};
  const std::vector<std::int32_t> stratum{0, 0, 0, 1, 1, 1};
  std::vector<TwoByTwo> tables{{9, 9, 9, 9}};
  count_successes(success, group, stratum, 2, tables);
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[0], (TwoByTwo{1, 2, 1, 1}));
  EXPECT_EQ(tables[1], (TwoByTwo{0, 1, 1, 2}));
  EXPECT_EQ(pooled(tables), six);
  count_successes(success, group, {}, 1, tables);
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0], six);
}

TEST(Proportion, ExchangingTheArmsTurnsTheSigns) {
  const TwoByTwo table{12, 40, 25, 60};
  const TwoByTwo turned{25, 60, 12, 40};
  const ProportionComparison a = compare_proportions(table, 0.9);
  const ProportionComparison b = compare_proportions(turned, 0.9);
  EXPECT_GT(a.z, 0) << "more successes in the experimental arm";
  EXPECT_DOUBLE_EQ(a.z, -b.z);
  EXPECT_DOUBLE_EQ(a.unpooled_z, -b.unpooled_z);
  EXPECT_DOUBLE_EQ(a.lower, -b.upper);
  EXPECT_NEAR(fisher_exact(table).p_more, fisher_exact(turned).p_fewer, 1e-14);
}

TEST(Proportion, SaysWhatIsUndefined) {
  const ProportionComparison empty = compare_proportions({0, 0, 3, 5});
  EXPECT_EQ(empty.status, FitStatus::one_group_empty);
  EXPECT_EQ(empty.unpooled_status, FitStatus::one_group_empty);
  EXPECT_TRUE(std::isnan(empty.control));
  EXPECT_DOUBLE_EQ(empty.experimental, 0.6);
  EXPECT_TRUE(std::isnan(empty.lower));
  EXPECT_EQ(empty.z, 0);

  const ProportionComparison none = compare_proportions({0, 10, 0, 20});
  EXPECT_EQ(none.status, FitStatus::no_events);
  EXPECT_EQ(none.z, 0);
  EXPECT_EQ(none.difference, 0);
  EXPECT_EQ(compare_proportions({10, 10, 20, 20}).status, FitStatus::no_information);

  const ProportionComparison apart = compare_proportions({0, 10, 10, 10});
  EXPECT_EQ(apart.status, FitStatus::ok);
  EXPECT_EQ(apart.unpooled_status, FitStatus::no_information);
  EXPECT_EQ(apart.unpooled_z, 0);
  EXPECT_TRUE(std::isinf(apart.risk_ratio));

  EXPECT_EQ(fisher_exact({0, 10, 0, 20}).status, FitStatus::no_events);
  EXPECT_EQ(fisher_exact({10, 10, 20, 20}).status, FitStatus::no_information);
  EXPECT_EQ(fisher_exact({1, 10, 0, 0}).status, FitStatus::one_group_empty);
  EXPECT_EQ(fisher_exact({1, 10, 0, 0}).p_two_sided, 1);
}

TEST(Proportion, StrataThatSayNothing) {
  // A stratum with one arm, one that holds one patient: neither counts.
  const std::array<TwoByTwo, 4> some{{{1, 2, 1, 1}, {0, 1, 1, 2}, {3, 5, 0, 0}, {0, 0, 1, 1}}};
  EXPECT_NEAR(mantel_haenszel(some).z, 1, 1e-15);
  const std::array<TwoByTwo, 2> apart{{{3, 5, 0, 0}, {0, 0, 1, 4}}};
  const MantelHaenszel never_met = mantel_haenszel(apart);
  EXPECT_EQ(never_met.status, FitStatus::no_information);
  EXPECT_TRUE(std::isnan(never_met.difference));
  EXPECT_EQ(never_met.z, 0);
  const std::array<TwoByTwo, 2> all_or_none{{{5, 5, 4, 4}, {0, 3, 0, 3}}};
  EXPECT_EQ(mantel_haenszel(all_or_none).status, FitStatus::no_information);
  EXPECT_EQ(mantel_haenszel(all_or_none).difference, 0);
  const std::array<TwoByTwo, 1> none{{{0, 5, 0, 5}}};
  EXPECT_EQ(mantel_haenszel(none).status, FitStatus::no_events);
  const std::array<TwoByTwo, 1> empty{{{2, 5, 0, 0}}};
  EXPECT_EQ(mantel_haenszel(empty).status, FitStatus::one_group_empty);
}

// Every table with up to 12 patients an arm, by counting the ways to place the successes, in whole
// numbers: which tables are as rare as the one observed is then exact.
TEST(Proportion, DoubleProgrammedFisherByEnumeration) {
  std::array<std::array<std::int64_t, 13>, 13> choose{};
  for (std::size_t n = 0; n < 13; ++n) {
    choose[n][0] = 1;
    for (std::size_t k = 1; k <= n; ++k)
      choose[n][k] = choose[n - 1][k - 1] + (k < n ? choose[n - 1][k] : 0);
  }
  int compared = 0;
  for (std::size_t n0 = 1; n0 <= 12; ++n0)
    for (std::size_t n1 = 1; n1 <= 12; ++n1)
      for (std::size_t x0 = 0; x0 <= n0; ++x0)
        for (std::size_t x1 = 0; x1 <= n1; ++x1) {
          const std::size_t successes = x0 + x1;
          if (successes == 0 || successes == n0 + n1) continue;
          const std::int64_t observed = choose[n1][x1] * choose[n0][x0];
          double all = 0, more = 0, fewer = 0, as_rare = 0;
          for (std::size_t x = 0; x <= std::min(n1, successes); ++x) {
            if (successes - x > n0) continue;
            const std::int64_t ways = choose[n1][x] * choose[n0][successes - x];
            const auto count = static_cast<double>(ways);
            all += count;
            if (x >= x1) more += count;
            if (x <= x1) fewer += count;
            if (ways <= observed) as_rare += count;
          }
          const auto whole = [](std::size_t n) { return static_cast<std::int64_t>(n); };
          const FisherExact test = fisher_exact({whole(x0), whole(n0), whole(x1), whole(n1)});
          // A dozen roundings.
          EXPECT_NEAR(test.p_more / (more / all), 1, 1e-14);
          EXPECT_NEAR(test.p_fewer / (fewer / all), 1, 1e-14);
          EXPECT_NEAR(test.p_two_sided / (as_rare / all), 1, 1e-14);
          ++compared;
        }
  EXPECT_EQ(compared, 7812);
}

// With equal arms in one stratum Sato's variance is the unpooled one, and Cochran's test is the
// score test but for N - 1 in place of N.
TEST(Proportion, OneStratumIsThePlainComparison) {
  const TwoByTwo table{14, 50, 23, 50};
  const ProportionComparison plain = compare_proportions(table);
  const MantelHaenszel test = mantel_haenszel({&table, 1});
  EXPECT_NEAR(test.difference, plain.difference, 1e-15);
  EXPECT_NEAR(test.std_error, plain.unpooled_std_error, 1e-15);
  EXPECT_NEAR(test.z, plain.z * std::sqrt(99.0 / 100), 1e-14);
  EXPECT_NEAR(test.odds_ratio, plain.odds_ratio, 1e-14);
}

TEST(Proportion, WilsonEndsExactlyAtZeroAndOne) {
  for (const std::int64_t n : {1, 7, 10, 29, 100003}) {
    EXPECT_EQ(wilson_interval(0, n).lower, 0);
    EXPECT_EQ(wilson_interval(n, n).upper, 1);
    EXPECT_NEAR(wilson_interval(0, n).upper, 1 - wilson_interval(n, n).lower, 1e-15);
  }
}

}  // namespace
}  // namespace trialmill::survival
