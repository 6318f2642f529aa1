#pragma once

#include <cstddef>
#include <span>

#include "trialmill/cohort/observe.hpp"

namespace trialmill::cohort {

/// The n-th smallest value, n from 1: values are counted into equal intervals of their range, and
/// only those of the interval in which the n-th lies are compared with each other. That is linear
/// for times of events, where a selection by comparisons mispredicts a branch per comparison.
/// @param value not NaN; infinite when it never comes @param n at most value.size()
double nth_smallest(std::span<const double> value, std::size_t n, LookWorkspace& workspace);

}  // namespace trialmill::cohort
