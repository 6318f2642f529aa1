#include "trialmill/result/outcome.hpp"

namespace trialmill::result {

std::string_view name(PathwayStep step) {
  constexpr std::array<std::string_view, pathway_step_count> names = {"progression",
                                                                      "death_before_surgery",
                                                                      "withdrawal",
                                                                      "toxicity",
                                                                      "response",
                                                                      "surgery",
                                                                      "r0",
                                                                      "r1",
                                                                      "r2",
                                                                      "unresectable",
                                                                      "death_within_90_days",
                                                                      "switching"};
  return names[static_cast<std::size_t>(step)];
}

void PathwayCounts::merge(const PathwayCounts& other) {
  patients += other.patients;
  may_switch = may_switch || other.may_switch;
  for (std::size_t step = 0; step < took.size(); ++step)
    took[step] += other.took[step];
}

}  // namespace trialmill::result
