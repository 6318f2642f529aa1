// The evidence files shipped: what the papers print.
#include "trialmill/scenario/read_evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <ostream>
#include <set>

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

const evidence::Evidence& jnets() {
  static const evidence::Evidence read = read_evidence(std::filesystem::path(TRIALMILL_SOURCE_DIR) /
                                                       "scenarios/evidence" / "jnets-2021.yaml");
  return read;
}

// A row of Table 5, typed from the paper a second time for this test. Zeros: not in the table.
struct PrintedRow {
  const char* covariate;
  double count, percent;
  evidence::PublishedRatio univariable;
  evidence::PublishedRatio multivariable = {0, 0, 0, 0};
};

const std::vector<PrintedRow> table_5a{
    {"age_ge_60", 79, 35.6, {1.178, 0.600, 1.201, 0.354}},
    {"male", 113, 50.9, {0.873, 0.620, 1.233, 0.44}},
    {"functional", 29, 13.1, {0.948, 0.571, 1.494, 0.826}},
    {"metachronous", 82, 36.9, {1.333, 0.939, 1.884, 0.107}},
    {"pancreas", 129, 58.1, {1.02, 0.722, 1.451, 0.911}},
    {"grade_g3", 14, 86.3, {2.477, 1.064, 5.093, 0.037}, {2.449, 1.052, 5.040, 0.039}},
    {"tumors_ge_10", 58, 26.1, {1.975, 1.276, 2.964, 0.003}, {1.662, 0.914, 2.863, 0.093}},
    {"size_ge_5cm", 70, 31.5, {1.147, 0.788, 1.643, 0.467}},
    {"non_anatomical", 150, 67.6, {0.964, 0.677, 1.389, 0.84}},
};

const std::vector<PrintedRow> table_5b{
    {"age_ge_60", 79, 35.6, {1.941, 1.227, 3.085, 0.005}, {2.024, 1.036, 3.982, 0.039}},
    {"male", 113, 50.9, {1.392, 0.872, 2.267, 0.167}},
    {"functional", 29, 13.1, {1.231, 0.669, 2.127, 0.486}},
    {"metachronous", 82, 36.9, {1.107, 0.691, 1.751, 0.669}},
    {"pancreas", 129, 58.1, {0.716, 0.451, 1.138, 0.158}},
    {"grade_g3", 14, 86.3, {3.892, 1.623, 8.405, 0.004}, {4.172, 1.720, 9.165, 0.003}},
    {"tumors_ge_10", 58, 26.1, {1.044, 0.588, 1.757, 0.877}},
    {"size_ge_5cm", 70, 31.5, {1.538, 0.953, 2.442, 0.077}},
    {"r2", 58, 26.1, {1.77, 1.013, 2.967, 0.045}, {1.557, 0.701, 3.224, 0.264}},
    {"non_anatomical", 150, 67.6, {1.556, 0.941, 2.673, 0.086}},
};

void expect_ratio(const std::optional<evidence::PublishedRatio>& read,
                  const evidence::PublishedRatio& printed) {
  ASSERT_EQ(read.has_value(), printed.hazard_ratio > 0);
  if (!read) return;
  EXPECT_EQ(read->hazard_ratio, printed.hazard_ratio);
  EXPECT_EQ(read->lower, printed.lower);
  EXPECT_EQ(read->upper, printed.upper);
  EXPECT_EQ(read->p_value, printed.p_value);
}

void expect_table(const std::string& curve, const std::vector<PrintedRow>& table,
                  const std::string& source) {
  for (const PrintedRow& printed : table) {
    SCOPED_TRACE(curve + " " + printed.covariate);
    const auto* read = jnets().find_factor(curve, printed.covariate);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(read->count, printed.count);
    EXPECT_EQ(read->percent, printed.percent);
    expect_ratio(read->univariable, printed.univariable);
    expect_ratio(read->multivariable, printed.multivariable);
    EXPECT_EQ(read->source, source);
  }
}

TEST(JnetsEvidence, IndependentTable5IsThePapers) {
  expect_table("rfs", table_5a, "Table 5A");
  expect_table("os", table_5b, "Table 5B");
  EXPECT_EQ(jnets().factors.size(), table_5a.size() + table_5b.size());
}

