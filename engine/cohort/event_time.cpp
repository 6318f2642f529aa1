#include "trialmill/cohort/event_time.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::cohort {
namespace {

// Value at t of a step function given by its change points.
double step_value(const std::vector<double>& from, const std::vector<double>& value, double t) {
  const auto piece = std::upper_bound(from.begin(), from.end(), t) - from.begin() - 1;
  return value[static_cast<std::size_t>(piece)];
}

// One piece of a law, for the patients of one arm who get so far.
TRIALMILL_CLONES void invert_piece(double knot, double reached, double inverse_slope, bool first,
                                   std::int32_t which, const std::int32_t* arm,
                                   const double* cumulative, std::size_t n, double* months) {
  for (std::size_t i = 0; i < n; ++i) {
    const double time = knot + (cumulative[i] - reached) * inverse_slope;
    const bool here = (arm[i] == which) & (first | (reached < cumulative[i]));
    months[i] = here ? time : months[i];
  }
}

// The same the other way round, for the patients of one arm who live so long.
TRIALMILL_CLONES void accumulate_piece(double knot, double reached, double slope,
                                       std::int32_t which, const std::int32_t* __restrict arm,
                                       const double* __restrict months, std::size_t n,
                                       double* __restrict cumulative) {
  for (std::size_t i = 0; i < n; ++i) {
    const double hazard = reached + slope * (months[i] - knot);
    const bool here = (arm[i] == which) & (knot <= months[i]);
    cumulative[i] = here ? hazard : cumulative[i];
  }
}

// A multiplier beyond the range of a double is as good as the largest one.
TRIALMILL_CLONES void divide_by_multiplier(const double* multiplier, std::size_t n,
                                           double* cumulative) {
  constexpr double largest = 1e290;
  for (std::size_t i = 0; i < n; ++i)
    cumulative[i] = cumulative[i] / (multiplier[i] < largest ? multiplier[i] : largest);
}

TRIALMILL_CLONES void negate(std::size_t n, double* x) {
  for (std::size_t i = 0; i < n; ++i)
    x[i] = -x[i];
}

}  // namespace

EventTimeLaw::EventTimeLaw(const BaselineHazard& baseline, const PiecewiseRatio& ratio) {
  std::vector<double> change = ratio.from_months;
  const auto* piecewise = std::get_if<survival::PiecewiseHazard>(&baseline);
  if (const auto* weibull = std::get_if<WeibullHazard>(&baseline)) {
    weibull_ = true;
    shape_ = weibull->shape;
    inverse_shape_ = 1 / weibull->shape;
    scale_ = weibull->scale_months;
  } else {
    change.insert(change.end(), piecewise->from_months.begin(), piecewise->from_months.end());
  }
  std::sort(change.begin(), change.end());
  change.erase(std::unique(change.begin(), change.end()), change.end());
  assert(!change.empty() && change.front() == 0);
  double reached = 0;
  for (std::size_t k = 0; k < change.size(); ++k) {
    const double baseline_slope =
        weibull_ ? 1.0 : step_value(piecewise->from_months, piecewise->hazard_per_month, change[k]);
    const double slope =
        baseline_slope * step_value(ratio.from_months, ratio.hazard_ratio, change[k]);
    const double knot = operational(change[k]);
    if (k > 0) reached += slope_.back() * (knot - knot_.back());
    knot_.push_back(knot);
    cumulative_.push_back(reached);
    slope_.push_back(slope);
    inverse_slope_.push_back(slope > 0 ? 1 / slope : std::numeric_limits<double>::infinity());
  }
}

double EventTimeLaw::operational(double t_months) const {
  return weibull_ ? math::power(t_months / scale_, shape_) : t_months;
}

double EventTimeLaw::months(double s) const {
  return weibull_ ? scale_ * math::power(s, inverse_shape_) : s;
}

double EventTimeLaw::cumulative(double t_months) const {
  const double s = operational(t_months);
  const auto piece =
      static_cast<std::size_t>(std::upper_bound(knot_.begin(), knot_.end(), s) - knot_.begin() - 1);
  return cumulative_[piece] + slope_[piece] * (s - knot_[piece]);
}

double EventTimeLaw::inverse(double cumulative_hazard) const {
  std::size_t piece = 0;
  while (piece + 1 < cumulative_.size() && cumulative_[piece + 1] < cumulative_hazard)
    ++piece;
  return months(knot_[piece] + (cumulative_hazard - cumulative_[piece]) * inverse_slope_[piece]);
}

void EventTimeLaw::inverse(std::span<const double> cumulative_hazard,
                           std::span<const std::int32_t> arm, std::int32_t which,
                           std::span<double> months_out) const {
  const std::size_t n = arm.size();
  if (weibull_) {
    for (std::size_t i = 0; i < n; ++i)
      if (arm[i] == which) months_out[i] = inverse(cumulative_hazard[i]);
    return;
  }
  for (std::size_t k = 0; k < knot_.size(); ++k)
    invert_piece(knot_[k], cumulative_[k], inverse_slope_[k], k == 0, which, arm.data(),
                 cumulative_hazard.data(), n, months_out.data());
}

void EventTimeLaw::cumulative(std::span<const double> t_months, std::span<const std::int32_t> arm,
                              std::int32_t which, std::span<double> cumulative_hazard) const {
  const std::size_t n = arm.size();
  if (weibull_) {
    for (std::size_t i = 0; i < n; ++i)
      if (arm[i] == which) cumulative_hazard[i] = cumulative(t_months[i]);
    return;
  }
  for (std::size_t k = 0; k < knot_.size(); ++k)
    accumulate_piece(knot_[k], cumulative_[k], slope_[k], which, arm.data(), t_months.data(), n,
                     cumulative_hazard.data());
}

void invert_by_arm(std::span<const EventTimeLaw> law_by_arm,
                   std::span<const double> cumulative_hazard, std::span<const std::int32_t> arm,
                   std::span<double> months) {
  for (std::size_t a = 0; a < law_by_arm.size(); ++a)
    law_by_arm[a].inverse(cumulative_hazard, arm, static_cast<std::int32_t>(a), months);
}

void accumulate_by_arm(std::span<const EventTimeLaw> law_by_arm, std::span<const double> t_months,
                       std::span<const std::int32_t> arm, std::span<double> cumulative_hazard) {
  for (std::size_t a = 0; a < law_by_arm.size(); ++a)
    law_by_arm[a].cumulative(t_months, arm, static_cast<std::int32_t>(a), cumulative_hazard);
}

void draw_cumulative_hazards(std::span<const double> multiplier, std::span<double> uniform) {
  math::log(uniform, uniform);
  negate(uniform.size(), uniform.data());
  if (!multiplier.empty()) divide_by_multiplier(multiplier.data(), uniform.size(), uniform.data());
}

void draw_event_times(std::span<const EventTimeLaw> law_by_arm, std::span<const std::int32_t> arm,
                      std::span<const double> multiplier, std::span<double> uniform,
                      std::span<double> months) {
  assert(uniform.size() == arm.size() && months.size() == arm.size());
  draw_cumulative_hazards(multiplier, uniform);
  invert_by_arm(law_by_arm, uniform, arm, months);
}

bool EventTimeLaw::never() const {
  return std::ranges::all_of(slope_, [](double slope) { return slope == 0; });
}

}  // namespace trialmill::cohort
