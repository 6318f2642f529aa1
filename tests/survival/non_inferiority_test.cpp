#include "trialmill/survival/non_inferiority.hpp"

#include <cmath>

#include "survival/cox_data.hpp"

namespace trialmill::survival {
namespace {

// Restricted means to 5 are 11/3 and 4, standard error sqrt(32/27); survival at 4 is 1/3 and 2/3,
// standard error sqrt(4/27) (rmst_milestone_test.cpp).
TEST(NonInferiority, SixPatientsByHand) {
  const SortedTimes sorted = six_patients().sorted();
  const KaplanMeier control = kaplan_meier(sorted, 0), experimental = kaplan_meier(sorted, 1);
  const NonInferiority rmst =
      non_inferiority(compare_restricted_means(control, experimental, 5), 0.5);
  EXPECT_EQ(rmst.status, FitStatus::ok);
  EXPECT_NEAR(rmst.z, (1.0 / 3 + 0.5) / std::sqrt(32.0 / 27), 1e-14);
  EXPECT_NEAR(rmst.p_one_sided, std::erfc(rmst.z / std::sqrt(2.0)) / 2, 1e-15);
  const NonInferiority milestone =
      non_inferiority(compare_milestone(control, experimental, 4), -0.1);
  EXPECT_NEAR(milestone.z, (1.0 / 3 - 0.1) / std::sqrt(4.0 / 27), 1e-14);
}

TEST(NonInferiority, OfAHazardRatioIsWalds) {
  const Data data = random_patients(8, 80, 2, false, false);
  const CoxFit fit = data.fit();
  const NonInferiority test = non_inferiority(fit, 0, 1.3);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_NEAR(test.z, (std::log(1.3) - fit.coefficient[0]) / fit.standard_error[0], 1e-14);
  // At the margin 1 the mirror image of the usual Z of the coefficient.
  EXPECT_NEAR(non_inferiority(fit, 0, 1).z, -fit.coefficient[0] / fit.standard_error[0], 1e-15);
}

TEST(NonInferiority, OfProportionsIsTheScoreTestAtMarginZero) {
  const TwoByTwo table{30, 80, 45, 90};
  EXPECT_NEAR(non_inferiority(table, 0).z, compare_proportions(table).z, 1e-12);
}

// The likelihood of both arms maximised on a grid, at proportions that differ by the margin.
TEST(NonInferiority, DoubleProgrammedFarringtonManning) {
  for (const TwoByTwo table : {TwoByTwo{30, 80, 45, 90}, TwoByTwo{0, 10, 3, 12},
                               TwoByTwo{20, 20, 18, 20}, TwoByTwo{0, 8, 0, 8}})
    for (const double margin : {0.05, 0.2, -0.1}) {
      const auto c = static_cast<double>(table.control_successes);
      const auto nc = static_cast<double>(table.control_patients);
      const auto e = static_cast<double>(table.experimental_successes);
      const auto ne = static_cast<double>(table.experimental_patients);
      double best = -infinity, at = 0;
      const auto term = [](double count, double p) { return count > 0 ? count * std::log(p) : 0; };
      for (int k = 0; k <= 200000; ++k) {
        const double p = k / 200000.0, q = p - margin;
        if (q < 0 || q > 1) continue;
        const double value = term(c, p) + term(nc - c, 1 - p) + term(e, q) + term(ne - e, 1 - q);
        if (value > best) best = value, at = p;
      }
      const double q = at - margin;
      const double z =
          (e / ne - c / nc + margin) / std::sqrt(at * (1 - at) / nc + q * (1 - q) / ne);
      EXPECT_NEAR(non_inferiority(table, margin).z, z, 1e-4 * (1 + std::abs(z)))
          << table.control_successes << " " << margin;
    }
}

TEST(NonInferiority, SaysWhyThereIsNoTest) {
  EXPECT_EQ(non_inferiority(TwoByTwo{0, 0, 3, 5}, 0.1).status, FitStatus::one_group_empty);
  EXPECT_EQ(non_inferiority(TwoByTwo{0, 5, 0, 5}, 0).status, FitStatus::no_information);
  const Data monotone = patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 0, 0, 0}, {{0, 0, 0, 1, 1, 1}});
  EXPECT_EQ(non_inferiority(monotone.fit(), 0, 1.3).status, FitStatus::monotone_likelihood);
  const Data singular =
      patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 0, 1}, {{0, 1, 3, 2, 0, 1}, {1, 3, 7, 5, 1, 3}});
  EXPECT_EQ(non_inferiority(singular.fit(), 0, 1.3).status, FitStatus::ok);
  EXPECT_EQ(non_inferiority(singular.fit(), 1, 1.3).status, FitStatus::singular);
}

}  // namespace
}  // namespace trialmill::survival
