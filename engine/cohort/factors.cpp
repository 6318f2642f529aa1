#include "cohort/factors.hpp"

#include <algorithm>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::cohort {
namespace {

constexpr std::size_t most_selected = 4;

// Levels 0 to 3; fewer repeat the last ratio.
TRIALMILL_CLONES void multiply_selected(double ratio_0, double ratio_1, double ratio_2,
                                        double ratio_3, const double* __restrict level,
                                        std::size_t n, double* __restrict product) {
  for (std::size_t i = 0; i < n; ++i) {
    const double low = level[i] < 1 ? ratio_0 : ratio_1;
    const double high = level[i] < 3 ? ratio_2 : ratio_3;
    product[i] *= level[i] < 2 ? low : high;
  }
}

void multiply_by_level(std::span<const double> ratio, std::span<const double> level,
                       std::span<double> product) {
  if (ratio.size() <= most_selected) {
    const auto of = [&](std::size_t k) { return ratio[std::min(k, ratio.size() - 1)]; };
    return multiply_selected(of(0), of(1), of(2), of(3), level.data(), level.size(),
                             product.data());
  }
  for (std::size_t i = 0; i < level.size(); ++i)
    product[i] *= ratio[static_cast<std::size_t>(level[i])];
}

}  // namespace

void multiply_factors(std::span<const HazardFactor> factors, const Cohort& cohort,
                      std::span<double> product, std::span<double> scratch) {
  std::ranges::fill(product, 1.0);
  for (const HazardFactor& factor : factors) {
    const auto value = cohort.covariate(factor.covariate);
    if (!factor.ratio_by_level.empty()) {
      multiply_by_level(factor.ratio_by_level, value, product);
      continue;
    }
    for (std::size_t i = 0; i < cohort.size; ++i)
      scratch[i] = factor.log_ratio_per_unit * value[i];
    math::exp(scratch, scratch);
    for (std::size_t i = 0; i < cohort.size; ++i)
      product[i] *= scratch[i];
  }
}

}  // namespace trialmill::cohort
