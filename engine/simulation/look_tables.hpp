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

/// Patients lost to follow-up by a cut, of those an endpoint's data hold. A failure of a yes-or-no
/// endpoint is none, so there it is the patients of these arms lost by then, known outcome or not.
/// @param data of the endpoint at the cut @param arms empty: all
std::size_t dropouts_in(const cohort::Endpoint& endpoint, const cohort::LookData& data,
                        std::span<const std::int32_t> arms, double months, std::size_t sample_size,
                        const cohort::Cohort& cohort);

/// Patients enrolled by a calendar time.
std::size_t enrolled_by(double months, std::span<const double> arrivals);

}  // namespace trialmill::simulation
