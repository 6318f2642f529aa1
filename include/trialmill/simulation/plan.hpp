#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/cohort/endpoint.hpp"
#include "trialmill/cohort/observe.hpp"
#include "trialmill/design/boundary_sequence.hpp"
#include "trialmill/design/graph_procedure.hpp"
#include "trialmill/result/result.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/log_rank.hpp"

/// From a study to its operating characteristics.
namespace trialmill::simulation {

/// One column of a Cox model besides treatment: a binary or continuous covariate as it is, or the
/// indicator of one level of a categorical covariate.
struct CoxColumn {
  std::size_t covariate = 0;
  int level = -1;  ///< -1: the value itself
};

/// When data are cut: once, or at interim looks and at last at the final one. Analyses with looks
/// stop on their own; the cut is then the last one that any of them has come to, and that is when
/// the analyses of the same arms are made that have this time and no looks; a hypothesis without
/// looks is tested at its time, whatever the others do.
struct CutPlan {
  cohort::AnalysisTime when;                       ///< of the final look
  std::vector<cohort::AnalysisTime> interim = {};  ///< of the looks before it
  /// Compared by the analyses that stop at these looks, increasing; empty: all, or no interim
  /// looks.
  std::vector<std::int32_t> arms = {};
  bool operator==(const CutPlan&) const = default;
};

/// One endpoint cut at one time, for the patients of some arms in whom some covariates are
/// recorded. Analyses of the same data share it.
struct LookPlan {
  std::size_t endpoint = 0;                ///< index in Design::endpoints
  std::size_t cut = 0;                     ///< index in Design::cuts
  std::vector<std::size_t> recorded = {};  ///< covariates that must not be missing
  bool at_interim = false;                 ///< some of its analyses have interim looks
  /// The arms compared, which are groups 0, 1, ...; empty: all, in the order of the scenario.
  std::vector<std::int32_t> arms = {};
};

/// The data of a look sorted within the strata of some analyses; analyses with the same strata
/// share it.
struct SortedView {
  std::size_t look = 0;
  cohort::Stratification strata;
  bool needs_risk_table = false;
  bool needs_curves = false;  ///< Kaplan-Meier, of both arms compared
  bool at_interim = false;    ///< some of its analyses have interim looks
};

/// Which weights the looks of an analysis are tested by, as places in its list.
struct WeightsByLook {
  std::vector<std::size_t> interim, last;
};

/// One analysis with its names resolved.
struct AnalysisPlan {
  scenario::Analysis::Test test = scenario::Analysis::Test::log_rank;
  survival::LogRankWeight weight;
  std::vector<survival::LogRankWeight>
      weights;        ///< of a MaxCombo test, or all of a `WeightsByLook`
  double months = 0;  ///< horizon of a restricted mean, or milestone
  scenario::Analysis::MilestoneScale scale = scenario::Analysis::MilestoneScale::plain;
  scenario::Analysis::CoxStatistic statistic = scenario::Analysis::CoxStatistic::wald;
  scenario::Analysis::CoxStandardError standard_error = scenario::Analysis::CoxStandardError::model;
  scenario::Analysis::CoxPenalty penalty = scenario::Analysis::CoxPenalty::none;
  std::optional<double> margin;
  std::vector<std::int32_t> arms;          ///< compared, the reference first
  std::vector<std::size_t> outcome_looks;  ///< of a win ratio, most important first
  std::size_t look = 0;
  std::size_t view = 0;           ///< which sorted view it reads, for a time to event
  cohort::Stratification strata;  ///< of a Mantel-Haenszel test
  std::vector<CoxColumn> covariates;
  survival::CoxOptions cox;
  double critical_z = 0;
  double alpha = 0.025;
  int sided = 1;
  bool has_looks = false;  ///< its bounds are those of `DesignSize::looks`, not `critical_z`
  scenario::LookCorrelation correlation = scenario::LookCorrelation::counts;  ///< of its looks
  WeightsByLook by_look;  ///< of looks that correlate by the covariances of scores
  /// Which hypothesis of the design's procedure it tests: that one decides, by its own levels.
  std::optional<std::size_t> hypothesis = {};

