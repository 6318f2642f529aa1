#include "math/baseline_kernels.hpp"

#include "math/kernels.hpp"

namespace trialmill::math::baseline {

void log(std::span<const double> x, std::span<double> out) {
  for (std::size_t i = 0; i < x.size(); ++i)
    out[i] = kernels::log(x[i]);
}

void exp(std::span<const double> x, std::span<double> out) {
  for (std::size_t i = 0; i < x.size(); ++i)
    out[i] = kernels::exp(x[i]);
}

}  // namespace trialmill::math::baseline
