#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "trialmill/result/distribution.hpp"
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
  double mc_se = 0;  ///< of the one among these three that was measured in simulated patients
  bool hypothesis = false;              ///< it shares its level with others in a procedure
  std::optional<bool> null_holds = {};  ///< of a hypothesis; none: it is not known
};

/// One look of an analysis. Moments are over the replicates that hold it, those of a bound over the
/// ones in which it is finite, that of the correlation over the ones in which it is defined.
struct LookTally {
  std::uint64_t held = 0;
  std::uint64_t rejections = 0;
  std::uint64_t futility_stops = 0;
  std::uint64_t undefined = 0;
  Moments due_months;  ///< over all replicates in which it falls due
  Moments months, patients, events, enrolled, information, correlation, efficacy_z, futility_z;

  void add(const LookOutcome& look);
  void merge(const LookTally& other);
};

/// Differences between the patients of an arm and those expected.
struct ImbalanceTally {
  Moments moments;
  Distribution distribution;

  void add(double imbalance);
  void merge(const ImbalanceTally& other);
};

/// An analysis with looks as it stops.
struct StoppingTally {
  Moments months, events, enrolled;
  Distribution months_distribution, events_distribution, enrolled_distribution;

  void add(const LookOutcome& stop);
  void merge(const StoppingTally& other);
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
  std::uint64_t covered = 0;     ///< intervals that hold the true value
  std::vector<LookTally> looks;  ///< empty for an analysis that is made once
  StoppingTally stopping;        ///< without values for an analysis that is made once

  void add(const AnalysisOutcome& outcome, const AnalysisTruth& truth);
  void merge(const AnalysisTally& other);
};

/// What a procedure decided about its hypotheses together.
struct MultiplicityTally {
  std::uint64_t any = 0;        ///< replicates that reject at least one hypothesis
  std::uint64_t all = 0;        ///< that reject every hypothesis
  std::uint64_t true_ones = 0;  ///< that reject at least one that is known to be true
  Moments rejections;           ///< hypotheses rejected; without values when there is no procedure

  void add(const std::vector<AnalysisOutcome>& outcomes, const std::vector<AnalysisTruth>& truths);
  void merge(const MultiplicityTally& other);
};

/// Sums over some replicates of one design point.
struct Tally {
  std::uint64_t replicates = 0;
  std::uint64_t events_not_reached = 0;
  Moments events, analysis_months, last_patient_in_months, enrolled, dropouts;
  /// Of trials with looks only: of `events`, `analysis_months` and `enrolled`.
  Distribution events_distribution, months_distribution, enrolled_distribution;
  std::vector<AnalysisTally> analyses;
  MultiplicityTally multiplicity;
  std::vector<PathwayCounts> pathway;     ///< by arm
  std::vector<ImbalanceTally> imbalance;  ///< as in `Outcome`

  void add(const Outcome& outcome, const std::vector<AnalysisTruth>& truths);
  void merge(const Tally& other);
};

}  // namespace trialmill::result
