#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/cohort/observe.hpp"
#include "trialmill/design/boundary_sequence.hpp"
#include "trialmill/design/graph_procedure.hpp"
#include "trialmill/result/outcome.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/test_workspace.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/log_rank.hpp"
#include "trialmill/survival/proportion.hpp"

namespace trialmill::simulation {

/// One look at a trial, with its columns in the order of its rows.
struct LookTables {
  cohort::LookData data;
  std::vector<std::int32_t> group;  ///< of each row, by the arms compared; unused when rows are in
                                    ///< patients' order
};

/// The scores of a look that correlates with others by their covariances.
struct LookScores {
  std::size_t look = 0;
  std::vector<std::size_t> tested;  ///< places of the weights that the look is tested by
  std::vector<double> covariance;   ///< of all weights of the analysis
};

/// The bounds of one analysis at one size, as a replicate unfolds.
struct UnfoldingBounds {
  std::shared_ptr<const PlannedLooks> planned;
  std::optional<design::BoundarySequence> sequence;  ///< of `planned`
  std::vector<LookScores> scores;                    ///< of the looks that had some
};

/// The decisions of a procedure at one size, as a replicate unfolds.
struct UnfoldingHypotheses {
  std::shared_ptr<const design::GraphProcedure> planned;
  std::optional<design::UnfoldingProcedure> procedure;  ///< of `planned`
};

/// When a look of a cut falls due.
struct Moment {
  double months = 0;
  std::size_t cut = 0, look = 0;
};

/// The last look that a hypothesis has come to.
struct LatestLook {
  std::size_t look = 0;
  bool held = false;  ///< false: it has had none
  bool last = false;  ///< none follows
  bool now = false;   ///< it is of the moment that is being decided
};

/// What deciding the hypotheses of a procedure needs.
struct HypothesesWorkspace {
  std::vector<UnfoldingHypotheses> by_size;
  std::vector<std::vector<cohort::Cut>> due;  ///< by cut and look
  std::vector<Moment> moments;
  std::vector<LatestLook> latest;  ///< by hypothesis
};

/// Everything a worker reuses from replicate to replicate; nothing is allocated once it has grown.
struct Workspace {
  cohort::CohortWorkspace drawing;
  cohort::Cohort cohort;
  std::vector<cohort::EndpointWorkspace> endpoint_storage;  ///< one per endpoint
  std::vector<cohort::EndpointColumns> endpoints;           ///< one per endpoint
  cohort::LookWorkspace looking;
  std::vector<cohort::Cut> cuts;        ///< one per cut of the design; of looks, the last one held
  std::vector<cohort::Cut> look_cuts;   ///< the looks of one cut
  std::vector<UnfoldingBounds> bounds;  ///< by size and analysis
  HypothesesWorkspace hypotheses;
  std::vector<LookTables> looks;  ///< one per look of the design
  cohort::LookData last;          ///< the reported endpoint at the last analysis, where no look is
  std::vector<std::span<const double>> recorded;
  std::vector<std::int32_t> stratum, row_stratum;
  std::vector<survival::SortedTimes> sorted;  ///< one per view
  std::vector<survival::RiskTable> risk;      ///< one per view
  survival::LogRankWorkspace log_rank;
  std::vector<std::vector<double>> cox_columns;
  survival::Covariates covariates;
  survival::CoxWorkspace cox;
  survival::CoxFit fit;
  TestWorkspace tests;
  std::vector<std::uint8_t> success;
  std::vector<std::int32_t> known_arm, known_stratum;
  std::vector<survival::TwoByTwo> tables;
  std::vector<std::uint32_t> arm_counts;
  std::vector<result::Outcome> outcomes;
};

/// The endpoints of the cohort in the workspace.
void define_endpoints(const Design& design, Workspace& workspace);

/// Draws replicate `number` (from 1) at the largest sample size of the design, with its endpoints.
void draw_replicate(const Design& design, std::uint64_t seed, std::uint64_t number,
                    Workspace& workspace);

/// Draws replicate `number` and analyses it at each size. @return one outcome per size, in the
/// workspace
const std::vector<result::Outcome>& simulate_replicate(const Design& design, std::uint64_t seed,
                                                       std::uint64_t number, Workspace& workspace);

/// Cuts and analyses the first patients of the cohort in the workspace, as many as a size of the
/// design has, leaving the looks' data there too: of interim looks, the last ones held.
/// @param size one of `design.sizes`
/// @param look from 1: analyses with looks go on to this one whatever they found before, or to the
/// final one if this one is not held, and stop there; absent: they stop by their bounds
void analyse_cohort(const Design& design, const DesignSize& size, Workspace& workspace,
                    result::Outcome& outcome, std::optional<int> look = {});

}  // namespace trialmill::simulation
