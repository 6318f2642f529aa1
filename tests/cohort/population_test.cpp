#include "trialmill/cohort/population.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace trialmill::cohort {
namespace {

std::vector<double> values(const CovariateLaw& law, const std::vector<double>& u) {
  std::vector<double> out(u.size());
  draw_values(law, u, out);
  return out;
}

std::vector<double> grid(std::size_t n) {
  std::vector<double> u(n);
  for (std::size_t i = 0; i < n; ++i)
    u[i] = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
  return u;
}

TEST(Population, BinaryIsTheIndicatorOfALowUniform) {
  EXPECT_EQ(values(BinaryLaw{0.113}, {0.01, 0.112, 0.113, 0.9}), (std::vector<double>{1, 1, 0, 0}));
  EXPECT_EQ(values(BinaryLaw{1.0}, {0.999999}), std::vector<double>{1});
  EXPECT_EQ(values(BinaryLaw{0.0}, {1e-17}), std::vector<double>{0});
}

TEST(Population, CategoriesTakeTheirShareOfTheUnitInterval) {
  const CategoricalLaw law{{"a", "b", "c"}, {0.6, 0.3, 0.1}};
  EXPECT_EQ(values(law, {0.59, 0.61, 0.89, 0.91, 1 - 1e-16}), (std::vector<double>{0, 1, 1, 2, 2}));
}

TEST(Population, IndependentQuantilesOfContinuousLaws) {
  // Against Boost.Math's distributions.
  const auto u = grid(1001);
  const boost::math::normal_distribution<double> normal(59, 11);
  const boost::math::lognormal_distribution<double> lognormal(std::log(3.0), 0.8);
  const auto age = values(NormalLaw{59, 11}, u);
  const auto size = values(LognormalLaw{3.0, 0.8}, u);
  const auto flat = values(UniformLaw{2, 20}, u);
  const auto truncated = values(NormalLaw{59, 11, 50, 70}, u);
  const double low = cdf(normal, 50), high = cdf(normal, 70);
  for (std::size_t i = 0; i < u.size(); ++i) {
    EXPECT_NEAR(age[i], quantile(normal, u[i]), 1e-11);
    EXPECT_NEAR(size[i], quantile(lognormal, u[i]), 1e-12 * size[i] + 1e-12);
    EXPECT_NEAR(flat[i], 2 + 18 * u[i], 1e-13);
    EXPECT_NEAR(truncated[i], quantile(normal, low + u[i] * (high - low)), 1e-10);
    EXPECT_GE(truncated[i], 50);
    EXPECT_LE(truncated[i], 70);
  }
}

}  // namespace
}  // namespace trialmill::cohort
