#include "trialmill/scenario/scenario.hpp"

#include <algorithm>

#include "trialmill/math/elementary.hpp"

namespace trialmill::scenario {

survival::PiecewiseHazard first_hazard(const CalibratedBaseline& published) {
  const evidence::SurvivalKnot& first = published.knots.front();
  return {{0.0}, {-math::log(first.survival) / first.time_months}};
}

std::string_view name(Analysis::Test test) {
  using enum Analysis::Test;
  switch (test) {
    case log_rank:
      return "log-rank";
    case cox:
      return "cox";
    case score:
      return "score";
    case fisher:
      return "fisher";
    case mantel_haenszel:
      return "mantel-haenszel";
    case max_combo:
      return "max-combo";
    case rmst:
      return "rmst";
    case milestone:
      return "milestone";
    case win_ratio:
      return "win-ratio";
  }
  return "";
}

std::string_view name(Analysis::CoxStatistic statistic) {
  using enum Analysis::CoxStatistic;
  switch (statistic) {
    case wald:
      return "wald";
    case score:
      return "score";
    case likelihood_ratio:
      return "likelihood-ratio";
  }
  return "";
}

bool compares_proportions(Analysis::Test test) {
  using enum Analysis::Test;
  return test == score || test == fisher || test == mantel_haenszel;
}

bool compares_all_in_order(const Scenario& scenario, const Analysis& analysis) {
  return analysis.arms.size() == scenario.arms.size() && std::ranges::is_sorted(analysis.arms);
}

std::vector<std::int32_t> set_of_compared_arms(const Scenario& scenario, const Analysis& analysis) {
  if (analysis.arms.size() == scenario.arms.size()) return {};
  std::vector<std::int32_t> arms = analysis.arms;
  std::ranges::sort(arms);
  return arms;
}

std::vector<std::string> names_of_compared_arms(const Scenario& scenario,
                                                const Analysis& analysis) {
  std::vector<std::string> names;
  if (scenario.arms.size() == 2 && compares_all_in_order(scenario, analysis)) return names;
  for (const std::int32_t arm : analysis.arms)
    names.push_back(scenario.arms[static_cast<std::size_t>(arm)].name);
  return names;
}

std::string comparison_name(const std::vector<std::string>& arms) {
  std::string name;
  for (const std::string& arm : arms)
    name = name.empty() ? arm : arm + "_vs_" + name;
  return name;
}

double allocation_share(const Scenario& scenario, const std::vector<std::int32_t>& arms) {
  double of_these = 0, total = 0;
  for (const Arm& arm : scenario.arms)
    total += arm.allocation;
  for (const std::int32_t arm : arms)
    of_these += scenario.arms[static_cast<std::size_t>(arm)].allocation;
  return arms.empty() ? 1 : of_these / total;
}

}  // namespace trialmill::scenario
