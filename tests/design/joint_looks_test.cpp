#include "design/joint_looks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "design/stopped_walk.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_maximum.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::design {
namespace {

struct Weight {
  double rho, gamma;
};

// Of Fleming-Harrington scores while S falls from 1 to 1 - t, with as many events on the way.
double covariance(Weight a, Weight b, double t) {
  constexpr int steps = 2000;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double fallen = (i + 0.5) / steps * t;
    sum += std::pow(1 - fallen, a.rho + b.rho) * std::pow(fallen, a.gamma + b.gamma);
  }
  return sum * t / steps;
}

struct Look {
  double time;
  std::vector<Weight> weights;
};

// As `JointLooks::look_at` wants them, of the last look.
std::vector<double> correlations(const std::vector<Look>& looks) {
  std::vector<double> out;
  const Look& now = looks.back();
  for (const Weight& b : now.weights)
    for (const Look& look : looks)
      for (const Weight& a : look.weights)
        out.push_back(covariance(a, b, look.time) /
                      std::sqrt(covariance(a, a, look.time) * covariance(b, b, now.time)));
  return out;
}

const Weight none{0, 0}, late{0, 1}, early{1, 0}, middle{1, 1};

TEST(JointLooks, DoubleProgrammedOneLookIsTheMaximumOfNormalVariables) {
  for (const std::vector<Weight>& weights :
       {std::vector<Weight>{none}, {none, late}, {none, late, early}, {none, late, early, middle}})
    for (const double z : {1.5, 2.2, 3.0}) {
      const std::vector<double> correlation = correlations({{0.6, weights}});
      JointLooks looks;
      looks.look_at(weights.size(), correlation);
      const double one_sided = math::normal_maximum_reaches(correlation, z);
      const double two_sided = math::normal_absolute_maximum_reaches(correlation, z);
      EXPECT_NEAR(looks.reached(z, false) / one_sided, 1, 5e-4) << weights.size() << ' ' << z;
      EXPECT_NEAR(looks.reached(z, true) / two_sided, 1, 1e-3) << weights.size() << ' ' << z;
    }
}

TEST(JointLooks, DoubleProgrammedOneStatisticALookIsAStoppedWalk) {
  const double times[] = {0.3, 0.5, 0.7, 1}, bounds[] = {2.9, 2.5, 2.3, 2.0};
  for (const bool two_sided : {false, true}) {
    JointLooks joint;
    StoppedWalk walk;
    std::vector<Look> looks;
    for (std::size_t k = 0; k < 4; ++k) {
      looks.push_back({times[k], {none}});
      joint.look_at(1, correlations(looks));
      walk.look_at(times[k]);
      const double score = bounds[k] * std::sqrt(times[k]);
      const double expected = walk.above(score) + (two_sided ? walk.below(-score) : 0);
      EXPECT_NEAR(joint.reached(bounds[k], two_sided) / expected, 1, 5e-4) << k;
      EXPECT_NEAR(joint.bound_for(expected, two_sided), bounds[k], 3e-4) << k;
      joint.keep_below(bounds[k]);
      walk.keep(two_sided ? -score : -HUGE_VAL, score);
    }
  }
}

double density(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI);
}

// By Simpson's rule.
double integral(double from, double to, const std::function<double(double)>& f) {
  constexpr int intervals = 60;
  double sum = 0;
  for (int i = 0; i <= intervals; ++i)
    sum += (i == 0 || i == intervals ? 1
            : i % 2 == 1             ? 4
                                     : 2) *
           f(from + (to - from) * i / intervals);
  return sum * (to - from) / (3 * intervals);
}

// The log-rank test first, then the larger of two: P(Z1 < u, Z2 < z, Z3 < z) over Z1 and Z2.
TEST(JointLooks, DoubleProgrammedAnotherTestAtTheLastLook) {
  const std::vector<Look> looks = {{0.5, {none}}, {0.9, {none, late}}};
  const std::vector<double> first = correlations({looks[0]}), last = correlations(looks);
  const double u = 2.6, z = 2.15;
  const double r12 = last[0], r13 = last[3], r23 = last[2];
  const double s2 = std::sqrt(1 - r12 * r12);
  const double a = (r23 - r12 * r13) / s2, s3 = std::sqrt(1 - r13 * r13 - a * a);
  const double below = integral(-9, u, [&](double z1) {
    const double to = (z - r12 * z1) / s2;
    return density(z1) * integral(-9, std::max(to, -9.0), [&](double y) {
             return density(y) * math::normal_probability((z - r13 * z1 - a * y) / s3);
           });
  });
  const double expected = math::normal_probability(u) - below;
  JointLooks joint;
  joint.look_at(1, first);
  joint.keep_below(u);
  joint.look_at(2, last);
  EXPECT_NEAR(joint.reached(z, false) / expected, 1, 5e-4);
  EXPECT_NEAR(joint.bound_for(expected, false), z, 3e-4);
}

