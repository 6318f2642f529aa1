#include "trialmill/survival/firth_cox.hpp"

#include <cmath>

#include "reference_data.hpp"
#include "survival/cox_data.hpp"
#include "survival/reference_case.hpp"

namespace trialmill::survival {
namespace {

using nlohmann::json;

struct Firth {
  FirthFit fit;
  std::vector<ProfileInterval> intervals;
};

Firth firth(const Data& data, Ties ties = Ties::efron) {
  CoxOptions options;
  options.ties = ties;
  FirthWorkspace workspace;
  Firth result;
  const SortedTimes sorted = data.patients.sorted();
  fit_firth(sorted, data.covariates(), options, workspace, result.fit);
  result.intervals =
      profile_intervals(sorted, data.covariates(), options, result.fit, 0.95, workspace);
  return result;
}

// Group 1 has no event. At risk (3, 3), (2, 3), (1, 3): with h = exp(b) and p_k = 3h / (n_k + 3h)
// the penalised likelihood is - sum log(n_k + 3h) + log(sum p_k (1 - p_k)) / 2, whose slope is
// - sum p_k + sum p_k (1 - p_k) (1 - 2 p_k) / (2 sum p_k (1 - p_k)).
TEST(FirthCox, SixPatientsByHand) {
  const Data data = patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 0, 0, 0}, {{0, 0, 0, 1, 1, 1}});
  const FirthFit fit = firth(data).fit;
  EXPECT_EQ(fit.status, FitStatus::ok);
  const double h = std::exp(fit.coefficient[0]);
  double value = 0, shares = 0, variance = 0, third = 0;
  for (const double n : {3.0, 2.0, 1.0}) {
    const double p = 3 * h / (n + 3 * h);
    value -= std::log(n + 3 * h);
    shares += p;
    variance += p * (1 - p);
    third += p * (1 - p) * (1 - 2 * p);
  }
  EXPECT_NEAR(-shares + third / (2 * variance), 0, 1e-8);
  EXPECT_NEAR(fit.log_likelihood, value + std::log(variance) / 2, 1e-13);
  EXPECT_NEAR(fit.standard_error[0], 1 / std::sqrt(variance), 1e-7);
}

// R, maximum of loglik + log(det information) / 2; coefficient good to 1e-6.
TEST(FirthCox, IndependentArmWithoutEvents) {
  const json expected = reference::read_json("expected/edge-arm-without-events.json");
  const reference::Csv csv = reference::read_csv("input/edge-arm-without-events.csv");
  Data data;
  data.patients = reference_case(csv, {"time", "status", "", {}}).patients;
  data.columns = {reference::values(csv, "group", reference::complete_rows(csv, {"group"}))};
  for (const json& entry : expected.at("firth")) {
    const Firth result = firth(data, entry.at("ties") == "breslow" ? Ties::breslow : Ties::efron);
    EXPECT_EQ(result.fit.status, FitStatus::ok);
    EXPECT_NEAR(result.fit.coefficient[0], entry.at("coefficient").get<double>(), 1e-6);
    EXPECT_NEAR(result.fit.log_likelihood, entry.at("penalised_loglik").get<double>(), 1e-10);
    EXPECT_NEAR(result.intervals[0].lower, entry.at("profile_lower").get<double>(), 1e-6);
    EXPECT_NEAR(result.intervals[0].upper, entry.at("profile_upper").get<double>(), 1e-6);
  }
}

/// log(det information) / 2 by differences of the naive likelihood, two covariates.
double naive_penalised(const Data& data, Ties ties, const std::vector<double>& beta) {
  const NaiveLikelihood likelihood{data, ties};
  const double h = 2e-3;
  const auto at = [&](std::size_t j, double a, std::size_t k, double b) {
    std::vector<double> x = beta;
    x[j] += a * h;
    x[k] += b * h;
    return likelihood(x);
  };
  double m[2][2];
  for (std::size_t j = 0; j < 2; ++j)
    for (std::size_t k = 0; k < 2; ++k)
      m[j][k] =
          -(at(j, 1, k, 1) - at(j, 1, k, -1) - at(j, -1, k, 1) + at(j, -1, k, -1)) / (4 * h * h);
  return likelihood(beta) + std::log(m[0][0] * m[1][1] - m[0][1] * m[1][0]) / 2;
}

