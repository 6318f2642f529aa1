#include "trialmill/cohort/enrolment.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace trialmill::cohort {
namespace {

TEST(Enrolment, EvenArrivalsInvertTheExpectedNumber) {
  const Enrolment ramp{Enrolment::Process::even, {0, 6, 12}, {5, 10, 20}};
  const std::vector<double> u(330, 0.5);
  std::vector<double> time(330);
  draw_arrivals(ramp, u, time);
  EXPECT_DOUBLE_EQ(time[29], 6.0);               // 5 a month for 6 months
  EXPECT_DOUBLE_EQ(time[89], 12.0);              // and 10 a month for 6 more
  EXPECT_DOUBLE_EQ(time[329], 12 + 240.0 / 20);  // the last rate goes on
  EXPECT_DOUBLE_EQ(time[0], 0.2);
}

TEST(Enrolment, APauseLetsNobodyIn) {
  const Enrolment pause{Enrolment::Process::even, {0, 2, 10}, {3, 0, 3}};
  const std::vector<double> u(9, 0.5);
  std::vector<double> time(9);
  draw_arrivals(pause, u, time);
  EXPECT_DOUBLE_EQ(time[5], 2.0);
  EXPECT_DOUBLE_EQ(time[6], 10 + 1.0 / 3);
}

TEST(Enrolment, PoissonDoubleProgrammedByThinnedIntegration) {
  // Arrival i is where the integral of the rate equals the sum of the first i exponentials; here
  // the integral is stepped through numerically.
  const Enrolment ramp{Enrolment::Process::poisson, {0, 1.5, 4}, {2, 0.5, 6}};
  const std::vector<double> u{0.9, 0.2, 0.55, 0.01, 0.35, 0.7, 0.999, 0.4};
  std::vector<double> time(u.size());
  draw_arrivals(ramp, u, time);
  const double step = 1e-6;
  double t = 0, integral = 0, target = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    target -= std::log(u[i]);
    while (integral < target) {
      integral += step * (t < 1.5 ? 2 : t < 4 ? 0.5 : 6);
      t += step;
    }
    EXPECT_NEAR(time[i], t, 1e-5) << i;
  }
}

}  // namespace
}  // namespace trialmill::cohort
