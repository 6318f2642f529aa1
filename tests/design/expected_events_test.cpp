#include "trialmill/design/expected_events.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "design/deviation.hpp"
#include "reference_data.hpp"
#include "trialmill/design/boundary_sequence.hpp"
#include "trialmill/design/event_formulae.hpp"

namespace trialmill::design {
namespace {

using nlohmann::json;
using survival::PiecewiseHazard;

PiecewiseHazard constant(double hazard) {
  return {{0}, {hazard}};
}

RiskGroup group_of(double fraction, std::size_t stratum, double control, double ratio,
                   double dropout = 0) {
  return {fraction,          stratum,          constant(control), constant(control * ratio),
          constant(dropout), constant(dropout)};
}

TwoArmModel uniform(double per_month, double months, double control, double ratio,
                    double dropout = 0) {
  TwoArmModel model;
  model.accrual = {{0}, {per_month}, months};
  model.groups = {group_of(1, 0, control, ratio, dropout)};
  return model;
}

// Hazards of a stratum are a number or one per piece; dropout is common to the strata.
TwoArmModel model_of(const json& design) {
  TwoArmModel model;
  model.accrual = {reference::numbers(design["accrual"]["start"]),
                   reference::numbers(design["accrual"]["rate"]), design["accrual"]["duration"]};
  model.allocation = design["allocation"];
  if (design.contains("fixed_follow_up")) model.follow_up_months = design["fixed_follow_up"];
  const std::vector<double> pieces = reference::numbers(design["pieces"]);
  const std::vector<double> strata = reference::numbers(design["strata"]);
  const auto hazard = [&](const json& value) {
    return PiecewiseHazard{pieces, reference::numbers(value)};
  };
  for (std::size_t s = 0; s < strata.size(); ++s)
    model.groups.push_back({strata[s], s, hazard(design["hazard_control"][s]),
                            hazard(design["hazard_experimental"][s]),
                            hazard(design["dropout_control"]),
                            hazard(design["dropout_experimental"])});
  return model;
}

survival::FlemingHarrington weight_of(const json& design) {
  if (!design.contains("weight")) return {};
  return {design["weight"][0], design["weight"][1]};
}

void compare_counts(const json& expected, const TwoArmModel& model, Deviation& deviation) {
  const ExpectedCounts found = expected_counts(model, expected["time"]);
  const auto relative = [&](double value, const char* key) {
    const double reference = expected[key];
    deviation.compare(value / std::max(reference, 1e-300), reference > 0 ? 1 : 0);
  };
  relative(found.patients(), "accrued");
  relative(found.control.events, "events_control");
  relative(found.experimental.events, "events_experimental");
  relative(found.events(), "events");
  relative(found.control.dropouts, "dropouts_control");
  relative(found.experimental.dropouts, "dropouts_experimental");
}

// R 4.2.2, 20-point Gauss-Legendre over the time of entry; lrstat 0.2.15 agrees within 2e-13. The
// file has 15 digits.
TEST(ExpectedEvents, IndependentCountsByCalendarTime) {
  const json reference = reference::read_json("expected/analytic.json");
  Deviation counts("counts"), times("times");
  for (const json& expected : reference["designs"]) {
    const TwoArmModel model = model_of(expected["design"]);
    for (const json& row : expected["expected"])
      compare_counts(row, model, counts);
    for (const json& row : expected["time_of_events"])
      times.compare(time_of_events(model, row["events"]), row["time"]);
  }
  EXPECT_EQ(reference["designs"].size(), 8u);
  EXPECT_EQ(counts.count(), 6 * 36);
  EXPECT_LT(counts.largest(), 1e-11);
  EXPECT_LT(times.largest(), 1e-9);
}

// lrstat 0.2.15, lrstat(): mean score, its variance and the mean of Z, negative for benefit there.
TEST(ExpectedEvents, IndependentScoresOfLrstat) {
  const json reference = reference::read_json("expected/analytic.json");
  Deviation score("score"), z("z");
  for (const json& expected : reference["designs"]) {
    const TwoArmModel model = model_of(expected["design"]);
    const json& table = expected["lrstat_table"];
    for (std::size_t i = 0; i < table["time"].size(); ++i) {
      const ExpectedScore found =
          expected_score(model, table["time"][i], weight_of(expected["design"]));
      score.compare(found.score / table["score"][i].get<double>(), -1);
      score.compare(found.variance / table["score_variance"][i].get<double>(), 1);
      z.compare(found.z_mean, -table["score"][i].get<double>() /
                                  std::sqrt(table["score_variance"][i].get<double>()));
    }
  }
  EXPECT_EQ(z.count(), 36);
  EXPECT_LT(score.largest(), 1e-6);
  EXPECT_LT(z.largest(), 1e-6);
}

GroupSequentialDesign looks_of(const json& information) {
  GroupSequentialDesign design;
  if (!information.is_null()) design.information = reference::numbers(information);
  return design;
}

// lrstat 0.2.15, lrpower(): one look at accrual plus follow-up, or looks at fractions of the
// events.
TEST(ExpectedEvents, IndependentPowerOfLrpower) {
  const json reference = reference::read_json("expected/analytic.json");
  Deviation power("power"), expectation("expectation");
  for (const json& expected : reference["designs"]) {
    const json& design = expected["design"];
    const json& lrpower = expected["power"];
    const TwoArmModel model = model_of(design);
    GroupSequentialDesign bounds = looks_of(design.value("looks", json()));
    bounds.alpha = design["alpha"];
    const double last = expected["study_months"];
    std::vector<double> times;
    for (const double fraction : bounds.information)
      times.push_back(
          fraction == 1 ? last
                        : time_of_events(model, fraction * expected_counts(model, last).events()));
    const AnalyticPower found =
        analytic_power(model, compute_boundaries(bounds), times, weight_of(design));
    power.compare(found.power, lrpower["overall"]);
    expectation.compare(found.expected_events / lrpower["expected_events"].get<double>(), 1);
    expectation.compare(found.expected_patients / lrpower["expected_subjects"].get<double>(), 1);
    expectation.compare(found.expected_months / lrpower["expected_study_months"].get<double>(), 1);
    if (lrpower["looks"].is_null()) continue;
    double crossed = 0;
    for (std::size_t k = 0; k < times.size(); ++k) {
      crossed += found.looks[k].efficacy;
      power.compare(crossed, lrpower["looks"]["cumulative_rejection"][k]);
      expectation.compare(times[k] / lrpower["looks"]["time"][k].get<double>(), 1);
    }
  }
  EXPECT_LT(power.largest(), 0.002);
  EXPECT_LT(expectation.largest(), 0.002);
}

// Power 0.9313 in lrstat's own tests (test-f_lrpower.R, to four digits): two looks of FH(0,1) in
// two strata, at 80 % and all of the information of the weighted test.
TEST(ExpectedEvents, IndependentPowerOfWeightedLooks) {
  const survival::FlemingHarrington late{0, 1};
  TwoArmModel model;
  for (int month = 0; month < 9; ++month) {
    if (month > 0) model.accrual.from_months.push_back(month);
    model.accrual.per_month.push_back(26.0 / 9 * (month + 1));
  }
  model.accrual.duration_months = 22;
  const double dropout = -std::log(0.95) / 12;
  for (const double risk : {1.0, 1.5})
    model.groups.push_back({risk == 1 ? 0.2 : 0.8, risk == 1 ? 0u : 1u, constant(0.0533 * risk),
                            PiecewiseHazard{{0, 6}, {0.0533 * risk, 0.0309 * risk}},
                            constant(dropout), constant(dropout)});
  const double last = 40, all = expected_score(model, last, late).variance;
  double before = 10, after = last;
  while (after - before > 1e-9) {
    const double middle = 0.5 * (before + after);
    (expected_score(model, middle, late).variance < 0.8 * all ? before : after) = middle;
  }
  GroupSequentialDesign design;
  design.information = {0.8, 1};
  const Boundaries planned = compute_boundaries(design);
  Boundaries bounds = planned;
  // Where the events are another share of theirs, the bounds are the same ones.
  BoundarySequence sequence(planned, SpendingClock::planned);
  const std::vector<double> times = {after, last};
  for (std::size_t k = 0; k < 2; ++k) {
    ObservedLook look{expected_counts(model, times[k]).events() /
                      expected_counts(model, last).events()};
    look.information = expected_score(model, times[k], late).variance;
    EXPECT_EQ(look.fraction == 1, k == 1);
    bounds.looks[k] = sequence.next(look, k == 1);
    EXPECT_NEAR(bounds.looks[k].efficacy_z, planned.looks[k].efficacy_z, 1e-8);
  }
  EXPECT_NEAR(analytic_power(model, bounds, times, late).power, 0.9313, 0.00005);
}

// rpact 4.3.0 and lrstat 0.2.15: events and patients by formula, power at a calendar time.
TEST(ExpectedEvents, IndependentSmallerSet) {
  const json designs = reference::read_json("analytic.json")["designs"];
  for (const json& design : designs["sample_size"]) {
    const std::string formula = design["formula"];
    const EventTarget target = {design["hazard_ratio"], design["allocation"],
                                design["alpha_one_sided"], design["power"]};
    const EventNumber events = required_events(
        formula == "Schoenfeld"
            ? EventFormula::schoenfeld
            : (formula == "Freedman" ? EventFormula::freedman : EventFormula::hsieh_freedman),
        target);
    EXPECT_NEAR(events.events, design["events"].get<double>(), 1e-9) << formula;
    TwoArmModel model =
        uniform(1, design["accrual_months"], std::log(2.0) / design["control_median"].get<double>(),
                target.hazard_ratio, -std::log1p(-design["annual_dropout"].get<double>()) / 12);
    model.allocation = target.allocation;
    EXPECT_NEAR(required_patients(events, model, design["study_months"]).patients,
                design["n"].get<double>(), 1e-8)
        << formula;
  }
  Deviation events("events"), power("power");
  for (const json& design : designs["power"]) {
    json normal = design;
    const json fractions = design["stratum_fraction"];
    const bool stratified = fractions.is_array();
    normal["accrual"] = {
        {"start", 0}, {"rate", design["accrual_rate"]}, {"duration", design["accrual_months"]}};
    normal["allocation"] = 1;
    normal["pieces"] = design["piece_start"];
    normal["strata"] = fractions;
    for (const char* arm : {"control", "experimental"}) {
      const std::string key = std::string("hazard_") + arm;
      normal[key] = stratified ? design[key] : json::array({design[key]});
      const std::size_t pieces = reference::numbers(design["piece_start"]).size();
      normal[std::string("dropout_") + arm] =
          std::vector<double>(pieces, design["dropout_hazard"].get<double>());
    }
    const TwoArmModel model = model_of(normal);
    const double time =
        design["accrual_months"].get<double>() + design["follow_up_after_last_in"].get<double>();
    events.compare(expected_counts(model, time).events() / design["expected_events"].get<double>(),
                   1);
    power.compare(analytic_power(model, compute_boundaries({}), std::vector{time}).power,
                  design["power"]);
  }
  EXPECT_EQ(events.count(), 3);
  EXPECT_LT(events.largest(), 1e-9);
  EXPECT_LT(power.largest(), 0.002);
}

// The example of gsDesign's page on gsSurv: 159.70989 patients within 24 months, ratio 0.5, looks
// at quarters of 115.06648 events; times and patients printed with five decimals.
TEST(ExpectedEvents, IndependentLookTimesOfGsDesign) {
  const double ln2 = std::log(2.0);
  const TwoArmModel model = uniform(159.70989 / 24, 24, ln2 / 6, 0.5, ln2 / 40);
  EXPECT_NEAR(expected_counts(model, 36).events(), 115.06648, 1e-5);
  const std::pair<double, double> published[] = {
      {12.24228, 81.46723}, {18.97078, 126.24254}, {25.02728, 159.70989}};
  double events = 0;
  for (const auto& [months, patients] : published) {
    events += 0.25 * 115.06648;
    const double time = time_of_events(model, events);
    EXPECT_NEAR(time, months, 2e-4);  // its search for the time is that coarse
    EXPECT_NEAR(expected_counts(model, time).patients(), patients, 1e-3);
  }
}

// Exponential times, uniform entry: the integral in closed form.
TEST(ExpectedEvents, DoubleProgrammedClosedForm) {
  const double hazard = 0.06, ratio = 0.7, dropout = 0.01, accrual = 20, time = 33;
  const TwoArmModel model = uniform(10, accrual, hazard, ratio, dropout);
  const auto events = [&](double h) {
    const double a = h + dropout;
    const double followed = (std::exp(-a * (time - accrual)) - std::exp(-a * time)) / (a * accrual);
    return 100 * h / a * (1 - followed);
  };
  const ExpectedCounts found = expected_counts(model, time);
  EXPECT_NEAR(found.control.events, events(hazard), 1e-11);
  EXPECT_NEAR(found.experimental.events, events(hazard * ratio), 1e-11);
  EXPECT_NEAR(found.control.dropouts, events(hazard) * dropout / hazard, 1e-11);
  EXPECT_EQ(found.patients(), 200);
}

// A stratum of two kinds of patients, by Simpson's rule with the C library: the unstratified test
// sees arms whose hazard ratio drifts towards 1.
TEST(ExpectedEvents, DoubleProgrammedScoreOfAMixture) {
  TwoArmModel model = uniform(10, 12, 0.1, 0.6);
  model.groups = {group_of(0.3, 0, 0.1, 0.6), group_of(0.7, 0, 0.02, 0.6)};
  const double time = 30;
  const survival::FlemingHarrington weight{1, 0.5};
  const auto mixture = [&](double x, double ratio, bool with_hazard) {
    double sum = 0;
    for (const auto& [share, hazard] : {std::pair{0.3, 0.1}, std::pair{0.7, 0.02}})
      sum += share * std::exp(-hazard * ratio * x) * (with_hazard ? hazard * ratio : 1);
    return sum;
  };
  double score = 0, variance = 0, previous = 0, cumulative = 0;
  const int steps = 60'000;
  for (int i = 0; i < steps; ++i) {  // midpoints
    const double x = time * (i + 0.5) / steps;
    const double entered = std::min(1.0, (time - x) / 12);
    const double n0 = 60 * entered * mixture(x, 1, false),
                 n1 = 60 * entered * mixture(x, 0.6, false);
    const double d0 = 60 * entered * mixture(x, 1, true), d1 = 60 * entered * mixture(x, 0.6, true);
    const double hazard = (d0 + d1) / (n0 + n1);
    cumulative += (i == 0 ? 0.5 * hazard : 0.5 * (previous + hazard)) * time / steps;
    previous = hazard;
    const double s = std::exp(-cumulative), w = s * std::sqrt(1 - s);
    score += w * (n1 * d0 - n0 * d1) / (n0 + n1) * time / steps;
    variance += w * w * n0 * n1 / (n0 + n1) / (n0 + n1) * (d0 + d1) * time / steps;
  }
  const ExpectedScore found = expected_score(model, time, weight);
  EXPECT_NEAR(found.score / score, 1, 1e-6);
  EXPECT_NEAR(found.variance / variance, 1, 1e-6);
  model.groups[1].stratum = 1;
  EXPECT_GT(expected_score(model, time).z_mean, found.z_mean);
}

TEST(ExpectedEvents, NothingIsExpectedBeforeTheStart) {
  const TwoArmModel model = uniform(10, 12, 0.1, 0.6);
  EXPECT_EQ(expected_counts(model, 0).events(), 0);
  EXPECT_EQ(expected_counts(model, 0).patients(), 0);
  EXPECT_GT(expected_counts(model, 1e-6).events(), 0);
}

TEST(ExpectedEvents, SomeNumbersOfEventsNeverCome) {
  TwoArmModel model = uniform(10, 12, 0.1, 0.6);
  EXPECT_NEAR(expected_counts(model, 5000).events(), 120, 1e-9);
  EXPECT_TRUE(std::isinf(time_of_events(model, 121)));
  model.follow_up_months = 3;
  EXPECT_TRUE(std::isinf(time_of_events(model, 60)));
  EXPECT_NEAR(expected_counts(model, time_of_events(model, 20)).events(), 20, 1e-10);
}

TEST(ExpectedEvents, AccrualEndsWhenTheTrialIsFull) {
  const Accrual ramp = {{0, 4, 8}, {5, 10, 20}, 0};
  EXPECT_DOUBLE_EQ(accrual_duration(ramp, 20), 4);
  EXPECT_DOUBLE_EQ(accrual_duration(ramp, 340), 22);
  EXPECT_TRUE(std::isinf(accrual_duration({{0, 4}, {5, 0}, 0}, 21)));
}

TEST(ExpectedEvents, ModelsThatCannotBeAreRefused) {
  const auto part = [](auto&& change) -> std::string {
    TwoArmModel model = uniform(10, 12, 0.1, 0.6);
    change(model);
    try {
      expected_counts(model, 10);
    } catch (const DesignError& error) {
      return error.part;
    }
    return "accepted";
  };
  EXPECT_EQ(part([](TwoArmModel&) {}), "accepted");
  EXPECT_EQ(part([](TwoArmModel& m) { m.accrual.per_month = {-1}; }), "accrual");
  EXPECT_EQ(part([](TwoArmModel& m) { m.accrual.duration_months = 0; }), "accrual");
  EXPECT_EQ(part([](TwoArmModel& m) { m.allocation = 0; }), "allocation");
  EXPECT_EQ(part([](TwoArmModel& m) { m.groups.clear(); }), "groups");
  EXPECT_EQ(part([](TwoArmModel& m) { m.groups[0].fraction = 0.5; }), "groups");
  EXPECT_EQ(part([](TwoArmModel& m) { m.groups[0].control_hazard = {{0, 0}, {1, 1}}; }), "groups");
  EXPECT_EQ(part([](TwoArmModel& m) { m.follow_up_months = 0; }), "follow-up");
}

}  // namespace
}  // namespace trialmill::design
