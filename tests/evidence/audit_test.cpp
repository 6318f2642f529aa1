// The audit on the published figures of the JNETS survey, typed here as the paper prints them, and
// on figures made wrong on purpose.
#include "trialmill/evidence/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace trialmill::evidence {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Evidence survey(double patients) {
  Evidence evidence;
  evidence.patients = patients;
  return evidence;
}

std::vector<Finding> findings(const std::vector<Flag>& flags) {
  std::vector<Finding> found;
  for (const Flag& flag : flags)
    found.push_back(flag.finding);
  return found;
}

// One univariable row of a survey of 222, and its audit.
RatioAudit audit_row(const PublishedRatio& printed, double count = 111, double patients = 222) {
  Evidence evidence = survey(patients);
  evidence.factors.push_back(
      {.curve = "os", .covariate = "factor", .count = count, .univariable = printed});
  return audit(evidence).ratios.at(0);
}

struct Row {
  const char* name;
  PublishedRatio printed;
  double position;  // two decimals
};

// Positions as worked out independently, in double precision, beside the reading of the paper.
const std::vector<Row> rfs{{"age", {1.178, 0.600, 1.201, 0.354}, 0.97},
                           {"male", {0.873, 0.620, 1.233, 0.44}, 0.50},
                           {"functional", {0.948, 0.571, 1.494, 0.826}, 0.53},
                           {"metachronous", {1.333, 0.939, 1.884, 0.107}, 0.50},
                           {"pancreas", {1.02, 0.722, 1.451, 0.911}, 0.50},
                           {"G3", {2.477, 1.064, 5.093, 0.037}, 0.54},
                           {"tumours", {1.975, 1.276, 2.964, 0.003}, 0.52},
                           {"size", {1.147, 0.788, 1.643, 0.467}, 0.51},
                           {"anatomical", {0.964, 0.677, 1.389, 0.84}, 0.49}};
const std::vector<Row> os{{"age", {1.941, 1.227, 3.085, 0.005}, 0.50},
                          {"male", {1.392, 0.872, 2.267, 0.167}, 0.49},
                          {"functional", {1.231, 0.669, 2.127, 0.486}, 0.53},
                          {"metachronous", {1.107, 0.691, 1.751, 0.669}, 0.51},
                          {"pancreas", {0.716, 0.451, 1.138, 0.158}, 0.50},
                          {"G3", {3.892, 1.623, 8.405, 0.004}, 0.53},
                          {"tumours", {1.044, 0.588, 1.757, 0.877}, 0.52},
                          {"size", {1.538, 0.953, 2.442, 0.077}, 0.51},
                          {"R2", {1.77, 1.013, 2.967, 0.045}, 0.52},
                          {"anatomical", {1.556, 0.941, 2.673, 0.086}, 0.48}};

TEST(Audit, IndependentPositionsOfTheJnetsRatios) {
  for (const auto& table : {rfs, os})
    for (const Row& row : table)
      // Half a unit of the second decimal, and rounding.
      EXPECT_NEAR(audit_row(row.printed).position, row.position, 0.00501) << row.name;
}

TEST(Audit, IndependentOfTheJnetsRatiosOnlyTheInvertedOneIsFlagged) {
  for (const auto& table : {rfs, os})
    for (const Row& row : table) {
      const bool inverted = row.position > 0.9;
      EXPECT_THAT(findings(audit_row(row.printed).flags),
                  inverted ? std::vector{Finding::inverted_ratio} : std::vector<Finding>{})
          << row.name;
    }
  for (const PublishedRatio& multivariable :
       {PublishedRatio{2.449, 1.052, 5.040, 0.039}, PublishedRatio{1.662, 0.914, 2.863, 0.093},
        PublishedRatio{2.024, 1.036, 3.982, 0.039}, PublishedRatio{4.172, 1.720, 9.165, 0.003},
        PublishedRatio{1.557, 0.701, 3.224, 0.264}})
    EXPECT_THAT(audit_row(multivariable).flags, IsEmpty()) << multivariable.hazard_ratio;
  EXPECT_EQ(audit_row(rfs[0].printed).flags.at(0).sentence,
            "1.178 stands at 0.97 of its interval on the log scale, its reciprocal 0.849 at 0.50: "
            "they point in opposite directions");
}

