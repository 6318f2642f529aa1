#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trialmill/design/crossing.hpp"

namespace trialmill::cli {

/// What a design does under one drift.
struct UnderDrift {
  std::string name;  ///< "null", "halfway", "alternative", "given"
  double drift = 0;
  design::CrossingProbabilities crossing;
  double power = 0;
  double expected_information = 0;
};

struct BoundsReport {
  design::Boundaries boundaries;
  double beta = 0.2;
  double drift = 0;  ///< at which the power is 1 - beta
  double inflation_factor = 0;
  std::vector<UnderDrift> under;
};

/// @param drift one more to report on
BoundsReport report_bounds(const design::GroupSequentialDesign& design, double beta,
                           const std::optional<double>& drift);

std::string to_json(const BoundsReport& report);
std::string to_table(const BoundsReport& report);

}  // namespace trialmill::cli
