#pragma once

#include <vector>

#include "cli/audited_figures.hpp"

namespace trialmill::cli {

/// The numbers that are no laws of covariates and no points or ratios of a curve: stated hazards
/// and treatment effects; of a course also odds ratios, the pathway of each arm, surgery, and the
/// follow-up of the published cohort. A probability that is one of an evidence file's proportions
/// has its source and verdict, all others are the scenario's.
/// Hazards before surgery are shown as probabilities by the planned day when nothing else happens,
/// a constant hazard of published follow-up as its median in months. What is 0 is not listed.
std::vector<AuditedFigure> stated_figures(const scenario::Scenario& scenario);

}  // namespace trialmill::cli
