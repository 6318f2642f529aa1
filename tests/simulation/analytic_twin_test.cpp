#include "trialmill/simulation/analytic_twin.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "reference_data.hpp"
#include "simulation/study.hpp"
#include "trialmill/design/event_formulae.hpp"
#include "trialmill/design/expected_events.hpp"

namespace trialmill::simulation {
namespace {

using nlohmann::json;
using result::AnalyticTwin;

/// A scenario in pieces, each of which a test replaces.
struct Trial {
  std::string population;
  std::string baseline = "{hazard_per_month: 0.05}";
  std::string hazard_ratios;
  std::string control = "{}";
  std::string experimental = "{effects: {os: {hazard_ratio: 0.7}}}";
  std::string enrolment = "{rate: 20}";
  std::string dropout = "{hazard_per_month: 0.002}";
  std::string sample_size = "300";
  std::string until = "{calendar_months: 36}";
  std::string analyses = "[{name: primary, test: log-rank}]";
  std::string rest;
};

std::vector<AnalyticTwin> twins_of(const Trial& trial) {
  const std::string text =
      "trialmill: 1\ntitle: twin\n" +
      (trial.population.empty() ? "" : "population: " + trial.population + "\n") +
      "disease: {os: {baseline: " + trial.baseline +
      (trial.hazard_ratios.empty() ? "" : ", hazard_ratios: " + trial.hazard_ratios) +
      "}}\narms: {control: " + trial.control + ", experimental: " + trial.experimental +
      "}\nenrolment: " + trial.enrolment + "\ndropout: " + trial.dropout +
      "\nsample_size: " + trial.sample_size + "\nfollow_up: {until: " + trial.until +
      "}\nanalyses: " + trial.analyses + "\n" + trial.rest + "\n";
  const result::Result expected =
      expected_result(scenario::read_study(input::read_yaml_text(text, "twin.yaml")));
  std::vector<AnalyticTwin> twins;
  for (const result::AnalysisResult& analysis : expected.points.front().analyses)
    twins.push_back(*analysis.analytic);
  return twins;
}

AnalyticTwin twin_of(const Trial& trial) {
  return twins_of(trial).front();
}

json lrpower(std::size_t design) {
  return reference::read_json("expected/analytic.json")["designs"][design]["power"];
}

// lrstat 0.2.15, lrpower(): the same trials written as scenarios.
TEST(AnalyticTwin, IndependentPowerOfLrpower) {
  Trial ramp;
  ramp.baseline = "{hazard_per_month: 0.0770163533955495}";
  ramp.experimental = "{allocation: 2, effects: {os: {hazard_ratio: 0.65}}}";
  ramp.enrolment =
      "{rate: [{from_months: 0, per_month: 5}, {from_months: 4, per_month: 10}, "
      "{from_months: 8, per_month: 20}]}";
  ramp.dropout = "{hazard_per_month: 0.005}";
  ramp.sample_size = "340";
  ramp.until = "{minimum_months: 14}";
  Trial pieces;
  pieces.baseline =
      "{hazard_per_month: [{from_months: 0, hazard: 0.08}, {from_months: 6, hazard: 0.05}, "
      "{from_months: 18, hazard: 0.02}]}";
  pieces.experimental = "{effects: {os: {hazard_ratio: 0.72}}}";
  pieces.dropout =
      "{control: {hazard_per_month: [{from_months: 0, hazard: 0.01}, {from_months: 6, hazard: "
      "0.004}]}, experimental: {hazard_per_month: [{from_months: 0, hazard: 0.006}, "
      "{from_months: 18, hazard: 0.002}]}}";
  pieces.sample_size = "360";
  pieces.until = "{calendar_months: 42}";
  Trial delayed;
  delayed.baseline = "{hazard_per_month: 0.06}";
  delayed.experimental =
      "{effects: {os: {hazard_ratio: [{from_months: 0, ratio: 1}, {from_months: 4, ratio: "
      "0.6}]}}}";
  delayed.enrolment = "{rate: 18}";
  delayed.sample_size = "360";
  delayed.until = "{calendar_months: 38}";
  Trial late = delayed;
  late.analyses = "[{name: late, test: log-rank, weight: \"fh(0,1)\"}]";
  Trial strata;
  strata.population = "{good: {prevalence: 0.65}}";
  strata.baseline = "{hazard_per_month: 0.115524530093324}";
  strata.hazard_ratios = "{good: 0.3}";
  strata.enrolment = "{rate: 16}";
  strata.dropout = "{hazard_per_month: 0.003}";
  strata.sample_size = "384";
  strata.until = "{last_of: [{minimum_months: 12}, {calendar_months: 30}]}";
  strata.analyses = "[{name: primary, test: log-rank, strata: [good]}]";
  const std::vector<std::pair<const Trial*, std::size_t>> trials = {
      {&ramp, 1}, {&pieces, 2}, {&delayed, 3}, {&late, 4}, {&strata, 5}};
  for (const auto& [trial, design] : trials) {
    const AnalyticTwin twin = twin_of(*trial);
    EXPECT_EQ(twin.absent_because, "") << design;
    EXPECT_NEAR(twin.power_first_order, lrpower(design)["overall"].get<double>(), 1e-6) << design;
    EXPECT_NEAR(twin.power, twin.power_first_order, 0.02) << design;
    EXPECT_NEAR(twin.events_mean, lrpower(design)["events"].get<double>(), 1e-6) << design;
    EXPECT_NEAR(twin.time_mean, lrpower(design)["study_months"].get<double>(), 1e-9) << design;
    const json at_end =
        reference::read_json("expected/analytic.json")["designs"][design]["expected"];
    EXPECT_NEAR(twin.events_by_arm.reference, at_end.back()["events_control"].get<double>(), 1e-6)
        << design;
    EXPECT_NEAR(twin.events_by_arm.compared, at_end.back()["events_experimental"].get<double>(),
                1e-6)
        << design;
  }
}

// lrstat's own test of two looks of FH(0,1) (expected_events_test.cpp) as a scenario: the first
// look when 80 % of the information of the weighted test is expected, which is 92 % of the events.
TEST(AnalyticTwin, IndependentPowerOfWeightedLooks) {
  Trial trial;
  trial.population = "{high: {prevalence: 0.8}}";
  trial.baseline = "{hazard_per_month: 0.0533}";
  trial.hazard_ratios = "{high: 1.5}";
  trial.experimental =
      "{effects: {os: {hazard_ratio: [{from_months: 0, ratio: 1}, {from_months: 6, ratio: "
      "0.5797373358}]}}}";
  trial.enrolment = "{rate: [";
  for (int month = 0; month < 9; ++month)
    trial.enrolment += (month == 0 ? "{from_months: " : ", {from_months: ") +
                       std::to_string(month) +
                       ", per_month: " + std::to_string(26.0 / 9 * (month + 1)) + "}";
  trial.enrolment += "]}";
  trial.dropout = "{per_year: 0.05}";
  trial.sample_size = "468";
  trial.until = "{calendar_months: 40}";
  trial.analyses =
      "[{name: late, test: log-rank, weight: \"fh(0,1)\", strata: [high], looks: {interim: "
      "[{calendar_months: 34.7312208}], information_fraction: [0.8, 1], planned: {events: 356}, "
      "spending_time: planned, spending: obf}}]";
  const AnalyticTwin twin = twin_of(trial);
  EXPECT_NEAR(twin.power_first_order, 0.9313, 0.00005);
  EXPECT_TRUE(std::isnan(twin.by_look[0].correlation));
  EXPECT_NEAR(twin.by_look[1].correlation, std::sqrt(0.8), 1e-6);
  EXPECT_NEAR(twin.by_look[0].events / 356.3965, 0.9197, 0.0001);
}

// The group sequential trial of the same file, its final look at the events expected after 38
// months, rounded: lrstat plans the fraction. Its looks at 131.26 and 196.89 events are at 132 and
// 197 here.
TEST(AnalyticTwin, IndependentLooksOfLrpower) {
  Trial trial;
  trial.baseline = "{hazard_per_month: 0.0495105128971389}";
  trial.experimental = "{effects: {os: {hazard_ratio: 0.68}}}";
  trial.sample_size = "400";
  trial.until = "{events: 263}";
  trial.analyses =
      "[{name: primary, test: log-rank, looks: {information_fraction: [0.5, 0.75, 1], spending: "
      "obf}}]";
  const AnalyticTwin twin = twin_of(trial);
  const json looks = lrpower(6)["looks"];
  ASSERT_EQ(twin.by_look.size(), 3u);
  EXPECT_NEAR(twin.power_first_order, lrpower(6)["overall"].get<double>(), 0.001);
  EXPECT_NEAR(twin.events_mean, lrpower(6)["expected_events"].get<double>(), 0.7);
  EXPECT_NEAR(twin.by_look[0].rejection_first_order, looks["cumulative_rejection"][0].get<double>(),
              0.005);
  EXPECT_NEAR(twin.by_look[0].time, looks["time"][0].get<double>(), 0.12);
  EXPECT_NEAR(twin.by_look[2].time, 38, 0.1);
}

// Futility that nobody obeys stops nobody; futility that is obeyed costs power, and no trial stops
// for it at the last look.
TEST(AnalyticTwin, FutilityStopsWhereItIsObeyed) {
  Trial trial;
  trial.until = "{events: 200}";
  const auto looks = [&](const std::string& futility) {
    trial.analyses =
        "[{name: primary, test: log-rank, looks: {information_fraction: [0.5, 1], spending: obf" +
        futility + "}}]";
    return twin_of(trial);
  };
  const AnalyticTwin none = looks("");
  const AnalyticTwin obeyed = looks(", futility: {spending: pocock, beta: 0.2}");
  const AnalyticTwin ignored = looks(", futility: {spending: pocock, beta: 0.2, obeyed: false}");
  EXPECT_EQ(none.by_look[0].futility, 0);
  EXPECT_NEAR(ignored.power, none.power, 1e-9);
  EXPECT_LT(obeyed.power, none.power);
  EXPECT_GT(obeyed.by_look[0].futility, 0.02);
  EXPECT_EQ(obeyed.by_look[1].futility, 0);
  EXPECT_LT(obeyed.events_mean, none.events_mean);
}

TEST(AnalyticTwin, CovariatesOutsideTheStrataArePatientsOfDifferentRisk) {
  Trial trial;
  trial.population =
      "{good: {prevalence: 0.65}, region: {levels: {a: 0.5, b: 0.3, c: 0.2}}, idle: {prevalence: "
      "0.5}}";
  trial.hazard_ratios = "{good: 0.3, region: {b: 1, c: 1}}";
  trial.analyses =
      "[{name: stratified, test: log-rank, strata: [good]}, {name: plain, test: log-rank}, "
      "{name: idle, test: log-rank, strata: [good, idle]}]";
  const std::vector<AnalyticTwin> twins = twins_of(trial);
  EXPECT_GT(twins[0].power, twins[1].power + 0.01);
  EXPECT_NEAR(twins[0].power_first_order, twins[2].power_first_order, 1e-9);
  EXPECT_LT(twins[2].power, twins[0].power - 0.002);  // strata for nothing cost some
  EXPECT_NEAR(twins[0].events_mean, twins[1].events_mean, 1e-9);
  EXPECT_EQ(twins[0].formula_events.events.size(), 4u);
  EXPECT_TRUE(
      twins[1].formula_events.events.empty());  // the ratio is not what such a test estimates
}

TEST(AnalyticTwin, ClosedFormulaeInvertThePower) {
  Trial trial;
  trial.experimental = "{allocation: 2, effects: {os: {hazard_ratio: 0.7}}}";
  const AnalyticTwin twin = twin_of(trial);
  ASSERT_EQ(twin.formula_events.events.size(), 4u);
  EXPECT_EQ(twin.formula_events.events[0].formula, "Schoenfeld");
  EXPECT_EQ(twin.formula_events.power, twin.power);
  const design::EventNumber schoenfeld =
      design::required_events(design::EventFormula::schoenfeld, {0.7, 2, 0.025, twin.power});
  EXPECT_NEAR(twin.formula_events.events[0].events, schoenfeld.events, 1e-9);
  trial.experimental = "{allocation: 2, effects: {os: {hazard_ratio: 1}}}";
  const AnalyticTwin null = twin_of(trial);
  EXPECT_NEAR(null.power_first_order, 0.025, 1e-12);
  EXPECT_GT(null.power, 0.0255);  // more experimental patients: the statistic is skewed
  EXPECT_TRUE(null.formula_events.events.empty());
}

// The hazards of both levels spelt out in the test: what `design` integrates is what the scenario
// says, stratified or not, and of a categorical marker only the level named.
TEST(AnalyticTwin, DoubleProgrammedEffectsThatDifferBetweenStrata) {
  Trial trial;
  trial.population = "{marker: {levels: {low: 0.6, high: 0.4}}}";
  trial.hazard_ratios = "{marker: {high: 2}}";
  trial.experimental =
      "{effects: {os: {hazard_ratio: 0.9, within: {marker: {high: {hazard_ratio: 0.5}}}}}}";
  trial.analyses =
      "[{name: stratified, test: log-rank, strata: [marker]}, {name: plain, test: log-rank}]";
  const std::vector<AnalyticTwin> twins = twins_of(trial);
  design::TwoArmModel model;
  model.accrual = {{0}, {20}, 15};
  const auto constant = [](double hazard) { return survival::PiecewiseHazard{{0}, {hazard}}; };
  model.groups = {{0.6, 0, constant(0.05), constant(0.045), constant(0.002), constant(0.002)},
                  {0.4, 1, constant(0.1), constant(0.05), constant(0.002), constant(0.002)}};
  const std::vector<double> months = {36};
  for (const std::size_t k : {0u, 1u}) {
    model.groups[1].stratum = 1 - k;
    model.groups[0].stratum = 0;
    const double power =
        design::analytic_power(model, design::compute_boundaries({}), months).power;
    EXPECT_NEAR(twins[k].power_first_order, power, 1e-9) << k;
    EXPECT_TRUE(twins[k].formula_events.events.empty());
  }
  EXPECT_NEAR(twins[0].events_by_arm.compared,
              design::expected_counts(model, 36).experimental.events, 1e-9);
}

TEST(AnalyticTwin, TwoSidedTestsRejectOnEitherSide) {
  Trial trial;
  trial.experimental = "{effects: {os: {hazard_ratio: 1}}}";
  trial.analyses =
      "[{name: primary, test: log-rank, alpha: 0.05, sided: 2}, {name: looks, test: log-rank, "
      "alpha: 0.05, sided: 2, at: {events: 160}, looks: {information_fraction: [0.5, 1], spending: "
      "pocock}}]";
  for (const AnalyticTwin& twin : twins_of(trial)) {
    EXPECT_NEAR(twin.power_first_order, 0.05, 1e-9);
    EXPECT_NEAR(twin.power, 0.05, 1e-5);
  }
}

TEST(AnalyticTwin, NonInferiorityIsTheDistanceFromTheMargin) {
  Trial trial;
  trial.experimental = "{effects: {os: {hazard_ratio: 1.3}}}";
  trial.analyses = "[{name: margin, test: cox, margin: 1.3}]";
  const AnalyticTwin twin = twin_of(trial);
  EXPECT_NEAR(twin.power_first_order, 0.025, 1e-9);
  EXPECT_NEAR(twin.power, 0.025, 0.001);
  EXPECT_TRUE(twin.formula_events.events.empty());
}

// A pair of a trial with three arms is a trial of two with a part of the patients; the other way
// round benefit is harm.
TEST(AnalyticTwin, ComparesTheArmsOfTheAnalysis) {
  Trial three;
  three.experimental =
      "{effects: {os: {hazard_ratio: 0.7}}}, high: {allocation: 2, effects: {os: {hazard_ratio: "
      "0.6}}}";
  three.analyses =
      "[{name: low, test: log-rank, arms: [control, experimental]}, {name: high, test: log-rank, "
      "arms: [control, high]}, {name: between, test: cox, arms: [experimental, high]}, {name: all, "
      "test: log-rank, arms: all, sided: 2}, {name: waits, test: log-rank, arms: [control, high], "
      "at: {events: 100}}]";
  const std::vector<AnalyticTwin> twins = twins_of(three);
  Trial pair;
  pair.enrolment = "{rate: 15}";
  pair.sample_size = "225";
  pair.experimental = "{allocation: 2, effects: {os: {hazard_ratio: 0.6}}}";
  const AnalyticTwin two = twin_of(pair);
  EXPECT_NEAR(twins[1].power, two.power, 1e-9);
  EXPECT_NEAR(twins[1].events_mean, two.events_mean, 1e-9);
  EXPECT_LT(twins[0].power, twins[1].power);
  EXPECT_GT(twins[2].power, 0.025);
  EXPECT_LT(twins[2].power, twins[0].power);
  EXPECT_EQ(twins[3].absent_because, "a comparison of more than two arms");
  EXPECT_EQ(twins[4].absent_because, "events counted in other arms than those compared");
  pair.analyses = "[{name: reversed, test: log-rank, arms: [experimental, control]}]";
  EXPECT_LT(twin_of(pair).power, 0.001);
}

TEST(AnalyticTwin, SaysWhyThereIsNone) {
  const auto because = [](const std::function<void(Trial&)>& change) {
    Trial trial;
    trial.population =
        "{good: {prevalence: 0.6, missing: {probability: 0.1, analysed_as: reference}}, age: "
        "{normal: {mean: 60, sd: 10}}}";
    change(trial);
    return twin_of(trial).absent_because;
  };
  EXPECT_EQ(because([](Trial&) {}), "");
  EXPECT_EQ(because([](Trial& t) { t.baseline = "{weibull: {shape: 1.2, median_months: 12}}"; }),
            "a Weibull hazard");
  EXPECT_EQ(because([](Trial& t) { t.hazard_ratios = "{age: 1.01}"; }),
            "a continuous covariate with an effect");
  EXPECT_EQ(
      because([](Trial& t) { t.analyses = "[{name: primary, test: log-rank, strata: [good]}]"; }),
      "strata that are not always recorded");
  EXPECT_EQ(because([](Trial& t) {
              t.analyses = "[{name: primary, test: log-rank, weight: \"mwlr(6)\"}]";
            }),
            "a modest weight");
  EXPECT_EQ(
      because([](Trial& t) { t.analyses = "[{name: primary, test: cox, covariates: [age]}]"; }),
      "a Cox model with covariates");
  EXPECT_EQ(because([](Trial& t) { t.analyses = "[{name: primary, test: rmst, tau_months: 12}]"; }),
            "the rmst test");
  EXPECT_EQ(because([](Trial& t) { t.until = "{events: 299}"; }), "more events than are expected");
  EXPECT_EQ(because([](Trial& t) { t.until = "{events: 99, arms: [control]}"; }),
            "events counted in other arms than those compared");
  EXPECT_EQ(because([](Trial& t) {
              t.analyses =
                  "[{name: primary, test: log-rank, looks: {interim: [{calendar_months: 60}], "
                  "information_fraction: [0.5, 1], planned: {events: 200}, spending: obf}}]";
            }),
            "looks that are not expected in their order");
}

}  // namespace
}  // namespace trialmill::simulation