TEST(FirthCox, DoubleProgrammedTwoCovariates) {
  for (const bool delayed : {false, true})
    for (const Ties ties : {Ties::efron, Ties::breslow}) {
      const Data data = random_patients(21, 40, 2, true, delayed);
      const Firth result = firth(data, ties);
      ASSERT_EQ(result.fit.status, FitStatus::ok);
      const double value = naive_penalised(data, ties, result.fit.coefficient);
      EXPECT_NEAR(result.fit.log_likelihood, value, 1e-5);
      EXPECT_NEAR(result.fit.log_likelihood_null, naive_penalised(data, ties, {0, 0}), 1e-5);
      for (std::size_t j = 0; j < 2; ++j) {
        // The slope at the maximum, against the curvature: 0 to 1e-4 standard errors.
        std::vector<double> up = result.fit.coefficient, down = up;
        const double step = 0.05 * result.fit.standard_error[j];
        up[j] += step;
        down[j] -= step;
        const double slope =
            (naive_penalised(data, ties, up) - naive_penalised(data, ties, down)) / (2 * step);
        EXPECT_NEAR(slope * result.fit.standard_error[j], 0, 2e-3);
        // Limits lose at most 1.92, and that much with the other coefficient at its best.
        for (const double limit : {result.intervals[j].lower, result.intervals[j].upper}) {
          const auto profile = [&](double t) {
            std::vector<double> beta = result.fit.coefficient;
            beta[j] = limit;
            beta[1 - j] += t * result.fit.standard_error[1 - j];
            return naive_penalised(data, ties, beta);
          };
          double from = -3, to = 3;
          while (to - from > 0.02) {
            const double low = from + (to - from) / 3, high = to - (to - from) / 3;
            (profile(low) < profile(high) ? from : to) = profile(low) < profile(high) ? low : high;
          }
          EXPECT_NEAR(2 * (value - profile(from)), 3.841458820694124, 1e-3);
        }
      }
    }
}

TEST(FirthCox, UnitsOfACovariateDoNotMatter) {
  Data data = random_patients(5, 40, 2, false, false);
  const Firth before = firth(data);
  for (double& x : data.columns[1])
    x = 1e6 * x + 1e7;
  const Firth after = firth(data);
  EXPECT_NEAR(after.fit.coefficient[0], before.fit.coefficient[0], 1e-7);
  EXPECT_NEAR(1e6 * after.fit.coefficient[1], before.fit.coefficient[1], 1e-7);
  EXPECT_NEAR(1e6 * after.intervals[1].upper, before.intervals[1].upper, 1e-7);
}

TEST(FirthCox, SaysWhyThereIsNoFit) {
  Data data = patients({1, 2, 3, 4}, {0, 0, 0, 0}, {{0, 1, 0, 1}});
  EXPECT_EQ(firth(data).fit.status, FitStatus::no_events);
  data = patients({2, 2, 2, 2}, {1, 1, 1, 1}, {{0, 1, 0, 1}});
  EXPECT_EQ(firth(data).fit.status, FitStatus::no_information);
  EXPECT_TRUE(std::isnan(firth(data).fit.coefficient[0]));
  EXPECT_EQ(firth(data).intervals[0].status, FitStatus::no_information);
  data = patients({1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 0, 1},
                  {{0, 1, 3, 2, 0, 1}, {1, 3, 7, 5, 1, 3}});  // x2 = 2 x1 + 1
  const Firth singular = firth(data);
  EXPECT_EQ(singular.fit.status, FitStatus::singular);
  EXPECT_EQ(singular.fit.degrees_of_freedom, 1);
  EXPECT_TRUE(std::isfinite(singular.fit.coefficient[0]));
  EXPECT_EQ(singular.intervals[1].status, FitStatus::singular);
}

TEST(FirthCox, IsFiniteForEverySmallMonotoneTrial) {
  // Two arms of four, every pattern of events: finite whenever there is any information.
  for (unsigned pattern = 1; pattern < 256; ++pattern) {
    std::vector<std::uint8_t> event;
    for (unsigned i = 0; i < 8; ++i)
      event.push_back(static_cast<std::uint8_t>(pattern >> i & 1U));
    const Data data = patients({1, 2, 3, 4, 5, 6, 7, 8}, event, {{0, 1, 1, 0, 0, 1, 0, 1}});
    const Firth result = firth(data);
    if (result.fit.status == FitStatus::no_information) continue;
    EXPECT_EQ(result.fit.status, FitStatus::ok) << pattern;
    EXPECT_TRUE(std::isfinite(result.fit.coefficient[0])) << pattern;
    EXPECT_EQ(result.intervals[0].status, FitStatus::ok) << pattern;
  }
}

}  // namespace
}  // namespace trialmill::survival
