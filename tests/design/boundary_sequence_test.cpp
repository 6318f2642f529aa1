#include "trialmill/design/boundary_sequence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "allocation_count.hpp"
#include "reference_data.hpp"
#include "trialmill/design/crossing.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

GroupSequentialDesign three_looks() {
  GroupSequentialDesign design;
  design.information = {0.6, 0.8, 1};
  design.futility = FutilitySpending{0.1, HwangShihDeCani{-2}, false};
  return design;
}

TEST(BoundarySequence, PlannedLooksHaveThePlannedBounds) {
  const Boundaries planned = compute_boundaries(three_looks());
  BoundarySequence sequence(planned);
  for (int trial = 0; trial < 2; ++trial) {
    sequence.restart();
    for (std::size_t k = 0; k < 3; ++k) {
      const LookBounds bounds = sequence.next(planned.looks[k].information, k == 2);
      EXPECT_EQ(bounds.efficacy_z, planned.looks[k].efficacy_z);
      EXPECT_EQ(bounds.futility_z, planned.looks[k].futility_z);
      EXPECT_EQ(bounds.alpha_spent, planned.looks[k].alpha_spent);
    }
  }
}

// expected/boundaries.json, "of3-observed": planned at 0.6 and 0.8, looked at 0.58 and 0.84 (R, own
// integration; lrstat 0.2.15 agrees).
TEST(BoundarySequence, IndependentBoundsAtTheInformationObserved) {
  GroupSequentialDesign design = three_looks();
  design.futility.reset();
  const Boundaries planned = compute_boundaries(design);
  const auto reference = reference::read_json("expected/boundaries.json");
  for (const auto& expected : reference["designs"]) {
    if (expected["id"] != "of3-observed") continue;
    BoundarySequence sequence(planned, SpendingClock::planned);
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_NEAR(sequence.next(expected["information"][k], k == 2).efficacy_z,
                  expected["efficacy_z"][k].get<double>(), 1e-10);
    return;
  }
  FAIL() << "no design of3-observed";
}

TEST(BoundarySequence, DoubleProgrammedBySpendingAtTheInformationObserved) {
  // A plan made of the observed looks has the same efficacy bounds; its futility has another drift.
  const Boundaries planned = compute_boundaries(three_looks());
  GroupSequentialDesign other = three_looks();
  other.information = {0.6, 0.71, 0.9, 1};
  other.futility.reset();
  const Boundaries observed = compute_boundaries(other);
  BoundarySequence sequence(planned);
  double type_two_error = 0;
  Boundaries met = observed;
  met.design.futility = planned.design.futility;
  for (std::size_t k = 0; k < 4; ++k) {
    met.looks[k] = sequence.next(other.information[k], k == 3);
    EXPECT_NEAR(met.looks[k].efficacy_z, observed.looks[k].efficacy_z, 1e-12);
  }
  const CrossingProbabilities crossing = crossing_probabilities(met, planned.drift);
  for (std::size_t k = 0; k < 3; ++k) {
    type_two_error += crossing.futility[k];
    EXPECT_NEAR(type_two_error, spent(HwangShihDeCani{-2}, 0.1, other.information[k], k), 1e-13);
  }
  EXPECT_EQ(met.looks[3].futility_z, met.looks[3].efficacy_z);
}

TEST(BoundarySequence, DoubleProgrammedOverrunAndUnderrun) {
  GroupSequentialDesign design = three_looks();
  design.futility.reset();
  const Boundaries planned = compute_boundaries(design);
  for (const double last : {1.12, 0.91}) {
    GroupSequentialDesign stretched = design;
    stretched.information = {0.6 / last, 0.8 / last, 1};
    stretched.spending_time = {0.6, 0.8, 1};
    const Boundaries expected = compute_boundaries(stretched);
    BoundarySequence sequence(planned);
    sequence.next(0.6, false);
    sequence.next(0.8, false);
    EXPECT_NEAR(sequence.next(last, true).efficacy_z, expected.looks[2].efficacy_z, 1e-12) << last;
  }
  BoundarySequence frugal(planned, SpendingClock::actual, LastLook::as_its_clock);
  frugal.next(0.6, false);
  frugal.next(0.8, false);
  const LookBounds short_of_alpha = frugal.next(0.91, true);
  EXPECT_LT(short_of_alpha.alpha_spent, 0.0205);
  EXPECT_DOUBLE_EQ(short_of_alpha.alpha_spent, spent(LanDeMetsObrienFleming{}, 0.025, 0.91, 2));
}

