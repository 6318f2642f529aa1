#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

std::string joined(const json& numbers) {
  std::string out;
  for (const json& number : numbers.is_array() ? numbers : json::array({numbers}))
    out += (out.empty() ? "" : ",") + number.dump();
  return out;
}

// rpact's names: asOF, bsHSD, ...
std::string spending(const std::string& type, const json& parameter) {
  const std::string family = type.substr(2);
  if (family == "OF") return "obf";
  if (family == "P") return "pocock";
  return "'" + std::string(family == "HSD" ? "hsd(" : "power(") + parameter.dump() + ")'";
}

TEST(Bounds, IndependentDesignsOfRpact) {
  // rpact 4.3.0, getDesignGroupSequential; its information has 13 digits.
  const json reference = json::parse(read_file(TRIALMILL_TEST_DATA "/reference/boundaries.json"));
  const Scratch folder;
  for (const json& design : reference["designs"]) {
    std::string arguments = "bounds --json --information " + joined(design["information"]) +
                            " --alpha " + design["alpha"].dump() + " --spending " +
                            spending(design["spending"], design["parameter"]);
    const bool futility = design.contains("beta");
    if (futility)
      arguments += " --beta " + design["beta"].dump() + " --beta-spending " +
                   spending(design["beta_spending"], design.value("beta_parameter", json()));
    const Finished finished = run_program(folder, arguments);
    ASSERT_EQ(finished.exit_status, 0) << finished.errors;
    const json found = json::parse(finished.output);
    ASSERT_EQ(found["looks"].size(), design["z"].size());
    for (std::size_t k = 0; k < design["z"].size(); ++k) {
      const json& look = found["looks"][k];
      const double z = design["z"][k], p = design["stage_level"][k],
                   alpha_spent = design["alpha_spent"][k];
      EXPECT_EQ(look["look"], k + 1);
      EXPECT_NEAR(look["z"], z, 1e-6) << design["id"];
      EXPECT_NEAR(look["p_one_sided"], p, 1e-7) << design["id"];
      EXPECT_NEAR(look["alpha_spent"], alpha_spent, 1e-7) << design["id"];
      EXPECT_EQ(look["futility_z"].is_null(), !futility);
    }
    const double inflation = design["inflation_factor_beta20"];
    EXPECT_NEAR(found["inflation_factor"], inflation, 1e-6) << design["id"];
    if (!futility) continue;
    const double shift = design["shift"];
    EXPECT_NEAR(found["shift"], shift, 1e-6);
  }
  EXPECT_EQ(reference["designs"].size(), 10u);
}

TEST(Bounds, OneDocumentSaysEverything) {
  const Scratch folder;
  const Finished finished = run_program(
      folder,
      "bounds --information 0.4,1 --alpha 0.05 --sided 2 --spending 'custom(0.01,0.05)' --drift "
      "-1.5 --beta 0.1 --json");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json found = json::parse(finished.output);
  EXPECT_EQ(found["alpha"], 0.05);
  EXPECT_EQ(found["sided"], 2);
  EXPECT_EQ(found["spending"], "custom(0.01,0.05)");
  EXPECT_NEAR(found["looks"][0]["p_one_sided"], 0.005, 1e-12);
  EXPECT_TRUE(found["looks"][0]["beta_spent"].is_null());
  ASSERT_EQ(found["crossing"].size(), 4u);
  EXPECT_EQ(found["crossing"][0]["hypothesis"], "null");
  EXPECT_NEAR(found["crossing"][0]["power"], 0.025, 1e-12);
  EXPECT_NEAR(found["crossing"][2]["power"], 0.9, 1e-12);
  EXPECT_EQ(found["crossing"][3]["drift"], -1.5);
  EXPECT_GT(found["crossing"][3]["harm"][1], found["crossing"][3]["efficacy"][1]);
  EXPECT_NEAR(found["crossing"][0]["expected_information"], 1 - 0.6 * 0.01, 1e-12);
}

TEST(Bounds, BindingFutilityLowersTheLastBound) {
  const Scratch folder;
  const std::string design = "bounds --information 0.5,1 --beta 0.2 --beta-spending pocock --json";
  const json free = json::parse(run_program(folder, design).output);
  const json binding = json::parse(run_program(folder, design + " --binding").output);
  EXPECT_EQ(free["binding"], false);
  EXPECT_EQ(binding["binding"], true);
  EXPECT_LT(binding["looks"][1]["z"], free["looks"][1]["z"]);
  EXPECT_NEAR(binding["crossing"][0]["power"], 0.025, 1e-12);
  EXPECT_LT(free["crossing"][0]["power"], 0.0245);
}

TEST(Bounds, PrintsATableOtherwise) {
  const Scratch folder;
  const Finished finished = run_program(
      folder, "bounds --information 0.5,0.75,1 --spending 'haybittle-peto(3)' --beta-spending obf");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  for (const char* part :
       {"3 looks, one-sided alpha 0.025, spent as haybittle-peto(3)", "beta 0.2 spent as obf",
        "non-binding", "3.0000", "halfway", "Power 0.8 at drift"})
    EXPECT_NE(finished.output.find(part), std::string::npos) << part << "\n" << finished.output;
}

TEST(Bounds, WrongInputIsNamed) {
  const Scratch folder;
  const std::pair<const char*, const char*> cases[] = {
      {"--information 0.5,0.4,1", "--information: found 0.4 at look 2 after 0.5"},
      {"--information 0.5,1.1", "--information: found 1.1 at look 2"},
      {"--information 0.5,0.9", "--information: the last look must be at 1"},
      {"--information 0.5,half", "--information: found `0.5,half`, allowed is fractions"},
      {"--information 0.5,", "--information: found `0.5,`"},
      {"--information 0.5,1 --alpha 0.7", "--alpha: found 0.7"},
      {"--information 0.5,1 --alpha 5%", "--alpha: found `5%`"},
      {"--information 0.5,1 --sided 3", "--sided: found `3`, allowed is 1 or 2"},
      {"--information 0.5,1 --spending obff", "did you mean `obf`?"},
      {"--information 0.5,1 --spending 'power(0)'", "--spending: rho is 0"},
      {"--information 0.5,1 --spending 'custom(0.01,0.03)'", "more than alpha, which is 0.025"},
      {"--information 0.5,1 --spending 'haybittle-peto(1)'", "leave nothing to the last look"},
      {"--information 0.5,1 --beta 0", "--beta:"},
      {"--information 0.5,1 --beta-spending classical-obf", "--beta-spending: classical-obf"},
      {"--information 0.5,1 --beta-spending obf --sided 2", "one-sided designs"},
      {"--information 0.5,1 --binding", "--binding: futility bounds can bind only"},
      {"--information 0.5,1 --spending-time 0.6", "--spending-time: found 1 fractions"},
      {"--information 0.5,1 --drift up", "--drift: found `up`"},
      {"", "--information is required"}};
  for (const auto& [arguments, message] : cases) {
    const Finished finished = run_program(folder, std::string("bounds ") + arguments);
    EXPECT_EQ(finished.exit_status, 2) << arguments;
    EXPECT_TRUE(finished.output.empty()) << arguments;
    EXPECT_NE(finished.errors.find(message), std::string::npos) << arguments << "\n"
                                                                << finished.errors;
  }
}

}  // namespace
}  // namespace trialmill
