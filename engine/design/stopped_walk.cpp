#include "design/stopped_walk.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cassert>
#include <cmath>
#include <limits>
#include <span>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"
#include "trialmill/math/ordered_sum.hpp"

namespace trialmill::design {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double standard_deviations = 9;  // beyond them lies less than 1e-18
constexpr double panel_width = 4;          // standard deviations for 20 nodes

using Rule = boost::math::quadrature::gauss<double, 20>;

}  // namespace

void StoppedWalk::restart(double time, double score) {
  time_ = time_before_ = start_time_ = time;
  mean_ = score;
  mean_increment_ = 0;
  lower_ = -infinity;
  upper_ = infinity;
  score_.assign(1, score);
  mass_.assign(1, 1.0);
}

void StoppedWalk::look_at(double time, double mean_increment) {
  assert(time > time_);
  if (time_ > start_time_) lay_grid(std::sqrt(time - time_));
  time_before_ = time_;
  time_ = time;
  sd_ = std::sqrt(time_ - time_before_);
  mean_increment_ = mean_increment;
  mean_ += mean_increment;
}

void StoppedWalk::keep(double lower, double upper) {
  lower_ = lower;
  upper_ = upper;
}

double StoppedWalk::above(double score) const {
  const double distance = mean_increment_ - score;
  double sum = 0;
  for (std::size_t i = score_.size(); i-- > 0;) {
    const double x = (score_[i] + distance) / sd_;
    if (x < -standard_deviations) break;  // scores increase
    sum += mass_[i] * math::normal_probability(x);
  }
  return sum;
}

double StoppedWalk::below(double score) const {
  const double distance = score - mean_increment_;
  double sum = 0;
  for (std::size_t i = 0; i < score_.size(); ++i) {
    const double x = (distance - score_[i]) / sd_;
    if (x < -standard_deviations) break;
    sum += mass_[i] * math::normal_probability(x);
  }
  return sum;
}

double StoppedWalk::density(double score) const {
  std::size_t first = 0;
  return density(score, first);
}

void StoppedWalk::lay_grid(double width_after) {
  next_score_.clear();
  next_mass_.clear();
  const double reach = standard_deviations * std::sqrt(time_ - start_time_);
  const double from = std::max(lower_, mean_ - reach);
  const double to = std::min(upper_, mean_ + reach);
  if (to > from) {
    const double width = panel_width * std::min(width_after, sd_);
    const int panels = static_cast<int>(std::ceil((to - from) / width));
    const double half = 0.5 * (to - from) / panels;
    // An even rule is stored as its positive half, from the centre outwards.
    const auto& abscissa = Rule::abscissa();
    const auto& weight = Rule::weights();
    std::size_t first = 0;
    const auto add = [&](double score, double share) {
      next_score_.push_back(score);
      next_mass_.push_back(half * share * density(score, first));
    };
    for (int panel = 0; panel < panels; ++panel) {
      const double centre = from + (2 * panel + 1) * half;
      for (std::size_t i = abscissa.size(); i-- > 0;)
        add(centre - half * abscissa[i], weight[i]);
      for (std::size_t i = 0; i < abscissa.size(); ++i)
        add(centre + half * abscissa[i], weight[i]);
    }
  }
  score_.swap(next_score_);
  mass_.swap(next_mass_);
}

// Of S at this look. Scores come in increasing order, so the nodes within reach move up with them:
// `first` is the lowest one.
double StoppedWalk::density(double score, std::size_t& first) const {
  constexpr double inverse_root_two_pi = 3.9894228040143267794e-1;
  const double centre = score - mean_increment_;
  while (first < score_.size() && score_[first] < centre - standard_deviations * sd_)
    ++first;
  kernel_.clear();
  for (std::size_t i = first; i < score_.size() && score_[i] < centre + standard_deviations * sd_;
       ++i) {
    const double distance = (centre - score_[i]) / sd_;
    kernel_.push_back(-0.5 * distance * distance);
  }
  math::exp(kernel_, kernel_);
  for (std::size_t i = 0; i < kernel_.size(); ++i)
    kernel_[i] *= mass_[first + i];
  return math::ordered_sum(kernel_) * inverse_root_two_pi / sd_;
}

}  // namespace trialmill::design