TEST(Audit, IndependentNumbersOfEventsImpliedByJnets) {
  // Worked out independently: recurrence about 130 (male, pancreas), death 67 to 74 (male,
  // pancreas, R2); 0.5 for its rounding.
  EXPECT_NEAR(audit_row(rfs[1].printed, 113).events, 130, 0.5);
  EXPECT_NEAR(audit_row(rfs[4].printed, 130).events, 130, 0.5);
  EXPECT_NEAR(audit_row(os[1].printed, 113).events, 67, 0.5);
  EXPECT_NEAR(audit_row(os[4].printed, 130).events, 74, 0.5);
  EXPECT_NEAR(audit_row(os[8].printed, 58, 219).events, 68, 0.5);
}

TEST(Audit, DoubleProgrammedErrorAndPValueOfAnInterval) {
  for (const auto& table : {rfs, os})
    for (const Row& row : table) {
      const auto& [ratio, lower, upper, p] = row.printed;
      const double error = std::log(upper / lower) / 3.919927969080108;  // 2 x qnorm(0.975)
      const RatioAudit audited = audit_row(row.printed);
      // Some rounding errors of a logarithm.
      EXPECT_NEAR(audited.standard_error, error, 1e-14) << row.name;
      EXPECT_NEAR(audited.wald_p, std::erfc(std::abs(std::log(ratio)) / error / std::sqrt(2.0)),
                  1e-13)
          << row.name;
    }
}

TEST(Audit, ThePrevalenceOfTheCovariateGivesTheEvents) {
  Evidence evidence = survey(222);
  evidence.covariates.push_back({.name = "g3", .count = 14, .of = 124});
  evidence.factors.push_back({.curve = "rfs",
                              .covariate = "g3",
                              .count = 14,
                              .percent = 6.3,
                              .univariable = PublishedRatio{2.477, 1.064, 5.093, 0.037},
                              .multivariable = PublishedRatio{2.449, 1.052, 5.040, 0.039}});
  const EvidenceAudit audited = audit(evidence);
  ASSERT_EQ(audited.ratios.size(), 2U);
  EXPECT_EQ(audited.ratios[0].analysis, "univariable");
  EXPECT_EQ(audited.ratios[1].analysis, "multivariable");
  const double q = 14.0 / 124.0;
  const double error = std::log(5.093 / 1.064) / 3.919927969080108;
  EXPECT_NEAR(audited.ratios[0].events, 1 / (error * error * q * (1 - q)), 1e-9);
}

TEST(Audit, AnEstimateOutsideItsIntervalIsFlagged) {
  const RatioAudit outside = audit_row({2.5, 1.1, 2.1, 0.01});
  EXPECT_THAT(findings(outside.flags), testing::Contains(Finding::ratio_outside_interval));
  EXPECT_EQ(outside.flags.at(0).sentence, "2.5 does not lie between its limits 1.1 and 2.1");
  // At the end of its interval, not outside.
  EXPECT_THAT(findings(audit_row({2.1, 1.0, 2.1, 0.05}).flags),
              testing::Contains(Finding::off_centre_ratio));
}

TEST(Audit, ANumberAtRiskThatRisesIsFlagged) {
  Evidence evidence = survey(100);
  SurvivalCurve curve{.name = "os", .knots = {{12, 0.9, "t"}}};
  curve.at_risk = {
      {"R0", 0, 60, "t"}, {"R1", 0, 70, "t"}, {"R0", 12, 50, "t"}, {"R0", 24, 55, "t"}};
  evidence.curves = {curve};
  const auto flags = audit(evidence).curves.at(0).flags;
  ASSERT_THAT(findings(flags), testing::ElementsAre(Finding::number_at_risk_rises));
  EXPECT_EQ(flags[0].sentence, "the number at risk of R0 rises from 50 at 12 months to 55 at 24");
}

TEST(Audit, AnEstimateNearOneEndOfItsIntervalIsFlagged) {
  // Neither 1.9 nor its reciprocal is near the middle of (0.9, 2).
  EXPECT_THAT(findings(audit_row({1.9, 0.9, 2.0, 0.1}).flags),
              testing::Contains(Finding::off_centre_ratio));
  // Outside its interval, inverted: (1.25, 5) is about 2.5.
  EXPECT_THAT(findings(audit_row({0.4, 1.25, 5.0, 0.01}).flags),
              testing::Contains(Finding::inverted_ratio));
}

