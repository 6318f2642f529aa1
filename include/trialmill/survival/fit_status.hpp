#pragma once

#include <string_view>

namespace trialmill::survival {

/// Why a statistic or an estimate does not exist, or cannot be trusted. Estimators return it beside
/// their numbers and never throw for data; a simulation counts each value.
enum class FitStatus {
  ok,                   ///< the numbers can be used
  no_events,            ///< nobody had the event
  one_group_empty,      ///< a group to be compared holds no patient
  no_information,       ///< events happened, but no risk set held patients who differ: variance 0
  singular,             ///< a covariate is constant or a linear combination of earlier ones
  monotone_likelihood,  ///< the likelihood rises for ever: some hazard ratio is 0 or infinite
  not_converged,        ///< the iteration limit came before convergence
  follow_up_too_short,  ///< a survival curve is needed at a time nobody was followed to
};

/// How many statuses there are.
constexpr int fit_status_count = 8;

/// The name used in result files: "ok", "no_events", "monotone_likelihood", ...
std::string_view name(FitStatus status);

/// One sentence for people.
std::string_view explanation(FitStatus status);

}  // namespace trialmill::survival
