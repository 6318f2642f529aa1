#pragma once

#include <span>
#include <vector>

#include "trialmill/cohort/cohort.hpp"

namespace trialmill::cohort {

/// The product of each patient's ratios, apart from the arm's. @param product cohort.size values,
/// overwritten @param scratch as long
void multiply_factors(std::span<const HazardFactor> factors, const Cohort& cohort,
                      std::span<double> product, std::span<double> scratch);

}  // namespace trialmill::cohort
