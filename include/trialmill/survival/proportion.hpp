#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/survival/fit_status.hpp"

namespace trialmill::survival {

/// Patients with and without a success (a complete resection, a response) in two arms. A success is
/// whatever was counted: whether more of them is better is for the caller to say.
struct TwoByTwo {
  std::int64_t control_successes = 0;
  std::int64_t control_patients = 0;
  std::int64_t experimental_successes = 0;
  std::int64_t experimental_patients = 0;
  bool operator==(const TwoByTwo&) const = default;
};

/// Counts the table of each stratum. Columns have one element per patient and agree in length.
/// @param success 1 or 0 @param group 0 control, 1 experimental
/// @param stratum 0 .. strata-1, or empty: one stratum
/// @param tables overwritten with `strata` tables, keeping its capacity
void count_successes(std::span<const std::uint8_t> success, std::span<const std::int32_t> group,
                     std::span<const std::int32_t> stratum, std::int32_t strata,
                     std::vector<TwoByTwo>& tables);

/// The sum of the tables: strata ignored.
TwoByTwo pooled(std::span<const TwoByTwo> tables);

/// Limits of a proportion.
struct ProportionInterval {
  double lower = 0;
  double upper = 1;
};

/// Wilson's (1927) score interval of a proportion, R's `prop.test(correct = FALSE)`.
/// @param patients above 0 @param level two-sided
ProportionInterval wilson_interval(std::int64_t successes, std::int64_t patients,
                                   double level = 0.95);

/// Two proportions compared, experimental against control. Without a patient in an arm nothing is
/// estimated (NaN); the other statuses concern the tests alone.
struct ProportionComparison {
  FitStatus status = FitStatus::ok;  ///< no_events: no success; no_information: nothing else
  double control = 0;                ///< proportions
  double experimental = 0;
  double difference = 0;  ///< experimental - control
  double lower = 0;       ///< Newcombe (1998), method 10: Wilson's intervals, without continuity
  double upper = 0;       ///< correction, combined
  double z = 0;           ///< score test, pooled variance: positive when the experimental arm has
                          ///< more successes; `prop.test(correct = FALSE)` prints its square
  FitStatus unpooled_status = FitStatus::ok;  ///< no_information: each arm all or none
  double unpooled_std_error = 0;              ///< of the difference
  double unpooled_z = 0;                      ///< difference / unpooled_std_error; 0 unless ok
  double risk_ratio = 0;                      ///< experimental / control; infinite or NaN over 0
  double odds_ratio = 0;                      ///< from the proportions; infinite or NaN over 0
};

/// @param level of the two-sided interval of the difference
ProportionComparison compare_proportions(const TwoByTwo& table, double level = 0.95);

/// Fisher's exact test: the successes of the experimental arm given all four margins.
struct FisherExact {
  FitStatus status = FitStatus::ok;  ///< as of the score test; the p-values are then 1
  double p_more = 1;                 ///< P(as many successes of the experimental arm, or more)
  double p_fewer = 1;                ///< P(as many, or fewer)
  double p_two_sided = 1;  ///< sum over tables at most as probable as the one observed, to 1e-7
};

/// Agrees with R's `fisher.test`, whose rule the two-sided p-value follows. Time is proportional to
/// the number of tables with these margins.
FisherExact fisher_exact(const TwoByTwo& table);

/// Two arms compared within strata.
struct MantelHaenszel {
  FitStatus status = FitStatus::ok;  ///< no_information: no stratum has successes and failures in
                                     ///< arms that both hold patients
  double z = 0;  ///< Cochran-Mantel-Haenszel test without continuity correction (Mantel and
                 ///< Haenszel 1959): positive when the experimental arm has more successes; 0
                 ///< unless ok. R's `mantelhaen.test(correct = FALSE)` prints its square
  double difference = 0;  ///< Mantel-Haenszel (Greenland and Robins 1985); NaN if no stratum
                          ///< has both arms, as are the three below
  double std_error = 0;   ///< Sato, Greenland and Robins 1989: for few large and many small strata
  double lower = 0;
  double upper = 0;
  double odds_ratio = 0;  ///< Mantel-Haenszel; infinite or NaN where its denominator is 0
};

/// @param strata one table or more; those without a patient in one of the arms count for nothing
/// @param level of the two-sided interval of the difference
MantelHaenszel mantel_haenszel(std::span<const TwoByTwo> strata, double level = 0.95);

}  // namespace trialmill::survival
