#include "cohort/choose_laws.hpp"

#include <algorithm>

namespace trialmill::cohort {

ChosenLaws choose_laws(std::span<const EventTimeLaw> law_by_arm, const SubgroupEffects& subgroups,
                       const Cohort& cohort, std::vector<std::int32_t>& storage) {
  if (subgroups.none()) return {law_by_arm, cohort.arm};
  storage.assign(cohort.arm.begin(), cohort.arm.end());
  for (std::size_t a = 0; a < subgroups.by_arm.size(); ++a) {
    const auto& [covariate, law_by_level] = subgroups.by_arm[a];
    if (law_by_level.empty()) continue;
    const auto level = cohort.covariate(covariate);
    for (std::size_t i = 0; i < cohort.size; ++i)
      if (cohort.arm[i] == static_cast<std::int32_t>(a))
        storage[i] = law_by_level[static_cast<std::size_t>(level[i])];
  }
  return {subgroups.laws, storage};
}

}  // namespace trialmill::cohort