TEST(Audit, CoarseRoundingIsNoFlag) {
  // 0.1 of (0.05, 0.4) with one decimal is (0.1 to 0.4), the ratio at its lower end.
  EXPECT_THAT(audit_row({0.1, 0.1, 0.4, 0.001}).flags, IsEmpty());
  EXPECT_THAT(findings(audit_row({0.11, 0.10, 0.40, 0.001}).flags),
              testing::Contains(Finding::off_centre_ratio));
}

TEST(Audit, AProfileIntervalOnOneEventIsNoFlag) {
  // One event of a Poisson mean m: the limits of 2 (m - 1 - ln m) = 3.841 are 0.057 and 4.40, the
  // most skewed interval that an estimate above 0 can have.
  EXPECT_NEAR(audit_row({1, 0.057, 4.40, 1}).position, 0.66, 0.005);
  EXPECT_THAT(audit_row({1, 0.057, 4.40, 1}).flags, IsEmpty());
}

TEST(Audit, APValueThatDoesNotFitTheIntervalIsFlagged) {
  // The row of age for survival has p = 0.0048 by its interval.
  EXPECT_THAT(findings(audit_row({1.941, 1.227, 3.085, 0.05}).flags),
              ElementsAre(Finding::p_value_disagrees));
  EXPECT_THAT(findings(audit_row({1.941, 1.227, 3.085, 0.5}).flags),
              ElementsAre(Finding::p_value_disagrees));
  EXPECT_EQ(audit_row({1.941, 1.227, 3.085, 0.05}).flags.at(0).sentence,
            "the interval implies p = 0.0048, printed is 0.05");
  EXPECT_THAT(audit_row({1.941, 1.227, 3.085, 0.005}).flags, IsEmpty());
  // "< 0.001" whatever the interval says beyond that.
  EXPECT_THAT(audit_row({4, 2, 8, 0.001}).flags, IsEmpty());
  EXPECT_THAT(findings(audit_row({4, 2, 8, 0.05}).flags), ElementsAre(Finding::p_value_disagrees));
  // And a p of 0.001 or less is not a large one.
  EXPECT_THAT(findings(audit_row({1.1, 0.7, 1.73, 0.001}).flags),
              ElementsAre(Finding::p_value_disagrees));
}

TEST(Audit, AnIntervalNarrowerThanThePatientsAllowIsFlagged) {
  // Half of 60 patients with the factor, all with an event: SE = 2 / sqrt(60) = 0.258, and the
  // interval 1 is (0.603, 1.659). One half as wide takes 240 events.
  EXPECT_THAT(audit_row({1, 0.603, 1.659, 1}, 30, 60).flags, IsEmpty());
  const RatioAudit narrow = audit_row({1, 0.776, 1.288, 1}, 30, 60);
  EXPECT_THAT(findings(narrow.flags), ElementsAre(Finding::interval_too_narrow));
  EXPECT_THAT(narrow.flags[0].sentence, HasSubstr("the publication has 60 patients"));
}

TEST(Audit, AnIntervalThatIsNoneIsFlaggedAndImpliesNothing) {
  for (const PublishedRatio& printed :
       {PublishedRatio{1, 2, 0.5, 0.5}, PublishedRatio{1, 0, 2, 0.5},
        PublishedRatio{-1, 0.5, 2, 0.5}, PublishedRatio{1, 1, 1, 1},
        PublishedRatio{NAN, NAN, NAN, NAN}}) {
    const RatioAudit audited = audit_row(printed);
    EXPECT_THAT(findings(audited.flags), ElementsAre(Finding::impossible_interval));
    EXPECT_TRUE(std::isnan(audited.standard_error));
  }
}

CountAudit audit_count(const Proportion& proportion, double patients = 222) {
  Evidence evidence = survey(patients);
  evidence.proportions.push_back(proportion);
  return audit(evidence).counts.at(0);
}