TEST(BoundarySequence, ClocksDifferBeforeTheLastLook) {
  const Boundaries planned = compute_boundaries(three_looks());
  const auto first = [&](SpendingClock clock, double information) {
    BoundarySequence sequence(planned, clock);
    return sequence.next(information, false).alpha_spent;
  };
  const double at_plan = planned.looks[0].alpha_spent;
  EXPECT_GT(first(SpendingClock::actual, 0.7), at_plan);
  EXPECT_EQ(first(SpendingClock::planned, 0.7), at_plan);
  EXPECT_EQ(first(SpendingClock::lesser, 0.7), at_plan);
  EXPECT_LT(first(SpendingClock::lesser, 0.5), at_plan);
}

TEST(BoundarySequence, DoubleProgrammedBySpendingAtOneClockAndCorrelatingByAnother) {
  // A plan whose information is the test's own and whose spending time the fractions.
  const Boundaries planned = compute_boundaries(three_looks());
  GroupSequentialDesign other = three_looks();
  other.information = {0.17, 0.49, 1};
  other.spending_time = {0.55, 0.82, 1};
  other.futility.reset();
  const Boundaries expected = compute_boundaries(other);
  BoundarySequence sequence(planned);
  for (const double unit : {1.0, 63.0}) {
    sequence.restart();
    for (std::size_t k = 0; k < 3; ++k) {
      const LookBounds bounds =
          sequence.next({other.spending_time[k], unit * other.information[k]}, k == 2);
      EXPECT_NEAR(bounds.efficacy_z, expected.looks[k].efficacy_z, 1e-11);
      EXPECT_NEAR(bounds.alpha_spent, expected.looks[k].alpha_spent, 1e-15);
      EXPECT_LT(bounds.futility_z, bounds.efficacy_z + (k == 2 ? 1e-9 : 0));
    }
  }
}

// Futility spends beta where E[Z] is the planned drift times the root of the fraction.
TEST(BoundarySequence, DoubleProgrammedFutilityOfATestWithItsOwnInformation) {
  const Boundaries planned = compute_boundaries(three_looks());
  BoundarySequence sequence(planned);
  Boundaries met = planned;
  std::vector<double> mean;
  const double fraction[] = {0.55, 0.82, 1}, information[] = {0.17, 0.49, 1};
  for (std::size_t k = 0; k < 3; ++k) {
    met.looks[k] = sequence.next({fraction[k], information[k]}, k == 2);
    met.looks[k].information = information[k];
    mean.push_back(planned.drift * std::sqrt(fraction[k]));
  }
  const CrossingProbabilities crossing = crossing_probabilities(met, mean);
  double stopped = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    stopped += crossing.futility[k];
    EXPECT_NEAR(stopped, spent(HwangShihDeCani{-2}, 0.1, fraction[k], k), 1e-12);
  }
}

// What estimated variances do.
TEST(BoundarySequence, InformationThatFallsIsNoNewData) {
  BoundarySequence sequence(compute_boundaries(three_looks()));
  sequence.next({0.6, 7.0}, false);
  const LookBounds less = sequence.next({0.8, 6.9}, false);
  EXPECT_TRUE(std::isinf(less.efficacy_z) && std::isinf(less.futility_z));
  EXPECT_EQ(less.alpha_spent, compute_boundaries(three_looks()).looks[0].alpha_spent);
  EXPECT_TRUE(std::isfinite(sequence.next({1, 6.8}, true).efficacy_z));
  sequence.restart();
  EXPECT_TRUE(std::isinf(sequence.next({0.6, 0.0}, false).efficacy_z)) << "no statistic";
  EXPECT_TRUE(std::isfinite(sequence.next({0.8, 5.0}, false).efficacy_z));
}

TEST(BoundarySequence, ALookWithoutNewDataHasNothingToSpend) {
  BoundarySequence sequence(compute_boundaries(three_looks()));
  sequence.next(0.6, false);
  const LookBounds again = sequence.next(0.6, false);
  EXPECT_TRUE(std::isinf(again.efficacy_z) && std::isinf(again.futility_z));
  EXPECT_EQ(again.alpha_spent, compute_boundaries(three_looks()).looks[0].alpha_spent);
  const LookBounds last = sequence.next(0.6, true);
  EXPECT_TRUE(std::isfinite(last.efficacy_z));
  EXPECT_EQ(last.alpha_spent, 0.025);
}

