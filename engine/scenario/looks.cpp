#include "trialmill/scenario/looks.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::scenario {
namespace {

std::size_t endpoint_of(const Scenario& scenario, const Analysis& analysis) {
  const auto found = std::ranges::find(scenario.endpoints, analysis.endpoint, &NamedEndpoint::name);
  assert(found != scenario.endpoints.end());
  return static_cast<std::size_t>(found - scenario.endpoints.begin());
}

}  // namespace

std::string_view name(LookCorrelation correlation, bool of_times) {
  switch (correlation) {
    case LookCorrelation::counts:
      return of_times ? "events" : "patients";
    case LookCorrelation::score_variance:
      return "variance of the score";
    case LookCorrelation::estimate_variance:
      return "variance of the difference";
    case LookCorrelation::joint_scores:
      return "covariances of the scores";
  }
  return "";
}

LookCorrelation look_correlation(const Analysis& analysis) {
  using enum Analysis::Test;
  using enum LookCorrelation;
  if (analysis.test == max_combo || (analysis.looks && !analysis.looks->final_weights.empty()))
    return joint_scores;
  if (analysis.test == rmst || analysis.test == milestone) return estimate_variance;
  const bool weighted = analysis.test == log_rank && analysis.weight != survival::LogRankWeight{};
  return weighted ? score_variance : counts;
}

std::size_t awaited_events(const Scenario& scenario, const Analysis& analysis,
                           const cohort::AnalysisTime& when) {
  return cohort::target_events(when, scenario.sample_size, endpoint_of(scenario, analysis),
                               set_of_compared_arms(scenario, analysis));
}

std::size_t planned_information(const Scenario& scenario, const Analysis& analysis) {
  if (!scenario.endpoints[endpoint_of(scenario, analysis)].definition.time_to_event())
    return static_cast<std::size_t>(
        std::round(static_cast<double>(scenario.sample_size) *
                   allocation_share(scenario, set_of_compared_arms(scenario, analysis))));
  return awaited_events(scenario, analysis,
                        analysis.looks->planned ? *analysis.looks->planned
                                                : analysis.at.value_or(scenario.analysis_time));
}

design::GroupSequentialDesign group_sequential_design(const Scenario& scenario,
                                                      const Analysis& analysis) {
  const Looks& looks = *analysis.looks;
  design::GroupSequentialDesign design;
  design.information = looks.information_fraction;
  design.alpha = analysis.alpha;
  design.sided = analysis.sided;
  design.efficacy = looks.spending;
  design.futility = looks.futility;
  if (!design.information.empty()) return design;
  const auto planned = static_cast<double>(planned_information(scenario, analysis));
  for (const cohort::AnalysisTime& when : looks.interim)
    design.information.push_back(static_cast<double>(awaited_events(scenario, analysis, when)) /
                                 planned);
  design.information.push_back(1);
  return design;
}

std::vector<design::Boundaries> planned_boundaries(const Scenario& scenario,
                                                   const Analysis& analysis) {
  const design::GroupSequentialDesign design = group_sequential_design(scenario, analysis);
  const auto hypothesis =
      scenario.multiplicity ? scenario.multiplicity->place_of(analysis.name) : std::nullopt;
  if (!hypothesis) return {design::compute_boundaries(design)};
  const design::LocalLevels levels(scenario.multiplicity->graph, scenario.multiplicity->alpha);
  return design::boundaries_at_levels(design, levels.levels_of(*hypothesis));
}

}  // namespace trialmill::scenario
