#pragma once

#include "trialmill/result/result.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::simulation {

/// How results describe an analysis.
result::AnalysisLabel label_of(const scenario::Scenario& scenario,
                               const scenario::Analysis& analysis);

}  // namespace trialmill::simulation
