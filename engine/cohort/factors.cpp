#include "cohort/factors.hpp"

#include <algorithm>

#include "trialmill/math/elementary.hpp"

namespace trialmill::cohort {

void multiply_factors(std::span<const HazardFactor> factors, const Cohort& cohort,
                      std::span<double> product, std::span<double> scratch) {
  std::ranges::fill(product, 1.0);
  for (const HazardFactor& factor : factors) {
    const auto value = cohort.covariate(factor.covariate);
    if (!factor.ratio_by_level.empty()) {
      for (std::size_t i = 0; i < cohort.size; ++i)
        product[i] *= factor.ratio_by_level[static_cast<std::size_t>(value[i])];
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
