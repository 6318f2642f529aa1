#pragma once

#include <span>

/// The library's kernels compiled a second time, without clones and without vector code.
namespace trialmill::math::baseline {

void log(std::span<const double> x, std::span<double> out);
void exp(std::span<const double> x, std::span<double> out);

}  // namespace trialmill::math::baseline
