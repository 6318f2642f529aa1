#include "trialmill/survival/cox_proportionality.hpp"

#include <cmath>

#include "survival/cox_data.hpp"

namespace trialmill::survival {
namespace {

ProportionalHazardsTest test_of(const Data& data, TimeTransform transform,
                                Ties ties = Ties::efron) {
  return proportional_hazards_test(data.patients.sorted(), data.covariates(), ties, data.fit(ties),
                                   transform);
}

// The six of six_patients with the last two of group 1 changed so that no times tie: events at 1,
// 2, 4, 5 in the groups 0, 1, 1, 0. With h = exp(b) and (n0, n1) at risk, the share of group 1 is
// p = n1 h / (n0 + n1 h): at risk (3, 3), (2, 3), (2, 2), (2, 0), so b solves
// 2 = 3h/(3+3h) + 3h/(2+3h) + 2h/(2+2h), and the score of x g(t) is the sum of g (x - p), its
// information that of g^2 p (1 - p) less (sum of g p (1 - p))^2 / sum of p (1 - p).
TEST(ProportionalHazards, SixPatientsByHand) {
  Data data = patients({1, 2, 4, 5, 6, 3}, {1, 1, 1, 1, 0, 0}, {{0, 1, 1, 0, 0, 1}});
  const double h = std::exp(data.fit().coefficient[0]);
  const double share[] = {h / (1 + h), 3 * h / (2 + 3 * h), h / (2 + h), 0};
  EXPECT_NEAR(share[0] + share[1] + share[2], 2, 1e-12);
  const double time[] = {1, 2, 4, 5};
  const double group[] = {0, 1, 1, 0};
  double score = 0, plain = 0, once = 0, twice = 0;
  for (int k = 0; k < 4; ++k) {
    const double variance = share[k] * (1 - share[k]);
    score += time[k] * (group[k] - share[k]);
    plain += variance;
    once += time[k] * variance;
    twice += time[k] * time[k] * variance;
  }
  const ProportionalHazardsTest test = test_of(data, TimeTransform::identity);
  EXPECT_EQ(test.status, FitStatus::ok);
  EXPECT_EQ(test.degrees_of_freedom, 1);
  EXPECT_NEAR(test.chi_square[0], score * score / (twice - once * once / plain), 1e-12);
  EXPECT_NEAR(test.global, test.chi_square[0], 1e-12);
}

/// The score test of covariate x g(time) as a further, time-dependent covariate: score and
/// information by differences of the naive likelihood.
TEST(ProportionalHazards, DoubleProgrammedScoreTest) {
  Data data = random_patients(3, 60, 2, true, true);
  const CoxFit fit = data.fit();
  ASSERT_EQ(fit.status, FitStatus::ok);
  const PatientColumns& p = data.patients;
  const std::size_t n = p.time.size();
  // l(b, c): every event's risk set by looking at every patient, with b x + c x_0 time.
  const auto likelihood = [&](double b0, double b1, double c) {
    double value = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (!p.event[i]) continue;
      const double t = p.time[i];
      const auto linear = [&](std::size_t j) {
        return b0 * data.columns[0][j] + b1 * data.columns[1][j] + c * data.columns[0][j] * t;
      };
      double at_risk = 0, tied = 0, events = 0, before = 0;
      for (std::size_t j = 0; j < n; ++j) {
        if (p.stratum[j] != p.stratum[i] || p.time[j] < t || p.entry[j] >= t) continue;
        at_risk += std::exp(linear(j));
        if (!p.event[j] || p.time[j] != t) continue;
        tied += std::exp(linear(j));
        events += 1;
        before += j < i;
      }
      value += linear(i) - std::log(at_risk - before / events * tied);
    }
    return value;
  };
  const double b[3] = {fit.coefficient[0], fit.coefficient[1], 0};
  const double h[3] = {1e-3, 1e-3, 1e-4};
  const auto at = [&](int j, double u, int k, double v) {
    double x[3] = {b[0], b[1], b[2]};
    x[j] += u * h[j];
    x[k] += v * h[k];
    return likelihood(x[0], x[1], x[2]);
  };
  double information[3][3];
  for (int j = 0; j < 3; ++j)
    for (int k = 0; k < 3; ++k)
      information[j][k] = -(at(j, 1, k, 1) - at(j, 1, k, -1) - at(j, -1, k, 1) + at(j, -1, k, -1)) /
                          (4 * h[j] * h[k]);
  const double score = (at(2, 1, 2, 0) - at(2, -1, 2, 0)) / (2 * h[2]);
  // The Schur complement of the covariates of the fit.
  const auto& m = information;
  const double determinant = m[0][0] * m[1][1] - m[0][1] * m[0][1];
  const double explained = (m[0][2] * m[0][2] * m[1][1] - 2 * m[0][2] * m[1][2] * m[0][1] +
                            m[1][2] * m[1][2] * m[0][0]) /
                           determinant;
  const ProportionalHazardsTest test = test_of(data, TimeTransform::identity);
  EXPECT_NEAR(test.chi_square[0], score * score / (m[2][2] - explained),
              1e-4 * (1 + test.chi_square[0]));
}

TEST(ProportionalHazards, SaysWhyThereIsNoTest) {
  Data data = patients({1, 2, 3, 4}, {0, 0, 0, 0}, {{0, 1, 0, 1}});
  EXPECT_EQ(test_of(data, TimeTransform::km).status, FitStatus::no_events);
  data = patients({1, 2, 3, 4}, {0, 1, 0, 0}, {{0, 2, 3, 1}});  // one event time
  EXPECT_EQ(test_of(data, TimeTransform::identity).status, FitStatus::no_information);
  EXPECT_TRUE(std::isnan(test_of(data, TimeTransform::identity).global));
  data = patients({0, 1, 2, 3, 4, 5}, {1, 1, 1, 1, 0, 1}, {{0, 1, 3, 2, 0, 1}});
  EXPECT_EQ(test_of(data, TimeTransform::log).status, FitStatus::no_information);
  EXPECT_EQ(test_of(data, TimeTransform::rank).status, FitStatus::ok);
  data = patients({1, 2, 3, 4, 5, 6}, {1, 1, 0, 1, 0, 0}, {{1, 1, 1, 1, 0, 0}});  // monotone
  EXPECT_EQ(test_of(data, TimeTransform::km).status, FitStatus::monotone_likelihood);
}

}  // namespace
}  // namespace trialmill::survival
