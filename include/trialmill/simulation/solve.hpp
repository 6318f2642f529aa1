#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "trialmill/result/solution.hpp"
#include "trialmill/scenario/scenario.hpp"

/// The smallest trial whose power reaches a target.
///
/// A stochastic root search over nested cohorts: rounds of replicates, each analysed at two sizes
/// about the present answer as the first patients of one cohort, and a probit curve of power
/// against the root of the size fitted to all rounds near the answer. It begins at the analytic
/// twin's answer or, where there is none, brackets the target with a few replicates. The answer is
/// an estimate; the interval holds the smallest size with the stated confidence, as Monte-Carlo
/// error goes, and its upper end is the conservative answer. Then the trial of that size is run
/// with as many replicates as the study has, none of which the search used: its power is an
/// independent check, on either side of the target, and that of `run`.
namespace trialmill::simulation {

struct SolveOptions {
  double power = 0.8;
  std::size_t analysis = 0;  ///< index in the scenario's analyses
  double confidence = 0.95;
  std::size_t at_least = 20, at_most = 10000;  ///< patients
  /// Numbers of events that the scenario waits for grow with the patients, in the ratio it has.
  /// They are searched one by one; patients are the whole blocks they ask for.
  bool events = false;
  bool conservative = false;  ///< the answer is the upper end of the interval
  int threads = 0;
  /// Asked between replicates, by several threads at once; true ends the search.
  std::function<bool()> stop_requested;
  std::function<void(double)> progress;  ///< the share done, about, 0 to 1
};

/// How a result describes an analysis.
/// @param analysis index in the scenario's analyses
result::AnalysisLabel analysis_label(const scenario::Scenario& scenario, std::size_t analysis);

/// Sizes are multiples of this: the greatest common divisor of the block sizes; 1 without blocks.
std::size_t size_step(const scenario::Scenario& scenario);

/// Why the analysis cannot be solved for, such as a fixed number of events; nothing when it can.
std::optional<std::string> reason_against_solving(const scenario::Scenario& scenario,
                                                  const SolveOptions& options);

/// The same bytes for any number of threads. Costs less than five runs at the answer, counted in
/// patients analysed, unless the search starts far off without a twin.
/// @param scenario for which there is no reason against it; its sample size is where the search
/// starts without a twin
/// @return none when it was stopped
std::optional<result::Solution> solve(const scenario::Scenario& scenario, std::uint64_t seed,
                                      std::uint64_t replicates, const SolveOptions& options);

}  // namespace trialmill::simulation
