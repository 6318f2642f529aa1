// Evidence files as they are read: every group, and one mistake each.
#include "trialmill/scenario/read_evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "complaints.hpp"
#include "replaced.hpp"

namespace trialmill::scenario {
namespace {

using testing::HasSubstr;

// A small file that is right, in which the tests below put one thing wrong.
const std::string small_file = R"(trialmill-evidence: 1
title: A survey
citation: Somebody 2020
patients: 100
covariates:
  male: {label: Male, count: 40, of: 100, percent: 40, source: Table 1}
curves:
  os:
    origin: treatment
    population: resected
    source: Figure 1
    knots:
      - {month: 12, survival: 0.9}
      - {month: 24, survival: 0.8, source: text}
    at_risk:
      - {month: 0, number: 100}
      - {month: 24, number: 60, source: text}
      - {month: 0, number: 90, group: old}
factors:
  os:
    male:
      count: 40
      percent: 40.0
      univariable: {hazard_ratio: 1.5, lower: 1.0, upper: 2.25, p: 0.05}
      source: Table 2
proportions:
  alive: {label: Alive, count: 60, of: 100, source: text}
quantities:
  age: {label: Median age, value: 60, unit: years, source: Table 1}
)";

evidence::Evidence read_text(const std::string& text) {
  return read_evidence(input::read_yaml_text(text, "small.yaml"));
}

// All that is wrong with the small file after a replacement, one line each.
std::vector<std::string> complaints(const std::string& before, const std::string& after) {
  return complaints_of([&] { read_text(replaced(small_file, before, after)); });
}

TEST(ReadEvidence, ReadsEveryGroup) {
  const auto read = read_text(small_file);
  EXPECT_EQ(read.title, "A survey");
  EXPECT_EQ(read.patients, 100);
  EXPECT_EQ(read.covariates.at(0).percent, 40);
  EXPECT_EQ(read.proportions.at(0).percent, std::nullopt);
  EXPECT_EQ(read.quantities.at(0).unit, "years");
  EXPECT_EQ(read.curves.at(0).knots.at(0).source, "Figure 1");
  EXPECT_EQ(read.curves.at(0).knots.at(1).source, "text");
  EXPECT_EQ(read.curves.at(0).origin, evidence::TimeOrigin::treatment);
  EXPECT_EQ(read.curves.at(0).population, evidence::CurvePopulation::resected);
  EXPECT_EQ(read.curves.at(0).at_risk.at(0).source, "Figure 1");
  EXPECT_EQ(read.curves.at(0).at_risk.at(1).number, 60);
  EXPECT_EQ(read.curves.at(0).at_risk.at(1).source, "text");
  EXPECT_EQ(read.curves.at(0).at_risk.at(2).group, "old");
  EXPECT_EQ(read.factors.at(0).univariable->upper, 2.25);
  EXPECT_FALSE(read.factors.at(0).multivariable.has_value());
}

TEST(ReadEvidence, GroupsMayBeLeftOut) {
  const auto read = read_text("{trialmill-evidence: 1, title: T, citation: C, patients: 10}");
  EXPECT_TRUE(read.curves.empty());
  EXPECT_TRUE(read.factors.empty());
}

struct WrongFile {
  const char* before;
  const char* after;
  const char* position;
  const char* message;
};

void PrintTo(const WrongFile& wrong, std::ostream* out) {
  *out << wrong.message;
}

class WrongEvidence : public testing::TestWithParam<WrongFile> {};

TEST_P(WrongEvidence, GivesOneClearMessageAtItsPlace) {
  const auto lines = complaints(GetParam().before, GetParam().after);
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], testing::StartsWith(GetParam().position));
  EXPECT_THAT(lines[0], HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Small, WrongEvidence,
    testing::Values(
        WrongFile{"evidence: 1", "evidence: 2", "small.yaml:1:", "version of evidence files"},
        WrongFile{"patients: 100", "patients: 0", "small.yaml:4:", "allowed is a number from 1"},
        WrongFile{"patients: 100", "patients: 100.5", "small.yaml:4:", "a whole number"},
        WrongFile{"of: 100, percent", "of: 30, percent",
                  "small.yaml:6:", "a count cannot exceed its denominator"},
        WrongFile{"of: 100, percent", "of: 1000, percent",
                  "small.yaml:6:", "more than the publication has `patients`"},
        WrongFile{"of: 100, percent", "of: none, percent", "small.yaml:6:", "`none`"},
        WrongFile{"percent: 40,", "percent: 140,", "small.yaml:6:", "a percentage, as printed"},
        WrongFile{"percent: 40, source", "percent: 40, sorce", "small.yaml:6:", "source"},
        WrongFile{"survival: 0.9}", "survival: 90}",
                  "small.yaml:13:", "a fraction, not a percentage"},
        WrongFile{"month: 24", "month: 12", "small.yaml:14:", "in order of time"},
        WrongFile{"origin: treatment", "origin: tretment",
                  "small.yaml:9:", "did you mean `treatment`?"},
        WrongFile{"origin: treatment", "origin: first hepatic resection",
                  "small.yaml:9:", "`surgery`, `randomisation`, `diagnosis`, `recurrence`"},
        WrongFile{"population: resected", "population: r0", "small.yaml:10:", "`r0_r1`"},
        WrongFile{"month: 24, number: 60", "month: 0, number: 60",
                  "small.yaml:17:", "in order of time"},
        WrongFile{"number: 100}", "number: 101}",
                  "small.yaml:16:", "more than the publication has `patients`"},
        WrongFile{"number: 90", "number: 90.5", "small.yaml:18:", "a whole number"},
        WrongFile{"percent: 40, source", "percent_of: 90, source",
                  "small.yaml:6:", "there is nothing it is of"},
        WrongFile{"hazard_ratio: 1.5", "hazard_ratio: -1.5",
                  "small.yaml:24:", "a ratio, not its logarithm"},
        WrongFile{"p: 0.05", "p: 5", "small.yaml:24:", "from 0 to 1"},
        WrongFile{"    male:\n", "    mael:\n",
                  "small.yaml:21:", "there is no covariate `mael` among the file's `covariates`"},
        WrongFile{"factors:\n  os:", "factors:\n  rfs:", "small.yaml:20:",
                  "there is no curve `rfs` among the file's `curves`"},
        WrongFile{"      count: 40", "      count: 140",
                  "small.yaml:22:", "more than the publication has `patients`"},
        WrongFile{"quantities:\n  age:", "quantities:\n  median age:", "small.yaml:29:",
                  "letters, digits and underscores"},
        WrongFile{"quantities:\n", "quantities:\n  age: {label: A, value: 1, unit: y, source: T}\n",
                  "small.yaml:", "age"},
        WrongFile{"title: A survey", "titel: A survey", "small.yaml:", "title"}));