TEST(Audit, PercentagesAreOfTheirDenominatorOrOfAllPatients) {
  EXPECT_THAT(audit_count({.count = 146, .of = 175, .percent = 83.4}).flags, IsEmpty());
  const CountAudit of_all = audit_count({.count = 58, .of = 219, .percent = 26.1});
  EXPECT_THAT(of_all.flags, IsEmpty());
  EXPECT_EQ(of_all.of, 222);
  EXPECT_THAT(findings(audit_count({.count = 175, .of = 189, .percent = 91.1}).flags),
              ElementsAre(Finding::percentage_disagrees));
  EXPECT_THAT(audit_count({.count = 175, .of = 189, .percent = 91.1, .percent_of = 192}).flags,
              IsEmpty());
  EXPECT_THAT(audit_count({.count = 14, .of = 124}).flags, IsEmpty());
}

TEST(Audit, APercentageMayBeCutOffInsteadOfRounded) {
  EXPECT_THAT(audit_count({.count = 5, .of = 46, .percent = 10.8}).flags, IsEmpty());
  EXPECT_THAT(audit_count({.count = 5, .of = 46, .percent = 10.9}).flags, IsEmpty());
  EXPECT_THAT(audit_count({.count = 5, .of = 46, .percent = 10.7}).flags, testing::SizeIs(1));
  EXPECT_THAT(audit_count({.count = 5, .of = 46, .percent = 11}).flags, IsEmpty());
  EXPECT_THAT(audit_count({.count = 5, .of = 46, .percent = 11.0001}).flags, testing::SizeIs(1));
}

TEST(Audit, IndependentTheRow14Of86PercentIsFlagged) {
  Evidence evidence = survey(222);
  evidence.covariates.push_back({.name = "g3", .count = 14, .of = 124, .percent = 86.3});
  evidence.factors.push_back({.curve = "rfs", .covariate = "g3", .count = 14, .percent = 86.3});
  evidence.proportions.push_back({.name = "g3", .count = 14, .of = 222, .percent = 6.3});
  const auto counts = audit(evidence).counts;
  ASSERT_EQ(counts.size(), 3U);
  EXPECT_THAT(findings(counts[0].flags), ElementsAre(Finding::percentage_disagrees));
  EXPECT_EQ(counts[0].flags[0].sentence,
            "14 of 124 is 11.3 %, 14 of 222 is 6.3 %, printed is 86.3 %");
  EXPECT_THAT(findings(counts[1].flags), ElementsAre(Finding::percentage_disagrees));
  EXPECT_EQ(counts[1].group, "factors.rfs");
  EXPECT_THAT(counts[2].flags, IsEmpty());
}

TEST(Audit, ImpossibleCountsAreFlagged) {
  EXPECT_THAT(findings(audit_count({.count = 5, .of = 4}).flags),
              ElementsAre(Finding::impossible_count));
  EXPECT_THAT(findings(audit_count({.count = 0, .of = 0}).flags),
              ElementsAre(Finding::impossible_count));
  Evidence evidence = survey(100);
  evidence.covariates.push_back({.name = "male", .count = 50, .of = 110});
  EXPECT_THAT(findings(audit(evidence).counts.at(0).flags), ElementsAre(Finding::impossible_count));
}

SurvivalCurve curve(const std::string& name, std::vector<SurvivalKnot> knots) {
  return {.name = name, .knots = std::move(knots)};
}

CurveAudit audit_curve(const SurvivalCurve& read, double patients = 222, double median = 0) {
  Evidence evidence = survey(patients);
  evidence.curves.push_back(read);
  if (median > 0)
    evidence.quantities.push_back(
        {.name = read.name + "_median", .value = median, .unit = "months"});
  return audit(evidence).curves.at(0);
}

const SurvivalCurve jnets_os =
    curve("os", {{12, 0.918}, {36, 0.831}, {60, 0.702}, {113, 0.5}, {120, 0.434}});
const SurvivalCurve jnets_rfs = curve("rfs", {{12, 0.547}, {14, 0.5}, {36, 0.239}, {60, 0.134}});

