#pragma once

#include <cstdint>
#include <vector>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/cox_diagnostics.hpp"
#include "trialmill/survival/cox_score.hpp"
#include "trialmill/survival/firth_cox.hpp"
#include "trialmill/survival/kaplan_meier.hpp"
#include "trialmill/survival/log_rank.hpp"
#include "trialmill/survival/max_combo.hpp"
#include "trialmill/survival/win_ratio.hpp"

namespace trialmill::simulation {

/// The Kaplan-Meier curves of two arms, without limits worth reading.
struct ArmCurves {
  survival::KaplanMeier control, experimental;
};

/// What the tests beyond log-rank and Wald reuse from replicate to replicate.
struct TestWorkspace {
  survival::MaxComboWorkspace max_combo;
  survival::MaxCombo combined;
  survival::LogRank several_arms;
  std::vector<ArmCurves> curves;  ///< one per view
  survival::Covariates others;    ///< the Cox columns without treatment
  survival::CoxFit without_treatment;
  survival::CoxScoreWorkspace score;
  survival::RobustWorkspace robust;
  std::vector<double> robust_standard_error;
  survival::FirthWorkspace firth;
  survival::FirthFit penalised;
  std::vector<survival::PrioritisedOutcome> outcomes;
  /// Of a win ratio, the patients analysed in all of its outcomes.
  std::vector<std::vector<double>> outcome_time;
  std::vector<std::vector<std::uint8_t>> outcome_event;
  std::vector<std::int32_t> compared;
  survival::WinRatioWorkspace pairs;
  survival::WinRatio win_ratio;
};

}  // namespace trialmill::simulation
