#pragma once

#include <array>

namespace trialmill::math {

/// The integral of f from `lower` to `upper` by the Gauss-Legendre rule of 20 points: exact for
/// polynomials up to degree 39.
template <class Function>
double integrate(double lower, double upper, Function f) {
  struct Node {
    double place;
    double weight;
  };
  constexpr std::array<Node, 10> nodes = {{{0.07652652113349734, 0.15275338713072584},
                                           {0.22778585114164507, 0.14917298647260374},
                                           {0.37370608871541955, 0.14209610931838204},
                                           {0.5108670019508271, 0.13168863844917664},
                                           {0.636053680726515, 0.11819453196151841},
                                           {0.7463319064601508, 0.10193011981724044},
                                           {0.8391169718222188, 0.08327674157670475},
                                           {0.912234428251326, 0.06267204833410907},
                                           {0.9639719272779138, 0.04060142980038694},
                                           {0.9931285991850949, 0.017614007139152118}}};
  const double centre = 0.5 * (lower + upper);
  const double half = 0.5 * (upper - lower);
  double sum = 0;
  for (const Node& node : nodes)
    sum += node.weight * (f(centre - half * node.place) + f(centre + half * node.place));
  return half * sum;
}

}  // namespace trialmill::math
