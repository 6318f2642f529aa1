#include "trialmill/survival/max_combo.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "survival/reference_case.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::survival {
namespace {

using nlohmann::json;
using Weights = std::vector<LogRankWeight>;

LogRankWeight fh(double rho, double gamma) {
  return FlemingHarrington{rho, gamma};
}

// Weights (0, 0) and (1, 0) at 2, 4, 6: 1, 1, 1 and 1, 2/3, 1/2. The variances are 0.4, 0.25, 0, so
// the covariance is 0.4 + 0.25 x 2/3 = 17/30; the statistics have 0.65 and 0.4 + 0.25 x 4/9 =
// 23/45.
TEST(MaxCombo, SixPatientsByHand) {
  const MaxCombo test = max_combo(six_patients().table(), Weights{fh(0, 0), fh(1, 0)});
  EXPECT_EQ(test.status, FitStatus::ok);
  const double early = 1.0 / 3 / std::sqrt(23.0 / 45);
  EXPECT_DOUBLE_EQ(test.z[0], 0.5 / std::sqrt(0.65));
  EXPECT_DOUBLE_EQ(test.z[1], early);
  EXPECT_DOUBLE_EQ(test.z_max, 0.5 / std::sqrt(0.65));
  const double correlation = 17.0 / 30 / std::sqrt(0.65 * 23 / 45);
  EXPECT_NEAR(test.correlation[1], correlation, 1e-15);
  EXPECT_EQ(test.correlation[1], test.correlation[2]);
  EXPECT_EQ(test.correlation[3], 1);
  // P(Z1 >= z) + P(Z1 < z, Z2 >= z), by a sum over Z1.
  double p = math::normal_probability(-test.z_max);
  const double h = 1e-4;
  for (double x = test.z_max - h / 2; x > -9; x -= h)
    p += h * std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1)) *
         math::normal_probability((correlation * x - test.z_max) /
                                  std::sqrt(1 - correlation * correlation));
  EXPECT_NEAR(test.p_one_sided, p, 1e-8);
}

TEST(MaxCombo, OfOneWeightIsThatTest) {
  const RiskTable table = six_patients().table();
  const MaxCombo test = max_combo(table, Weights{ModestlyWeighted{4}});
  EXPECT_NEAR(test.p_one_sided, math::normal_probability(-test.z[0]), 1e-15);
  EXPECT_NEAR(two_sided_p(test), 2 * math::normal_probability(-std::abs(test.z[0])), 1e-15);
}

TEST(MaxCombo, SaysWhyThereIsNoTest) {
  PatientColumns patients = six_patients();
  patients.event.assign(6, 0);
  EXPECT_EQ(max_combo(patients.table(), Weights{fh(0, 0), fh(0, 1)}).status, FitStatus::no_events);
  patients.event = {0, 0, 1, 0, 0, 0};  // one event time: the weight (0, 1) is 0 there
  const MaxCombo test = max_combo(patients.table(), Weights{fh(0, 0), fh(0, 1)});
  EXPECT_EQ(test.status, FitStatus::no_information);
  EXPECT_EQ(test.p_one_sided, 1);
  EXPECT_EQ(two_sided_p(test), 1);
}

// mvtnorm 1.1-3, pmvnorm(algorithm = TVPACK); four weights by a nested quadrature in R. The largest
// difference met is 3e-14.
TEST(MaxCombo, IndependentDataSetsAgreeWithMvtnorm) {
  std::size_t tests = 0;
  for (const char* name : {"colon", "kidney", "lung", "ovarian", "veteran"}) {
    const json expected = reference::read_json("expected/survival-" + std::string(name) + ".json");
    const reference::Csv csv = reference::read_csv(expected.at("input").get<std::string>());
    const ColumnNames names{expected.at("time"), expected.at("status"), expected.at("group"), {}};
    const RiskTable table =
        reference_case(csv, names, {}, expected.at("groups").get<std::vector<std::string>>())
            .patients.table();
    MaxComboWorkspace workspace;
    MaxCombo test;
    for (const json& entry : expected.at("tests").at(0).at("maxcombo")) {
      Weights weights;
      for (const json& weight : entry.at("weights"))
        weights.push_back(fh(reference::number(weight.at(0)), reference::number(weight.at(1))));
      max_combo(table, weights, workspace, test);
      ASSERT_EQ(test.status, FitStatus::ok);
      const std::size_t m = weights.size();
      for (std::size_t a = 0; a < m; ++a) {
        EXPECT_NEAR(test.z[a], reference::number(entry.at("z").at(a)), 1e-10);
        for (std::size_t b = 0; b < m; ++b)
          EXPECT_NEAR(test.correlation[a * m + b],
                      reference::number(entry.at("correlation").at(a).at(b)), 1e-12);
      }
      EXPECT_NEAR(test.z_max, reference::number(entry.at("z_max")), 1e-10);
      EXPECT_NEAR(test.p_one_sided, reference::number(entry.at("p_one_sided")), 1e-11) << name;
      EXPECT_NEAR(two_sided_p(test), reference::number(entry.at("p_two_sided")), 1e-11) << name;
      ++tests;
    }
  }
  EXPECT_EQ(tests, 15U);
}

