#include "simulation/null_hypothesis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trialmill::simulation {
namespace {

// What an analysis sees of one patient.
struct Seen {
  double origin_months = 0;
  bool belongs = false;  // is analysed at the cut
  bool event = false;    // of a yes-or-no endpoint, a success
  double months = 0;     // until the event, or the end of what counts

  bool operator==(const Seen&) const = default;
};

Seen seen(const cohort::EndpointColumns& endpoint, std::size_t i, double cut_months,
          double horizon_months) {
  Seen out;
  out.origin_months = endpoint.origin_months[i];
  out.belongs = endpoint.analyses(i, cut_months);
  if (!out.belongs) return {};
  const double followed = cut_months - out.origin_months;
  out.event = endpoint.known_months[i] <= followed && endpoint.event_months[i] <= horizon_months;
  out.months = out.event ? endpoint.event_months[i] : std::min(followed, horizon_months);
  return out;
}

Seen seen_proportion(const cohort::EndpointColumns& endpoint, std::size_t i, double cut_months) {
  Seen out;
  out.belongs = endpoint.analyses(i, cut_months);
  out.event = out.belongs && endpoint.event_months[i] < std::numeric_limits<double>::infinity();
  return out;
}

}  // namespace

void compare_arms(const Design& design, const AnalysisPlan& plan, const Workspace& control,
                  const Workspace& experimental, double cut_months, PairedOutcomes& outcomes) {
  using enum scenario::Analysis::Test;
  const std::size_t e = design.looks[plan.look].endpoint;
  const bool times = design.endpoints[e].time_to_event();
  const bool to_horizon = plan.test == rmst || plan.test == milestone;
  const double horizon = to_horizon ? plan.months : std::numeric_limits<double>::infinity();
  const auto in_world = [&](const Workspace& world, std::size_t i) {
    return times ? seen(world.endpoints[e], i, cut_months, horizon)
                 : seen_proportion(world.endpoints[e], i, cut_months);
  };
  for (std::size_t i = 0; i < control.cohort.size; ++i) {
    const Seen without = in_world(control, i), with = in_world(experimental, i);
    if (without == with) continue;
    if (without.belongs != with.belongs || without.origin_months != with.origin_months)
      ++outcomes.otherwise_different;
    else if (times ? without.event && (!with.event || with.months > without.months)
                   : with.event && !without.event)
      ++outcomes.better;
    else
      ++outcomes.worse;
  }
}

std::optional<bool> null_hypothesis_holds(const AnalysisPlan& plan,
                                          const PairedOutcomes& outcomes) {
  const auto better = static_cast<double>(outcomes.better);
  const auto worse = static_cast<double>(outcomes.worse);
  // A pair is compared by all its outcomes, and only the first was looked at.
  if (plan.test == scenario::Analysis::Test::win_ratio && plan.outcome_looks.size() > 1)
    return std::nullopt;
  if (better + worse == 0 && outcomes.otherwise_different == 0) return !plan.margin;
  const bool clearly_better = better - worse > 3 * std::sqrt(better + worse);
  return clearly_better && outcomes.otherwise_different == 0 && !plan.margin ? std::optional(false)
                                                                             : std::nullopt;
}

}  // namespace trialmill::simulation
