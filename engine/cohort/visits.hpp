#pragma once

#include <cstdint>
#include <span>

#include "trialmill/cohort/course.hpp"

namespace trialmill::cohort {

/// What chance does to the visits of each patient.
struct VisitLuck {
  std::span<const double> shift_months;
  std::span<double> missed;  ///< how many in a row, whole numbers
};

/// How many visits each patient misses in a row: geometric, by inversion.
/// @param uniform in (0, 1), overwritten with the numbers; 0 where no visit is missed
void miss_in_a_row(std::span<const VisitSchedule> by_arm, std::span<const std::int32_t> arm,
                   std::span<double> uniform);

/// seen_at of each patient by the visits of the arm, without branches.
/// @param t_months since the clock's start; may be infinite @param luck `missed` is used up
void see_at_visits(std::span<const VisitSchedule> by_arm, std::span<const std::int32_t> arm,
                   std::span<const double> t_months, const VisitLuck& luck, std::span<double> seen);

}  // namespace trialmill::cohort
