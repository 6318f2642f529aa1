#pragma once

#include <boost/math/tools/roots.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cstdint>
#include <utility>

namespace trialmill::design {

/// The root of a continuous function that falls from f(low) >= 0 to f(high) <= 0, to about 1e-14
/// relative: algorithm 748 of Alefeld, Potra and Shi (1995).
template <class Function>
double root_of_falling(const Function& f, double low, double high) {
  const double at_low = f(low);
  if (!(at_low > 0)) return low;
  const double at_high = f(high);
  if (!(at_high < 0)) return high;
  std::uintmax_t steps = 100;
  const auto [below, above] = boost::math::tools::toms748_solve(
      f, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(48), steps);
  return 0.5 * (below + above);
}

/// The root of a smooth monotone function between `low` and `high` by Newton's method, which ends
/// within a bisection's reach whatever the guess.
/// @param value_and_slope returns std::pair(f(x), f'(x))
template <class Function>
double root_by_newton(const Function& value_and_slope, double guess, double low, double high) {
  std::uintmax_t steps = 100;
  return boost::math::tools::newton_raphson_iterate(value_and_slope, guess, low, high, 46, steps);
}

}  // namespace trialmill::design
