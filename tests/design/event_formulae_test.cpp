#include "trialmill/design/event_formulae.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reference_data.hpp"
#include "trialmill/design/design_error.hpp"

namespace trialmill::design {
namespace {

using nlohmann::json;

survival::PiecewiseHazard constant(double hazard) {
  return {{0}, {hazard}};
}

// R's closed formulae, and rpact 4.3.0, getSampleSizeSurvival.
TEST(EventFormulae, IndependentFormulaeOfRAndRpact) {
  const json reference = reference::read_json("expected/analytic.json")["formulae"];
  for (const json& expected : reference) {
    const json& design = expected["design"];
    const EventTarget target = {design["hazard_ratio"], design["allocation"], design["alpha"],
                                design["power"]};
    TwoArmModel model;
    model.accrual = {{0}, {1}, design["accrual_months"]};
    model.allocation = target.allocation;
    const double control = design["hazard_control"];
    const auto monthly = [&](const char* key) {
      return constant(-std::log1p(-design[key].get<double>()) / 12);
    };
    model.groups = {{1, 0, constant(control), constant(control * target.hazard_ratio),
                     monthly("annual_dropout_control"), monthly("annual_dropout_experimental")}};
    const double time = design["accrual_months"].get<double>() + design["follow_up"].get<double>();
    const json& rpact = expected["rpact"];
    for (const auto& [formula, key] : {std::pair{EventFormula::schoenfeld, "schoenfeld"},
                                       std::pair{EventFormula::freedman, "freedman"},
                                       std::pair{EventFormula::hsieh_freedman, "hsieh_freedman"}}) {
      const EventNumber events = required_events(formula, target);
      EXPECT_EQ(events.formula, formula);
      EXPECT_NEAR(events.events / rpact[key]["events"].get<double>(), 1, 1e-13) << key;
      EXPECT_NEAR(
          required_patients(events, model, time).patients / rpact[key]["subjects"].get<double>(), 1,
          1e-12)
          << key;
    }
    EXPECT_NEAR(required_events(EventFormula::freedman, target).events /
                    expected["formulae"]["freedman_events"].get<double>(),
                1, 1e-13);
  }
  EXPECT_EQ(reference.size(), 4u);
}

struct PublishedDesign {
  double accrual_months, study_months;
  std::vector<RiskGroup> groups;
  double events, patients;
};

RiskGroup with_ratio_half(double fraction, std::size_t stratum,
                          const survival::PiecewiseHazard& control,
                          const survival::PiecewiseHazard& dropout) {
  survival::PiecewiseHazard experimental = control;
  for (double& hazard : experimental.hazard_per_month)
    hazard /= 2;
  return {fraction, stratum, control, experimental, dropout, dropout};
}

// The examples of gsDesign's page on nSurv (Lachin and Foulkes' method), hazard ratio 0.5, 90 %
// power, one-sided alpha 0.025; four decimals printed.
TEST(EventFormulae, IndependentLachinFoulkesOfGsDesign) {
  const double ln2 = std::log(2.0);
  const auto lost = constant(ln2 / 40);
  const RiskGroup plain = with_ratio_half(1, 0, constant(ln2 / 6), lost);
  const std::vector<PublishedDesign> published = {
      {24, 36, {plain}, 86.3258, 119.8184},
      {6, 18, {plain}, 86.8217, 137.2033},
      {12, 18, {plain}, 87.2677, 155.8581},
      {6,
       18,
       {with_ratio_half(1.0 / 3, 0, constant(ln2 / 6), lost),
        with_ratio_half(2.0 / 3, 1, constant(ln2 / 12), lost)},
       87.6736,
       179.9025},
      {6, 18, {with_ratio_half(1, 0, {{0, 3}, {ln2 / 6, ln2 / 12}}, lost)}, 87.9869, 183.8174}};
  for (const PublishedDesign& design : published) {
    TwoArmModel model;
    model.accrual = {{0}, {1}, design.accrual_months};
    model.groups = design.groups;
    const PatientNumber found = lachin_foulkes(model, design.study_months, 0.025, 0.9);
    EXPECT_EQ(found.events.formula, EventFormula::lachin_foulkes);
    EXPECT_NEAR(found.events.events, design.events, 5.1e-5);
    EXPECT_NEAR(found.patients, design.patients, 5.1e-5);
  }
}

// One design, four answers: 2 to 1 in favour of the experimental arm, hazard ratio 0.5 at 1 to 2 is
// 98 by Freedman and 73.5 by Schoenfeld.
TEST(EventFormulae, FormulaeDifferUnderUnequalAllocationAndSayWhichTheyAre) {
  const EventTarget target = {0.5, 0.5, 0.025, 0.8};
  EXPECT_NEAR(required_events(EventFormula::schoenfeld, target).events, 73.51, 0.01);
  EXPECT_NEAR(required_events(EventFormula::freedman, target).events, 98.11, 0.01);
  EXPECT_NEAR(required_events(EventFormula::hsieh_freedman, target).events, 79.47, 0.01);
  EXPECT_EQ(name(EventFormula::schoenfeld), "Schoenfeld");
  EXPECT_EQ(name(EventFormula::freedman), "Freedman");
  EXPECT_EQ(name(EventFormula::hsieh_freedman), "Hsieh-Freedman");
  EXPECT_EQ(name(EventFormula::lachin_foulkes), "Lachin-Foulkes");
  EXPECT_NEAR(required_events(EventFormula::freedman, {0.5, 1, 0.025, 0.8}).events,
              required_events(EventFormula::hsieh_freedman, {0.5, 1, 0.025, 0.8}).events, 1e-12);
}

TEST(EventFormulae, WrongTargetsAreRefused) {
  const auto refused = [](const EventTarget& target) {
    try {
      required_events(EventFormula::schoenfeld, target);
    } catch (const DesignError& error) {
      return error.part;
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refused({1, 1, 0.025, 0.8}), "hazard_ratio");
  EXPECT_EQ(refused({-0.5, 1, 0.025, 0.8}), "hazard_ratio");
  EXPECT_EQ(refused({0.5, 0, 0.025, 0.8}), "allocation");
  EXPECT_EQ(refused({0.5, 1, 0, 0.8}), "alpha");
  EXPECT_EQ(refused({0.5, 1, 0.025, 1}), "power");
  EXPECT_THROW(required_events(EventFormula::lachin_foulkes, {0.5, 1, 0.025, 0.8}), DesignError);
  TwoArmModel model;
  model.accrual = {{0}, {1}, 12};
  RiskGroup delayed = with_ratio_half(1, 0, {{0, 4}, {0.1, 0.1}}, constant(0));
  delayed.experimental_hazard.hazard_per_month[0] = 0.1;
  model.groups = {delayed};
  EXPECT_THROW(lachin_foulkes(model, 24, 0.025, 0.9), DesignError);
}

}  // namespace
}  // namespace trialmill::design