TEST(BoundarySequence, ALookWithoutNewDataCountsAsALook) {
  GroupSequentialDesign design;
  design.information = {0.3, 0.6, 0.8, 1};
  design.efficacy = CustomSpending{{0.001, 0.005, 0.01, 0.025}};
  BoundarySequence sequence(compute_boundaries(design));
  sequence.next(0.5, false);
  sequence.next(0.5, false);
  EXPECT_EQ(sequence.next(0.7, false).alpha_spent, 0.01);
}

TEST(BoundarySequence, FixedShapesKeepTheirInterimBounds) {
  GroupSequentialDesign design;
  design.information = {0.5, 1};
  for (const Spending& shape : {Spending(HaybittlePeto{3}), Spending(WangTsiatis{0})}) {
    design.efficacy = shape;
    const Boundaries planned = compute_boundaries(design);
    BoundarySequence sequence(planned);
    const LookBounds interim = sequence.next(0.4, false);
    EXPECT_NEAR(interim.efficacy_z, planned.constant > 0 ? planned.constant / std::sqrt(0.4) : 3,
                1e-12);
    Boundaries met = planned;
    met.looks = {interim, sequence.next(1, true)};
    EXPECT_NEAR(power(met, 0), 0.025, 1e-13);
  }
}

// Looks at random times that do not depend on the data keep the type I error: 10,000 trials, off by
// more than four standard errors with probability 6e-5.
TEST(BoundarySequence, TypeOneErrorAtRandomLooks) {
  GroupSequentialDesign design = three_looks();
  design.efficacy = LanDeMetsPocock{};
  design.futility.reset();
  BoundarySequence sequence(compute_boundaries(design));
  std::mt19937_64 random(3);
  const auto uniform = [&] { return (static_cast<double>(random() >> 12) + 0.5) * 0x1p-52; };
  const int trials = 10'000;
  int rejected = 0;
  for (int trial = 0; trial < trials; ++trial) {
    sequence.restart();
    const double looks[] = {0.3 + 0.3 * uniform(), 0.7 + 0.2 * uniform(), 1 + 0.2 * uniform()};
    double score = 0, before = 0;
    for (int k = 0; k < 3; ++k) {
      score += std::sqrt(looks[k] - before) * math::normal_quantile(uniform());
      before = looks[k];
      if (score / std::sqrt(before) < sequence.next(before, k == 2).efficacy_z) continue;
      ++rejected;
      break;
    }
  }
  EXPECT_NEAR(static_cast<double>(rejected) / trials, 0.025, 4 * std::sqrt(0.025 * 0.975 / trials));
}

// Binding futility that comes much later than planned leaves less under the null hypothesis than
// there is alpha to spend: whoever is left is rejected.
TEST(BoundarySequence, AlphaThatNobodyIsLeftToSpendIsNoError) {
  GroupSequentialDesign design;
  design.information = {0.5, 1};
  design.alpha = 0.4;
  design.efficacy = PowerFamily{20};
  design.futility = FutilitySpending{0.3, PowerFamily{0.05}, true};
  BoundarySequence sequence(compute_boundaries(design), SpendingClock::planned);
  EXPECT_GT(sequence.next(2.5, false).futility_z, 0.8);
  const LookBounds last = sequence.next(2.6, true);
  EXPECT_EQ(last.efficacy_z, -HUGE_VAL);
  EXPECT_EQ(last.futility_z, -HUGE_VAL);
}

TEST(BoundarySequence, AllocatesNothingOnceWarm) {
  BoundarySequence sequence(compute_boundaries(three_looks()));
  const auto trial = [&] {
    sequence.restart();
    sequence.next(0.55, false);
    sequence.next(0.82, false);
    return sequence.next(1.03, true).efficacy_z;
  };
  const double first = trial();
  for (int warm_up = 0; warm_up < 4; ++warm_up)
    trial();
  const std::uint64_t before = allocations;
  EXPECT_EQ(trial(), first);
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace trialmill::design
