#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace trialmill::simulation {

/// Takes many patients a batch at a time, each batch a replicate of its own: columns that stay in
/// the cache. @param take called with the number of the replicate and of its patients
template <typename Take>
void in_batches(std::size_t patients, std::uint64_t first_replicate, Take take) {
  constexpr std::size_t batch_patients = 4000;
  for (std::size_t left = patients; left > 0; ++first_replicate) {
    const std::size_t batch = std::min(left, batch_patients);
    left -= batch;
    take(first_replicate, batch);
  }
}

}  // namespace trialmill::simulation
