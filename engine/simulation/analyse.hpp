#pragma once

#include <span>

#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {

/// The tests of one replicate. Each fills status, Z, whether it rejects, and its estimate.

result::AnalysisOutcome log_rank_outcome(const AnalysisPlan& plan, Workspace& workspace);

/// The log-rank test of more than two arms, which rejects by its p-value: Z is the root of its
/// chi-square.
result::AnalysisOutcome several_arms_outcome(const AnalysisPlan& plan, Workspace& workspace);

/// @param arm of each row of the look
result::AnalysisOutcome cox_outcome(const AnalysisPlan& plan, const cohort::LookData& look,
                                    std::span<const std::int32_t> arm, Workspace& workspace);

/// By Firth's penalised likelihood.
result::AnalysisOutcome firth_outcome(const AnalysisPlan& plan, const cohort::LookData& look,
                                      std::span<const std::int32_t> arm, Workspace& workspace);

/// Of a Cox analysis that is not Wald's test of no effect by the model's standard error, and whose
/// fit is in the workspace: replaces Z, and a robust standard error.
void test_treatment_otherwise(const AnalysisPlan& plan, const cohort::LookData& look,
                              std::span<const std::int32_t> arm, Workspace& workspace,
                              result::AnalysisOutcome& outcome);

/// Fills the workspace's columns of a Cox model: treatment, then the others as the plan says.
void fill_cox_columns(const AnalysisPlan& plan, const cohort::LookData& look,
                      std::span<const std::int32_t> arm, Workspace& workspace);

/// The largest weighted log-rank statistic of a MaxCombo test, with its p-value.
result::AnalysisOutcome max_combo_outcome(const AnalysisPlan& plan, Workspace& workspace);

/// The weighted scores that a look of an analysis may be tested by, into the workspace; which of
/// them are, and so Z, is known when it is known whether the look is the last.
result::AnalysisOutcome weighted_scores_outcome(const AnalysisPlan& plan, Workspace& workspace);

/// The curves of both arms. @param sorted without strata
void draw_curves(const survival::SortedTimes& sorted, ArmCurves& curves);

result::AnalysisOutcome rmst_outcome(const AnalysisPlan& plan, const ArmCurves& curves);

result::AnalysisOutcome milestone_outcome(const AnalysisPlan& plan, const ArmCurves& curves);

/// @param arm of each row of the plan's looks, which hold the same patients
result::AnalysisOutcome win_ratio_outcome(const AnalysisPlan& plan,
                                          std::span<const std::int32_t> arm, Workspace& workspace);

/// Whether Z rejects. A test that is undefined rejects nothing.
bool rejects(const AnalysisPlan& plan, double z);

/// @param tables one per stratum
result::AnalysisOutcome proportion_outcome(const AnalysisPlan& plan,
                                           std::span<const survival::TwoByTwo> tables);

}  // namespace trialmill::simulation
