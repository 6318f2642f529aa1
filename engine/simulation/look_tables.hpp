#pragma once

#include <cstddef>
#include <span>

#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {

/// The arm of each row, as the place of its arm among those compared.
std::span<const std::int32_t> groups_of(const LookTables& look, const cohort::Cohort& cohort);

/// What look `k` sees of the first `sample_size` patients at its cut in the workspace.
void observe_look(const Design& design, std::size_t k, std::size_t sample_size,
                  Workspace& workspace);

/// Sorts view `v` of a look that was observed.
void sort_view(const Design& design, std::size_t v, std::size_t sample_size, Workspace& workspace);

/// One analysis of looks that were observed and views that were sorted, without regard to bounds.
result::AnalysisOutcome analyse(const AnalysisPlan& plan, const Design& design,
                                std::size_t sample_size, Workspace& workspace);

/// Patients enrolled by a calendar time.
std::size_t enrolled_by(double months, std::span<const double> arrivals);

}  // namespace trialmill::simulation
