#pragma once

#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {

/// A sum of logarithms with few logarithms: factors are multiplied up and the logarithm taken when
/// the product nears the end of the range. Each factor costs one rounding, as an addition would.
class LogOfProduct {
 public:
  void multiply(double factor) {
    if (!(factor > 1e-100 && factor < 1e100)) {
      sum_ += math::log(factor);
      return;
    }
    product_ *= factor;
    if (product_ > 1e200 || product_ < 1e-200) {
      sum_ += math::log(product_);
      product_ = 1;
    }
  }
  void add(double logarithm) { sum_ += logarithm; }
  double value() const { return sum_ + math::log(product_); }

 private:
  double product_ = 1;
  double sum_ = 0;
};

}  // namespace trialmill::survival
