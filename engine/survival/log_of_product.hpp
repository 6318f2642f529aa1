#pragma once

#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {

/// A sum of logarithms with few logarithms: factors are multiplied up and the logarithm taken when
/// the product nears the end of the range. Each factor costs one rounding, as an addition would.
class LogOfProduct {
 public:
  void multiply(double factor) {
    if (!(factor > 1e-100 && factor < 1e100)) {
      x_sum += math::log(factor);
      return;
    }
    x_product *= factor;
    if (x_product > 1e200 || x_product < 1e-200) {
      x_sum += math::log(x_product);
      x_product = 1;
    }
  }
  void add(double logarithm) { x_sum += logarithm; }
  double value() const { return x_sum + math::log(x_product); }

 private:
  double x_product = 1;
  double x_sum = 0;
};

}  // namespace trialmill::survival