TEST(Audit, IndependentTheMedianOfJnetsSurvivalIsAtOddsWithItsCurve) {
  SurvivalCurve os_with_numbers = jnets_os;
  os_with_numbers.at_risk = {{"R0", 60, 55, ""},
                             {"R0", 120, 14, ""},
                             {"R1", 120, 4, ""},
                             {"R2", 120, 2, ""},
                             {"R0", 180, 0, ""}};
  const CurveAudit audited = audit_curve(os_with_numbers);
  ASSERT_THAT(findings(audited.flags), ElementsAre(Finding::median_at_odds));
  EXPECT_THAT(audited.flags[0].knots, ElementsAre(3, 4));
  EXPECT_EQ(audited.flags[0].sentence,
            "from the median at 113 months to 0.434 at 120 the hazard is 3.2 times that from 60 "
            "months to the median (0.0202 against 0.0064 per month); at risk at 120 months: 20");
  EXPECT_THAT(audit_curve(jnets_rfs).flags, IsEmpty());
}

TEST(Audit, IndependentHazardsBetweenTheKnotsOfJnets) {
  // The hazards of recurrence without covariates, worked out independently to 4 decimals.
  const auto hazard = audit_curve(jnets_rfs).hazard;
  EXPECT_THAT(hazard.from_months, ElementsAre(0, 12, 14, 36));
  const std::vector<double> expected{0.0503, 0.0449, 0.0336, 0.0241};
  for (std::size_t k = 0; k < expected.size(); ++k)
    EXPECT_NEAR(hazard.hazard_per_month[k], expected[k], 0.00005);
}

TEST(Audit, AMedianPrintedBesideTheCurveCountsToo) {
  SurvivalCurve without_median = jnets_os;
  without_median.knots.erase(without_median.knots.begin() + 3);
  EXPECT_THAT(audit_curve(without_median).flags, IsEmpty());
  EXPECT_THAT(findings(audit_curve(without_median, 222, 113).flags),
              ElementsAre(Finding::median_at_odds));
  // 102 months is where the hazard between 60 and 120 months is constant.
  EXPECT_THAT(audit_curve(without_median, 222, 102).flags, IsEmpty());
  // Survival is 0.702 at 60 months, 0.434 at 120: the median lies between.
  EXPECT_THAT(findings(audit_curve(without_median, 222, 50).flags),
              ElementsAre(Finding::median_at_odds));
  const CurveAudit late = audit_curve(without_median, 222, 130);
  ASSERT_THAT(findings(late.flags), ElementsAre(Finding::median_at_odds));
  EXPECT_EQ(late.flags[0].sentence,
            "the median is printed as 130 months, survival at 120 months as 0.434");
  EXPECT_THAT(late.flags[0].knots, ElementsAre(3));
}

TEST(Audit, FewPatientsMakeNoMedianRemarkable) {
  // The same curve of 40 patients: 8 and 3 events at most, a ratio of 3.2 is within chance.
  EXPECT_THAT(audit_curve(jnets_os, 40).flags, IsEmpty());
}

TEST(Audit, APlateauAfterTheMedianIsNoFlag) {
  EXPECT_THAT(audit_curve(curve("pfs", {{12, 0.5}, {24, 0.5}})).flags, IsEmpty());
  EXPECT_THAT(audit_curve(curve("pfs", {{12, 0.5}})).flags, IsEmpty());
  EXPECT_THAT(audit_curve(curve("pfs", {{12, 0.5}, {24, 0}})).flags, IsEmpty());
}

TEST(Audit, SurvivalThatRisesIsFlagged) {
  const CurveAudit rising = audit_curve(curve("os", {{12, 0.8}, {24, 0.9}, {36, 0.7}}));
  ASSERT_THAT(findings(rising.flags), ElementsAre(Finding::survival_rises));
  EXPECT_THAT(rising.flags[0].knots, ElementsAre(0, 1));
  EXPECT_TRUE(rising.hazard.from_months.empty());
  EXPECT_THAT(findings(audit_curve(curve("os", {{12, 80}})).flags),
              ElementsAre(Finding::impossible_curve));
  EXPECT_THAT(findings(audit_curve(curve("os", {{12, 0.8}, {12, 0.7}})).flags),
              ElementsAre(Finding::impossible_curve));
}

TEST(Audit, AnEmptyPublicationHasNothingToAudit) {
  const EvidenceAudit audited = audit(Evidence{});
  EXPECT_TRUE(audited.ratios.empty() && audited.counts.empty() && audited.curves.empty());
}

}  // namespace
}  // namespace trialmill::evidence