// Two weights at two looks: four variables, three of them integrated.
TEST(JointLooks, DoubleProgrammedTwoWeightsAtTwoLooks) {
  const std::vector<Look> looks = {{0.5, {none, late}}, {0.9, {none, late}}};
  const std::vector<double> first = correlations({looks[0]});
  const double u = 2.5, z = 2.2;
  // Scores of the first look, then their increments.
  const auto root = [](double aa, double ab, double bb) {
    const double r = std::sqrt(aa);
    return std::array{r, ab / r, std::sqrt(bb - ab * ab / aa)};
  };
  const auto v = [](Weight x, Weight y, double t) { return covariance(x, y, t); };
  const auto l = root(v(none, none, 0.5), v(none, late, 0.5), v(late, late, 0.5));
  const auto m =
      root(v(none, none, 0.9) - v(none, none, 0.5), v(none, late, 0.9) - v(none, late, 0.5),
           v(late, late, 0.9) - v(late, late, 0.5));
  const double u1 = u * std::sqrt(v(none, none, 0.5)), u2 = u * std::sqrt(v(late, late, 0.5));
  const double z1 = z * std::sqrt(v(none, none, 0.9)), z2 = z * std::sqrt(v(late, late, 0.9));
  const double below = integral(-8, u1 / l[0], [&](double y1) {
    const double to2 = (u2 - l[1] * y1) / l[2];
    return density(y1) * integral(-8, std::max(to2, -8.0), [&](double y2) {
             const double a = l[0] * y1, b = l[1] * y1 + l[2] * y2;
             const double to3 = (z1 - a) / m[0];
             return density(y2) * integral(-8, std::clamp(to3, -8.0, 8.0), [&](double y3) {
                      return density(y3) * math::normal_probability((z2 - b - m[1] * y3) / m[2]);
                    });
           });
  });
  const double expected = 1 - math::normal_maximum_reaches(first, u) - below;
  JointLooks joint;
  joint.look_at(2, first);
  joint.keep_below(u);
  joint.look_at(2, correlations(looks));
  EXPECT_NEAR(joint.reached(z, false) / expected, 1, 1e-3);
}

// fh(0,0) is fh(0,1) + fh(1,0), and nothing changes when the statistics are listed otherwise.
TEST(JointLooks, TakeStatisticsThatOthersDetermine) {
  const auto reached = [](const std::vector<Weight>& weights) {
    JointLooks joint;
    std::vector<Look> looks;
    double last = 0;
    for (const double time : {0.4, 0.8}) {
      looks.push_back({time, weights});
      joint.look_at(weights.size(), correlations(looks));
      last = joint.reached(2.3, false);
      joint.keep_below(2.3);
    }
    return last;
  };
  const double expected = reached({none, late, early});
  EXPECT_NEAR(reached({early, none, late}) / expected, 1, 2e-3);
  EXPECT_NEAR(reached({late, early, none}) / expected, 1, 2e-3);
  EXPECT_GT(expected, reached({none, late}));
}

TEST(JointLooks, SeeNothingNewInTheSameStatistic) {
  JointLooks joint;
  joint.look_at(1, std::vector<double>{1});
  joint.keep_below(2.5);
  joint.look_at(1, std::vector<double>{1, 1});
  EXPECT_EQ(joint.reached(2.5, false), 0);
  EXPECT_NEAR(joint.reached(2, false),
              math::normal_probability(-2) - math::normal_probability(-2.5), 1e-15);
  EXPECT_TRUE(std::isinf(joint.bound_for(0, false)));
  EXPECT_EQ(joint.bound_for(0.999, false), -HUGE_VAL) << "fewer come this far";
}

}  // namespace
}  // namespace trialmill::design
