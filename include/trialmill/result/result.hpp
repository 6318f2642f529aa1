#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "trialmill/result/tally.hpp"

namespace trialmill::result {

/// A simulated proportion with its Monte-Carlo error and Wilson (1927) 95 % interval.
struct SimulatedProportion {
  double estimate = 0;
  double mc_se = 0;
  double ci_lower = 0;
  double ci_upper = 0;
};

/// @param successes at most `trials` @param trials positive
SimulatedProportion simulated_proportion(std::uint64_t successes, std::uint64_t trials);

/// Quantiles of the replicates of a trial with looks, as `Distribution` counts them.
struct Quantiles {
  double q05 = 0, q25 = 0, q50 = 0, q75 = 0, q95 = 0;
};

struct Summary {
  double mean = 0;
  double sd = 0;
  double mc_se = not_a_number;              ///< of the mean
  std::optional<Quantiles> quantiles = {};  ///< of trials with looks
};

/// Performance of the estimator (ADEMP: Morris, White and Crowther 2019). NaN where it does not
/// exist.
struct EstimatePerformance {
  std::uint64_t estimates = 0;  ///< replicates with a finite estimate
  double log_hr_mean = 0;
  double log_hr_sd = 0;  ///< empirical standard error
  double model_se_mean = 0;
  double true_log_hr = 0;  ///< of the generator, or of the same patients in both arms; NaN when it
                           ///< changes with time
  double true_log_hr_mc_se = 0;  ///< 0 of the generator's own
  double bias = 0;               ///< mean - true
  double bias_mc_se = 0;         ///< of the mean and of the truth together
  double coverage = 0;           ///< of the two-sided interval at the analysis's level
  double coverage_mc_se = 0;
};

/// Performance of the comparison of two proportions. NaN where it does not exist.
struct ProportionPerformance {
  std::uint64_t estimates = 0;  ///< replicates with both proportions
  double control_mean = 0;
  double experimental_mean = 0;
  double risk_difference_mean = 0;
  double risk_difference_sd = 0;
  double true_risk_difference = 0;  ///< of the same patients in both arms
  double true_risk_difference_mc_se = 0;
  double bias = 0;
  double bias_mc_se = 0;  ///< of the mean and of the truth together
  double coverage = 0;    ///< of the Newcombe interval at the analysis's level
  double coverage_mc_se = 0;
};

/// Performance of a difference: of restricted means (months), of survival at a milestone, or net
/// benefit. NaN where it does not exist.
struct DifferencePerformance {
  std::uint64_t estimates = 0;  ///< replicates with a finite estimate
  double mean = 0;              ///< experimental - control
  double sd = 0;                ///< empirical standard error
  double model_se_mean = 0;
  double truth = 0;        ///< by integration, or of the same patients in both arms
  double truth_mc_se = 0;  ///< 0 by integration
  double bias = 0;         ///< mean - truth
  double bias_mc_se = 0;   ///< of the mean and of the truth together
  double coverage = 0;     ///< of the two-sided interval at the analysis's level
  double coverage_mc_se = 0;
};

/// An option of a test that is not at its default, under the key of the scenario.
struct AnalysisOption {
  std::string key;
  std::variant<double, std::string> value;
};

/// Share of an arm's patients who took a step of the pathway, over all replicates.
struct PathwayShare {
  std::string arm;
  std::uint64_t patients = 0;
  std::vector<std::pair<std::string, double>> steps;
};

/// Of which patients an imbalance between arms is; of all when there is no covariate.
struct ImbalanceLabel {
  std::string covariate = {}, level = {};
};

/// How far the arms are from the allocation among some patients: the largest difference between
/// the patients of an arm and those expected (of two equal arms half the difference between them),
/// over all replicates.
struct ArmImbalance {
  ImbalanceLabel label;
  double mean = 0, mc_se = 0;
  double q95 = 0;      ///< not exceeded in 95 % of replicates, as `Distribution` counts
  double largest = 0;  ///< of all replicates, likewise
};

/// @param labels as many as the tally has imbalances
std::vector<ArmImbalance> summarise_imbalance(const Tally& tally,
                                              const std::vector<ImbalanceLabel>& labels);

/// What one look of an analysis with several decided.
struct SequentialLook {
  std::uint64_t held = 0;  ///< replicates that came this far without stopping
  std::uint64_t futility_stops = 0;
  std::uint64_t undefined = 0;  ///< of those held: the test could not be computed
  /// Stopping here, and here or before, as shares of all replicates.
  SimulatedProportion rejection, cumulative_rejection, futility, cumulative_futility;
  double time_mc_se = 0, events_mc_se = 0;  ///< Monte-Carlo standard errors of `LookResult`'s means
  double time_held_mean = 0;                ///< calendar time, over the replicates that held it
  double enrolled_mean = 0;                 ///< patients enrolled by then
  double information_mean = 0;              ///< as a fraction of the planned maximum
  double correlation_mean = 0;  ///< of Z with that of the look before; NaN at the first look
  double efficacy_z_mean = 0, futility_z_mean = 0;  ///< bounds; NaN where there are none
};

/// What one look found; means are over the replicates that held it. An analysis that is made once
/// has one look.
struct LookResult {
  int look = 1;
  std::uint64_t rejections = 0;
  double events_mean = 0;
  double time_mean = 0;  ///< when it falls due, also in replicates that have stopped before it
  double patients_mean = 0;
  std::optional<SequentialLook> sequential = {};
};

/// How an analysis with looks spends its errors, and by which information its looks correlate.
struct SpendingLabel {
  std::string spending;
  std::string futility_spending = {};  ///< empty without futility
  bool binding = false;
  bool obeyed = true;
  std::string correlation = {};  ///< as `scenario::name(LookCorrelation)`
};

/// An analysis with looks as it stops, over all replicates.
struct Stopping {
  SpendingLabel spending;
  SimulatedProportion futility;  ///< share of replicates that stop for it
  Summary time, events, enrolled;
  double patients_mean = 0;  ///< analysed
};

/// A number of events, and the formula that asks for it.
struct FormulaEvents {
  std::string formula;  ///< "Schoenfeld"
  double events = 0;
};

/// What the formulae ask of one look at a power, which is stated because they say nothing of
/// another.
struct EventsForPower {
  double power = not_a_number;
  std::vector<FormulaEvents> events;  ///< empty where the formulae do not apply
};

/// Events of the two arms that an analysis compares, the reference first.
struct ArmEvents {
  double reference = 0, compared = 0;
};

/// One look of an analysis with several, in expectation.
struct AnalyticLook {
  int look = 1;
  double time = 0;       ///< calendar months
  double events = 0;     ///< by then
  ArmEvents by_arm;      ///< of these
  double rejection = 0;  ///< probability of stopping here first, for efficacy (either side)
  double rejection_first_order = 0;   ///< the same with a normal statistic of variance 1
  double futility = 0;                ///< and for futility
  double correlation = not_a_number;  ///< with the look before, by the expected information
};

/// The analytic twin of a simulated analysis: by numerical integration, nothing simulated.
struct AnalyticTwin {
  std::string absent_because;  ///< not empty: there is no twin, and nothing else here
  /// With the variance under the alternative, the bias and the skewness of the statistic.
  double power = not_a_number;
  double power_first_order =
      not_a_number;                   ///< of a normal statistic of variance 1, as lrstat has it
  double events_mean = not_a_number;  ///< at the analysis; with looks where it stops
  double time_mean = not_a_number;    ///< calendar months, likewise
  std::array<std::string, 2> arms;    ///< their names, the reference first
  ArmEvents events_by_arm;            ///< the parts of `events_mean`
  std::string method;                 ///< what was integrated: "expected log-rank score"
  std::vector<AnalyticLook> by_look;  ///< with looks only
  EventsForPower formula_events;      ///< of one look at `power`
};

/// Power averaged over what is known of a scenario's numbers (O'Hagan, Stevens and Campbell 2005),
/// and how it varies: each draw of the numbers has some of the replicates.
struct Assurance {
  std::uint64_t draws = 0, replicates = 0;
  std::uint64_t redrawn = 0;  ///< sets of numbers that no model could meet, drawn again
  double estimate = 0;        ///< rejections over replicates
  double mc_se = 0;  ///< of draws and replicates together: replicates of a draw are a cluster
  double ci_lower = 0, ci_upper = 0;  ///< 95 %, normal, within 0 and 1
  double power_sd = 0;  ///< of the power between draws, binomial noise within draws taken out
  Quantiles power;      ///< of the power between draws, likewise
};

/// Rejections of one draw.
struct DrawCount {
  std::uint64_t replicates = 0, rejections = 0;
};

/// Quantiles are those of the draws' shares of rejections, moved towards their mean until their
/// variance is `power_sd` squared (Louis 1984), as order statistics ceil(p n).
/// @param draws two or more, each of two or more replicates
Assurance summarise_draws(const std::vector<DrawCount>& draws);

/// Which of an endpoint's patients are analysed at a cut.
struct AnalysisSet {
  /// Those who entered the trial so long before and were not lost within that time, whichever arm
  /// they are in; 0: everybody.
  double from_months = 0;
  /// Events, or successes, are counted that are known in one arm before they can be in another.
  bool before_known = false;
  /// Who is lost leaves the set, who died stays, and arms lose patients at different rates.
  bool unequal_losses = false;
};

/// The same analysis of the same patients in a trial without an effect of treatment.
struct NullTwinRejections {
  std::string absent_because;  ///< not empty: there is no such trial, and nothing else here
  std::uint64_t replicates = 0;
  SimulatedProportion rejection;
  std::uint64_t rejections = 0;
  std::uint64_t undefined = 0;
  std::optional<double> margin = {};  ///< of non-inferiority, which the hazard ratio is there
  std::vector<LookResult> by_look;
};

struct AnalysisResult {
  std::string name;
  std::string test;    ///< as a scenario names it, "log-rank"
  std::string weight;  ///< "fh(0,1)", "fh(0,0);fh(0,1)"; empty for an unweighted test
  std::vector<AnalysisOption> options;
  std::string endpoint;
  std::vector<std::string> arms;  ///< compared, the reference first; empty in a trial of two arms
  AnalysisSet set;
  double alpha = 0.025;
  int sided = 1;
  SimulatedProportion power;
  std::uint64_t rejections = 0;
  std::uint64_t undefined = 0;
  std::vector<std::pair<std::string, std::uint64_t>> flags;  ///< fit status other than ok: count
  std::vector<LookResult> by_look;
  std::optional<Stopping> stopping;                 ///< with looks only
  std::optional<EstimatePerformance> estimate;      ///< Cox only
  std::optional<ProportionPerformance> proportion;  ///< yes-or-no endpoints only
  std::optional<DifferencePerformance> difference;  ///< restricted means, milestones, win ratios
  std::optional<AnalyticTwin> analytic = {};        ///< when it was asked for
  std::optional<Assurance> assurance = {};          ///< of scenarios with uncertain numbers
  /// Where they were asked for: what the analysis rejects when its null hypothesis is true, arms
  /// being identical, and when they differ in their schedule alone.
  std::optional<NullTwinRejections> null_twin = {}, schedule_twin = {};
};

/// One hypothesis of a procedure, by the analysis that tests it.
struct HypothesisLabel {
  std::string name;
  double weight = 0;  ///< the share of alpha it starts with
};

/// How several analyses share one level.
struct MultiplicityLabel {
  std::string procedure;        ///< as a scenario names it, "holm"
  double alpha = 0.025;         ///< familywise, one-sided
  std::string past_looks = {};  ///< empty when no level is passed on
  std::vector<HypothesisLabel> hypotheses;
};

/// What a procedure decided about its hypotheses together, over all replicates.
struct MultiplicityResult {
  MultiplicityLabel label;
  std::vector<std::optional<bool>> null_holds;  ///< by hypothesis; none: it is not known
  SimulatedProportion any;                      ///< at least one rejection: disjunctive power
  SimulatedProportion all;                      ///< all rejected: conjunctive power
  Summary rejections;                           ///< hypotheses rejected
  /// At least one rejection of a true null hypothesis. Absent when it is not known of every
  /// hypothesis whether it is true, or none is.
  std::optional<SimulatedProportion> familywise_error;
  std::optional<SimulatedProportion> null_twin = {}, schedule_twin = {};  ///< `any` of these trials
};

struct PointResult {
  std::vector<std::pair<std::string, double>> set;  ///< swept keys, sample_size among them
  std::uint64_t replicates = 0;
  std::vector<AnalysisResult> analyses;
  Summary events, duration, last_patient_in, enrolled, dropouts;
  std::uint64_t events_not_reached = 0;
  std::vector<PathwayShare> pathway;    ///< by arm; empty without a course
  std::vector<ArmImbalance> imbalance;  ///< empty when nobody asked
  std::optional<MultiplicityResult> multiplicity = {};
};

/// The only part of a result that may differ between two runs of the same scenario and seed.
struct Runtime {
  double wall_seconds = 0;
  double cpu_seconds = 0;
  double cpu_microseconds_per_replicate = 0;
  int threads = 1;
  std::string host;
  std::string started;  ///< ISO 8601, UTC
  std::string instruction_set;
};

/// Document `trialmill.result/1`.
struct Result {
  std::string version;  ///< of the program
  std::string title, file, digest;
  std::string twin = {};  ///< "identical-arms" of a null twin in place of its trial; else empty
  std::uint64_t seed = 0;
  std::uint64_t replicates = 0;          ///< asked for; with a precision, at least
  std::optional<double> precision = {};  ///< of every power, asked for
  bool complete = true;                  ///< false when not all that was asked for is there
  std::vector<PointResult> points;
  std::optional<Runtime> runtime;
};

/// The description of an analysis that goes with its tally.
struct AnalysisLabel {
  std::string name, test, weight, endpoint;
  double alpha = 0.025;
  int sided = 1;
  bool estimates_hazard_ratio = false;
  bool compares_proportions = false;
  bool estimates_difference = false;
  std::vector<AnalysisOption> options = {};
  std::optional<SpendingLabel> spending = {};  ///< with looks only
  std::vector<std::string> arms = {};          ///< as of AnalysisResult
  AnalysisSet set = {};
};

/// More undefined tests, or replicates without an estimate, than this share of those that are
/// counted are said where the figures are read: whether a test exists depends on the outcome.
inline constexpr double most_undefined = 0.01;

/// What stands in the way of reading an analysis's figures, a sentence each: of all its replicates,
/// or of those that hold one of its looks, more than `most_undefined` have no test, or no estimate.
/// @param replicates of its design point
std::vector<std::string> warnings(const AnalysisResult& analysis, std::uint64_t replicates);

/// Why tests of an endpoint do not hold their level, by which patients they analyse; nothing where
/// they do.
std::vector<std::string> warnings(const AnalysisSet& set, const std::string& endpoint);

/// Turns the sums of a design point into the figures that are reported. Bias and coverage are NaN
/// where more than `most_undefined` of the replicates have no estimate: the rest is a selection.
PointResult summarise(const std::vector<std::pair<std::string, double>>& set, const Tally& tally,
                      const std::vector<AnalysisLabel>& labels,
                      const std::vector<AnalysisTruth>& truths,
                      const std::vector<std::string>& arms,
                      const std::optional<MultiplicityLabel>& multiplicity = {});

/// The document as JSON text, keys in a fixed order, numbers that round-trip, a newline at the end.
std::string to_json(const Result& result);

/// Tidy table: one row per point and analysis, `set.*` columns first, header row.
std::string to_csv(const Result& result);

/// The same keys as in the document, for those who print a twin without a result.
std::string to_json(const AnalyticTwin& twin);
std::string to_json(const NullTwinRejections& twin);

/// An analysis of a null twin, as it stands beside that of the trial.
NullTwinRejections null_twin_rejections(const AnalysisResult& analysis, std::uint64_t replicates);

/// Does a null twin reject more often than a level allows: by more than three standard errors of
/// its replicates?
bool above_level(const SimulatedProportion& rejection, std::uint64_t replicates, double alpha);

/// Were null twins asked for beside the powers?
bool has_null_twins(const Result& result);

/// Does any analysis have several looks?
bool has_looks(const Result& result);

/// Tidy table of the looks: one row per point, analysis with looks and look.
std::string looks_to_csv(const Result& result);

/// Do analyses share one level by a procedure?
bool has_multiplicity(const Result& result);

/// Tidy table of what procedures decided: one row per point.
std::string multiplicity_to_csv(const Result& result);

}  // namespace trialmill::result
