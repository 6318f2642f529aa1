#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trialmill/cohort/event_time.hpp"

namespace trialmill::cohort {

/// An effect of treatment that differs between the levels of a covariate, as of a predictive
/// marker: which of several laws of the event's time a patient has.
struct SubgroupEffects {
  /// The levels in one arm.
  struct OfArm {
    std::size_t covariate = 0;  ///< index of a column of the cohort, one with levels
    /// Index in `laws` by level; empty: everybody has the arm's own law.
    std::vector<std::int32_t> law_by_level = {};
  };
  std::vector<EventTimeLaw> laws =
      {};  ///< one per arm, then those of subgroups; empty: no subgroups
  std::vector<OfArm> by_arm = {};

  bool none() const { return laws.empty(); }
};

}  // namespace trialmill::cohort
