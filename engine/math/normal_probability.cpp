#include "trialmill/math/normal_probability.hpp"

#include <array>
#include <cmath>
#include <cstddef>

#include "trialmill/math/elementary.hpp"

namespace trialmill::math {
namespace {

// The three rational approximations of ANORM. The leading coefficient of a denominator is 1; that
// of a numerator is the last of its list, the others follow from the second highest power down.
constexpr std::array centre_numerator = {2.2352520354606839287e0, 1.6102823106855587881e2,
                                         1.0676894854603709582e3, 1.8154981253343561249e4,
                                         6.5682337918207449113e-2};
constexpr std::array centre_denominator = {4.7202581904688241870e1, 9.7609855173777669322e2,
                                           1.0260932208618978205e4, 4.5507789335026729956e4};
constexpr std::array middle_numerator = {
    3.9894151208813466764e-1, 8.8831497943883759412e0, 9.3506656132177855979e1,
    5.9727027639480026226e2,  2.4945375852903726711e3, 6.8481904505362823326e3,
    1.1602651437647350124e4,  9.8427148383839780218e3, 1.0765576773720192317e-8};
constexpr std::array middle_denominator = {2.2266688044328115691e1, 2.3538790178262499861e2,
                                           1.5193775994075548050e3, 6.4855582982667607550e3,
                                           1.8615571640885098091e4, 3.4900952721145977266e4,
                                           3.8912003286093271411e4, 1.9685429676859990727e4};
constexpr std::array far_numerator = {2.1589853405795699e-1, 1.274011611602473639e-1,
                                      2.2235277870649807e-2, 1.421619193227893466e-3,
                                      2.9112874951168792e-5, 2.307344176494017303e-2};
constexpr std::array far_denominator = {1.28426009614491121e0, 4.68238212480865118e-1,
                                        6.59881378689285515e-2, 3.78239633202758244e-3,
                                        7.29751555083966205e-5};

template <std::size_t n>
double ratio(const std::array<double, n + 1>& numerator, const std::array<double, n>& denominator,
             double x) {
  double above = numerator.back() * x;
  double below = x;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    above = (above + numerator[i]) * x;
    below = (below + denominator[i]) * x;
  }
  return (above + numerator[n - 1]) / (below + denominator[n - 1]);
}

// exp(-x^2 / 2) for x >= 0. The square of x cut to sixteenths is exact, so that the rounding error
// of a large x^2 does not reach the result; the rest of the square is small.
double bell(double x) {
  const double cut = std::trunc(x * 16) / 16;
  const double rest = (x - cut) * (x + cut);
  return exp(-0.5 * cut * cut) * exp(-0.5 * rest);
}

// The probability beyond x > 0.66291.
double tail(double x) {
  constexpr double boundary = 5.656854248;  // sqrt(32)
  constexpr double inverse_root_two_pi = 3.9894228040143267794e-1;
  if (x <= boundary) return bell(x) * ratio(middle_numerator, middle_denominator, x);
  if (x > 40) return 0;  // below the smallest subnormal number, and the square may not overflow
  const double inverse_square = 1 / (x * x);
  const double correction = inverse_square * ratio(far_numerator, far_denominator, inverse_square);
  return bell(x) * ((inverse_root_two_pi - correction) / x);
}

}  // namespace

double normal_probability(double x) {
  constexpr double boundary = 0.66291;
  if (std::abs(x) <= boundary) return 0.5 + x * ratio(centre_numerator, centre_denominator, x * x);
  if (x > 0) return 1 - tail(x);
  return x < 0 ? tail(-x) : x;
}

}  // namespace trialmill::math
