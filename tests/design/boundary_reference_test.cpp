// Bounds, crossing probabilities and inflation factors as other programs compute them.
#include <gtest/gtest.h>

#include "design/deviation.hpp"
#include "reference_data.hpp"
#include "trialmill/design/crossing.hpp"

namespace trialmill::design {
namespace {

using nlohmann::json;

Spending family(const json& spending) {
  const std::string name = spending["family"];
  if (name == "obrien_fleming") return LanDeMetsObrienFleming{};
  if (name == "pocock") return LanDeMetsPocock{};
  if (name == "hwang_shih_decani") return HwangShihDeCani{spending["parameter"]};
  if (name == "power") return PowerFamily{spending["parameter"]};
  if (name == "haybittle_peto") return HaybittlePeto{spending["parameter"]};
  throw std::runtime_error("unknown family " + name);
}

GroupSequentialDesign design_of(const json& reference) {
  GroupSequentialDesign design;
  design.information = reference::numbers(reference["information"]);
  // Written with 15 digits, thirds as 0.333333333333333.
  if (!reference["spending_time"].is_null())
    design.spending_time = reference::numbers(reference["spending_time"]);
  design.alpha = reference["alpha_one_sided"];
  design.efficacy = family(reference["efficacy"]);
  if (!reference["futility"].is_null())
    design.futility = FutilitySpending{reference["beta"], family(reference["futility"]), false};
  return design;
}

void compare_crossing(const json& reference, const Boundaries& boundaries, Deviation& deviation) {
  for (const json& expected : reference["crossing"]) {
    const CrossingProbabilities found =
        crossing_probabilities(boundaries, expected["drift"].get<double>());
    for (std::size_t k = 0; k < boundaries.looks.size(); ++k) {
      deviation.compare(found.efficacy[k], expected["efficacy"][k]);
      if (expected.contains("futility"))
        deviation.compare(found.futility[k], expected["futility"][k]);
    }
  }
}

// R 4.2.2, a recursive integration of its own on 16-point Gauss-Legendre panels, exact to 1e-11.
TEST(BoundaryReference, IndependentDesignsAgreeToElevenDigits) {
  const json reference = reference::read_json("expected/boundaries.json");
  Deviation z("z"), crossing("crossing"), inflation("inflation");
  for (const json& expected : reference["designs"]) {
    const GroupSequentialDesign design = design_of(expected);
    const Boundaries boundaries = compute_boundaries(design);
    for (std::size_t k = 0; k < boundaries.looks.size(); ++k) {
      z.compare(boundaries.looks[k].efficacy_z, expected["efficacy_z"][k]);
      crossing.compare(boundaries.looks[k].alpha_spent, expected["alpha_spent"][k]);
      if (!design.futility) continue;
      z.compare(boundaries.looks[k].futility_z, expected["futility_z"][k]);
      crossing.compare(boundaries.looks[k].beta_spent, expected["beta_spent"][k]);
    }
    const double power = 1 - expected["beta"].get<double>();
    const Boundaries efficacy_alone = without_futility(boundaries);
    const json& alone = expected["without_futility"];
    compare_crossing(alone, efficacy_alone, crossing);
    inflation.compare(inflation_factor(efficacy_alone, power), alone["inflation_factor"]);
    inflation.compare(drift_for_power(efficacy_alone, power), alone["drift_for_power"]);
    if (!design.futility) continue;
    compare_crossing(expected["with_futility"], boundaries, crossing);
    inflation.compare(boundaries.drift, expected["with_futility"]["drift_for_power"]);
    inflation.compare(drift_for_power(boundaries, power), boundaries.drift);
    inflation.compare(inflation_factor(boundaries, power),
                      expected["with_futility"]["inflation_factor"]);
  }
  EXPECT_EQ(reference["designs"].size(), 12u);
  EXPECT_EQ(z.count(), 55);
  EXPECT_LT(z.largest(), 1e-10);
  EXPECT_LT(crossing.largest(), 1e-11);
  EXPECT_LT(inflation.largest(), 1e-10);
}

Spending rpact_family(const std::string& type, const json& parameter) {
  const std::string function = type.substr(2);
  if (function == "OF") return LanDeMetsObrienFleming{};
  if (function == "P") return LanDeMetsPocock{};
  if (function == "HSD") return HwangShihDeCani{parameter};
  if (function == "KD") return PowerFamily{parameter};
  throw std::runtime_error("unknown type " + type);
}

// rpact 4.3.0, getDesignGroupSequential at its default tolerance.
TEST(BoundaryReference, IndependentDesignsOfRpact) {
  const json reference = reference::read_json("boundaries.json");
  Deviation z("z"), probability("probability"), inflation("inflation");
  for (const json& expected : reference["designs"]) {
    GroupSequentialDesign design;
    design.information = reference::numbers(expected["information"]);
    design.alpha = expected["alpha"];
    design.efficacy = rpact_family(expected["spending"], expected["parameter"]);
    const bool futility = expected.contains("beta");
    if (futility)
      design.futility = FutilitySpending{
          expected["beta"],
          rpact_family(expected["beta_spending"], expected.value("beta_parameter", json(nullptr))),
          expected["binding"]};
    const Boundaries boundaries = compute_boundaries(design);
    const double power = futility ? 1 - expected["beta"].get<double>() : 0.8;
    for (std::size_t k = 0; k < boundaries.looks.size(); ++k) {
      z.compare(boundaries.looks[k].efficacy_z, expected["z"][k]);
      probability.compare(boundaries.looks[k].alpha_spent, expected["alpha_spent"][k]);
    }
    inflation.compare(inflation_factor(boundaries, power), expected["inflation_factor_beta20"]);
    if (!futility) continue;
    const std::vector<double> futility_z = reference::numbers(expected["futility_z"]);
    for (std::size_t k = 0; k < futility_z.size(); ++k)
      z.compare(boundaries.looks[k].futility_z, futility_z[k]);
    inflation.compare(boundaries.drift * boundaries.drift, expected["shift"]);
  }
  EXPECT_EQ(reference["designs"].size(), 10u);
  EXPECT_EQ(z.count(), 33);
  EXPECT_LT(z.largest(), 1e-6);
  EXPECT_LT(probability.largest(), 2e-8);  // rpact's alpha is 0.02499999 after its own search
  EXPECT_LT(inflation.largest(), 1e-6);
}

}  // namespace
}  // namespace trialmill::design
