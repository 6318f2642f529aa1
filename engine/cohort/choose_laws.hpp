#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/cohort/cohort.hpp"

namespace trialmill::cohort {

/// The laws of an event, and which of them each patient has.
struct ChosenLaws {
  std::span<const EventTimeLaw> laws;
  std::span<const std::int32_t> choice;
};

/// By the patients' arms and, where effects differ, subgroups.
/// @param storage of the choice, where it is not the arm
ChosenLaws choose_laws(std::span<const EventTimeLaw> law_by_arm, const SubgroupEffects& subgroups,
                       const Cohort& cohort, std::vector<std::int32_t>& storage);

}  // namespace trialmill::cohort