TEST(ReadEvidence, WhatIsPrintedWrongIsReadAsPrintedForTheAudit) {
  for (const auto& [before, after] : {std::pair{"survival: 0.8,", "survival: 0.95,"},
                                      {"number: 100}", "number: 50}"},
                                      {"hazard_ratio: 1.5", "hazard_ratio: 15"},
                                      {"lower: 1.0, upper: 2.25", "lower: 2.25, upper: 1.0"}})
    EXPECT_THAT(complaints(before, after), testing::IsEmpty()) << after;
}

TEST(ReadEvidence, SuggestsTheCovariateThatWasMeant) {
  EXPECT_THAT(complaints("    male:\n", "    mael:\n").at(0), HasSubstr("did you mean `male`?"));
}

TEST(ReadEvidence, AFactorNeedsARatio) {
  EXPECT_THAT(
      complaints("      univariable: {hazard_ratio: 1.5, lower: 1.0, upper: 2.25, p: 0.05}\n", ""),
      testing::ElementsAre(HasSubstr("`univariable`, `multivariable` or both")));
}

TEST(ReadEvidence, ReportsEverythingAtOnce) {
  std::string text = small_file;
  text.replace(text.find("survival: 0.9}"), 14, "survival: 9.0}");
  text.replace(text.find("p: 0.05"), 7, "p: 2.05");
  try {
    read_text(text);
    FAIL() << "accepted";
  } catch (const input::InputError& error) {
    EXPECT_EQ(error.diagnostics().size(), 2U) << error.what();
  }
}

}  // namespace
}  // namespace trialmill::scenario
