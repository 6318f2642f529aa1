#include "trialmill/design/spending.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace trialmill::design {
namespace {

const std::vector<Spending> functions = {LanDeMetsObrienFleming{}, LanDeMetsPocock{},
                                         HwangShihDeCani{-4},      HwangShihDeCani{0},
                                         HwangShihDeCani{2},       PowerFamily{1.5}};

TEST(Spending, RisesFromNothingToTheLevel) {
  for (const Spending& function : functions) {
    double before = 0;
    EXPECT_EQ(spent(function, 0.025, 0, 0), 0) << name(function);
    for (const double time : {0.2, 0.5, 0.8, 1.0}) {
      const double now = spent(function, 0.025, time, 0);
      EXPECT_GT(now, before) << name(function);
      before = now;
    }
    EXPECT_EQ(before, 0.025) << name(function);
    EXPECT_EQ(spent(function, 0.025, 1.2, 0), 0.025) << name(function);
    EXPECT_NEAR(spent(function, 0.025, 1 - 1e-12, 0), 0.025, 1e-12) << name(function);
  }
}

TEST(Spending, DoubleProgrammedClosedForms) {
  EXPECT_NEAR(spent(HwangShihDeCani{-4}, 0.025, 0.3, 0),
              0.025 * (1 - std::exp(1.2)) / (1 - std::exp(4.0)), 1e-17);
  EXPECT_NEAR(spent(HwangShihDeCani{1e-9}, 0.025, 0.3, 0), 0.0075, 1e-11);
  EXPECT_NEAR(spent(LanDeMetsPocock{}, 0.025, 0.3, 0),
              0.025 * std::log(1 + 0.3 * (std::exp(1.0) - 1)), 1e-17);
  // P(|Z| > z / sqrt t) by the C library; z is where that is 0.025 at t = 1.
  EXPECT_NEAR(spent(LanDeMetsObrienFleming{}, 0.025, 0.3, 0),
              std::erfc(2.2414027276049473 / std::sqrt(2 * 0.3)), 1e-16);
  EXPECT_NEAR(spent(PowerFamily{2.5}, 0.1, 0.3, 0), 0.1 * std::pow(0.3, 2.5), 1e-16);
}

TEST(Spending, CustomCountsLooks) {
  const CustomSpending custom{{0.001, 0.01, 0.025}};
  EXPECT_EQ(spent(custom, 0.025, 0.9, 0), 0.001);
  EXPECT_EQ(spent(custom, 0.025, 0.1, 1), 0.01);
  EXPECT_EQ(spent(custom, 0.025, 0.1, 7), 0.025);
}

TEST(Spending, NamesAreReadBack) {
  for (const char* text :
       {"obf", "pocock", "hsd(-4)", "power(2.5)", "classical-obf", "classical-pocock",
        "wang-tsiatis(0.25)", "haybittle-peto(3)", "custom(0.001,0.01,0.025)"}) {
    const auto spending = parse_spending(text);
    ASSERT_TRUE(spending) << text;
    EXPECT_EQ(name(*spending), text);
  }
  EXPECT_EQ(parse_spending(" hsd( -4 ) "), Spending(HwangShihDeCani{-4}));
}

TEST(Spending, AnythingElseIsNone) {
  for (const char* text : {"", "obrien", "hsd", "hsd()", "hsd(a)", "hsd(1,2)", "hsd(1", "obf(1)",
                           "custom", "custom()", "custom(0.1,)", "power(inf)", "(2)", "OBF"})
    EXPECT_FALSE(parse_spending(text)) << text;
}

}  // namespace
}  // namespace trialmill::design
