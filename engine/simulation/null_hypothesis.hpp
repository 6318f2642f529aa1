#pragma once

#include <cstdint>
#include <optional>

#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {

/// How patients who are followed in both arms fare in the endpoint of an analysis.
struct PairedOutcomes {
  std::uint64_t better = 0;  ///< later or no event, or a success, in the experimental arm only
  std::uint64_t worse = 0;
  std::uint64_t otherwise_different = 0;  ///< in one arm's population only, or from another day on
};

/// Adds the patients of one cohort.
/// @param design whose endpoints the worlds have @param control, experimental the same patients in
/// either arm @param cut_months when they are analysed
void compare_arms(const Design& design, const AnalysisPlan& plan, const Workspace& control,
                  const Workspace& experimental, double cut_months, PairedOutcomes& outcomes);

/// Does the null hypothesis hold? Known where treatment changes the endpoint of nobody (it holds,
/// but with a margin it does not), or clearly more patients do better than worse, by 3 standard
/// errors (it does not hold). None: it is not known, as when treatment does harm, because that may
/// help at other times.
std::optional<bool> null_hypothesis_holds(const AnalysisPlan& plan, const PairedOutcomes& outcomes);

}  // namespace trialmill::simulation