// Z_a = sum over event times of weight x normal variable: the definition of the correlation. With
// strata the p-value must follow from the sums over strata.
TEST(MaxCombo, DoubleProgrammedStratifiedCovariances) {
  const PatientColumns patients = formula_case(400, true, true);
  const RiskTable table = patients.table();
  const Weights weights = {fh(0, 0), fh(0, 1), fh(1, 0), ModestlyWeighted{6}};
  const MaxCombo test = max_combo(table, weights);
  std::vector<std::vector<double>> weight(4);
  for (std::size_t a = 0; a < 4; ++a)
    log_rank_weights(table, weights[a], weight[a]);
  const auto covariance = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t k = 0; k < table.size(); ++k) {
      const double n = table.at_risk[k], d = table.events[k];
      const double n1 = table.group_at_risk[table.size() + k];
      if (n > 1)
        sum += weight[a][k] * weight[b][k] * d * n1 * (n - n1) * (n - d) / (n * n * (n - 1));
    }
    return sum;
  };
  for (std::size_t a = 0; a < 4; ++a)
    for (std::size_t b = 0; b < 4; ++b)
      EXPECT_NEAR(test.correlation[4 * a + b],
                  covariance(a, b) / std::sqrt(covariance(a, a) * covariance(b, b)), 1e-12);
  EXPECT_GE(test.p_one_sided, math::normal_probability(-test.z_max));
  EXPECT_LE(test.p_one_sided, 4 * math::normal_probability(-test.z_max));
}

// At least the p-value of the largest statistic alone and at most, by Bonferroni, the number of
// weights times it, however degenerate the correlation.
TEST(MaxCombo, SmallTrialsStayWithinBounds) {
  std::mt19937_64 bits(17);
  std::size_t tested = 0;
  for (int trial = 0; trial < 400; ++trial) {
    PatientColumns patients;
    const std::size_t n = 4 + bits() % 12;
    for (std::size_t i = 0; i < n; ++i) {
      patients.time.push_back(static_cast<double>(1 + bits() % 9));
      patients.event.push_back(bits() % 3 > 0);
      patients.group.push_back(static_cast<std::int32_t>(i % 2));
    }
    patients.groups = 2;
    const Weights all = {fh(0, 0), fh(0, 1), fh(1, 0), ModestlyWeighted{3}};
    for (std::size_t m = 2; m <= 4; ++m) {
      const MaxCombo test = max_combo(
          patients.table(), Weights(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(m)));
      if (test.status != FitStatus::ok) continue;
      ++tested;
      const double single = math::normal_probability(-test.z_max);
      EXPECT_GE(test.p_one_sided, single - 1e-7) << trial << " " << m;
      EXPECT_LE(test.p_one_sided, static_cast<double>(m) * single + 1e-7) << trial << " " << m;
      if (m == 4) continue;
      double largest = 0;
      for (const double z : test.z)
        largest = std::max(largest, std::abs(z));
      const double tails = 2 * math::normal_probability(-largest);
      EXPECT_GE(two_sided_p(test), tails - 1e-7) << trial << " " << m;
      EXPECT_LE(two_sided_p(test), std::min(1.0, static_cast<double>(m) * tails) + 1e-7) << trial;
    }
  }
  EXPECT_GT(tested, 600U);
}

}  // namespace
}  // namespace trialmill::survival
