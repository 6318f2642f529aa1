#include "trialmill/design/design_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "trialmill/design/crossing.hpp"

namespace trialmill::design {
namespace {

struct Wrong {
  std::string part, message;
  std::function<void(GroupSequentialDesign&)> change;
};

void expect_refused(const std::vector<Wrong>& cases) {
  for (const Wrong& wrong : cases) {
    GroupSequentialDesign design;
    design.information = {0.5, 0.75, 1};
    design.futility = FutilitySpending{};
    wrong.change(design);
    try {
      compute_boundaries(design);
      ADD_FAILURE() << wrong.part << " was accepted: " << wrong.message;
    } catch (const DesignError& error) {
      EXPECT_EQ(error.part, wrong.part) << error.what();
      EXPECT_THAT(error.what(), testing::HasSubstr(wrong.message));
    }
  }
}

using Design = GroupSequentialDesign;

TEST(DesignError, Fractions) {
  expect_refused({
      {"information", "at least one look", [](Design& d) { d.information = {}; }},
      {"information", "found 0.5 at look 2 after 0.6",
       [](Design& d) {
         d.information = {0.6, 0.5, 1};
       }},
      {"information", "found 0.5 at look 2 after 0.5",
       [](Design& d) {
         d.information = {0.5, 0.5, 1};
       }},
      {"information", "found 1.2 at look 2",
       [](Design& d) {
         d.information = {0.5, 1.2};
       }},
      {"information", "found 0 at look 1",
       [](Design& d) {
         d.information = {0, 1};
       }},
      {"information", "not at 0.75",
       [](Design& d) {
         d.information = {0.5, 0.75};
       }},
      {"spending-time", "2 fractions for 3 looks",
       [](Design& d) {
         d.spending_time = {0.5, 1};
       }},
      {"spending-time", "do not decrease",
       [](Design& d) {
         d.spending_time = {0.5, 0.4, 1};
       }},
      {"spending-time", "must be 1, not 0.9",
       [](Design& d) {
         d.spending_time = {0.5, 0.6, 0.9};
       }},
  });
}

TEST(DesignError, Levels) {
  expect_refused({
      {"alpha", "found 0,", [](Design& d) { d.alpha = 0; }},
      {"alpha", "found 0.6", [](Design& d) { d.alpha = 0.6; }},
      {"alpha", "found nan", [](Design& d) { d.alpha = std::nan(""); }},
      {"sided", "found 3", [](Design& d) { d.sided = 3; }},
      {"beta", "found 0,", [](Design& d) { d.futility->beta = 0; }},
      {"beta", "found 0.98", [](Design& d) { d.futility->beta = 0.98; }},
      {"beta-spending", "one-sided", [](Design& d) { d.sided = 2; }},
  });
}

TEST(DesignError, SpendingFamilies) {
  expect_refused({
      {"spending", "rho is 0,", [](Design& d) { d.efficacy = PowerFamily{0}; }},
      {"spending", "rho is -1", [](Design& d) { d.efficacy = PowerFamily{-1}; }},
      {"spending", "gamma is 41", [](Design& d) { d.efficacy = HwangShihDeCani{41}; }},
      {"spending", "Z is 0", [](Design& d) { d.efficacy = HaybittlePeto{0}; }},
      {"spending", "leave nothing", [](Design& d) { d.efficacy = HaybittlePeto{1.5}; }},
      {"spending", "delta is 2", [](Design& d) { d.efficacy = WangTsiatis{2}; }},
      {"spending", "2 cumulative values for 3 looks",
       [](Design& d) {
         d.efficacy = CustomSpending{{0.01, 0.025}};
       }},
      {"spending", "found 0.03 at look 2, more than alpha, which is 0.025",
       [](Design& d) {
         d.efficacy = CustomSpending{{0.01, 0.03, 0.03}};
       }},
      {"spending", "found 0.01 at look 2",
       [](Design& d) {
         d.efficacy = CustomSpending{{0.02, 0.01, 0.025}};
       }},
      {"spending", "not 0.02",
       [](Design& d) {
         d.efficacy = CustomSpending{{0.01, 0.02, 0.02}};
       }},
      {"beta-spending", "haybittle-peto(3)",
       [](Design& d) { d.futility->spending = HaybittlePeto{3}; }},
      {"beta-spending", "rho is 0", [](Design& d) { d.futility->spending = PowerFamily{0}; }},
      {"beta-spending", "more than beta",
       [](Design& d) {
         d.futility->spending = CustomSpending{{0.01, 0.2, 0.2}};
       }},
      {"spending", "no binding futility",
       [](Design& d) {
         d.efficacy = WangTsiatis{0};
         d.futility->binding = true;
       }},
  });
}

TEST(DesignError, FutilityAboveEfficacy) {
  expect_refused({{"beta-spending", "reaches the efficacy bound at look 1", [](Design& d) {
                     d.information = {0.5, 1};
                     d.futility = FutilitySpending{0.1, CustomSpending{{0.1, 0.1}}, false};
                   }}});
}

TEST(DesignError, PowerOutOfReach) {
  const Boundaries boundaries = compute_boundaries({});
  EXPECT_THROW(drift_for_power(boundaries, 0.02), DesignError);
  EXPECT_THROW(inflation_factor(boundaries, 1), DesignError);
}

}  // namespace
}  // namespace trialmill::design
