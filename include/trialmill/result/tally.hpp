#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "trialmill/result/outcome.hpp"

namespace trialmill::result {

/// Mean and sum of squared deviations, updated one by one (Welford 1962) and combined (Chan, Golub
/// and LeVeque 1983). Combining is not associative to the last bit: blocks are folded in their
/// order.
struct Moments {
  std::uint64_t count = 0;
  double mean = 0;
  double sum_of_squares = 0;  ///< of deviations from the mean

  void add(double x);
  void merge(const Moments& other);
  double sd() const;  ///< with denominator count - 1; NaN below two values
};

/// What is known of one analysis's truth and level, needed to count.
struct AnalysisTruth {
  /// The generating log hazard ratio, NaN when it changes with time and no single number is true.
  double log_hazard_ratio = std::numeric_limits<double>::quiet_NaN();
  double interval_z = 1.959963984540054;  ///< half-width of the confidence interval in SE
  double risk_difference = not_a_number;  ///< of a yes-or-no endpoint
  double difference = not_a_number;       ///< of restricted means or at a milestone
};

struct AnalysisTally {
  std::uint64_t rejections = 0;
  std::uint64_t undefined = 0;  ///< replicates without a test statistic, counted as no rejection
  std::array<std::uint64_t, survival::fit_status_count>
      by_status{};  ///< indexed by survival::FitStatus
  Moments analysis_months, patients, events;
  Moments log_hazard_ratio;
  Moments standard_error;
  Moments control_proportion, experimental_proportion, risk_difference;
  Moments difference, difference_standard_error;
  std::uint64_t covered = 0;  ///< intervals that hold the true value

  void add(const AnalysisOutcome& outcome, const AnalysisTruth& truth);
  void merge(const AnalysisTally& other);
};

/// Sums over some replicates of one design point.
struct Tally {
  std::uint64_t replicates = 0;
  std::uint64_t events_not_reached = 0;
  Moments events, analysis_months, last_patient_in_months, enrolled, dropouts;
  std::vector<AnalysisTally> analyses;
  std::vector<PathwayCounts> pathway;  ///< by arm

  void add(const Outcome& outcome, const std::vector<AnalysisTruth>& truths);
  void merge(const Tally& other);
};

}  // namespace trialmill::result
