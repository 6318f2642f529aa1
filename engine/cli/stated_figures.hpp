#pragma once

#include <vector>

#include "cli/audited_figures.hpp"

namespace trialmill::cli {

/// The numbers of a course that no publication is asked about: stated hazards and odds ratios, the
/// pathway of each arm, surgery, treatment effects and the follow-up of the published cohort.
/// Hazards before surgery are shown as probabilities by the planned day when nothing else happens,
/// a constant hazard of published follow-up as its median in months. What is 0 is not listed.
std::vector<AuditedFigure> stated_figures(const scenario::Scenario& scenario);

}  // namespace trialmill::cli