TEST(JnetsEvidence, IndependentCurvesAreThePapers) {
  const std::vector<std::pair<double, double>> rfs{
      {12, 0.547}, {14, 0.5}, {36, 0.239}, {60, 0.134}};
  const std::vector<std::pair<double, double>> os{
      {12, 0.918}, {36, 0.831}, {60, 0.702}, {113, 0.5}, {120, 0.434}};
  ASSERT_EQ(jnets().curves.size(), 2U);
  for (const auto& [name, printed] : {std::pair{"rfs", rfs}, std::pair{"os", os}}) {
    const auto* curve = jnets().find_curve(name);
    ASSERT_NE(curve, nullptr);
    EXPECT_EQ(curve->origin, evidence::TimeOrigin::surgery);
    EXPECT_EQ(curve->origin_note, "first hepatic resection");
    ASSERT_EQ(curve->knots.size(), printed.size());
    for (std::size_t k = 0; k < printed.size(); ++k) {
      EXPECT_EQ(curve->knots[k].time_months, printed[k].first);
      EXPECT_EQ(curve->knots[k].survival, printed[k].second);
      EXPECT_THAT(curve->knots[k].source, HasSubstr("section 3.4"));
    }
  }
}

TEST(JnetsEvidence, IndependentCurvesAreOfThePatientsThePaperSays) {
  EXPECT_EQ(jnets().find_curve("rfs")->population, evidence::CurvePopulation::r0_r1);
  EXPECT_EQ(jnets().find_curve("os")->population, evidence::CurvePopulation::all);
}

TEST(JnetsEvidence, IndependentNumbersAtRiskAreThoseOfFigure2) {
  const std::vector<std::pair<std::string, std::vector<double>>> printed{
      {"R0", {139, 55, 14, 0}}, {"R1", {21, 11, 4, 2}}, {"R2", {57, 11, 2, 0}}};
  const auto& read = jnets().find_curve("os")->at_risk;
  ASSERT_EQ(read.size(), 12U);
  for (std::size_t group = 0; group < printed.size(); ++group)
    for (std::size_t k = 0; k < 4; ++k) {
      const evidence::AtRisk& at = read[4 * group + k];
      EXPECT_EQ(at.group, printed[group].first);
      EXPECT_EQ(at.time_months, 60 * static_cast<double>(k));
      EXPECT_EQ(at.number, printed[group].second[k]);
      EXPECT_EQ(at.source, "Figure 2");
    }
  EXPECT_TRUE(jnets().find_curve("rfs")->at_risk.empty());
}

TEST(JnetsEvidence, IndependentTheAxisOfFigure2FitsTheMeanFollowUp) {
  // The text of the paper has no months for the numbers at risk. The area under the share still at
  // risk is the mean follow-up, 54.0 months; log-linear between the four times, which are equally
  // far apart, it is 0.86 of one step, so a step is some 63 months.
  std::vector<double> share(4);
  for (const evidence::AtRisk& at : jnets().find_curve("os")->at_risk)
    share[static_cast<std::size_t>(at.time_months / 60)] += at.number / 217;
  double steps = 0;
  for (std::size_t k = 0; k < 3; ++k)
    steps += (share[k] - share[k + 1]) / std::log(share[k] / share[k + 1]);
  const double months = 54.0 / steps;
  EXPECT_NEAR(months, 60, 5);
}

TEST(JnetsEvidence, IndependentPrevalencesAreThePapers) {
  const std::vector<std::tuple<const char*, double, double>> printed{
      {"age_ge_60", 79, 222},       {"male", 113, 222},
      {"functional", 29, 222},      {"metachronous", 82, 222},
      {"pancreas", 130, 222},       {"grade_g3", 14, 124},
      {"tumors_ge_10", 59, 220},    {"size_ge_5cm", 70, 222},
      {"non_anatomical", 115, 218}, {"r2", 58, 219}};
  EXPECT_EQ(jnets().patients, 222);
  EXPECT_EQ(jnets().covariates.size(), printed.size());
  for (const auto& [name, count, of] : printed) {
    const auto* covariate = jnets().find_covariate(name);
    ASSERT_NE(covariate, nullptr) << name;
    EXPECT_EQ(covariate->count, count) << name;
    EXPECT_EQ(covariate->of, of) << name;
  }
  EXPECT_NEAR(jnets().find_covariate("grade_g3")->value(), 0.113, 0.0005);
}

TEST(JnetsEvidence, EveryFigureNamesItsPlace) {
  for (const auto& proportion : jnets().proportions)
    EXPECT_THAT(proportion.source, testing::ContainsRegex("Table [1-4]|section 3.[1-4]"))
        << proportion.name;
  for (const auto& quantity : jnets().quantities)
    EXPECT_THAT(quantity.source, testing::ContainsRegex("Table|section|Figure")) << quantity.name;
  EXPECT_THAT(jnets().citation, HasSubstr("doi:10.1002/jhbp.956"));
  EXPECT_THAT(jnets().file, HasSubstr("jnets-2021.yaml"));
}

