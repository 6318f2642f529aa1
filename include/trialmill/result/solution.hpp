#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trialmill/result/result.hpp"

namespace trialmill::result {

enum class SolutionStatus {
  found,
  not_reached,      ///< no size up to the largest allowed has the power
  already_reached,  ///< the smallest size allowed has it
};

/// "found", "not_reached", "already_reached".
std::string_view name(SolutionStatus status);

/// A number of patients, and of the events that the analysis waits for, if it waits for events.
struct TrialSize {
  std::size_t patients = 0;
  std::optional<std::size_t> events = {};
};

/// The smallest trial with the power asked for, as it is estimated, at one design point.
struct Solution {
  std::vector<std::pair<std::string, double>> set;  ///< swept keys
  double target_power = 0.8;
  SolutionStatus status = SolutionStatus::found;
  /// The estimate or, of a conservative search, the upper end of its interval. Where nothing was
  /// found, the end of the range that was searched.
  TrialSize size;
  std::optional<TrialSize> estimate;  ///< absent beyond the range searched
  /// Holds the smallest size with the stated confidence; absent beyond the range searched.
  std::optional<TrialSize> lower, upper;
  SimulatedProportion power;  ///< at `size`, of replicates that the search did not use
  double events_mean = 0, time_mean = 0;
  /// By the analytic twin; absent with the reason, or when no size in the range reaches the power.
  std::optional<TrialSize> analytic;
  std::string analytic_absent_because;
  EventsForPower formula_events;  ///< of one look at the target
  std::uint64_t rounds = 0, search_replicates = 0;
  std::uint64_t patients_analysed = 0;  ///< sum over replicates and sizes, the last run included
  double runs_at_answer = 0;            ///< that, over what one run at `size` analyses
};

/// Document `trialmill.solution/1`.
struct Solutions {
  std::string version, title, file, digest;
  std::uint64_t seed = 0, replicates = 0;
  AnalysisLabel analysis;
  double confidence = 0.95;
  bool for_events = false, conservative = false;
  std::vector<Solution> points;  ///< design points, and within each the targets
};

/// As JSON text, keys in a fixed order, a newline at the end.
std::string to_json(const Solutions& solutions);

}  // namespace trialmill::result
