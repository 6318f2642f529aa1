#pragma once

#include <span>
#include <vector>

#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/log_rank.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// How many weights a MaxCombo test may have.
constexpr std::size_t most_max_combo_weights = 4;

/// How many weighted scores may be looked at together: those of two such tests.
constexpr std::size_t most_weighted_scores = 2 * most_max_combo_weights;

/// The largest of several weighted log-rank statistics of the same two groups (Lee 2007; Karrison
/// 2016; Lin et al. 2020), stratified when the table has strata. Under the null hypothesis the
/// statistics are multivariate normal with the correlation estimated here: of two of them, the sum
/// of weight x weight x hypergeometric variance over event times, divided by the roots of their
/// variances. That is singular for some weights: fh(0,0) is fh(0,1) + fh(1,0).
///
/// `status` is that of the first weighted test that is not ok; nothing is then tested.
struct MaxCombo {
  FitStatus status = FitStatus::ok;
  double z_max = 0;                 ///< largest z: positive when group 1 does better
  double p_one_sided = 1;           ///< P(largest of the normal variables >= z_max)
  std::vector<double> z;            ///< one per weight, as of the weighted tests
  std::vector<double> variance;     ///< of each weight's score
  std::vector<double> correlation;  ///< weights x weights
};

/// Scratch space, reused from replicate to replicate.
struct MaxComboWorkspace {
  std::vector<double> weight;  ///< weights x event times
  std::vector<double> one;     ///< weight of each event time
  std::vector<double> spread;  ///< hypergeometric variance of each event time
  std::vector<double> product;
};

/// The weighted statistics and their correlation, without a test: `status`, `z`, `variance` and
/// `correlation` of `scores`.
/// @param table with exactly two groups @param weights 1 to most_weighted_scores
void weighted_scores(const RiskTable& table, std::span<const LogRankWeight> weights,
                     MaxComboWorkspace& workspace, MaxCombo& scores);

/// Tests group 1 against group 0. The p-value comes from math::normal_maximum_reaches:
/// deterministic, good to 1e-10. Agrees with simtrial's `maxcombo` to the error of its randomised
/// integration. Everything in `test` and `workspace` is overwritten, keeping its capacity.
/// @param table with exactly two groups
/// @param weights 1 to most_max_combo_weights
void max_combo(const RiskTable& table, std::span<const LogRankWeight> weights,
               MaxComboWorkspace& workspace, MaxCombo& test);

/// The same, by value.
MaxCombo max_combo(const RiskTable& table, std::span<const LogRankWeight> weights);

/// P(largest |normal variable| >= largest |z|) of a test that is ok, else 1. Takes up to four times
/// as long as the one-sided p-value.
double two_sided_p(const MaxCombo& test);

}  // namespace trialmill::survival