TEST(JnetsEvidence, PercentagesThatDoNotFollowFromTheirCountsCarryANote) {
  // Half a unit of the last printed digit, and rounding.
  std::set<std::string> flagged;
  for (const auto* group : {&jnets().covariates, &jnets().proportions})
    for (const auto& proportion : *group) {
      const double percent = 100 * proportion.count / proportion.percent_of.value_or(proportion.of);
      if (proportion.percent && std::abs(percent - *proportion.percent) > 0.0501) {
        flagged.insert(proportion.name);
        EXPECT_FALSE(proportion.note.empty()) << proportion.name;
      }
    }
  EXPECT_EQ(flagged, (std::set<std::string>{"grade_g3", "grade_down"}));
}

TEST(JnetsEvidence, CountsOfOneVariableAddUpToItsDenominator) {
  const std::vector<std::vector<std::string>> partitions{
      {"primary_pancreas", "primary_rectum", "primary_duodenum", "primary_small_intestine",
       "primary_stomach", "primary_lung", "primary_bile_duct", "primary_colon", "primary_others"},
      {"functional_pancreas", "functional_rectum", "functional_small_intestine",
       "functional_stomach"},
      {"one_modality_before", "two_modalities_before", "three_modalities_before",
       "four_modalities_before"},
      {"concomitant_resection", "liver_first", "primary_first"},
      {"partial_resection", "hemihepatectomy", "segmentectomy", "sub_segmentectomy",
       "procedure_unknown"},
      {"one_tumor", "tumors_2_to_3", "tumors_4_to_10", "tumors_11_to_20", "tumors_ge_21"},
      {"radicality_r0", "radicality_r1", "radicality_r2", "radicality_unknown"},
      {"primary_well_differentiated", "primary_poorly_differentiated",
       "primary_differentiation_unknown"},
      {"primary_g1", "primary_g2", "primary_g3", "primary_grade_unknown"},
      {"metastasis_well_differentiated", "metastasis_poorly_differentiated",
       "metastasis_differentiation_unknown"},
      {"metastasis_g1", "metastasis_g2", "metastasis_g3", "metastasis_grade_unknown"},
      {"pancreaticoduodenectomy", "distal_pancreatectomy", "total_pancreatectomy"},
      {"morbidity_90_days", "no_morbidity_90_days"},
      {"mortality_90_days", "no_mortality_90_days"},
      {"recurrence", "no_recurrence"},
      {"treated_after", "not_treated_after"},
      {"site_intrahepatic", "site_extrahepatic", "site_both", "site_unknown"}};
  for (const auto& partition : partitions) {
    double total = 0;
    double of = 0;
    for (const std::string& name : partition) {
      const auto found = std::ranges::find(jnets().proportions, name, &evidence::Proportion::name);
      ASSERT_NE(found, jnets().proportions.end()) << name;
      total += found->count;
      of = found->of;
    }
    EXPECT_EQ(total, of) << partition.front();
  }
}

TEST(NeolupanetEvidence, IndependentCountsAreThoseOfTheAbstract) {
  const auto read = read_evidence(std::filesystem::path(TRIALMILL_SOURCE_DIR) /
                                  "scenarios/evidence" / "neolupanet.yaml");
  EXPECT_EQ(read.patients, 31);
  const std::vector<std::tuple<std::string, double, double>> printed{
      {"four_cycles", 26, 31},         {"partial_response", 18, 31},  {"stable_disease", 13, 31},
      {"progression", 0, 31},          {"operated", 29, 31},          {"radicality_r0", 24, 29},
      {"radicality_r1", 4, 29},        {"unresectable", 1, 29},       {"complications", 21, 29},
      {"severe_complications", 7, 29}, {"postoperative_death", 0, 29}};
  ASSERT_EQ(read.proportions.size(), printed.size());
  for (std::size_t k = 0; k < printed.size(); ++k) {
    const auto& [name, count, of] = printed[k];
    EXPECT_EQ(read.proportions[k].name, name);
    EXPECT_EQ(read.proportions[k].count, count) << name;
    EXPECT_EQ(read.proportions[k].of, of) << name;
    EXPECT_EQ(read.proportions[k].source, "abstract") << name;
  }
  EXPECT_THAT(read.citation, HasSubstr("Br J Surg 2024;111:znae178"));
}

}  // namespace
}  // namespace trialmill::scenario
