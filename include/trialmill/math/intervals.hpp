#pragma once

#include <cstdint>
#include <span>

namespace trialmill::math {

/// The least and the greatest finite value; least > greatest when there is none.
struct Range {
  double least, greatest;
};
Range finite_range(std::span<const double> values);

/// Equal intervals of a range, numbered from 0. The number of a value's interval never falls when
/// the value rises, whatever the rounding, so sorting by it is a first step of sorting by value.
struct Intervals {
  double least = 0;
  double per_unit = 0;
  std::int32_t count = 1;
};

/// Divides the range of the finite values; one interval when there are no two different ones.
/// @param count at least 1
Intervals divide(std::span<const double> values, std::int32_t count);

/// The interval of each value; infinite ones belong to the first or the last.
/// @param values not NaN @param interval as many
void find_intervals(const Intervals& intervals, std::span<const double> values,
                    std::span<std::int32_t> interval);

}  // namespace trialmill::math
