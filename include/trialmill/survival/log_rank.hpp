#pragma once

#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::survival {

/// Fleming-Harrington weight S(t-)^rho (1 - S(t-))^gamma, S the pooled Kaplan-Meier curve of the
/// stratum just before t. (0, 0) is the log-rank test, (1, 0) Peto-Peto's (survdiff's rho = 1).
struct FlemingHarrington {
  double rho = 0;
  double gamma = 0;
  bool operator==(const FlemingHarrington&) const = default;
};

/// Modest weight 1 / max(S(t-), S(t_star)), S the pooled Kaplan-Meier curve of the stratum, taken
/// at t_star itself as right-continuous (Magirr and Burman 2019): it rises from 1 until t_star and
/// is then held. Strong for delayed effects without rewarding early harm. simtrial's `mb()` caps at
/// the last event before t_star instead.
struct ModestlyWeighted {
  double t_star = 0;  ///< from 0, in the unit of time; at 0 the log-rank test
  bool operator==(const ModestlyWeighted&) const = default;
};

/// The weights that have a name.
using LogRankWeight = std::variant<FlemingHarrington, ModestlyWeighted>;

/// A two-group weighted log-rank test, stratified when the table has strata: scores and
/// hypergeometric variances are summed over strata.
struct WeightedLogRank {
  FitStatus status = FitStatus::ok;
  double score = 0;     ///< sum of weight x (observed - expected events) in group 1 (experimental)
  double variance = 0;  ///< sum of weight^2 x hypergeometric variance
  double z = 0;         ///< -score / sqrt(variance): positive when group 1 does better; 0 unless ok
};

/// Scratch space of the tests, reused from replicate to replicate.
struct LogRankWorkspace {
  std::vector<double> weight;
  std::vector<std::size_t> groups;  ///< those that the chi-square test compares
};

/// Tests group 1 against group 0. Agrees with `survdiff` (rho) and simtrial's `wlr(fh(rho,
/// gamma))`.
/// @param table with exactly two groups
WeightedLogRank weighted_log_rank(const RiskTable& table, FlemingHarrington weight,
                                  LogRankWorkspace& workspace);

/// The same for any weight with a name.
WeightedLogRank weighted_log_rank(const RiskTable& table, const LogRankWeight& weight,
                                  LogRankWorkspace& workspace);

/// The same test with any weight per event time, such as those of a maximum test.
/// @param weight one per event time of `table`; empty means 1, the log-rank test
WeightedLogRank weighted_log_rank(const RiskTable& table, std::span<const double> weight);

/// The Fleming-Harrington weight at each event time, each stratum by its own pooled curve.
/// @param out overwritten with one weight per event time, keeping its capacity
void fleming_harrington_weights(const RiskTable& table, FlemingHarrington weight,
                                std::vector<double>& out);

/// The modest weight at each event time, likewise.
void modest_weights(const RiskTable& table, ModestlyWeighted weight, std::vector<double>& out);

/// The weight of either kind at each event time.
void log_rank_weights(const RiskTable& table, const LogRankWeight& weight,
                      std::vector<double>& out);

/// The k-group log-rank test, stratified when the table has strata (Mantel 1966; `survdiff`).
struct LogRank {
  FitStatus status = FitStatus::ok;
  double chi_square = 0;
  int degrees_of_freedom = 0;
  double p_value = 1;
  std::vector<double> group_size;  ///< patients
  std::vector<double> observed;    ///< events by group; weighted when the weight is not (0, 0)
  std::vector<double> expected;
  std::vector<double> variance;  ///< groups x groups, of observed - expected
};

/// Everything in `test` and `workspace` is overwritten, keeping its capacity; up to 32 groups
/// allocate nothing more.
/// @param table with one group or more; fewer than two groups hold no comparison: one_group_empty
void log_rank(const RiskTable& table, FlemingHarrington weight, LogRankWorkspace& workspace,
              LogRank& test);

/// The same, by value.
LogRank log_rank(const RiskTable& table, FlemingHarrington weight = {});

}  // namespace trialmill::survival
