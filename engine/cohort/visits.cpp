#include "cohort/visits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::cohort {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr std::int32_t all_arms = -1;

// How many visits a piece has that begins after `visit`: the last one is the first at or after its
// end.
double visits_in(const VisitSchedule& schedule, std::size_t piece, double visit) {
  if (piece + 1 == schedule.every_months.size()) return never;
  const double length = schedule.from_months[piece + 1] - visit;
  return std::max(0.0, std::ceil(length / schedule.every_months[piece] - 1e-9));
}

// Sees what this piece shows of the patients of an arm. A time that is not finite yet is not seen
// yet; misses that fall into the piece are used up by its remaining visits.
TRIALMILL_CLONES void see_in_piece(double visit, double every, double visits, std::int32_t which,
                                   const std::int32_t* __restrict arm,
                                   const double* __restrict t_months,
                                   const double* __restrict shift, std::size_t n,
                                   double* __restrict missed, double* __restrict seen) {
  for (std::size_t i = 0; i < n; ++i) {
    const double due = std::ceil((t_months[i] - shift[i] - visit) / every);
    const double first = due > 1 ? due : 1;
    const double until_seen = first + missed[i];
    const double shown = visit + until_seen * every + shift[i];
    const double at = t_months[i] < shown ? shown : t_months[i];
    const double used = visits - first + 1;
    const bool open = ((arm[i] == which) | (which == all_arms)) & !(seen[i] < never);
    const bool here = open & (until_seen <= visits);
    const double left = missed[i] - used;
    seen[i] = here ? at : seen[i];
    missed[i] = open & !here & (first <= visits) ? left : missed[i];
  }
}

TRIALMILL_CLONES void divide_down(double log_probability, std::int32_t which,
                                  const std::int32_t* __restrict arm, std::size_t n,
                                  double* __restrict log_uniform) {
  for (std::size_t i = 0; i < n; ++i) {
    const double misses = std::floor(log_uniform[i] / log_probability);
    log_uniform[i] = arm[i] == which ? misses : log_uniform[i];
  }
}

void see_in_arm(const VisitSchedule& schedule, std::int32_t which,
                std::span<const std::int32_t> arm, std::span<const double> t_months,
                const VisitLuck& luck, std::span<double> seen) {
  double visit = 0;  // the last visit before the current piece, where its counting starts
  for (std::size_t piece = 0; piece < schedule.every_months.size(); ++piece) {
    const double every = schedule.every_months[piece];
    const double visits = visits_in(schedule, piece, visit);
    see_in_piece(visit, every, visits, which, arm.data(), t_months.data(), luck.shift_months.data(),
                 arm.size(), luck.missed.data(), seen.data());
    visit += visits * every;
  }
}

}  // namespace

void miss_in_a_row(std::span<const VisitSchedule> by_arm, std::span<const std::int32_t> arm,
                   std::span<double> uniform) {
  math::log(uniform, uniform);
  for (std::size_t a = 0; a < by_arm.size(); ++a) {
    const double p = by_arm[a].missed_probability;
    const double log_probability = p > 0 ? math::log(p) : -never;
    divide_down(log_probability, static_cast<std::int32_t>(a), arm.data(), arm.size(),
                uniform.data());
  }
}

void see_at_visits(std::span<const VisitSchedule> by_arm, std::span<const std::int32_t> arm,
                   std::span<const double> t_months, const VisitLuck& luck,
                   std::span<double> seen) {
  std::ranges::fill(seen, never);
  const bool same = std::ranges::all_of(by_arm, [&](const auto& one) { return one == by_arm[0]; });
  for (std::size_t a = 0; a < (same ? 1 : by_arm.size()); ++a) {
    const auto which = same ? all_arms : static_cast<std::int32_t>(a);
    if (!by_arm[a].continuous()) {
      see_in_arm(by_arm[a], which, arm, t_months, luck, seen);
      continue;
    }
    for (std::size_t i = 0; i < arm.size(); ++i)
      if (same || arm[i] == which) seen[i] = t_months[i];
  }
}

}  // namespace trialmill::cohort
