#include "trialmill/survival/p_value.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

namespace trialmill::survival {

double upper_tail_p(double z) {
  return boost::math::erfc(z / std::numbers::sqrt2) / 2;
}

double two_sided_p(double z) {
  return boost::math::erfc(std::abs(z) / std::numbers::sqrt2);
}

double chi_square_p(double chi_square, int degrees_of_freedom) {
  const boost::math::chi_squared law(degrees_of_freedom);
  return boost::math::cdf(boost::math::complement(law, chi_square));
}

}  // namespace trialmill::survival
