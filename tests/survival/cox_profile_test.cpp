#include "trialmill/survival/cox_profile.hpp"

#include <cmath>

#include "survival/cox_data.hpp"

namespace trialmill::survival {
namespace {

constexpr double chi_square_95 = 3.841458820694124;  // R: qchisq(0.95, 1)

std::vector<ProfileInterval> intervals_of(const Data& data, const CoxFit& fit,
                                          Ties ties = Ties::efron) {
  CoxOptions options;
  options.ties = ties;
  CoxWorkspace workspace;
  return profile_intervals(data.patients.sorted(), data.covariates(), options, fit, 0.95,
                           workspace);
}

// Events at 1 and 2 in the groups 0 and 1, at risk (2, 2) and (1, 2): l(b) = b - log(2 + 2h)
// - log(1 + 2h), h = exp(b).
TEST(ProfileInterval, SixPatientsByHand) {
  const Data data = patients({1, 2, 3, 4, 0.5, 0.5}, {1, 1, 0, 0, 0, 0}, {{0, 1, 1, 0, 1, 0}});
  const CoxFit fit = data.fit();
  const auto likelihood = [](double b) {
    return b - std::log(2 + 2 * std::exp(b)) - std::log(1 + 2 * std::exp(b));
  };
  EXPECT_NEAR(fit.log_likelihood, likelihood(fit.coefficient[0]), 1e-14);
  const ProfileInterval interval = intervals_of(data, fit)[0];
  EXPECT_EQ(interval.status, FitStatus::ok);
  for (const double limit : {interval.lower, interval.upper})
    EXPECT_NEAR(2 * (fit.log_likelihood - likelihood(limit)), chi_square_95, 1e-8);
  EXPECT_LT(interval.lower, fit.coefficient[0]);
  EXPECT_GT(interval.upper, fit.coefficient[0]);
}

// The other coefficient at its best, found by a golden section of the naive likelihood.
TEST(ProfileInterval, DoubleProgrammedTwoCovariates) {
  for (const bool delayed : {false, true})
    for (const Ties ties : {Ties::efron, Ties::breslow}) {
      const Data data = random_patients(11, 50, 2, true, delayed);
      const CoxFit fit = data.fit(ties);
      const NaiveLikelihood likelihood{data, ties};
      const std::vector<ProfileInterval> intervals = intervals_of(data, fit, ties);
      for (std::size_t j = 0; j < 2; ++j)
        for (const double limit : {intervals[j].lower, intervals[j].upper}) {
          const auto profile = [&](double other) {
            return likelihood(j == 0 ? std::vector<double>{limit, other}
                                     : std::vector<double>{other, limit});
          };
          double from = fit.coefficient[1 - j] - 5 * fit.standard_error[1 - j];
          double to = fit.coefficient[1 - j] + 5 * fit.standard_error[1 - j];
          const double golden = (std::sqrt(5.0) - 1) / 2;
          for (int k = 0; k < 60; ++k) {
            const double low = to - golden * (to - from), high = from + golden * (to - from);
            (profile(low) < profile(high) ? from : to) = profile(low) < profile(high) ? low : high;
          }
          EXPECT_NEAR(2 * (fit.log_likelihood - profile(from)), chi_square_95, 1e-6);
        }
    }
}

// Group 1 has no event: l(b) = - sum log(n0 + n1 h) rises to - sum log(n0) as b falls.
TEST(ProfileInterval, OfAMonotoneLikelihoodHasOneLimit) {
  const Data data = patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 0, 0, 0}, {{0, 0, 0, 1, 1, 1}});
  const CoxFit fit = data.fit();
  ASSERT_EQ(fit.status, FitStatus::monotone_likelihood);
  const ProfileInterval interval = intervals_of(data, fit)[0];
  EXPECT_EQ(interval.status, FitStatus::ok);
  EXPECT_EQ(interval.lower, -infinity);
  const double h = std::exp(interval.upper);
  const double lost = std::log((3 + 3 * h) / 3) + std::log((2 + 3 * h) / 2) + std::log(1 + 3 * h);
  EXPECT_NEAR(2 * lost, chi_square_95, 1e-8);
}

TEST(ProfileInterval, SaysWhyThereIsNone) {
  Data data = patients({1, 2, 3, 4}, {0, 0, 0, 0}, {{0, 1, 0, 1}});
  EXPECT_EQ(intervals_of(data, data.fit())[0].status, FitStatus::no_events);
  data = patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 0, 1},
                  {{0, 1, 3, 2, 0, 1}, {1, 3, 7, 5, 1, 3}});  // x2 = 2 x1 + 1
  const std::vector<ProfileInterval> intervals = intervals_of(data, data.fit());
  EXPECT_EQ(intervals[0].status, FitStatus::ok);
  EXPECT_EQ(intervals[1].status, FitStatus::singular);
  EXPECT_TRUE(std::isnan(intervals[1].lower));
}

}  // namespace
}  // namespace trialmill::survival
