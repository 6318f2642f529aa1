#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace trialmill::cohort {

/// The arm whose share of [0, total) holds `position`. @param share one per arm, none negative
inline std::int32_t arm_at(std::span<const double> share, double position) {
  std::size_t arm = 0;
  double below = share[0];
  while (arm + 1 < share.size() && position >= below)
    below += share[++arm];
  // Rounding of `position` can pass the last place left; an arm without places is never taken.
  while (share[arm] <= 0 && arm > 0)
    --arm;
  return static_cast<std::int32_t>(arm);
}

}  // namespace trialmill::cohort
