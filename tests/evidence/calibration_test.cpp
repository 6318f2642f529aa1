#include "trialmill/evidence/calibration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace trialmill::evidence {
namespace {

using testing::HasSubstr;

const std::vector<SurvivalKnot> published_rfs{
    {12, 0.547, ""}, {14, 0.5, ""}, {36, 0.239, ""}, {60, 0.134, ""}};

std::vector<RiskPattern> grade_and_number() {
  const RiskFactor factors[] = {binary_factor(0.113, std::log(2.449)),
                                binary_factor(59.0 / 220.0, std::log(1.662))};
  return combine(factors);
}

// The knot's number and the message of the error that calibrating these knots raises.
std::pair<std::size_t, std::string> refusal(const std::vector<SurvivalKnot>& knots) {
  try {
    calibrate_baseline(knots, grade_and_number());
  } catch (const CalibrationError& error) {
    return {error.knot, error.what()};
  }
  return {std::numeric_limits<std::size_t>::max(), "accepted"};
}

TEST(Calibration, IndependentExampleWithTwoCovariates) {
  // Recurrence-free survival of the JNETS survey, G3 (HR 2.449) and 10 or more tumours (HR 1.662)
  // independent; the four figures were solved by another program, before this one was written.
  const auto baseline = calibrate_baseline(published_rfs, grade_and_number());
  EXPECT_EQ(baseline.from_months, (std::vector<double>{0, 12, 14, 36}));
  const double expected[] = {0.0389497, 0.0368247, 0.0288357, 0.0218579};
  ASSERT_EQ(baseline.hazard_per_month.size(), 4U);
  for (std::size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(baseline.hazard_per_month[k], expected[k], 5.1e-8) << "piece " << k;
}

TEST(Calibration, IndependentHazardsOfTheCurveItself) {
  // All-cause RFS hazards of the survey without covariates, solved numerically elsewhere (step
  // 0.0025 months, four decimals).
  const auto baseline = calibrate_baseline(published_rfs, combine({}));
  const double expected[] = {0.0503, 0.0449, 0.0336, 0.0241};
  for (std::size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(baseline.hazard_per_month[k], expected[k], 5.1e-5) << "piece " << k;
}

TEST(Calibration, WithoutCovariatesTheHazardIsTheSlopeOfTheLogCurve) {
  const auto baseline = calibrate_baseline(published_rfs, combine({}));
  EXPECT_NEAR(baseline.hazard_per_month[0], -std::log(0.547) / 12, 1e-16);
  EXPECT_NEAR(baseline.hazard_per_month[1], std::log(0.547 / 0.5) / 2, 1e-15);
  EXPECT_NEAR(baseline.hazard_per_month[2], std::log(0.5 / 0.239) / 22, 1e-15);
  EXPECT_NEAR(baseline.hazard_per_month[3], std::log(0.239 / 0.134) / 24, 1e-15);
}

TEST(Calibration, OneRatioForEverybodyDividesTheHazard) {
  const std::vector<RiskPattern> everybody{{1, std::log(2.0)}};
  const auto baseline = calibrate_baseline(published_rfs, everybody);
  EXPECT_NEAR(baseline.hazard_per_month[0], -std::log(0.547) / 24, 1e-16);
}

TEST(Calibration, DoubleProgrammedAverageOverEveryCombination) {
  // Five binary covariates and one of three levels: the average over the 96 kinds of patient, each
  // visited by loops, passes through every knot.
  const double prevalence[] = {0.113, 0.268, 0.509, 0.369, 0.586};
  const double ratio[] = {2.449, 1.662, 0.873, 1.333, 1.02};
  const double levels[] = {0.2, 0.5, 0.3};
  const double level_ratio[] = {1, 1.5, 2.5};
  std::vector<RiskFactor> factors;
  for (int i = 0; i < 5; ++i)
    factors.push_back(binary_factor(prevalence[i], std::log(ratio[i])));
  const double log_level_ratio[] = {0, std::log(1.5), std::log(2.5)};
  factors.push_back(categorical_factor(levels, log_level_ratio));
  const auto baseline = calibrate_baseline(published_rfs, combine(factors));

  for (const SurvivalKnot& knot : published_rfs) {
    double cumulative = 0;
    for (std::size_t k = 0; k < baseline.from_months.size(); ++k) {
      const double until = k + 1 < baseline.from_months.size() ? baseline.from_months[k + 1] : 60;
      cumulative += baseline.hazard_per_month[k] *
                    std::max(0.0, std::min(until, knot.time_months) - baseline.from_months[k]);
    }
    double survival = 0;
    for (unsigned present = 0; present < 32; ++present)
      for (int level = 0; level < 3; ++level) {
        double probability = levels[level];
        double hazard_ratio = level_ratio[level];
        for (unsigned i = 0; i < 5; ++i) {
          const bool has = (present >> i & 1U) != 0;
          probability *= has ? prevalence[i] : 1 - prevalence[i];
          hazard_ratio *= has ? ratio[i] : 1;
        }
        survival += probability * std::pow(std::exp(-cumulative), hazard_ratio);
      }
    EXPECT_NEAR(survival, knot.survival, 1e-14) << knot.time_months << " months";
    EXPECT_NEAR(cumulative, baseline.cumulative(knot.time_months), 1e-14);
  }
}

TEST(Calibration, AContinuousCovariatePassesTheKnots) {
  const RiskFactor factors[] = {normal_factor(59, 12, 0.02), binary_factor(0.113, std::log(2.449))};
  const auto population = combine(factors);
  const auto baseline = calibrate_baseline(published_rfs, population);
  for (const SurvivalKnot& knot : published_rfs)
    EXPECT_NEAR(average_survival(baseline.cumulative(knot.time_months), population), knot.survival,
                1e-14);
}

TEST(Calibration, InverseOfAverageSurvivalIsExactToRounding) {
  const auto population = grade_and_number();
  for (const double survival : {1 - 1e-9, 0.999, 0.9, 0.5, 0.1, 1e-3, 1e-9, 1e-100, 1e-300}) {
    const double hazard = cumulative_hazard_at(survival, population);
    EXPECT_NEAR(average_survival(hazard, population) / survival, 1, 1e-12) << survival;
  }
  EXPECT_EQ(cumulative_hazard_at(1, population), 0);
}

TEST(Calibration, WidelySpreadRisksAreSolvedToo) {
  // A hundred million to one between the risks: Newton's tangents have two scales to cross.
  const std::vector<RiskPattern> population{{0.5, std::log(1e4)}, {0.5, std::log(1e-4)}};
  for (const double survival : {0.999, 0.75, 0.5001, 0.4999, 0.25, 1e-6})
    EXPECT_NEAR(average_survival(cumulative_hazard_at(survival, population), population), survival,
                1e-14 * std::max(1.0, survival))
        << survival;
}

TEST(Calibration, ALevelStretchHasHazardZero) {
  const std::vector<SurvivalKnot> knots{{12, 0.8, ""}, {24, 0.8, ""}, {36, 0.7, ""}};
  const auto baseline = calibrate_baseline(knots, grade_and_number());
  EXPECT_GT(baseline.hazard_per_month[0], 0);
  EXPECT_EQ(baseline.hazard_per_month[1], 0);
  EXPECT_GT(baseline.hazard_per_month[2], 0);
}

TEST(Calibration, LaterKnotsDoNotChangeEarlierPieces) {
  const auto all = calibrate_baseline(published_rfs, grade_and_number());
  const auto first = calibrate_baseline(std::span(published_rfs).first(2), grade_and_number());
  EXPECT_EQ(all.hazard_per_month[0], first.hazard_per_month[0]);
  EXPECT_EQ(all.hazard_per_month[1], first.hazard_per_month[1]);
}

TEST(Calibration, RepeatedCallsGiveTheSameBits) {
  EXPECT_EQ(calibrate_baseline(published_rfs, grade_and_number()),
            calibrate_baseline(published_rfs, grade_and_number()));
}

TEST(CalibrationRefuses, ACurveThatRises) {
  const auto [knot, message] = refusal({{12, 0.547, ""}, {36, 0.6, ""}});
  EXPECT_EQ(knot, 1U);
  EXPECT_EQ(message,
            "knot 2 (36 months, survival 0.6): survival rises from 0.547 at 12 months, which no "
            "survival curve does; with a hazard that is never negative, survival above 0 and up to "
            "0.547 can be reached at 36 months");
}

TEST(CalibrationRefuses, SurvivalOutsideZeroAndOne) {
  const auto [knot, message] = refusal({{12, 0.547, ""}, {36, 0, ""}});
  EXPECT_EQ(knot, 1U);
  EXPECT_EQ(message,
            "knot 2 (36 months, survival 0): survival must lie between 0 and 1, both excluded; "
            "with a hazard that is never negative, survival above 0 and up to 0.547 can be reached "
            "at 36 months");
  EXPECT_THAT(refusal({{12, 1, ""}}).second, HasSubstr("above 0 and below 1 can be reached at 12"));
  EXPECT_EQ(refusal({{12, -0.1, ""}}).first, 0U);
  EXPECT_EQ(refusal({{12, std::nan(""), ""}}).first, 0U);
}

TEST(CalibrationRefuses, APercentageAndSaysSo) {
  EXPECT_THAT(refusal({{12, 54.7, ""}}).second, HasSubstr("as a fraction, 54.7 % is 0.547"));
}

TEST(CalibrationRefuses, TimesThatDoNotIncrease) {
  const auto [knot, message] = refusal({{12, 0.547, ""}, {12, 0.5, ""}});
  EXPECT_EQ(knot, 1U);
  EXPECT_EQ(message,
            "knot 2 (12 months, survival 0.5): its time is not after that of the knot before it, "
            "12 months; list knots in order of time");
  EXPECT_EQ(refusal({{0, 0.9, ""}}).first, 0U);
  EXPECT_EQ(refusal({{std::numeric_limits<double>::infinity(), 0.9, ""}}).first, 0U);
}

TEST(CalibrationRefuses, NoKnotsAtAll) {
  EXPECT_THAT(refusal({}).second, HasSubstr("at least one knot"));
}

}  // namespace
}  // namespace trialmill::evidence