  /// A Cox model that needs no more than the counts at risk.
  bool treatment_only() const {
    return test == scenario::Analysis::Test::cox && covariates.empty() &&
           penalty == scenario::Analysis::CoxPenalty::none;
  }
};

/// The bounds of an analysis with interim looks, at one size of trial.
struct PlannedLooks {
  design::Boundaries boundaries;  ///< of a hypothesis, at the lowest of its levels
  double maximum = 1;  ///< events, or patients with a known outcome, that are information 1
  design::SpendingClock clock = design::SpendingClock::actual;
  design::LastLook last_look = design::LastLook::spends_all;
  bool futility_obeyed = true;
};

/// How analyses share one level.
struct ProcedurePlan {
  double alpha = 0.025;
  std::vector<std::size_t> analyses;  ///< by hypothesis
  result::MultiplicityLabel label;
};

/// A size of trial, and the design point it belongs to.
struct DesignSize {
  std::size_t sample_size = 0;
  std::size_t point = 0;                           ///< index in Plan::points
  std::vector<result::AnalysisTruth> truths = {};  ///< one per analysis: it may depend on the size,
                                                   ///< which sets the time of analysis
  /// One per analysis, null for those without looks.
  std::vector<std::shared_ptr<const PlannedLooks>> looks = {};
  /// Null without a procedure, and for Hochberg's, which is no graph.
  std::shared_ptr<const design::GraphProcedure> procedure = {};
  std::vector<result::AnalyticTwin> twins =
      {};  ///< one per analysis, once `add_analytic_twins` ran
};

/// Design points that differ in sample size alone: one cohort is drawn at the largest size, and the
/// smaller trials are its first patients.
struct Design {
  cohort::TrialModel model;
  std::vector<cohort::Endpoint> endpoints;
  std::vector<CutPlan> cuts;
  std::vector<LookPlan> looks;        ///< the first one is of the first analysis
  std::size_t reported_endpoint = 0;  ///< whose events and dropouts are the trial's: that of the
                                      ///< first analysis of a time to event, or of the first
  std::vector<SortedView> views;
  std::vector<AnalysisPlan> analyses;
  std::optional<ProcedurePlan> procedure;
  std::vector<DesignSize> sizes;  ///< increasing
  std::vector<result::AnalysisLabel> labels;
  std::vector<cohort::Covariate> columns;  ///< what the columns of a cohort are
  std::vector<std::string> endpoint_names;
  std::vector<std::string> arm_names;
  std::vector<std::size_t> imbalance_of = {};  ///< covariates within whose levels it is measured
  std::vector<result::ImbalanceLabel> imbalance = {};  ///< of each one measured; empty for none
};

/// One cell of the sweep, as it is reported; or a null twin of some of them, reported beside these.
struct PlannedPoint {
  std::vector<std::pair<std::string, double>> set;
  std::size_t design = 0;
  /// By analysis, when null twins are simulated beside it: which one is its null hypothesis.
  std::vector<std::variant<scenario::NullTwin, std::string>> null_of = {};
  std::optional<scenario::NullTwin> twin = {};  ///< what it is a twin by; none: a cell of the sweep
  std::vector<std::size_t> twin_of = {};        ///< of which points
};

/// A study with every name resolved and every table built: all that the replicates need.
struct Plan {
  std::string title, file, digest;
  std::uint64_t seed = 0;
  std::uint64_t replicates = 0;     ///< of every design point
  std::optional<double> precision;  ///< of its powers; `replicates` are then the first stage
  std::optional<scenario::NullTwin::Kind> twin =
      {};  ///< what the study is, where it is a null twin
  std::vector<Design> designs;
  std::vector<PlannedPoint> points;
  /// How many designs and points are the study's; null twins beside them come after these.
  std::size_t study_designs = 0, study_points = 0;
};

/// Calibrates, resolves and groups; with the null twins of a study that wants them beside it.
/// @throws evidence::CalibrationError
Plan compile_plan(const scenario::Study& study);

}  // namespace trialmill::simulation
