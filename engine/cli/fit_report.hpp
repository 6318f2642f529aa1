#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trialmill/input/table.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/cox_diagnostics.hpp"
#include "trialmill/survival/cox_profile.hpp"
#include "trialmill/survival/cox_proportionality.hpp"
#include "trialmill/survival/cumulative_incidence.hpp"
#include "trialmill/survival/firth_cox.hpp"
#include "trialmill/survival/kaplan_meier.hpp"
#include "trialmill/survival/log_rank.hpp"
#include "trialmill/survival/max_combo.hpp"
#include "trialmill/survival/milestone.hpp"
#include "trialmill/survival/non_inferiority.hpp"
#include "trialmill/survival/proportion.hpp"
#include "trialmill/survival/rmst.hpp"
#include "trialmill/survival/win_ratio.hpp"

namespace trialmill::cli {

/// The columns of one outcome of a win ratio.
struct OutcomeColumns {
  std::string time, status;
};

/// What `fit` was asked for.
struct FitRequest {
  std::string file;
  input::CsvFormat format;
  std::string time, status, entry, group;  ///< without a time only `proportion` and
                                           ///< `win_ratio` are analysed
  std::string proportion;
  std::vector<OutcomeColumns> win_ratio;  ///< most important first
  std::vector<std::string> strata, cox;
  std::vector<std::string> references;  ///< "Placebo", "sex=Male": levels that others are against
  std::string event;  ///< the value of `status` that is an event, every other censored; empty: 1
  survival::Ties ties = survival::Ties::efron;
  survival::IntervalType interval = survival::IntervalType::log_log;
  std::vector<survival::LogRankWeight> weights, max_combo;
  std::optional<double> rmst, milestone;
  /// Margins of non-inferiority tests, see survival/non_inferiority.hpp.
  std::optional<double> hazard_ratio_margin, rmst_margin, milestone_margin, proportion_margin;
  bool exact_times = false;
  bool competing = false;  ///< `status` holds causes
  bool profile = false;    ///< of the Cox coefficients, intervals by profile likelihood too
  bool firth = false;      ///< Cox regression by penalised likelihood too
};

/// A term of a Cox model: a column of numbers, or a level of a column of text against its
/// reference.
struct CoxTerm {
  std::string name;    ///< "age", "sex=Male"
  std::string column;  ///< "sex"
  std::string level = {}, reference = {};
};

/// Rows left out of some analyses, which need a column that has no value there.
struct RowsLeftOut {
  std::size_t rows = 0;
  /// Rows without a value in each column that lacks some; one may lack several.
  std::vector<std::pair<std::string, std::size_t>> by_column;
};

/// The rows of the file that are complete for some analyses, as columns.
struct FitRows {
  std::size_t size = 0;
  std::vector<double> time, entry;
  std::vector<std::uint8_t> status;  ///< of any cause, when they compete
  std::vector<std::int32_t> cause;   ///< 0 censored, else the place of its code, from 1
  std::vector<std::uint8_t> success;
  std::vector<std::vector<double>> outcome_time;  ///< by outcome of the win ratio
  std::vector<std::vector<std::uint8_t>> outcome_event;
  std::vector<std::int32_t> group, stratum;
  std::int32_t strata = 1;
  /// By stratum: its value of each column of `FitRequest::strata`. Empty without strata.
  std::vector<std::vector<std::string>> stratum_values;
  std::vector<std::vector<double>> covariates;  ///< by term
  RowsLeftOut left_out;
};

/// What the file has for each analysis: every one takes the rows that are complete for it, whatever
/// the others need.
struct FitData {
  std::vector<std::string> group_names;  ///< increasing, numbers as numbers
  std::vector<std::int64_t> cause_code;  ///< the causes that occur, as the file names them
  std::vector<CoxTerm> terms;            ///< of the Cox model
  FitRows curves;                        ///< and all that compares them
  FitRows tests;                         ///< the log-rank tests: within strata, if any
  FitRows cox, proportion, proportion_in_strata, outcomes;  ///< empty where not asked for
  std::size_t merged_times = 0;  ///< values changed because they differed by rounding alone
  input::CsvFormat format;       ///< of the file
};

struct GroupCurve {
  std::string name;
  survival::KaplanMeier curve;
  survival::SurvivalQuantile median{};
  double median_follow_up = 0;
  std::optional<survival::RestrictedMean> rmst;
};

struct GroupIncidence {
  std::string name;
  survival::CumulativeIncidence curve;
};

struct ProportionReport {
  std::vector<std::string> groups;  ///< control and experimental
  survival::TwoByTwo table;
  survival::ProportionComparison comparison;
  survival::FisherExact fisher;
  std::optional<survival::MantelHaenszel> stratified;
  std::optional<survival::NonInferiority> non_inferiority;
};

struct WeightedTest {
  survival::LogRankWeight weight;
  survival::WeightedLogRank test;
};

struct FirthReport {
  survival::FirthFit fit;
  std::vector<survival::ProfileInterval> interval;
};

struct NamedHazardsTest {
  std::string transform;
  survival::ProportionalHazardsTest test;
};

struct CoxReport {
  std::vector<CoxTerm> terms;
  survival::CoxFit fit;
  survival::RobustVariance robust;
  survival::BaselineHazard baseline;
  survival::Concordance concordance;
  std::vector<std::vector<std::string>> stratum_values;  ///< as of `FitData`
  std::vector<NamedHazardsTest> proportional_hazards;
  std::vector<survival::ProfileInterval> profile;  ///< by term, when asked for
  std::optional<FirthReport> firth;
  std::size_t treatment = 0;  ///< the term that a margin is about
  std::optional<survival::NonInferiority> non_inferiority;
};

/// The rows that some analyses left out.
struct LeftOutOf {
  std::string key, analyses;  ///< "log_rank", "the log-rank tests"
  RowsLeftOut left_out;
};

/// Analyses that strata were given to, and those that pool the patients over them.
struct UseOfStrata {
  std::vector<std::string> within, pooled;  ///< "the Kaplan-Meier curves"
  std::vector<std::string> pooled_keys;     ///< "kaplan_meier"
};

struct FitReport {
  /// Of the curves; without times of the first analysis there is.
  std::size_t n = 0, events = 0;
  std::vector<LeftOutOf> left_out;  ///< the first of them are those of `n`
  UseOfStrata strata;               ///< empty without strata
  std::size_t merged_times = 0;
  input::CsvFormat format;
  std::vector<std::string> groups;  ///< the reference first; empty when none are compared
  std::vector<GroupCurve> curves;   ///< none without times
  std::vector<GroupIncidence> incidence;
  std::vector<std::int64_t> cause_code;
  std::optional<ProportionReport> proportion;
  std::optional<survival::WinRatio> win_ratio;
  std::optional<survival::LogRank> log_rank;
  std::optional<survival::WeightedLogRank> two_group;  ///< the log-rank test of exactly two groups
  std::vector<WeightedTest> weighted;
  std::optional<survival::MaxCombo> max_combo;
  std::optional<survival::RestrictedMeanComparison> rmst_difference;
  std::optional<survival::MilestoneComparison> milestone_difference;
  std::optional<survival::NonInferiority> rmst_non_inferiority, milestone_non_inferiority;
  std::optional<CoxReport> cox;
};

/// @throws input::InputError for what the file cannot give
FitData read_fit_data(const FitRequest& request);

FitReport analyse(const FitRequest& request, const FitData& data);

std::string to_json(const FitRequest& request, const FitReport& report);
std::string to_table(const FitRequest& request, const FitReport& report);

}  // namespace trialmill::cli
