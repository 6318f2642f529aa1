#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/survival/fit_status.hpp"

namespace trialmill::survival {

/// One of several outcomes compared in order of priority: a time to event or censoring, and whether
/// it was the event. n elements each, in the order of the patients.
struct PrioritisedOutcome {
  std::span<const double> time;
  std::span<const std::uint8_t> event;  ///< 1 event, 0 censored
};

/// Pairs decided by one outcome, for the experimental patient and against.
struct WinCount {
  double wins = 0;
  double losses = 0;
};

/// Every experimental patient compared with every control (Pocock et al. 2012, unmatched). Of a
/// pair, the patient who is known to be without the event at the time of the other's event wins: on
/// the first outcome (death), and if that does not tell, on the next (recurrence). An event at the
/// time of the other's censoring comes before it; two events at one time are a tie.
///
/// The test is that of Finkelstein and Schoenfeld (1999): each patient's wins less losses against
/// all patients of both groups, summed over the experimental group, against its permutation
/// variance. Intervals have the large-sample variance of U-statistics (Bebu and Lachin 2016; Dong
/// et al. 2016, without their pooling under the null hypothesis), ratios on the log scale; NaN with
/// fewer than two patients in a group. When nobody loses the win ratio is infinite, and its lower
/// limit the one that goes with the least probability of winning by Newcombe's interval (2006,
/// Statistics in Medicine 25: 559-573, method 5), ties held; when nobody wins, likewise from above.
///
/// `status`: one_group_empty; no_events (of any outcome); no_information when no two patients
/// differ.
struct WinRatio {
  FitStatus status = FitStatus::ok;
  std::vector<WinCount> by_outcome;  ///< pairs decided by each outcome
  double wins = 0;                   ///< pairs that the experimental patient wins
  double losses = 0;
  double ties = 0;       ///< pairs left undecided
  double win_ratio = 0;  ///< wins / losses; infinite or NaN over 0
  double win_ratio_lower = 0;
  double win_ratio_upper = 0;
  double log_win_ratio_std_error = 0;
  double win_odds = 0;  ///< (wins + ties / 2) / (losses + ties / 2)
  double win_odds_lower = 0;
  double win_odds_upper = 0;
  double net_benefit = 0;  ///< (wins - losses) / pairs
  double net_benefit_lower = 0;
  double net_benefit_upper = 0;
  double net_benefit_std_error = 0;
  double z = 0;  ///< positive when the experimental group does better; 0 unless ok
  double p_two_sided = 1;
};

/// Scratch space, reused from replicate to replicate. Patients are kept control arm first.
struct WinRatioWorkspace {
  std::vector<std::size_t> patient;  ///< n
  std::vector<double> event_time;    ///< outcomes x n: infinite when censored
  std::vector<double> known_until;   ///< outcomes x n: without the event before this time
  std::vector<double> decision;      ///< n, of one patient against each: 1 won, -1 lost, 0 open
  std::vector<double> wins;          ///< n, against the other group
  std::vector<double> losses;
  std::vector<double> score;  ///< n, wins less losses against everybody
};

/// Takes time proportional to outcomes x n^2, some two nanoseconds each. Everything in
/// `result` and `workspace` is overwritten, keeping its capacity.
/// @param outcomes most important first, at least one
/// @param group n: 0 control, 1 experimental
/// @param level of the two-sided intervals
void win_ratio(std::span<const PrioritisedOutcome> outcomes, std::span<const std::int32_t> group,
               double level, WinRatioWorkspace& workspace, WinRatio& result);

/// The same, by value.
WinRatio win_ratio(std::span<const PrioritisedOutcome> outcomes,
                   std::span<const std::int32_t> group, double level = 0.95);

}  // namespace trialmill::survival
