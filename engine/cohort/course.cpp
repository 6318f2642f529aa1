#include "trialmill/cohort/course.hpp"

#include <algorithm>
#include <cmath>

namespace trialmill::cohort {

std::vector<Covariate> attribute_descriptions() {
  const BinaryLaw binary;
  return {{"toxicity", binary},
          {"response", binary},
          {"radicality", CategoricalLaw{{"r0", "r1", "r2", "unresected"}, {1, 0, 0, 0}}},
          {"morbidity", binary}};
}

bool TransitionLaw::never() const {
  return std::ranges::all_of(by_arm, &EventTimeLaw::never);
}

bool OddsLaw::never() const {
  return std::ranges::all_of(odds_by_arm, [](double odds) { return odds == 0; });
}

double seen_at(const VisitSchedule& schedule, double t_months, double shift_months,
               std::uint64_t missed) {
  if (schedule.continuous() || std::isinf(t_months)) return t_months;
  const double unshifted = t_months - shift_months;
  double visit = 0;  // the last visit before the current piece, where its counting starts
  for (std::size_t piece = 0;; ++piece) {
    const double every = schedule.every_months[piece];
    const bool last = piece + 1 == schedule.every_months.size();
    // Visits of this piece: visit + every, ..., the last one being the first at or after its end.
    const double in_piece =
        last ? 0
             : std::max(0.0, std::ceil((schedule.from_months[piece + 1] - visit) / every - 1e-9));
    const double until_seen =
        std::max(1.0, std::ceil((unshifted - visit) / every)) + static_cast<double>(missed);
    const bool seen_here = last || until_seen <= in_piece;
    if (seen_here) return std::max(t_months, visit + until_seen * every + shift_months);
    const double first_after = std::max(1.0, std::ceil((unshifted - visit) / every));
    // Misses that fall into this piece are used up by its remaining visits.
    if (first_after <= in_piece) missed -= static_cast<std::uint64_t>(in_piece - first_after) + 1;
    visit += in_piece * every;
  }
}

}  // namespace trialmill::cohort
